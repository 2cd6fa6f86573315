"""Types of operations on complex numbers: `complex()`, `abs`, and small powers."""

from __future__ import annotations

import sys

from alpyna_hook.infer.maker import INT, Maker
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import Kinds, is_complex, rep_of
from alpyna_hook.operators.arithmetic import binary
from alpyna_hook.reasons import Declined

COMPLEX: Kinds = frozenset({"complex"})
_NUMPY: tuple[Kinds, ...] = (frozenset({"c8"}), frozenset({"c16"}))
_LARGEST_POWER = 100  # CPython multiplies up to this one, NumPy below it


def builtin_complex(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if not 1 <= len(args) <= 2:
        raise Declined("call", f"complex() with {len(args)} arguments", e.loc)
    if len(args) == 1:
        return t.Cast(make.cast(args[0], "c16", ""), COMPLEX, "c16", None, e.loc)
    if any(is_complex(a.rep) for a in args):
        raise Declined("inexact", "complex() of two numbers, one of them complex", e.loc)
    parts = tuple([make.cast(a, "f8", "") for a in args])
    return t.Op("complex", parts, "f8", COMPLEX, "c16", False, (), (), (), e.loc)


def complex_abs(make: Maker, value: t.Expr, kinds: Kinds, loc: ir.Loc) -> t.Expr:
    """libm's hypot of the parts, by Python and by NumPy's scalars; one raises where it overflows, the other warns."""
    rep = rep_of(kinds)
    if len(kinds) != 1 or rep is None:
        raise Declined("mixed-types", f"abs() gives {' or '.join(sorted(kinds))}", loc)
    shared = make.scope.shared
    numpy = value.kinds != COMPLEX
    shared.libm["hypotf" if rep == "f4" else "hypot"] = None
    shared.float_warnings = shared.float_warnings or numpy
    obligation = make.scope.obligation("finite" if numpy else "domain", loc, "abs")
    return t.Op("cabs", (value,), value.rep, kinds, rep, numpy, (obligation,), (), (), loc)


def raised(make: Maker, left: t.Expr, right: t.Expr, loc: ir.Loc) -> t.Expr:
    """`left ** right`, of any numbers."""
    folded = make.folded("**", left, right, loc)
    if folded is not None:
        return folded

    def power(values: list[t.Expr]) -> t.Expr:
        base, exponent = values
        if is_complex(base.rep) and isinstance(exponent, t.Const) and exponent.kinds == INT:
            product = complex_power(make, base, int(exponent.value), loc)  # type: ignore[arg-type]
            if product is not None:
                return product
        return make.operation(values, lambda kinds: binary("**", *kinds), loc)

    return make.split([left, right], power, loc)


def complex_power(make: Maker, base: t.Expr, exponent: int, loc: ir.Loc) -> t.Expr | None:
    """A power that is computed by products alone; None if there is none for these kinds."""
    if base.kinds == COMPLEX and 1 <= exponent <= _LARGEST_POWER and sys.version_info < (3, 14):
        return _python_power(make, base, exponent, loc)
    if base.kinds in _NUMPY and 1 <= exponent < _LARGEST_POWER:
        return make.shared_value(base, lambda z: _numpy_power(make, z, exponent, loc), loc)
    return None


def _python_power(make: Maker, base: t.Expr, exponent: int, loc: ir.Loc) -> t.Expr:
    """By squares, from 1 (CPython, Objects/complexobject.c: c_powu); overflow raises."""
    power = _by_squares(make, t.Const(1 + 0j, COMPLEX, "c16", loc), base, exponent, loc)
    return t.Op("bounded", (power,), "c16", COMPLEX, "c16", False, (make.scope.obligation("domain", loc, "pow"),), (), (), loc)


def _numpy_power(make: Maker, base: t.Expr, exponent: int, loc: ir.Loc) -> t.Expr:
    """Any zero gives 0; the first three powers are products, the others go by squares, from 1
    (NumPy, npymath/npy_math_complex.c: npy_cpow)."""
    if exponent <= 3:
        power = base
        for _ in range(exponent - 1):
            power = make.binary("*", base, power, loc)
    else:
        power = _by_squares(make, t.Const(1 + 0j, base.kinds, base.rep, loc), base, exponent, loc)
    zero = t.Const(0j, base.kinds, base.rep, loc)
    return t.Select(make.truth(make.binary("==", base, zero, loc)), zero, power, base.kinds, base.rep, loc)


def _by_squares(make: Maker, result: t.Expr, square: t.Expr, left: int, loc: ir.Loc) -> t.Expr:
    def step(s: t.Expr) -> t.Expr:
        grown = make.binary("*", result, s, loc) if left & 1 else result
        if left == 1:
            return grown
        return make.shared_value(grown, lambda r: _by_squares(make, r, make.binary("*", s, s, loc), left >> 1, loc), loc)

    return make.shared_value(square, step, loc)
