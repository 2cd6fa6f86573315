"""Types of calls: NumPy's functions of numbers."""

from __future__ import annotations

from alpyna_hook.infer.maker import Maker
from alpyna_hook.infer.numpy_operators import by_operator, clip
from alpyna_hook.infer.rounding import numpy_round
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import Kinds, Rep, is_complex, is_float, is_int
from alpyna_hook.operators.genuine import CHOICES, ROUNDINGS, UFUNCS
from alpyna_hook.reasons import Declined

# NumPy ufuncs whose scalar calls are one call of their inner loop on floats, by arity.
UFUNC_1 = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh"
    " cbrt square reciprocal sign deg2rad rad2deg degrees radians spacing".split()
)
UFUNC_2 = frozenset(
    "arctan2 hypot power fmod copysign minimum maximum fmin fmax logaddexp logaddexp2 nextafter heaviside"
    " remainder floor_divide".split()
)
_ARITHMETIC = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "negative": "neg"}


def numpy_function(make: Maker, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
    if not args or any(is_complex(a.rep) for a in args):
        raise Declined("call", f"{e.function}() of complex numbers", e.loc)
    if name in ROUNDINGS:
        return numpy_round(make, ROUNDINGS[name], args, e)
    if name == "clip":
        return clip(make, CHOICES[name], args, e)
    if name not in UFUNCS:
        raise Declined("call", f"{e.function}()", e.loc)
    kinds = make.kinds_by(UFUNCS[name], *args)
    rep = make.single(kinds, e)
    if name in _ARITHMETIC and rep != "b1":
        return _arithmetic(make, name, args, kinds, rep, e)
    if name in ("isnan", "isinf", "isfinite", "signbit"):
        value = make.one(args, e)
        value = value if is_float(value.rep) and name != "signbit" else make.cast(value, "f8", "")
        return make.op(name, (value,), kinds, "b1", e.loc, ("number",) if name == "signbit" else ())
    if name in ("abs", "absolute", "fabs"):
        checks = ("overflow",) if is_int(rep) else ()
        return make.op("abs", (make.cast(make.one(args, e), rep, ""),), kinds, rep, e.loc, checks, True)
    if name in ("floor", "ceil", "trunc", "rint"):
        value = make.cast(make.one(args, e), rep, "")
        return make.op(name, (value,), kinds, rep, e.loc) if is_float(rep) else t.Cast(value, kinds, rep, None, e.loc)
    operated = by_operator(make, name, args, kinds, rep, e)
    if operated is not None:
        return operated
    if not is_float(rep):
        return _integer_extreme(make, name, args, kinds, rep, e)
    make.scope.shared.float_warnings = True
    if name == "sqrt":
        value = make.cast(make.one(args, e), rep, "")
        return make.op("sqrt", (value,), kinds, rep, e.loc, ("finite",), True)
    if len(args) != (1 if name in UFUNC_1 else 2 if name in UFUNC_2 else 0):
        raise Declined("call", f"{e.function}()", e.loc)
    make.uses_ufunc(name, rep)
    values = tuple([make.converted(a, rep) for a in args])
    if name == "copysign" and not isinstance(values[1], t.Load):
        # arithmetic may give a NaN of another sign: fsub -0.0, x is fneg x for LLVM
        values = values[0], make.op("pos", (values[1],), values[1].kinds, rep, e.loc, ("number",))
    return make.op("ufunc:" + name, values, kinds, rep, e.loc, (), True)


def _arithmetic(make: Maker, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
    """np.add and the like: in the ufunc's own type; its integers wrap around without a warning."""
    if len(args) != (1 if name == "negative" else 2):
        raise Declined("call", f"{e.function}()", e.loc)
    values = tuple([make.converted(a, rep) for a in args])
    if not is_float(rep):
        return make.op(_ARITHMETIC[name], values, kinds, rep, e.loc, (), True)
    make.scope.shared.float_warnings = True
    return make.op(_ARITHMETIC[name], values, kinds, rep, e.loc, ("finite",), True)


def _integer_extreme(make: Maker, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
    name = {"fmin": "minimum", "fmax": "maximum"}.get(name, name)
    if name not in ("minimum", "maximum") or len(args) != 2:
        raise Declined("call", f"{e.function}() of integers", e.loc)
    values = [make.converted(a, rep) for a in args]
    return make.op(name, tuple(values), kinds, rep, e.loc)
