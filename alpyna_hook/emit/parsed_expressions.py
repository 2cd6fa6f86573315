"""Expressions of the kernels' text as values of kernel IR (see `parsed`)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from alpyna_hook.emit.parsed_operators import (
    COMPLEX,
    FALSE,
    FLOATS,
    INTS,
    PART,
    REPS,
    TRUE,
    arithmetic,
    cast,
    chosen,
    compared,
    inverted,
    is_simple,
    negated,
    truth,
)
from alpyna_hook.emit.source import Untaken
from alpyna_hook.ir.kernel import (
    Apply,
    Binary,
    CallAt,
    Const,
    Flagged,
    Load,
    Local,
    Overflows,
    Pair,
    Poll,
    Rep,
    Select,
    Unary,
    Value,
    rep_of,
)

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}
_MEMORY = re.compile(r"(load|get)_([a-z]\d+)(?:_g(\d+))?")
_UNARY = re.compile(r"(fabs|sqrt|floor|ceil|trunc|rint|fneg)_(f[48])")
_CALL = re.compile(r"(call|ufunc)[12]_(f[48])")
_OVERFLOWS = re.compile(r"(add|sub|mul)_overflows_([iu]8)")
_CONSTANTS = {"inf": float("inf"), "nan": float("nan")}


class ParsedExpressions:
    """Of one function.  known: what is known of the representation of each variable."""

    def __init__(self, known: dict[str, Rep], call: Callable[[str, tuple[Value, ...]], Value]) -> None:
        self.known = known
        self.call_function = call  # of a function of the kernel

    def values(self, nodes: Sequence[ast.expr]) -> list[Value]:
        return [self.value(node) for node in nodes]

    def test(self, node: ast.expr) -> Value:
        return truth(self.value(node))

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant():
                return _constant(node.value)
            case ast.Name(id=name) if name in self.known:
                return Local(name, self.known[name])
            case ast.Name(id=name) if name in _CONSTANTS:
                return Const(_CONSTANTS[name], "f8")
            case ast.Attribute(value=of, attr="real" | "imag" as part):
                whole = self.value(of)
                if rep_of(whole) not in COMPLEX:
                    raise Untaken(f"{part} of {rep_of(whole)}")
                if isinstance(whole, Pair):
                    return whole.real if part == "real" else whole.imag
                return Unary(part, whole, PART[rep_of(whole)])
            case ast.UnaryOp():
                return self.unary(node.op, self.value(node.operand))
            case ast.BinOp():
                return self.binary(node)
            case ast.BoolOp():
                return self.logical(node)
            case ast.Compare():
                return self.compare(node)
            case ast.IfExp():
                return chosen(self.test(node.test), self.value(node.body), self.value(node.orelse))
            case ast.Call(func=ast.Name(id=name)):
                return self.called(name, self.values(node.args))
            case _:
                raise Untaken(ast.unparse(node))

    @staticmethod
    def unary(op: ast.unaryop, value: Value) -> Value:
        match op:
            case ast.USub():
                return negated(value)
            case ast.Invert():
                return inverted(value)
            case ast.Not():
                return Unary("not", truth(value), "b1")
            case _:
                raise Untaken("unary +")

    def binary(self, node: ast.BinOp) -> Value:
        a, b = self.value(node.left), self.value(node.right)
        op = _BINARY.get(type(node.op))
        if op is None:
            raise Untaken(ast.unparse(node))
        if isinstance(a, Const) and isinstance(b, Const) and a.rep == b.rep == "i8" and op in ("add", "sub", "mul"):
            exact = {"add": a.value + b.value, "sub": a.value - b.value, "mul": a.value * b.value}[op]
            if -(2**63) <= exact < 2**63:
                return Const(exact, "i8")
        return arithmetic(op, a, b)

    def logical(self, node: ast.BoolOp) -> Value:
        *parts, last = [self.test(value) for value in node.values]
        for part in reversed(parts):
            last = Select(part, last, FALSE, "b1") if isinstance(node.op, ast.And) else Select(part, TRUE, last, "b1")
        return last

    def compare(self, node: ast.Compare) -> Value:
        operands = self.values([node.left, *node.comparators])
        if not all(map(is_simple, operands[1:-1])):
            raise Untaken(ast.unparse(node))
        *parts, last = [compared(_COMPARE[type(op)], a, b) for op, a, b in zip(node.ops, operands, operands[1:], strict=False)]
        for part in reversed(parts):
            last = Select(part, last, FALSE, "b1")
        return last

    # -- calls

    def called(self, name: str, args: list[Value]) -> Value:
        if name in REPS and len(args) == 1:
            return cast(args[0], name)
        if m := _MEMORY.fullmatch(name):
            base, offset = args
            return Load(base, cast(offset, "i8"), m[2], int(m[3]) if m[1] == "load" else None)
        if m := _UNARY.fullmatch(name):
            return Unary(m[1], cast(args[0], m[2]), m[2])
        if m := _OVERFLOWS.fullmatch(name):
            return Overflows(m[1], *[cast(a, m[2]) for a in args])
        if m := _CALL.fullmatch(name):
            count = 1 if m[1] == "call" else 5
            operands = tuple([cast(a, m[2]) for a in args[count:]])
            if m[1] == "call":
                return CallAt(args[0], operands, m[2])
            loop, data, clear, test, frame = args[:5]
            return Apply(loop, data, (clear, test), frame, operands, m[2])
        simple = getattr(self, f"call_{name}", None)
        if simple is not None:
            return simple(*args)  # type: ignore[no-any-return]
        return self.call_function(name, tuple(args))

    @staticmethod
    def call_pointer(address: Value) -> Value:
        return cast(address, "p")

    @staticmethod
    def call_poll(frame: Value, iterations: Value) -> Value:
        return Poll(frame, cast(iterations, "i8"))

    @staticmethod
    def call_flagged(frame: Value) -> Value:
        return Flagged(frame)

    @staticmethod
    def call_complex(real: Value, imag: Value) -> Value:
        parts = {rep_of(real), rep_of(imag)}
        if not parts <= FLOATS:
            raise Untaken(f"a complex number of {' and '.join(sorted(parts))}")
        part = "f4" if parts == {"f4"} else "f8"
        return Pair(cast(real, part), cast(imag, part), "c8" if part == "f4" else "c16")

    @staticmethod
    def call_abs(value: Value) -> Value:
        rep = rep_of(value)
        if rep in FLOATS:
            return Unary("fabs", value, rep)
        if rep in INTS:
            return Unary("abs", value, rep) if rep[0] == "i" else value
        raise Untaken(f"abs of {rep}")

    @staticmethod
    def call_bits_f4(value: Value) -> Value:
        return Unary("bits", cast(value, "f4"), "i4")

    @staticmethod
    def call_bits_f8(value: Value) -> Value:
        return Unary("bits", cast(value, "f8"), "i8")

    @staticmethod
    def call_from_bits_f8(value: Value) -> Value:
        return Unary("from_bits", cast(value, "i8"), "f8")

    @staticmethod
    def call_wrap_add(a: Value, b: Value) -> Value:
        return _wrapping("wrap_add", a, b)

    @staticmethod
    def call_wrap_sub(a: Value, b: Value) -> Value:
        return _wrapping("wrap_sub", a, b)

    @staticmethod
    def call_wrap_mul(a: Value, b: Value) -> Value:
        return _wrapping("wrap_mul", a, b)


def _wrapping(op: str, a: Value, b: Value) -> Value:
    return Binary(op, cast(a, "i8"), cast(b, "i8"), "i8")


def _constant(value: object) -> Value:
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        if 2**63 < value < 2**64:
            return Const(value, "u8")
        if abs(value) <= 2**63:  # 2**63 itself stands behind a minus, or in u8(...)
            return Const(value, "i8" if value < 2**63 else "u8")
    if isinstance(value, float):
        return Const(value, "f8")
    raise Untaken(repr(value))
