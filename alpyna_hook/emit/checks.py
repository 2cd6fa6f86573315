"""Operations with the checks of their obligations that were not proved, before them or of what they give."""

from __future__ import annotations

import cmath

from alpyna_hook.emit.scope import Scope
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import (
    both,
    cast,
    compared,
    either,
    i8,
    negation,
    real,
    wrapping,
    zero,
)
from alpyna_hook.ir.kinds import EXACT_INT, Rep, int_range, is_complex, is_float, is_int, is_python
from alpyna_hook.operators.operations import operation
from alpyna_hook.operators.written import finite, infinite, parts

_OF_RESULTS = frozenset({"finite", "finite_division", "domain", "domain_strict"})


def checked(scope: Scope, e: t.Op, args: list[k.Value]) -> k.Value:
    """What the operation gives for its operands."""
    checks = {scope.emission.nest.obligations[o]: o for o in e.obligations if scope.emission.unproved(o)}
    known = operation(e.name)
    if checks or known.twice:
        args = [scope.simple(a) for a in args]
    _before(scope, e, args, checks)
    value = known.written(scope, e, *args)
    after = checks.keys() & _OF_RESULTS
    if after:
        result = scope.temporary(value)
        _after(scope, e, args, result, after)
        return result
    if _is_witness(scope, e):
        result = scope.temporary(value)
        _witness(scope, result)
        return result
    return value


def _is_witness(scope: Scope, e: t.Op) -> bool:
    obligations, outcomes = scope.emission.nest.obligations, scope.emission.outcomes
    return any(outcomes[o] == "W" and obligations[o] == "finite" for o in e.obligations)


def _witness(scope: Scope, result: k.Value) -> None:
    """The bits of the result go into a sum that the kernel returns, so that the operation cannot be dropped."""
    for part in parts(result):
        bits = k.Unary("bits", part, "i4" if k.rep_of(part) == "f4" else "i8")
        scope.set(scope.witnesses(), wrapping("add", scope.witnesses(), bits))


def _is_number(value: k.Value) -> k.Value:
    return compared("eq", value, value)


def _is_nan(value: k.Value) -> k.Value:
    return compared("ne", value, value)


# ------------------------------------------------------------------ before it


def _before(scope: Scope, e: t.Op, a: list[k.Value], checks: dict[str, int]) -> None:
    if "exponent" in checks:
        scope.give_up_if(compared("lt", a[-1], i8(0)), checks["exponent"])
    if "shift" in checks:
        scope.give_up_if(either(compared("lt", a[1], i8(0)), compared("gt", a[1], i8(63))), checks["shift"])
    if "nonzero" in checks:
        none = k.Compare("eq", a[1], zero(k.rep_of(a[1])))
        if is_float(e.compute) or is_complex(e.compute):
            scope.mark_bad_if(none)
        else:
            scope.give_up_if(none, checks["nonzero"])
    own = operation(e.name).before
    if "overflow" in checks:
        test = own["overflow"](scope, e, *a)
        if test is not None:
            scope.give_up_if(test, checks["overflow"])
    for what in ("number", "domain"):
        test = own[what](scope, e, *a) if what in own and what in checks else None
        if test is not None:
            scope.mark_bad_if(test)
    if "number" in checks and "number" not in own:
        scope.mark_bad_if(_is_nan(a[-1]))


# ------------------------------------------------------------ what it has given


def _after(scope: Scope, e: t.Op, a: list[k.Value], result: k.Value, checks: set[str]) -> None:
    known = operation(e.name)
    for what in sorted(checks & known.after.keys()):
        test = known.after[what](scope, e, result, *a)
        if test is not None:
            scope.mark_bad_if(test)
    checks = checks - known.after.keys() - known.before.keys()
    if "domain_strict" in checks:
        scope.mark_bad_if(negation(finite(result)))
    elif "domain" in checks:
        became = either(both(_is_nan(result), _is_number(a[0])), finite(a[0]))
        scope.mark_bad_if(both(negation(finite(result)), became))
    if "finite_division" in checks:
        some = k.Compare("ne", a[1], zero(k.rep_of(a[1])))
        scope.mark_bad_if(negation(both(finite(a[0]), finite(a[1]), some, finite(result))))
    elif "finite" in checks:
        scope.mark_bad_if(_raised(e, a, result))


def _raised(e: t.Op, a: list[k.Value], result: k.Value) -> k.Value:
    """Whether IEEE arithmetic raised invalid, overflow or division by zero: the result is not finite, its operands were."""
    if is_complex(e.compute):
        return either(*[negation(finite(part)) for part in parts(result)])
    operands = [x for x, arg in zip(a, e.args, strict=True) if not (isinstance(arg, t.Const) and cmath.isfinite(arg.value))]
    became_nan = both(_is_nan(result), *map(_is_number, operands))
    became_infinite = both(infinite(result), *map(finite, operands))
    return either(became_nan, became_infinite)


# ----------------------------------------------------------------------- casts


def cast_of(scope: Scope, e: t.Cast, value: k.Value) -> k.Value:
    source, target = e.value.rep, e.rep
    if source == target:
        return value
    if scope.emission.unproved(e.obligation):
        value = scope.simple(value)
        if scope.emission.nest.obligations[e.obligation or 0] == "finite":
            return _narrowed(scope, value, target)
        test = _is_lost(value, source, target)
        if test is not None:
            scope.give_up_if(test, e.obligation)
    if is_complex(source) and not is_complex(target):
        return cast(real(value), target)
    if is_int(source) and target in ("f4", "c8") and any(is_python(kind) for kind in e.value.kinds):
        value = cast(value, "f8")
    return cast(value, target)


def _narrowed(scope: Scope, value: k.Value, target: Rep) -> k.Value:
    """A double as a float, with a look at whether it overflowed."""
    result = scope.temporary(cast(value, target))
    pairs = zip(parts(result), parts(value), strict=False)  # a real number as a complex one: the real part
    scope.mark_bad_if(either(*[both(infinite(r), finite(x)) for r, x in pairs]))
    return result


def _is_lost(x: k.Value, source: Rep, target: Rep) -> k.Value | None:
    """Whether a cast changes the value; None if it cannot."""
    if is_float(source) and is_int(target):
        low, high = int_range(target)
        least = ("gt", float(low) - 1.0) if low > -(2**53) else ("ge", float(low))
        tests = [compared(op, x, k.Const(bound, "f8")) for op, bound in (least, ("lt", float(high + 1)))]
        return negation(both(*tests))
    if is_int(target):
        low, high = int_range(target)
        own_low, own_high = int_range(source)
        tests = [compared("lt", x, i8(low))] if own_low < low else []
        tests += [compared("gt", x, cast(k.Const(high, "u8" if high >= 2**63 else "i8"), source))] if own_high > high else []
        return either(*tests) if tests else None
    if is_int(source):
        bound = EXACT_INT[target]
        if source == "u8":
            return compared("gt", x, k.Const(bound, "u8"))
        return either(compared("gt", x, i8(bound)), compared("lt", x, i8(-bound)))
    if is_complex(source) or is_complex(target):
        narrow = "f4" if target in ("c8", "f4") else "f8"
        return either(*[_changes(part, narrow) for part in parts(x)])
    return _changes(x, "f4")


def _changes(x: k.Value, narrow: Rep) -> k.Value:
    """Is the number another one in this representation?"""
    return both(compared("ne", cast(cast(x, narrow), "f8"), x), _is_number(x))
