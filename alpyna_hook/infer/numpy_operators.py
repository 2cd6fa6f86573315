"""Types of calls: NumPy's functions that do what operators or comparisons of its numbers do."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from alpyna_hook.infer.maker import BOOL, Maker
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import Kinds, Rep, is_complex, is_float, is_int
from alpyna_hook.operators.genuine import CHOICES
from alpyna_hook.reasons import Declined

_COMPARED = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!="}
_LOGICAL = {"logical_and": "and", "logical_or": "or", "logical_xor": "xor"}
_INTEGER = {"bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor", "left_shift": "lshift", "right_shift": "rshift",
            "remainder": "mod", "floor_divide": "floordiv"}
_DIVISIONS = ("nonzero", "overflow")
_EDGES = (0.0, -0.0, 1.0, -1.0, 2.5, float("inf"), float("-inf"), float("nan"))


def by_operator(make: Maker, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr | None:
    """np.less, np.logical_and, np.mod of integers, ...; None for another function."""
    if name == "logical_not" or (name == "invert" and rep == "b1"):
        return make.op("not", (make.truth(make.one(args, e)),), kinds, "b1", e.loc)
    if name == "invert":
        return make.op("invert", (make.converted(make.one(args, e), rep),), kinds, rep, e.loc, (), True)
    if name == "square" and is_int(rep):
        return make.shared_value(
            make.converted(make.one(args, e), rep), lambda v: make.op("mul", (v, v), kinds, rep, e.loc, (), True), e.loc
        )
    if len(args) != 2:
        return None
    if name in _COMPARED:
        return t.Cast(make.truth(make.binary(_COMPARED[name], args[0], args[1], e.loc)), kinds, "b1", None, e.loc)
    if name in _LOGICAL:
        return make.op(_LOGICAL[name], tuple([make.truth(a) for a in args]), kinds, "b1", e.loc)
    if name not in _INTEGER or is_float(rep):
        return None
    if rep == "b1" and name not in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        raise Declined("call", f"{e.function}() of booleans", e.loc)
    checks = _DIVISIONS if name in ("remainder", "floor_divide") else ()
    values = tuple([make.converted(a, rep) for a in args])
    return make.op(_INTEGER[name], values, kinds, rep, e.loc, checks, True)


def clip(make: Maker, function: Callable[..., Any], args: list[t.Expr], e: ir.Call) -> t.Expr:
    """np.clip(x, low, high), or x.clip(low, high): comparisons, which let a NaN among the bounds win."""
    if len(args) != 3:
        raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
    kinds = make.kinds_by(function, *args)
    rep = make.single(kinds, e)
    if not (is_float(rep) or is_int(rep)) or not _clip_compares():
        raise Declined("call", f"{e.function}() of {' or '.join(sorted(kinds))}", e.loc)
    values: list[t.Expr] = [t.Cast(make.converted(a, rep), kinds, rep, None, e.loc) for a in args]
    return make.shared_values(values, range(3), lambda bound: _clipped(make, bound, kinds, rep, e), e.loc)


def _clipped(make: Maker, values: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
    x, low, high = values

    def compared(name: str, a: t.Expr, b: t.Expr) -> t.Expr:
        return t.Op(name, (a, b), rep, BOOL, "b1", False, (), (), (), e.loc)

    def chosen(test: t.Expr, then: t.Expr, orelse: t.Expr) -> t.Expr:
        return t.Select(test, then, orelse, kinds, rep, e.loc)

    raised = chosen(compared("lt", x, low), low, x)
    result = make.shared_value(raised, lambda v: chosen(compared("gt", v, high), high, v), e.loc)
    for bound in (high, low) if is_float(rep) else ():
        result = chosen(compared("ne", bound, bound), bound, result)
    return result


def where(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """np.where(c, x, y), both of which are evaluated."""
    if any(is_complex(a.rep) for a in args):
        raise Declined("call", f"{e.function}() of complex numbers", e.loc)
    kinds = make.kinds_by(lambda c, x, y: CHOICES["where"](c, x, y)[()], *args)
    rep = make.single(kinds, e)
    values: list[t.Expr] = [make.truth(args[0]), *[t.Cast(make.converted(a, rep), kinds, rep, None, e.loc) for a in args[1:]]]
    return make.shared_values(values, range(3), lambda v: t.Select(v[0], v[1], v[2], kinds, rep, e.loc), e.loc)


@cache
def _clip_compares() -> bool:
    """Whether this NumPy clips floats as `_clipped` does, signs of zeros and NaN included; it has other loops for arrays."""
    clip = CHOICES["clip"]
    triples = itertools.product(map(np.float64, _EDGES), repeat=3)
    return all(repr(_clip(*numbers)) == repr(clip(*numbers)) for numbers in triples)


def _clip(x: np.float64, low: np.float64, high: np.float64) -> np.float64:
    if low != low or high != high:
        return low if low != low else high
    x = low if x < low else x
    return high if x > high else x
