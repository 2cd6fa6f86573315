"""Types of calls: the functions of `math`, which compute in doubles."""

from __future__ import annotations

import math
from functools import partial

from alpyna_hook.infer.maker import BOOL, FLOAT, INT, KnownCall, Maker, require_exact
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import is_float, is_int
from alpyna_hook.operators.gamma import GAMMA_CALLS, require_same
from alpyna_hook.operators.genuine import MATH
from alpyna_hook.reasons import Declined

# Functions of `math` that are libm's, with one argument, and raise by math_1's rule (CPython mathmodule.c).
LIBM_1 = frozenset(
    "acos acosh asin asinh atan atanh cos cosh exp exp2 expm1 log log10 log1p log2 sin sinh tan tanh cbrt erf erfc".split()
)


def libm(make: Maker, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.real(make.one(args, e), e)
    require_exact("math", name, "f8")
    make.scope.shared.libm[name] = None
    return make.op("libm:" + name, (value,), FLOAT, "f8", e.loc, ("domain",))


def math_log(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if len(args) == 2:
        parts = [libm(make, "log", [a], e) for a in args]
        return make.binary("/", parts[0], parts[1], e.loc)
    return libm(make, "log", args, e)


def math_sqrt(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return make.op("sqrt", (make.real(make.one(args, e), e),), FLOAT, "f8", e.loc, ("domain",))


def math_fabs(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return make.op("abs", (make.real(make.one(args, e), e),), FLOAT, "f8", e.loc)


def _two(make: Maker, args: list[t.Expr], e: ir.Call, *, name: str, checks: tuple[str, ...]) -> t.Expr:
    if len(args) != 2:
        raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
    make.scope.shared.libm[name] = None
    return make.op("libm:" + name, (make.real(args[0], e), make.real(args[1], e)), FLOAT, "f8", e.loc, checks)


def math_hypot(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """Python's own algorithm, which is not libm's; it never raises."""
    if len(args) != 2:
        raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
    require_exact("math", "hypot", "f8")
    return make.op("hypot", (make.real(args[0], e), make.real(args[1], e)), FLOAT, "f8", e.loc)


def math_gamma(make: Maker, args: list[t.Expr], e: ir.Call, *, name: str) -> t.Expr:
    """Python's own algorithm, too, of libm's exponentials, logarithms and sines."""
    value = make.real(make.one(args, e), e)
    require_exact("math", name, "f8")
    require_same(name)
    make.scope.shared.libm.update(dict.fromkeys(GAMMA_CALLS[name]))
    return make.op(name, (value,), FLOAT, "f8", e.loc, ("domain",))


def math_gcd(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if len(args) != 2:
        raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
    return make.op("gcd", tuple([_whole(make, a, e) for a in args]), INT, "i8", e.loc, ("overflow",))


def math_isqrt(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return make.op("isqrt", (_whole(make, make.one(args, e), e),), INT, "i8", e.loc, ("exponent",))


def _whole(make: Maker, value: t.Expr, e: ir.Call) -> t.Expr:
    """An argument that Python takes as an index."""
    if not is_int(value.rep) and value.kinds != BOOL:
        raise Declined("type-error", f"{e.function}() of {' or '.join(sorted(value.kinds))}", e.loc)
    return make.cast(value, "i8", "fit" if value.rep == "u8" else "")


def _predicate(make: Maker, args: list[t.Expr], e: ir.Call, *, name: str) -> t.Expr:
    return make.op(name, (make.real(make.one(args, e), e),), BOOL, "b1", e.loc)


def _to_int(make: Maker, args: list[t.Expr], e: ir.Call, *, name: str) -> t.Expr:
    value = make.one(args, e)
    if value.kinds <= {"int", "bool"}:
        return t.Cast(make.cast(value, "i8", ""), INT, "i8", None, e.loc)
    if not is_float(value.rep):
        raise Declined("inexact", f"{e.function}() of a NumPy integer", e.loc)
    make.kinds_by(MATH[name], value)  # math.trunc refuses np.float32
    rounded = make.op(name, (make.real(value, e),), FLOAT, "f8", e.loc)
    return t.Cast(make.cast(rounded, "i8", "fit"), INT, "i8", None, e.loc)


def _scaled(make: Maker, args: list[t.Expr], e: ir.Call, *, factor: float) -> t.Expr:
    value = t.Cast(make.real(make.one(args, e), e), FLOAT, "f8", None, e.loc)
    return make.binary("*", value, t.Const(factor, FLOAT, "f8", e.loc), e.loc)


MATH_CALLS: dict[str, KnownCall] = {
    "fabs": math_fabs, "gcd": math_gcd, "hypot": math_hypot, "isqrt": math_isqrt, "log": math_log, "sqrt": math_sqrt,
    **{name: partial(_two, name=name, checks=("domain_strict",)) for name in ("atan2", "fmod", "pow")},
    **{name: partial(math_gamma, name=name) for name in GAMMA_CALLS},
    "copysign": partial(_two, name="copysign", checks=("number",)),
    **{name: partial(_predicate, name=name) for name in ("isfinite", "isinf", "isnan")},
    **{name: partial(_to_int, name=name) for name in ("ceil", "floor", "trunc")},
    "degrees": partial(_scaled, factor=180.0 / math.pi),
    "radians": partial(_scaled, factor=math.pi / 180.0),
}
