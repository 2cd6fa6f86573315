"""Expressions of one text have one value: whatever tells two of them apart is in it."""

from __future__ import annotations

from itertools import combinations

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.alike import spelled
from alpyna_hook.ir.captured import Loc

LOC, INT, FLOAT = Loc(1, 0, 1, 1), frozenset({"int"}), frozenset({"float"})


def const(value: object, rep: str = "i8") -> t.Const:
    return t.Const(value, INT, rep, LOC)


def var(name: str) -> t.Var:
    return t.Var(name, INT, "i8", LOC)


def op(name: str, *args: t.Expr, compute: str = "i8", numpy: bool = False, called: str = "") -> t.Op:
    return t.Op(name, args, compute, INT, "i8", numpy, (), (), (), LOC, called)


def call(name: str, x: t.Expr) -> t.CallFunction:
    function = t.Function(name, ("x",), {}, (), INT, "i8", frozenset(), False, False)
    return t.CallFunction(function, (x,), INT, "i8", LOC)


def test_what_tells_values_apart() -> None:
    i, j = var("i"), var("j")
    different: list[t.Expr] = [
        i, j, const(1), const(True, "b1"), const(1.0, "f8"), const(0.0, "f8"), const(-0.0, "f8"), const(1, "u8"),
        t.Dim("a", 0, INT, "i8", LOC), t.Dim("a", 1, INT, "i8", LOC), t.Dim("b", 0, INT, "i8", LOC),
        t.Load("a", (i,), (), INT, "i8", LOC), t.Load("a", (j,), (), INT, "i8", LOC), t.Load("b", (i,), (), INT, "i8", LOC),
        t.Cast(i, INT, "i1", None, LOC), t.Cast(i, INT, "i2", None, LOC),
        op("add", i, j), op("add", j, i), op("sub", i, j), op("lshift", i, j), op("lshift", i, j, numpy=True), op("add", i, j, compute="i4"),
        op("libm", i, called="sin"), op("libm", i, called="cos"), call("p", i), call("q", i), call("p", j),
        t.TagIs(i, "int", INT, "b1", LOC), t.TagIs(i, "float", INT, "b1", LOC),
    ]  # fmt: skip
    for one, other in combinations(different, 2):
        assert spelled(one) != spelled(other)


def test_what_stands_for_variables() -> None:
    i, j, k = var("i"), var("j"), var("k")
    value = op("add", i, const(1))
    bound = t.Let("k", value, op("mul", k, j), INT, "i8", LOC)
    assert spelled(bound) == spelled(op("mul", k, j), {"k": value}) == spelled(op("mul", value, j))
    assert spelled(bound) != spelled(op("mul", k, j))
