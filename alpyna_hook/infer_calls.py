"""Types of calls: builtins, `math`, scalar NumPy functions, and the user's own functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from alpyna_hook import ir, profile, typed as t
from alpyna_hook.facts import Known, UserFunction
from alpyna_hook.infer_expr import BOOL, INT, Expressions
from alpyna_hook.operators import sample
from alpyna_hook.reasons import Declined
from alpyna_hook.scope import Scope
from alpyna_hook.types import Kinds, Rep, is_complex, is_float, is_int, is_python, rep_of, rep_of_kind
from alpyna_hook.views import resolve_function_views

# Functions of `math` that are libm's, with one argument, and raise by math_1's rule (CPython mathmodule.c).
LIBM_1 = frozenset(
    "acos acosh asin asinh atan atanh cos cosh exp exp2 expm1 log log10 log1p log2 sin sinh tan tanh cbrt erf erfc".split()
)
# NumPy ufuncs whose scalar calls are one call of their inner loop on floats, by arity.
UFUNC_1 = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh"
    " cbrt square reciprocal sign deg2rad rad2deg degrees radians spacing".split()
)
UFUNC_2 = frozenset(
    "arctan2 hypot power fmod copysign minimum maximum fmin fmax logaddexp logaddexp2 nextafter heaviside".split()
)
_ARITHMETIC = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "negative": "neg"}
FLOAT: Kinds = frozenset({"float"})
_ROUNDS = 12


class Calls(Expressions):
    """The part of inference that types calls."""

    def block(self, body: tuple[ir.Stmt, ...]) -> tuple[t.Stmt, ...]:
        raise NotImplementedError  # given by `Statements`

    def call(self, e: ir.Call) -> t.Expr:
        if e.function.startswith("@"):
            return self.internal(e)
        target = self.called(e)
        if isinstance(target, UserFunction):
            value = self.user_function(target, e)
            if not value.kinds:
                raise Declined("type-error", f"{e.function}() returns None", e.loc)
            return value
        if not isinstance(target, Known):
            raise Declined("call", f"{e.function}()", e.loc)
        if e.keywords:
            raise Declined("call", f"{e.function}() with keyword arguments", e.loc)
        try:
            args = [self.expr(a) for a in e.args]
            return self.split(args, lambda a: self.known(target, a, e), e.loc)
        except Declined as declined:
            raise declined if declined.loc else Declined(declined.reason.slug, declined.detail, e.loc) from None

    def known(self, target: Known, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if target.family == "numpy":
            return self.numpy_function(target.name, args, e)
        if target.family == "type":
            return self.constructor(target.name, args, e)
        function = getattr(self, f"{target.family}_{target.name}", None)
        if function is not None:
            return function(args, e)  # type: ignore[no-any-return]
        if target.family == "math" and target.name in LIBM_1:
            return self.libm(target.name, args, e)
        raise Declined("call", f"{e.function}()", e.loc)

    def called(self, e: ir.Call) -> object:
        scope = self.scope
        if scope.env is not None and e.function in scope.env:
            raise Declined("call", f"{e.function} is a number", e.loc)
        found = scope.shared.facts.functions.get(scope.prefix + e.function)
        if found is None:
            raise Declined("call", f"{e.function}()", e.loc)
        return found

    def effect(self, e: ir.Call) -> t.Expr:
        target = None if e.function.startswith("@") else self.called(e)
        return self.user_function(target, e) if isinstance(target, UserFunction) else self.call(e)

    # -- helpers

    def one(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) != 1:
            raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
        return args[0]

    def real(self, value: t.Expr, e: ir.Call) -> t.Expr:
        """An argument of a `math` function: a double."""
        if is_complex(value.rep):
            raise Declined("type-error", f"{e.function}() of a complex number", e.loc)
        return self.cast(value, "f8", "")

    def op(
        self, name: str, args: tuple[t.Expr, ...], kinds: Kinds, rep: Rep, loc: ir.Loc,
        checks: tuple[str, ...] = (), numpy: bool = False,
    ) -> t.Op:
        obligations = tuple(self.scope.shared.obligation(c) for c in checks)
        return t.Op(name, args, args[0].rep, kinds, rep, numpy, obligations, (), (), loc)

    def kinds_by(self, function: Callable[..., Any], *values: t.Expr) -> Kinds:
        combinations: list[tuple[str, ...]] = [()]
        for v in values:
            combinations = [(*c, k) for c in combinations for k in sorted(v.kinds)]
        return frozenset(sample(function, *c) for c in combinations)

    def single(self, kinds: Kinds, e: ir.Call) -> Rep:
        rep = rep_of(kinds)
        if len(kinds) != 1 or rep is None:
            raise Declined("mixed-types", f"{e.function}() gives {' or '.join(sorted(kinds))}", e.loc)
        return rep

    # -- made by the capture

    def internal(self, e: ir.Call) -> t.Expr:
        args = [self.expr(a) for a in e.args]
        match e.function:
            case "@min":
                return self.builtin_min(args, e)
            case "@index":
                return t.Cast(self.as_index(self.one(args, e), "a count"), INT, "i8", None, e.loc)
            case "@real" | "@imag":
                return self.part(e.function[1:], self.one(args, e), e)
            case "@item":
                return self.item(self.one(args, e), e)
            case "@conjugate":
                value = self.one(args, e)
                if not is_complex(value.rep):
                    kinds = self.kinds_by(lambda v: v.conjugate(), value)
                    return self.cast(t.Cast(value, kinds, value.rep, None, e.loc), self.single(kinds, e), "")
                return self.op("conjugate", (value,), value.kinds, value.rep, e.loc)
            case _:
                raise Declined("call", e.function, e.loc)

    def part(self, name: str, value: t.Expr, e: ir.Call) -> t.Expr:
        kinds = self.kinds_by(lambda v: getattr(v, name), value)
        rep = self.single(kinds, e)
        if is_complex(value.rep):
            return self.op(name, (value,), kinds, rep, e.loc)
        if name == "imag":
            zero: bool | int | float = 0.0 if is_float(rep) else 0
            return t.Const(zero, kinds, rep, e.loc)
        cast = self.cast(value, rep, "")
        return t.Cast(cast, kinds, rep, None, e.loc)

    def item(self, value: t.Expr, e: ir.Call) -> t.Expr:
        if any(is_python(k) for k in value.kinds):
            raise Declined("type-error", "item() of a Python number", e.loc)
        kinds = self.kinds_by(lambda v: v.item(), value)
        rep = self.single(kinds, e)
        return t.Cast(self.cast(value, rep, "fit" if value.rep == "u8" else ""), kinds, rep, None, e.loc)

    # -- builtins

    def builtin_abs(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        kinds = self.kinds_by(abs, value)
        if is_complex(value.rep):
            raise Declined("inexact", "the absolute value of a complex number", e.loc)
        value = self.cast(value, self.single(kinds, e), "")
        if value.rep[0] in "bu":
            return t.Cast(value, kinds, value.rep, None, e.loc)
        return self.op("abs", (value,), kinds, value.rep, e.loc, ("overflow",) if is_int(value.rep) else ())

    def builtin_int(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        if is_complex(value.rep):
            raise Declined("type-error", "int() of a complex number", e.loc)
        needs_check = is_float(value.rep) or value.rep == "u8"
        return t.Cast(self.cast(value, "i8", "fit" if needs_check else ""), INT, "i8", None, e.loc)

    def builtin_float(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return t.Cast(self.real(self.one(args, e), e), FLOAT, "f8", None, e.loc)

    def builtin_bool(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return t.Cast(self.truth(self.one(args, e)), BOOL, "b1", None, e.loc)

    def builtin_round(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        kinds = self.kinds_by(round, value)
        if is_float(value.rep):
            if kinds != INT:
                raise Declined("inexact", "round() of this type", e.loc)
            rounded = self.op("rint", (value,), value.kinds, value.rep, e.loc)
            return t.Cast(self.cast(rounded, "i8", "fit"), INT, "i8", None, e.loc)
        rep = self.single(kinds, e)
        return t.Cast(self.cast(value, rep, "fit" if value.rep == "u8" else ""), kinds, rep, None, e.loc)

    def builtin_pow(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) != 2:
            raise Declined("call", "pow() with a modulus", e.loc)
        return self.binary("**", args[0], args[1], e.loc)

    def builtin_min(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.extreme("<", args, e)

    def builtin_max(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.extreme(">", args, e)

    def extreme(self, op: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        """min and max return the operand itself: the later one only if it is strictly better."""
        if len(args) < 2:
            raise Declined("call", f"{e.function}() of a whole array", e.loc)
        best = args[0]
        for other in args[1:]:
            best = self._better(op, best, other, e.loc)
        return best

    def _better(self, op: str, best: t.Expr, other: t.Expr, loc: ir.Loc) -> t.Expr:
        def both(b: t.Expr) -> t.Expr:
            return self.shared_value(
                other, lambda o: self.select(self.truth(self.binary(op, o, b, loc)), o, b, loc), loc
            )

        return self.shared_value(best, both, loc)

    # -- math

    def libm(self, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.real(self.one(args, e), e)
        self._is_exact("math", name, "f8")
        self.scope.shared.libm[name] = None
        return self.op("libm:" + name, (value,), FLOAT, "f8", e.loc, ("domain",))

    @staticmethod
    def _is_exact(family: str, name: str, rep: Rep) -> None:
        """Raises Declined for a function that the machine's profile has seen to differ from the interpreter."""
        known = profile.load()
        if known is not None and known.inexact(family, name, rep):
            raise Declined("inexact", f"{family}.{name} differs on this machine, by its profile")

    def math_log(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) == 2:
            parts = [self.libm("log", [a], e) for a in args]
            return self.binary("/", parts[0], parts[1], e.loc)
        return self.libm("log", args, e)

    def math_sqrt(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.op("sqrt", (self.real(self.one(args, e), e),), FLOAT, "f8", e.loc, ("domain",))

    def math_fabs(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.op("abs", (self.real(self.one(args, e), e),), FLOAT, "f8", e.loc)

    def _two(self, name: str, args: list[t.Expr], e: ir.Call, checks: tuple[str, ...]) -> t.Expr:
        if len(args) != 2:
            raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
        self.scope.shared.libm[name] = None
        return self.op("libm:" + name, (self.real(args[0], e), self.real(args[1], e)), FLOAT, "f8", e.loc, checks)

    def math_pow(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._two("pow", args, e, ("domain_strict",))

    def math_fmod(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._two("fmod", args, e, ("domain_strict",))

    def math_atan2(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._two("atan2", args, e, ("domain_strict",))

    def math_copysign(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._two("copysign", args, e, ())

    def _predicate(self, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.op(name, (self.real(self.one(args, e), e),), BOOL, "b1", e.loc)

    def math_isnan(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._predicate("isnan", args, e)

    def math_isinf(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._predicate("isinf", args, e)

    def math_isfinite(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._predicate("isfinite", args, e)

    def _to_int(self, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        if value.kinds <= {"int", "bool"}:
            return t.Cast(self.cast(value, "i8", ""), INT, "i8", None, e.loc)
        if not is_float(value.rep):
            raise Declined("inexact", f"{e.function}() of a NumPy integer", e.loc)
        self.kinds_by(getattr(math, name), value)  # math.trunc refuses np.float32
        rounded = self.op(name, (self.real(value, e),), FLOAT, "f8", e.loc)
        return t.Cast(self.cast(rounded, "i8", "fit"), INT, "i8", None, e.loc)

    def math_floor(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._to_int("floor", args, e)

    def math_ceil(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._to_int("ceil", args, e)

    def math_trunc(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._to_int("trunc", args, e)

    def _scaled(self, factor: float, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = t.Cast(self.real(self.one(args, e), e), FLOAT, "f8", None, e.loc)
        return self.binary("*", value, t.Const(factor, FLOAT, "f8", e.loc), e.loc)

    def math_degrees(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._scaled(180.0 / math.pi, args, e)

    def math_radians(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self._scaled(math.pi / 180.0, args, e)

    # -- NumPy

    def constructor(self, kind: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        if is_complex(value.rep) and kind[0] != "c":
            raise Declined("type-error", f"{e.function}() of a complex number", e.loc)
        rep = rep_of_kind(kind)
        return t.Cast(self.store_cast(value, kind, e.loc), frozenset({kind}), rep, None, e.loc)

    def numpy_function(self, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        function = getattr(np, name)
        if not args or any(is_complex(a.rep) for a in args):
            raise Declined("call", f"{e.function}() of complex numbers", e.loc)
        kinds = self.kinds_by(function, *args)
        rep = self.single(kinds, e)
        if name in _ARITHMETIC and rep != "b1":
            return self._arithmetic(name, args, kinds, rep, e)
        if name in ("isnan", "isinf", "isfinite"):
            value = self.one(args, e)
            value = value if is_float(value.rep) else self.cast(value, "f8", "")
            return self.op(name, (value,), kinds, "b1", e.loc)
        if name in ("abs", "absolute", "fabs"):
            checks = ("overflow",) if is_int(rep) else ()
            return self.op("abs", (self.cast(self.one(args, e), rep, ""),), kinds, rep, e.loc, checks, True)
        if name in ("floor", "ceil", "trunc", "rint"):
            value = self.cast(self.one(args, e), rep, "")
            return self.op(name, (value,), kinds, rep, e.loc) if is_float(rep) else t.Cast(value, kinds, rep, None, e.loc)
        if not is_float(rep):
            return self._integer_extreme(name, args, kinds, rep, e)
        self.scope.shared.float_warnings = True
        if name == "sqrt":
            value = self.cast(self.one(args, e), rep, "")
            return self.op("sqrt", (value,), kinds, rep, e.loc, ("finite",), True)
        if len(args) != (1 if name in UFUNC_1 else 2 if name in UFUNC_2 else 0):
            raise Declined("call", f"{e.function}()", e.loc)
        self._is_exact("numpy", name, rep)
        self.scope.shared.ufuncs[name, rep] = None
        self.scope.shared.libm.update({"feclearexcept": None, "fetestexcept": None})
        values = tuple(self.cast(a, rep, "") for a in args)
        return self.op("ufunc:" + name, values, kinds, rep, e.loc, (), True)

    def _arithmetic(self, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
        """np.add and the like: in the ufunc's own type; its integers wrap around without a warning."""
        if len(args) != (1 if name == "negative" else 2):
            raise Declined("call", f"{e.function}()", e.loc)
        values = tuple([self.cast(a, rep, "fit" if "int" in a.kinds and is_int(rep) else "") for a in args])
        if not is_float(rep):
            return self.op(_ARITHMETIC[name], values, kinds, rep, e.loc, (), True)
        self.scope.shared.float_warnings = True
        return self.op(_ARITHMETIC[name], values, kinds, rep, e.loc, ("finite",), True)

    def _integer_extreme(self, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
        if name not in ("minimum", "maximum") or len(args) != 2:
            raise Declined("call", f"{e.function}() of integers", e.loc)
        values = [self.cast(a, rep, "fit" if "int" in a.kinds and is_int(rep) else "") for a in args]
        return self.op(name, tuple(values), kinds, rep, e.loc)

    # -- the user's functions

    def user_function(self, function: UserFunction, e: ir.Call) -> t.Expr:
        scope = self.scope
        if function.key in scope.active:
            raise Declined("recursion", e.function, e.loc)
        bound = self._bind(function, e)
        arrays = {p: self.array_name(a.name, e.loc) for p, a in bound.items() if self._is_array(a)}  # type: ignore[union-attr]
        scalars = {p: self.expr(a) for p, a in bound.items() if p not in arrays}
        code = self._without_rows(function, arrays)
        inner = self._new_scope(function, code, arrays, scalars)
        shared = scope.shared
        mark = len(shared.obligations), len(shared.functions)
        for _ in range(_ROUNDS):
            del shared.obligations[mark[0]:], shared.functions[mark[1]:]
            inner.start_round()
            body = type(self)(inner).block(code.body)
            if inner.env is not None and inner.returned:
                raise Declined("mixed-types", f"{e.function}() returns a value on one path and None on another", e.loc)
            if not inner.changed:
                break
        else:
            raise Declined("mixed-types", f"the types in {e.function}() do not settle", e.loc)
        scope.stores |= inner.stores
        return self._call_of(function, inner, body, scalars, e)

    def _call_of(
        self, function: UserFunction, inner: Scope, body: tuple[t.Stmt, ...], scalars: dict[str, t.Expr], e: ir.Call
    ) -> t.Expr:
        shared = self.scope.shared
        kinds = inner.returned[0] if inner.returned else frozenset()
        variables = {name: inner.variable(name) for name in inner.stored_kinds}
        name = f"{function.code.name.rpartition('.')[2]}_{len(shared.functions)}".replace("<", "").replace(">", "")
        typed = t.Function(
            name, tuple(scalars), variables, body, kinds, rep_of(kinds) or "i8" if kinds else "i8", inner.stores
        )
        shared.functions.append(typed)
        args = tuple(self._argument(v, variables[p].rep) for p, v in scalars.items())
        return t.CallFunction(typed, args, kinds, typed.rep, e.loc)

    def _argument(self, value: t.Expr, rep: Rep) -> t.Expr:
        return self.hold(value, rep)

    def hold(self, value: t.Expr, rep: Rep) -> t.Expr:
        raise NotImplementedError  # given by `Statements`

    def _is_array(self, a: ir.Expr) -> bool:
        if not isinstance(a, ir.Var):
            return False
        scope = self.scope
        if a.name in scope.arrays:
            return True
        outside = scope.locals is not None and a.name not in scope.locals
        return outside and scope.prefix + a.name in scope.shared.facts.arrays

    def _bind(self, function: UserFunction, e: ir.Call) -> dict[str, ir.Expr]:
        """Parameters with their arguments.  Raises Declined where Python would raise a TypeError."""
        code = function.code
        params = code.params[1:] if function.is_method else code.params
        if len(e.args) > len(params):
            raise Declined("type-error", f"{e.function}() with too many arguments", e.loc)
        bound: dict[str, ir.Expr] = dict(zip(params, e.args, strict=False))
        for name, value in e.keywords:
            if name in bound or name not in params:
                raise Declined("type-error", f"{e.function}() with the keyword {name}", e.loc)
            bound[name] = value
        for name, value in code.defaults:
            bound.setdefault(name, value)
        if len(bound) != len(params):
            raise Declined("type-error", f"{e.function}() with too few arguments", e.loc)
        return bound

    def _without_rows(self, function: UserFunction, arrays: dict[str, str]) -> ir.Function:
        """The function with `row = a[i]` resolved, for arrays of these dimensions."""
        facts = self.scope.shared.facts
        ranks = {p: facts.arrays[a].ndim for p, a in arrays.items()}
        for name in function.code.reads:
            outer = facts.arrays.get(f"{function.key}::{name}")
            if outer is not None:
                ranks[name] = outer.ndim
        return resolve_function_views(function.code, ranks)

    def _new_scope(
        self, function: UserFunction, code: ir.Function, arrays: dict[str, str], scalars: dict[str, t.Expr]
    ) -> Scope:
        own = frozenset(code.params) | assigned(code.body)
        entry = {p: v.kinds for p, v in scalars.items()}
        inner = Scope(
            self.scope.shared, function.key + "::", arrays, entry, own, active=(*self.scope.active, function.key)
        )
        for name, value in scalars.items():
            inner.env = inner.env if inner.env is not None else {}
            inner.set_kinds(name, value.kinds, value.value if isinstance(value, t.Const) else None)
        return inner


def assigned(body: tuple[ir.Stmt, ...]) -> frozenset[str]:
    """All names that statements may assign to."""
    names = set()
    for s in body:
        for node in ir.walk(s):
            if isinstance(node, ir.Assign):
                names.add(node.target)
            elif isinstance(node, ir.For):
                names.add(node.index)
    return frozenset(names)
