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
from alpyna_hook.operators.genuine import CHOICES, UFUNCS
from alpyna_hook.reasons import Declined

_EDGES = (0.0, -0.0, 1.0, -1.0, 2.5, float("inf"), float("-inf"), float("nan"))


def compared(name: str, op: str, make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """np.less(x, y), ..."""
    kinds = _of_two(name, make, args, e)
    return t.Cast(make.truth(make.binary(op, args[0], args[1], e.loc)), kinds, "b1", None, e.loc)


def logical(name: str, op: str, make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """np.logical_and(x, y), ..."""
    kinds = _of_two(name, make, args, e)
    return make.op(op, tuple([make.truth(a) for a in args]), kinds, "b1", e.loc)


def _of_two(name: str, make: Maker, args: list[t.Expr], e: ir.Call) -> Kinds:
    kinds = make.kinds_by(UFUNCS[name], *args)
    if len(args) != 2:
        raise Declined("call", f"{e.function}()", e.loc)
    return kinds


def inverse(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """np.logical_not(x)"""
    return make.op("not", (make.truth(make.one(args, e)),), make.kinds_by(UFUNCS["logical_not"], *args), "b1", e.loc)


def predicate(name: str, make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """np.isnan(x), ..."""
    kinds, value = make.kinds_by(UFUNCS[name], *args), make.one(args, e)
    value = value if is_float(value.rep) and name != "signbit" else make.cast(value, "f8", "")
    return make.op(name, (value,), kinds, "b1", e.loc, ("number",) if name == "signbit" else ())


def clip(function: Callable[..., Any], make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
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
