"""Functions that are written as Python's text, for the helpers of kernels, as kernel IR.

before:  def gcd_i8(a: i8, b: i8) -> i8:           after:  Function("gcd_i8", (a: i8, b: i8), "i8", (x: i8, ...), (), (
             x = abs(a) ...                                    Set("x", Unary("abs", a, "i8")), ...))
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_values import (
    PART,
    REPS,
    arithmetic,
    both,
    cast,
    chosen,
    compared,
    constant,
    either,
    magnitude,
    negated,
    truth,
)

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.BitAnd: "and", ast.LShift: "lshift", ast.RShift: "rshift",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}
_CONSTANTS = {"inf": float("inf"), "nan": float("nan")}


def read(text: str, other: Callable[[str], k.Function]) -> k.Function:
    """The function.  other: gives those that it calls."""
    (written,) = ast.parse(text).body
    assert isinstance(written, ast.FunctionDef)
    return _Reader(written, other).function()


class _Reader:
    def __init__(self, written: ast.FunctionDef, other: Callable[[str], k.Function]) -> None:
        self.written = written
        self.other = other
        self.rep = ast.unparse(written.returns or written)
        self.reps = {a.arg: ast.unparse(a.annotation or a) for a in written.args.args}

    def function(self) -> k.Function:
        parameters = tuple([k.Local(name, rep) for name, rep in self.reps.items()])
        body = self.block(self.written.body)
        variables = [k.Local(name, rep) for name, rep in self.reps.items()][len(parameters):]
        return k.Function(self.written.name, parameters, self.rep, tuple(variables), (), body)

    # -- statements

    def block(self, body: list[ast.stmt]) -> tuple[k.Stmt, ...]:
        return tuple(map(self.statement, body))

    def statement(self, s: ast.stmt) -> k.Stmt:
        match s:
            case ast.Assign(targets=[ast.Name(id=name)]):
                value = self.value(s.value)
                return k.Set(name, cast(value, self.reps.setdefault(name, k.rep_of(value))))
            case ast.If():
                return k.If(self.test(s.test), self.block(s.body), self.block(s.orelse))
            case ast.While():
                return k.While(self.test(s.test), self.block(s.body))
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=[low, high])):
                self.reps[name] = "i8"
                return k.Loop(name, self.value(low), self.value(high), 1, k.Mode.SEQUENTIAL, self.block(s.body), ())
            case ast.Return(value=ast.expr() as value):
                return k.Return(cast(self.value(value), self.rep))
        raise AssertionError(ast.unparse(s))

    # -- values

    def test(self, e: ast.expr) -> k.Value:
        return truth(self.value(e))

    def value(self, e: ast.expr) -> k.Value:
        match e:
            case ast.Constant(value=bool() | int() | float() as value):
                return constant(value, "b1" if isinstance(value, bool) else "i8" if isinstance(value, int) else "f8")
            case ast.Name(id=name):
                return k.Local(name, self.reps[name]) if name in self.reps else k.Const(_CONSTANTS[name], "f8")
            case ast.UnaryOp(op=ast.USub()):
                return negated(self.value(e.operand))
            case ast.BinOp():
                return arithmetic(_BINARY[type(e.op)], self.value(e.left), self.value(e.right))
            case ast.BoolOp():
                return (both if isinstance(e.op, ast.And) else either)(*map(self.test, e.values))
            case ast.Compare(ops=[op], comparators=[other]):
                return compared(_COMPARE[type(op)], self.value(e.left), self.value(other))
            case ast.IfExp():
                return chosen(self.test(e.test), self.value(e.body), self.value(e.orelse))
            case ast.Call(func=ast.Name(id=name)):
                return self.call(name, [self.value(x) for x in e.args])
        raise AssertionError(ast.unparse(e))

    def call(self, name: str, args: list[k.Value]) -> k.Value:
        op, _, rep = name.rpartition("_")
        match op or name:
            case _ if name in REPS:
                return cast(args[0], name)
            case "abs":
                return magnitude(args[0])
            case "complex":
                part = PART[self.rep]
                return k.Pair(cast(args[0], part), cast(args[1], part), self.rep)
            case "bits" | "from_bits":
                return k.Unary(op, args[0], "i" + rep[1:] if op == "bits" else rep)
            case "at":
                return k.CallAt(args[0], tuple([cast(x, rep) for x in args[1:]]), rep)
            case "fabs" | "floor" | "fneg" | "sqrt" | "rint":
                return k.Unary(op, cast(args[0], rep), rep)
        function = self.other(name)
        return k.Call(name, tuple([cast(x, p.rep) for x, p in zip(args, function.parameters, strict=True)]), function.rep)
