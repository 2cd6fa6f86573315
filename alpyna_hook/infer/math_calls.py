"""Types of calls: the functions of `math`."""

from __future__ import annotations

import math

from alpyna_hook.infer.expressions import BOOL, INT, require_exact
from alpyna_hook.infer.known_calls import FLOAT, KnownCalls
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import is_float, is_int
from alpyna_hook.operators.genuine import MATH
from alpyna_hook.reasons import Declined

# Functions of `math` that are libm's, with one argument, and raise by math_1's rule (CPython mathmodule.c).
LIBM_1 = frozenset(
    "acos acosh asin asinh atan atanh cos cosh exp exp2 expm1 log log10 log1p log2 sin sinh tan tanh cbrt erf erfc".split()
)


class MathCalls(KnownCalls):
    """The part of inference that types calls of `math`'s functions, which compute in doubles."""

    def libm(self, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.real(self.one(args, e), e)
        require_exact("math", name, "f8")
        self.scope.shared.libm[name] = None
        return self.op("libm:" + name, (value,), FLOAT, "f8", e.loc, ("domain",))

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
        return self._two("copysign", args, e, ("number",))

    def math_hypot(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        """Python's own algorithm, which is not libm's; it never raises."""
        if len(args) != 2:
            raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
        require_exact("math", "hypot", "f8")
        return self.op("hypot", (self.real(args[0], e), self.real(args[1], e)), FLOAT, "f8", e.loc)

    def math_gcd(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) != 2:
            raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
        return self.op("gcd", tuple([self._whole(a, e) for a in args]), INT, "i8", e.loc, ("overflow",))

    def math_isqrt(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.op("isqrt", (self._whole(self.one(args, e), e),), INT, "i8", e.loc, ("exponent",))

    def _whole(self, value: t.Expr, e: ir.Call) -> t.Expr:
        """An argument that Python takes as an index."""
        if not is_int(value.rep) and value.kinds != BOOL:
            raise Declined("type-error", f"{e.function}() of {' or '.join(sorted(value.kinds))}", e.loc)
        return self.cast(value, "i8", "fit" if value.rep == "u8" else "")

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
        self.kinds_by(MATH[name], value)  # math.trunc refuses np.float32
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
