"""Values of a program's symbols from live bounds and array facts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from alpyna_hook.dependence.accesses import Program, Unknown
from alpyna_hook.dependence.facts import ArrayFacts
from alpyna_hook.ir import captured as ir

_BINARY: dict[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
    "<<": operator.lshift, ">>": operator.rshift, "&": operator.and_, "|": operator.or_, "^": operator.xor,
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}
_MAX_BITS = 256


class _NoValue(Exception):
    """Something in the expression is no integer, or not known."""


def extent(facts: ArrayFacts, axis: int | None) -> int | None:
    """`shape[axis]`, the size (None), the rank (-1), or `shape[axis + 1]` counted from the end."""
    if axis is None:
        size = 1
        for n in facts.shape:
            size *= n
        return size
    if axis == -1:
        return len(facts.shape)
    position = axis if axis >= 0 else axis + 1 + len(facts.shape)
    return facts.shape[position] if 0 <= position < len(facts.shape) else None


def live_values(program: Program, bounds: Mapping[str, int], arrays: Mapping[str, ArrayFacts]) -> dict[str, int]:
    """All symbols that have a value: bound names, `k@0`, shapes, and what is computed from them."""
    values: dict[str, int] = {}
    for name, value in bounds.items():
        values[f"{name}@0" if name in program.assigned else name] = operator.index(value)
    for name, (array, axis) in program.shapes.items():
        if array in arrays and array not in program.assigned:
            found = extent(arrays[array], axis)
            if found is not None:
                values[name] = found
    for name, opaque in program.opaques.items():
        if opaque.expr is not None:
            computed = evaluate(opaque.expr, values)
            if computed is not None:
                values[name] = computed
    quotients = {name: u for name, u in program.unknowns.items() if u.reason == "division" and not u.loops and u.constraints}
    lengths = {name: opaque.least for name, opaque in program.opaques.items() if opaque.least is not None}
    progress = True
    while progress:  # `max(0, n // 2)` needs `n // 2`, and the other way round
        progress = False
        for name, unknown in quotients.items():
            if name not in values and (quotient := _quotient(name, unknown, values)) is not None:
                values[name] = quotient
                progress = True
        for name, least in lengths.items():
            if name not in values and (rest := least.bind(values).value) is not None:
                values[name] = max(0, rest)
                progress = True
    return values


def _quotient(name: str, unknown: Unknown, values: Mapping[str, int]) -> int | None:
    """`value // divisor` from its first constraint, value - divisor*q >= 0."""
    rest = dict(unknown.constraints[0].bind(values).terms)
    divisor, value = -rest.pop((name,), 0), rest.pop((), 0)
    return value // divisor if divisor > 0 and not rest else None


def evaluate(expr: ir.Expr, values: Mapping[str, int]) -> int | None:
    """An expression over integers; None if it cannot be known, or would raise.

    >>> loc = ir.Loc(1, 0, 1, 1)
    >>> evaluate(ir.Binary("//", ir.Var("n", loc), ir.Const(2, loc), loc), {"n": 7})
    3
    """
    try:
        result = _value(expr, values)
    except (_NoValue, ZeroDivisionError, ValueError, OverflowError):
        return None
    return result if result.bit_length() <= _MAX_BITS else None


def _value(expr: ir.Expr, values: Mapping[str, int]) -> int:
    match expr:
        case ir.Const(int() as value):
            return int(value)
        case ir.Var(name) if name in values:
            return values[name]
        case ir.Shape(array, axis):
            text = {None: "size", -1: "ndim"}.get(axis, f"shape[{axis if axis is None or axis >= 0 else axis + 1}]")
            if f"{array}.{text}" in values:
                return values[f"{array}.{text}"]
        case ir.Unary(op, operand):
            value = _value(operand, values)
            return {"-": -value, "+": value, "~": ~value, "not": int(not value)}[op]
        case ir.Binary(op, left, right) if op in _BINARY:
            a, b = _value(left, values), _value(right, values)
            if op == "<<" and b > _MAX_BITS:
                raise _NoValue
            return _BINARY[op](a, b)
        case ir.Compare(operands, ops):
            numbers = [_value(operand, values) for operand in operands]
            return int(all(_COMPARE[op](a, b) for op, a, b in zip(ops, numbers, numbers[1:], strict=False)))
        case ir.BoolOp(op, operands):
            result = 0
            for operand in operands:
                result = _value(operand, values)
                if bool(result) == (op == "or"):
                    break
            return result
        case ir.Select(test, then, orelse):
            return _value(then if _value(test, values) else orelse, values)
        case ir.Call(function, args, ()) if args:
            numbers = [_value(arg, values) for arg in args]
            if function in ("min", "@min"):
                return min(numbers)
            if function == "max":
                return max(numbers)
            if function in ("int", "abs", *ir.AS_INTEGER) and len(numbers) == 1:
                return abs(numbers[0]) if function == "abs" else numbers[0]
    raise _NoValue
