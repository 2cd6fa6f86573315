"""Types of calls: the functions of `math`, which compute in doubles."""

from __future__ import annotations

import math
from functools import partial

from alpyna_hook.infer.maker import BOOL, FLOAT, INT, KnownCall, Maker, require_exact
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import is_float, is_int, rep_of_kind
from alpyna_hook.operators import genuine
from alpyna_hook.operators.functions import LIBM, MATH, REAL
from alpyna_hook.operators.gamma import GAMMA_CALLS, require_same
from alpyna_hook.reasons import Declined


def math_function(make: Maker, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """By its row."""
    row = MATH.get(name)
    if row is None or len(args) != len(row.takes):
        raise Declined("call", f"{e.function}()" if row is None else f"{e.function}() with {len(args)} arguments", e.loc)
    require_exact("math", name, "f8")
    called = name if row.operation == LIBM else ""
    make.scope.shared.libm.update(dict.fromkeys((called,) if called else row.libm))
    values = tuple([make.real(a, e) if what == REAL else _whole(make, a, e) for a, what in zip(args, row.takes, strict=True)])
    return make.op(row.operation, values, frozenset({row.gives}), rep_of_kind(row.gives), e.loc, row.checks, called=called)


def math_log(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if len(args) == 2:
        parts = [math_function(make, "log", [a], e) for a in args]
        return make.binary("/", parts[0], parts[1], e.loc)
    return math_function(make, "log", args, e)


def math_gamma(make: Maker, args: list[t.Expr], e: ir.Call, *, name: str) -> t.Expr:
    require_same(name)
    return math_function(make, name, args, e)


def _whole(make: Maker, value: t.Expr, e: ir.Call) -> t.Expr:
    """An argument that Python takes as an index."""
    if not is_int(value.rep) and value.kinds != BOOL:
        raise Declined("type-error", f"{e.function}() of {' or '.join(sorted(value.kinds))}", e.loc)
    return make.cast(value, "i8", "fit" if value.rep == "u8" else "")


def _to_int(make: Maker, args: list[t.Expr], e: ir.Call, *, name: str) -> t.Expr:
    value = make.one(args, e)
    if value.kinds <= {"int", "bool"}:
        return t.Cast(make.cast(value, "i8", ""), INT, "i8", None, e.loc)
    if not is_float(value.rep):
        raise Declined("inexact", f"{e.function}() of a NumPy integer", e.loc)
    make.kinds_by(genuine.MATH[name], value)  # math.trunc refuses np.float32
    rounded = make.op(name, (make.real(value, e),), FLOAT, "f8", e.loc)
    return t.Cast(make.cast(rounded, "i8", "fit"), INT, "i8", None, e.loc)


def _scaled(make: Maker, args: list[t.Expr], e: ir.Call, *, factor: float) -> t.Expr:
    value = t.Cast(make.real(make.one(args, e), e), FLOAT, "f8", None, e.loc)
    return make.binary("*", value, t.Const(factor, FLOAT, "f8", e.loc), e.loc)


MATH_CALLS: dict[str, KnownCall] = {
    "log": math_log,
    **{name: partial(math_gamma, name=name) for name in GAMMA_CALLS},
    **{name: partial(_to_int, name=name) for name in ("ceil", "floor", "trunc")},
    "degrees": partial(_scaled, factor=180.0 / math.pi),
    "radians": partial(_scaled, factor=math.pi / 180.0),
}
