"""Types of calls: builtins, and NumPy's types as functions."""

from __future__ import annotations

from alpyna_hook.infer.complex_numbers import builtin_complex, complex_abs, raised
from alpyna_hook.infer.maker import BOOL, FLOAT, INT, KnownCall, Maker
from alpyna_hook.infer.rounding import builtin_round
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import is_complex, is_float, is_int, is_python, rep_of_kind
from alpyna_hook.operators.genuine import BUILTINS
from alpyna_hook.reasons import Declined


def builtin_abs(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    kinds = make.kinds_by(BUILTINS["abs"], value)
    if is_complex(value.rep):
        return complex_abs(make, value, kinds, e.loc)
    value = make.cast(value, make.single(kinds, e), "")
    if value.rep[0] in "bu":
        return t.Cast(value, kinds, value.rep, None, e.loc)
    numpy = not any(is_python(kind) for kind in kinds)
    return make.op("abs", (value,), kinds, value.rep, e.loc, ("overflow",) if is_int(value.rep) else (), numpy)


def builtin_int(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    if is_complex(value.rep):
        raise Declined("type-error", "int() of a complex number", e.loc)
    needs_check = is_float(value.rep) or value.rep == "u8"
    return t.Cast(make.cast(value, "i8", "fit" if needs_check else ""), INT, "i8", None, e.loc)


def builtin_float(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    if isinstance(value, t.Const) and value.kinds == FLOAT:
        return value
    return t.Cast(make.real(value, e), FLOAT, "f8", None, e.loc)


def builtin_bool(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return t.Cast(make.truth(make.one(args, e)), BOOL, "b1", None, e.loc)


def builtin_pow(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if len(args) != 2:
        raise Declined("call", "pow() with a modulus", e.loc)
    return raised(make, args[0], args[1], e.loc)


def builtin_min(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return extreme(make, "<", args, e)


def builtin_max(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return extreme(make, ">", args, e)


def extreme(make: Maker, op: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """min and max return the operand itself: the later one only if it is strictly better."""
    if len(args) < 2:
        raise Declined("call", f"{e.function}() of a whole array", e.loc)
    best = args[0]
    for other in args[1:]:
        best = _better(make, op, best, other, e.loc)
    return best


def _better(make: Maker, op: str, best: t.Expr, other: t.Expr, loc: ir.Loc) -> t.Expr:
    def both(b: t.Expr) -> t.Expr:
        return make.shared_value(
            other, lambda o: make.select(make.truth(make.binary(op, o, b, loc)), o, b, loc), loc
        )

    return make.shared_value(best, both, loc)


def constructor(make: Maker, kind: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    if is_complex(value.rep) and kind[0] != "c":
        raise Declined("type-error", f"{e.function}() of a complex number", e.loc)
    rep = rep_of_kind(kind)
    return t.Cast(make.store_cast(value, kind, e.loc), frozenset({kind}), rep, None, e.loc)


BUILTIN_CALLS: dict[str, KnownCall] = {
    "abs": builtin_abs, "bool": builtin_bool, "complex": builtin_complex, "float": builtin_float, "int": builtin_int,
    "max": builtin_max, "min": builtin_min, "pow": builtin_pow, "round": builtin_round,
}
