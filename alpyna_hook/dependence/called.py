"""The elements that a call of a user's function reads and stores, in terms of its arguments."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from alpyna_hook.dependence.effects import Effects, parts_of
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.ir import captured as ir


def elements_of_call(
    call: ir.Call, effects: Effects, values: Sequence[Poly], arrays: Container[str], assigned: Container[str],
) -> list[tuple[str, tuple[Poly, ...], bool]] | None:
    """Array, subscripts, and whether it is a store; the reads first.

    None if any of them is not known, or the function reaches arrays that it is not given.  `values`: those of the
    arguments; `arrays`: the names that the nest subscripts; `assigned`: those that it assigns.
    """
    if call.keywords or len(call.args) != len(effects.params) or effects.stores_elsewhere or effects.reads_elsewhere:
        return None
    given = dict(zip(effects.params, values, strict=True))
    found: list[tuple[str, tuple[Poly, ...], bool]] = []
    for position, argument in enumerate(call.args):
        if not effects.subscripts_of(position):
            names = [part.name for part in parts_of(argument) if isinstance(part, ir.Var) and part.name not in assigned]
            if any(name in arrays for name in names):
                return None
            continue
        elements = effects.elements_of(position)
        if elements is None or not isinstance(argument, ir.Var) or _changes(argument.name, assigned):
            return None
        if elements and any(map(_no_number, call.args)):
            return None  # a[True] and a[None] are all of a
        found += [(argument.name, tuple([_in_terms_of(i, given) for i in index]), write) for index, write in elements]
    return sorted(found, key=lambda element: element[2])


def _changes(name: str, assigned: Container[str]) -> bool:
    return name in assigned or name.startswith("@")


def _no_number(argument: ir.Expr) -> bool:
    match argument:
        case ir.Const(value):
            return type(value) not in (int, float)
        case ir.Compare() | ir.BoolOp() | ir.Unary("not"):
            return True
    return False


def _in_terms_of(expr: ir.Expr, given: Mapping[str, Poly]) -> Poly:
    """A subscript of a function with the values that the call gives its parameters."""
    match expr:
        case ir.Const(int() as value):
            return Poly.const(value)
        case ir.Var(name):
            return given[name]
        case ir.Unary("-", operand):
            return -_in_terms_of(operand, given)
        case ir.Binary(op, left, right):
            a, b = _in_terms_of(left, given), _in_terms_of(right, given)
            return a + b if op == "+" else a - b if op == "-" else a * b
    raise AssertionError(expr)
