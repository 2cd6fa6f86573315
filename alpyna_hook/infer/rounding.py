"""Types of calls: `round()` and NumPy's, to digits or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alpyna_hook.infer.maker import FLOAT, INT, Maker
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import is_float
from alpyna_hook.operators.genuine import BUILTINS
from alpyna_hook.reasons import Declined

_EXACT_TENS = 22  # 10.0**22 is the last one that a double holds


def builtin_round(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if len(args) == 2:
        return _round_to(make, args[0], args[1], e)
    value = make.one(args, e)
    kinds = make.kinds_by(BUILTINS["round"], value)
    if is_float(value.rep):
        if kinds != INT:
            raise Declined("inexact", "round() of this type", e.loc)
        rounded = make.op("rint", (value,), value.kinds, value.rep, e.loc)
        return t.Cast(make.cast(rounded, "i8", "fit"), INT, "i8", None, e.loc)
    rep = make.single(kinds, e)
    return t.Cast(make.cast(value, rep, "fit" if value.rep == "u8" else ""), kinds, rep, None, e.loc)


def _round_to(make: Maker, value: t.Expr, digits: t.Expr, e: ir.Call) -> t.Expr:
    """NumPy scales, rounds and scales back; Python's own floats are rounded correctly in decimal."""
    number = _digits(make, digits, e)
    if value.kinds == FLOAT and number > 0:
        tens = t.Const(10.0**number, FLOAT, "f8", e.loc)
        return make.op("decimal", (value, tens), FLOAT, "f8", e.loc, ("number",))
    if value.kinds == FLOAT and number == 0:
        return make.op("rint", (value,), FLOAT, "f8", e.loc)
    kinds = make.kinds_by(lambda v: BUILTINS["round"](v, number), value)
    if not is_float(value.rep) and number >= 0:
        rep = make.single(kinds, e)
        return t.Cast(make.cast(value, rep, ""), kinds, rep, None, e.loc)
    if not value.kinds <= {"f4", "f8"} or kinds != value.kinds:
        raise Declined("inexact", f"round() of {' or '.join(sorted(value.kinds))} to digits", e.loc)
    return _scaled_round(make, value, number, e)


def numpy_round(function: Callable[..., Any], make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    number = _digits(make, args[1], e) if len(args) == 2 else 0
    value = args[0] if len(args) <= 2 else make.one(args, e)
    kinds = make.kinds_by(lambda v: function(v, number), value)
    rep = make.single(kinds, e)
    if not is_float(rep) and (number < 0 or rep == "b1"):
        raise Declined("inexact", f"{e.function}() of integers to tens", e.loc)
    value = t.Cast(make.cast(value, rep, ""), kinds, rep, None, e.loc)
    return _scaled_round(make, value, number, e) if is_float(rep) else value


def _digits(make: Maker, digits: t.Expr, e: ir.Call) -> int:
    if not (isinstance(digits, t.Const) and digits.kinds == INT and abs(digits.value) <= _EXACT_TENS):
        raise Declined("call", f"{e.function}() to a number of digits that is not a small constant", e.loc)
    return int(digits.value)  # type: ignore[arg-type]


def _scaled_round(make: Maker, value: t.Expr, digits: int, e: ir.Call) -> t.Expr:
    """numpy/_core/src/multiarray/calculation.c, PyArray_Round."""
    if digits == 0:
        return make.op("rint", (value,), value.kinds, value.rep, e.loc)
    factor = t.Const(10.0 ** abs(digits), FLOAT, "f8", e.loc)
    scaled = make.binary("*" if digits > 0 else "/", value, factor, e.loc)
    rounded = make.op("rint", (scaled,), scaled.kinds, scaled.rep, e.loc)
    return make.binary("/" if digits > 0 else "*", rounded, factor, e.loc)
