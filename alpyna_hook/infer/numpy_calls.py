"""Types of calls: NumPy's functions of numbers."""

from __future__ import annotations

from functools import partial

from alpyna_hook.infer.maker import KnownCall, Maker
from alpyna_hook.infer.numpy_operators import clip, compared, inverse, logical, predicate
from alpyna_hook.infer.rounding import numpy_round
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import is_complex, is_float, is_int
from alpyna_hook.ir.schema import replace
from alpyna_hook.operators.functions import INNER_LOOP, NUMPY, SAME
from alpyna_hook.operators.genuine import CHOICES, ROUNDINGS, UFUNCS
from alpyna_hook.reasons import Declined


def numpy_function(make: Maker, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if not args or any(is_complex(a.rep) for a in args):
        raise Declined("call", f"{e.function}() of complex numbers", e.loc)
    rule = _RULES.get(name)
    return rule(make, args, e) if rule is not None else ufunc(make, name, args, e)


def ufunc(make: Maker, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """By its row, in the type of its result."""
    row = NUMPY.get(name)
    if row is None or name not in UFUNCS:
        raise Declined("call", f"{e.function}()", e.loc)
    kinds = make.kinds_by(UFUNCS[name], *args)
    rep = make.single(kinds, e)
    if is_float(rep):
        operation, checks = row.floats, row.float_checks
    elif is_int(rep):
        operation, checks = row.integers, row.integer_checks
    else:
        operation, checks = row.booleans, ()
    if not operation or len(args) != row.takes:
        raise Declined("call", f"{e.function}() of {' or '.join(sorted(kinds))}", e.loc)
    values = tuple([make.converted(a, rep) for a in args])
    if operation == SAME:
        return t.Cast(values[0], kinds, rep, None, e.loc)
    if operation == "square":
        return make.shared_value(values[0], lambda v: make.op("mul", (v, v), kinds, rep, e.loc, (), True), e.loc)
    if operation == INNER_LOOP:
        make.uses_ufunc(name, rep)
        return make.op(INNER_LOOP, values, kinds, rep, e.loc, checks, True, name)
    if is_float(rep) and checks:
        make.scope.shared.float_warnings = True
    return make.op(operation, values, kinds, rep, e.loc, checks, True)


def _copysign(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """Arithmetic may give a NaN of another sign: fsub -0.0, x is fneg x for LLVM."""
    made = ufunc(make, "copysign", args, e)
    assert isinstance(made, t.Op)
    value, sign = made.args
    if isinstance(sign, t.Load):
        return made
    return replace(made, args=(value, make.op("pos", (sign,), sign.kinds, made.compute, e.loc, ("number",))))


_RULES: dict[str, KnownCall] = {
    **{name: partial(numpy_round, function) for name, function in ROUNDINGS.items()},
    **{name: partial(clip, function) for name, function in CHOICES.items() if name == "clip"},
    "copysign": _copysign,
    "logical_not": inverse,
    **{name: partial(predicate, name) for name in ("isnan", "isinf", "isfinite", "signbit")},
    **{name: partial(compared, name, op) for name, op in {
        "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
    }.items()},
    **{name: partial(logical, name, op) for name, op in {
        "logical_and": "and", "logical_or": "or", "logical_xor": "xor",
    }.items()},
}
