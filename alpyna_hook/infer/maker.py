"""Typed expressions, made of typed expressions: each operation gets the representation that NumPy or Python computes in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

from alpyna_hook import profile
from alpyna_hook.infer.scope import Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import (
    INT_MAX,
    INT_MIN,
    KIND_OF_TYPE,
    Kind,
    Kinds,
    Rep,
    holds,
    int_range,
    is_complex,
    is_float,
    is_int,
    is_python,
    rep_of,
    rep_of_kind,
)
from alpyna_hook.operators.arithmetic import BINARY, COMPARISONS, Meaning, binary, sample
from alpyna_hook.reasons import Declined

BOOL: Kinds = frozenset({"bool"})
INT: Kinds = frozenset({"int"})
FLOAT: Kinds = frozenset({"float"})


class Maker:
    """What inference makes of operands whose types it knows, in one scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def constant(self, value: bool | int | float | complex, loc: ir.Loc) -> t.Const:
        kind = KIND_OF_TYPE[type(value)]
        if kind == "int" and not INT_MIN <= value <= INT_MAX:  # type: ignore[operator]
            raise Declined("big-integer", str(value), loc)
        return t.Const(value, frozenset({kind}), rep_of_kind(kind), loc)

    def cast(self, value: t.Expr, rep: Rep, obligation: str) -> t.Expr:
        if value.rep == rep:
            return value
        if isinstance(value, t.Const):
            folded = _fold_cast(value.value, rep)
            if folded is not None:
                return t.Const(folded, value.kinds, rep, value.loc)
        number = self.scope.obligation(obligation, value.loc) if obligation else None
        return t.Cast(value, value.kinds, rep, number, value.loc)

    def store_cast(self, value: t.Expr, kind: Kind, loc: ir.Loc) -> t.Expr:
        """The value as an element of an array: what NumPy refuses or warns of is an obligation."""
        rep = rep_of_kind(kind)
        if value.rep == rep:
            return value
        if is_complex(value.rep) and not is_complex(rep):
            raise Declined("type-error", "a complex number stored into a real array", loc)
        if rep == "b1":
            return self.truth(value)
        if is_int(rep):
            wraps = rep[0] == "u" and is_int(value.rep) and "int" not in value.kinds  # NumPy's integers do, silently
            return self.cast(value, rep, "" if value.rep == "b1" or wraps else "fit")
        if rep in ("f4", "c8") and value.rep in ("f8", "c16"):
            self.scope.shared.float_warnings = True
            return self.cast(value, rep, "finite")
        return self.cast(value, rep, "")

    def truth(self, value: t.Expr) -> t.Expr:
        if value.rep == "b1":
            return value
        if isinstance(value, t.Const):
            return t.Const(bool(value.value), BOOL, "b1", value.loc)
        return t.Op("truth", (value,), value.rep, BOOL, "b1", False, (), (), (), value.loc)

    def as_index(self, value: t.Expr, what: str) -> t.Expr:
        if not is_int(value.rep) or "bool" in value.kinds:
            raise Declined("index-type", f"{what} of type {' or '.join(sorted(value.kinds))}", value.loc)
        return self.cast(value, "i8", "fit" if value.rep == "u8" else "")

    def hold(self, value: t.Expr, rep: Rep) -> t.Expr:
        """The value in a representation that must hold it exactly."""
        if value.rep == rep:
            return value
        if isinstance(value, t.Const) and holds(rep, value.value):
            return self.cast(value, rep, "")
        weak = any(is_python(k) for k in value.kinds)
        source, target = value.rep[0], rep[0]
        if target in "iu" and source in "iu":
            widens = rep_of({value.rep, rep}) == rep
            return self.cast(value, rep, "" if widens else "fit")
        if source in "iu" and (weak or value.rep in ("i8", "u8", "i4", "u4")):
            return self.cast(value, rep, "exact")
        if source in "fc" and rep_of({value.rep, rep}) != rep:
            return self.cast(value, rep, "exact")
        return self.cast(value, rep, "")

    def operation(self, values: list[t.Expr], meaning: Callable[[tuple[Kind, ...]], Meaning], loc: ir.Loc) -> t.Expr:
        """One operation on operands that may have several kinds: all combinations must agree on what is computed."""
        combinations = list(itertools.product(*(sorted(v.kinds) for v in values)))
        try:
            meanings = [meaning(kinds) for kinds in combinations]
        except Declined as declined:
            raise Declined(declined.reason.slug, declined.detail, loc) from None
        first = self.agree(meanings, loc)
        kinds = frozenset(m.result for m in meanings)
        mixed = next((k for k, v in enumerate(values) if len(v.kinds) > 1 and not isinstance(v, t.Var)), None)
        if len(kinds) > 1 and mixed is not None:  # the tag of the result needs those of the operands
            return self.shared_operand(values, mixed, lambda bound: self.operation(bound, meaning, loc), loc)
        args = tuple(
            self.operand(v, first, [m.casts[k] for m in meanings]) for k, v in enumerate(values)
        )
        rep = "b1" if kinds <= {"bool", "?"} else first.compute
        checks = dict.fromkeys(c for m in meanings for c in m.checks)
        numpy = any(m.numpy for m in meanings)
        if first.called:
            self.uses_ufunc(first.called, first.compute)
        elif numpy and (is_float(first.compute) or is_complex(first.compute)) and first.name not in COMPARISONS:
            self.scope.shared.float_warnings = True
            checks["finite"] = None
        if first.name == "pow" and is_float(first.compute):
            self.scope.shared.libm["powf" if first.compute == "f4" else "pow"] = None
        tag_map = tuple((k, m.result) for k, m in zip(combinations, meanings, strict=True)) if len(kinds) > 1 else ()
        obligations = tuple([self.scope.obligation(c, loc, first.called or first.name) for c in checks])
        return t.Op(
            first.name, args, first.compute, kinds, rep, numpy, obligations, tag_map, tuple(values) if tag_map else (), loc,
            first.called,
        )

    def operand(self, value: t.Expr, meaning: Meaning, casts: list[str]) -> t.Expr:
        if meaning.compute == "mixed":
            return self.cast(value, "u8" if value.rep == "u8" else "i8", "")
        obligation = next((c for c in casts if c), "")
        if obligation == "fit":
            low, high = int_range(meaning.compute)
            own = int_range(value.rep)
            if low <= own[0] and own[1] <= high:
                obligation = ""
        elif meaning.numpy and meaning.compute in ("f4", "c8") and value.rep in ("f8", "c16"):
            obligation = "" if value.kinds <= {"int", "bool"} else "finite"
        return self.cast(value, meaning.compute, obligation)

    def agree(self, meanings: list[Meaning], loc: ir.Loc) -> Meaning:
        computes = {(m.name, m.called, m.compute) for m in meanings}
        if len(computes) == 1:
            return meanings[0]
        if {m.name for m in meanings} <= COMPARISONS and {m.compute for m in meanings} == {"i8", "f8"}:
            return next(m for m in meanings if m.compute == "f8")
        texts = sorted({f"{m.called or m.name} in {m.compute}" for m in meanings})
        raise Declined("mixed-types", " or ".join(texts), loc)

    def split(self, values: list[t.Expr], build: Callable[[list[t.Expr]], t.Expr], loc: ir.Loc) -> t.Expr:
        """What `build` makes of the values; where their kinds lead to different operations, one for each kind."""
        mark = self.scope.shared.mark()
        try:
            return build(values)
        except Declined as declined:
            position = next((k for k, v in enumerate(values) if len(v.kinds) > 1), None)
            if declined.reason.slug != "mixed-types" or position is None:
                raise
        self.scope.shared.back_to(mark)

        def by_kind(bound: list[t.Expr]) -> t.Expr:
            v = bound[position]
            assert isinstance(v, t.Var)
            versions = [(kind, self.split(_put(bound, position, self.narrow(v, kind)), build, loc)) for kind in sorted(v.kinds)]
            result = versions[-1][1]
            for kind, version in reversed(versions[:-1]):
                result = self.select(t.TagIs(v, kind, BOOL, "b1", loc), version, result, loc)
            return result

        return self.shared_values(values, range(len(values)), by_kind, loc)  # each is in all versions

    def narrow(self, value: t.Var, kind: Kind) -> t.Expr:
        """The value where its tag says that it is of this kind: the cast is then exact."""
        return t.Cast(value, frozenset({kind}), rep_of_kind(kind), None, value.loc)

    def select(self, test: t.Expr, then: t.Expr, orelse: t.Expr, loc: ir.Loc) -> t.Expr:
        kinds = then.kinds | orelse.kinds
        rep = rep_of(kinds)
        if rep is None:
            raise Declined("mixed-types", f"one value may be {' or '.join(sorted(kinds))}", loc)
        return t.Select(test, self.widen(then, rep), self.widen(orelse, rep), kinds, rep, loc)

    def widen(self, value: t.Expr, rep: Rep) -> t.Expr:
        exact = is_int(value.rep) and int(value.rep[1:]) >= 4 and not is_int(rep)
        return self.cast(value, rep, "exact" if exact else "")

    def shared_value(self, value: t.Expr, body: Callable[[t.Expr], t.Expr], loc: ir.Loc) -> t.Expr:
        """`body` of a value that is evaluated once."""
        if isinstance(value, (t.Const, t.Var)):
            return body(value)
        name = self.scope.shared.temporary()
        inner = body(t.Var(name, value.kinds, value.rep, loc))
        return t.Let(name, value, inner, inner.kinds, inner.rep, loc)

    def shared_operand(
        self, values: list[t.Expr], position: int, body: Callable[[list[t.Expr]], t.Expr], loc: ir.Loc
    ) -> t.Expr:
        """`body` of the operands, of which this one is evaluated once, and first: together with those before it, in
        order, where a call among them stores."""
        first = 0 if any(map(t.stores, values[: position + 1])) else position
        return self.shared_values(values, range(first, position + 1), body, loc)

    def shared_values(
        self, values: list[t.Expr], which: range, body: Callable[[list[t.Expr]], t.Expr], loc: ir.Loc
    ) -> t.Expr:
        if not which:
            return body(values)
        k, *_ = which
        return self.shared_value(values[k], lambda v: self.shared_values(_put(values, k, v), which[1:], body, loc), loc)

    def op(
        self, name: str, args: tuple[t.Expr, ...], kinds: Kinds, rep: Rep, loc: ir.Loc,
        checks: tuple[str, ...] = (), numpy: bool = False, called: str = "",
    ) -> t.Op:
        if len(kinds) != 1:
            raise Declined("mixed-types", f"the result may be {' or '.join(sorted(kinds))}", loc)
        obligations = tuple([self.scope.obligation(c, loc, called or name) for c in checks])
        return t.Op(name, args, args[0].rep, kinds, rep, numpy, obligations, (), (), loc, called)

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

    def converted(self, value: t.Expr, rep: Rep) -> t.Expr:
        """An operand as NumPy converts it: a Python number that does not fit raises or warns."""
        if is_int(rep):
            return self.cast(value, rep, "fit" if "int" in value.kinds else "")
        return self.cast(value, rep, "finite" if rep == "f4" and value.rep == "f8" else "")

    def one(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) != 1:
            raise Declined("call", f"{e.function}() with {len(args)} arguments", e.loc)
        return args[0]

    def real(self, value: t.Expr, e: ir.Call) -> t.Expr:
        """An argument of a `math` function: a double."""
        if is_complex(value.rep):
            raise Declined("type-error", f"{e.function}() of a complex number", e.loc)
        return self.cast(value, "f8", "")

    def uses_ufunc(self, name: str, rep: Rep) -> None:
        """The kernel calls NumPy's inner loop, which tells of warnings by the floating-point flags.

        Raises Declined for a function that the machine's profile has seen to differ from the interpreter.
        """
        require_exact("numpy", name, rep)
        shared = self.scope.shared
        shared.float_warnings = True
        shared.ufuncs[name, rep] = None
        shared.libm.update({"feclearexcept": None, "fetestexcept": None})

    def binary(self, op: str, left: t.Expr, right: t.Expr, loc: ir.Loc) -> t.Expr:
        """Of any numbers but complex ones to a power: those are `raised`."""
        folded = self.folded(op, left, right, loc)
        if folded is not None:
            return folded
        return self.split([left, right], lambda v: self.operation(v, lambda kinds: binary(op, *kinds), loc), loc)

    def folded(self, op: str, left: t.Expr, right: t.Expr, loc: ir.Loc) -> t.Expr | None:
        if not (isinstance(left, t.Const) and isinstance(right, t.Const)):
            return None
        value = _fold_python(op, left, right)
        return None if value is None else self.constant(value, loc)


KnownCall: TypeAlias = Callable[[Maker, list[t.Expr], ir.Call], t.Expr]  # what types the calls of one function


def _fold_cast(value: bool | int | float | complex, rep: Rep) -> bool | int | float | complex | None:
    """A constant in another representation where that is exact, else None."""
    if not holds(rep, value):
        return None
    if is_complex(rep):
        return complex(value)
    if is_float(rep) and not isinstance(value, complex):
        return float(value)
    if is_int(rep) and isinstance(value, int):
        return int(value)
    return None


def _fold_python(op: str, left: t.Const, right: t.Const) -> bool | int | float | complex | None:
    """`left op right` of two constants, as Python would compute it; None where that raises or is big."""
    if op in ("**", "<<") and (isinstance(right.value, complex) or abs(right.value) > 64):
        return None
    try:
        value = BINARY[op][1](left.value, right.value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        return None
    return value  # type: ignore[no-any-return]


def require_exact(family: str, name: str, rep: Rep) -> None:
    """Raises Declined for a function that the machine's profile has seen to differ from the interpreter."""
    known = profile.load()
    if known is not None and known.inexact(family, name, rep):
        raise Declined("inexact", f"{family}.{name} differs on this machine, by its profile")


def _put(values: list[t.Expr], position: int, value: t.Expr) -> list[t.Expr]:
    return [*values[:position], value, *values[position + 1 :]]
