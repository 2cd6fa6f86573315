"""The table of operations: what each is for a machine.  Their operands are evaluated; the checks of them are in `checks`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf

from alpyna_hook.emit import helpers
from alpyna_hook.emit.scope import FRAME, Scope
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import (
    PART,
    arithmetic,
    both,
    cast,
    chosen,
    compared,
    constant,
    i8,
    imag,
    inverted,
    is_signed,
    magnitude,
    negated,
    negation,
    real,
    wrapping,
    zero,
)
from alpyna_hook.ir.kinds import Rep, is_complex, is_float
from alpyna_hook.operators.gamma import GAMMA_CALLS

ARITHMETIC = frozenset("add sub mul floordiv mod and or xor".split())
COMPARE = frozenset("lt le gt ge eq ne".split())
_LLVM = frozenset("sqrt floor ceil trunc rint".split())  # one instruction each
_HELPED = {"gcd": "gcd_i8", "isqrt": "isqrt_i8", "hypot": "hypot_f8", "decimal": "decimal_f8"}


def operation(scope: Scope, e: t.Op, a: list[k.Value]) -> k.Value:
    name, rep = e.name, e.compute
    kind, _, called = name.partition(":")
    if kind == "libm":
        return libm(scope, called, "f8", *a)
    if kind == "ufunc":
        return k.Apply(*scope.ufunc(called, rep), scope.flag_functions(), FRAME, tuple([cast(x, rep) for x in a]), rep)
    if name in COMPARE:
        return compared(name, *a)
    if name in ARITHMETIC:
        if rep == "i8" and name in ("add", "sub", "mul") and may_wrap(scope, e):
            return wrapping(name, *a)
        return cast(arithmetic(name, *a), rep)
    if name.endswith("_mixed"):
        return _mixed(scope, name.removesuffix("_mixed"), a)
    if name in _LLVM:
        return k.Unary(name, cast(a[0], rep), rep)
    if name in GAMMA_CALLS:
        return helper(scope, f"{name}_f8", *[scope.function(f) for f in GAMMA_CALLS[name]], *a)
    if name in _HELPED:
        return helper(scope, _HELPED[name], *a)
    return _OTHERS[name](scope, e, *a)


def may_wrap(scope: Scope, e: t.Op) -> bool:
    """Whether the result may leave the range of its type, unchecked."""
    nest, outcomes = scope.emission.nest, scope.emission.outcomes
    return not any(nest.obligations[o] == "overflow" and outcomes[o] != "W" for o in e.obligations)


def helper(scope: Scope, name: str, *args: k.Value) -> k.Value:
    """A call of a function of `helpers`."""
    scope.helpers[name] = None
    function = helpers.helper(name)
    return k.Call(name, tuple([cast(x, p.rep) for x, p in zip(args, function.parameters, strict=True)]), function.rep)


def libm(scope: Scope, name: str, rep: Rep, *args: k.Value) -> k.Value:
    return k.CallAt(scope.function(name), tuple([cast(x, rep) for x in args]), rep)


def infinite(value: k.Value) -> k.Value:
    return k.Compare("eq", magnitude(value), k.Const(inf, k.rep_of(value)))


def finite(value: k.Value) -> k.Value:
    return k.Compare("lt", magnitude(value), k.Const(inf, k.rep_of(value)))


# ------------------------------------------------------------------ one by one


def _mixed(scope: Scope, op: str, a: list[k.Value]) -> k.Value:
    """A comparison of a signed with an unsigned 64-bit integer, by value."""
    return compared(op, *[scope.simple(x) for x in a])


def _divided(_: Scope, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    return cast(arithmetic("div", a, b), e.compute)


def _smith(scope: Scope, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    """Complex division as NumPy does it (Smith 1962; numpy/_core/src/umath/loops.c.src)."""
    return helper(scope, f"smith_{PART[e.compute]}", *_parts(scope, a, b))


def _quotient(scope: Scope, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    return helper(scope, "quotient_f8", *_parts(scope, a, b))


def _parts(scope: Scope, *values: k.Value) -> list[k.Value]:
    return [part(x) for x in map(scope.simple, values) for part in (real, imag)]


def _pair(_: Scope, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    rep = e.compute if is_complex(e.compute) else "c8" if {k.rep_of(a), k.rep_of(b)} == {"f4"} else "c16"
    return k.Pair(cast(a, PART[rep]), cast(b, PART[rep]), rep)


def _cabs(scope: Scope, e: t.Op, a: k.Value) -> k.Value:
    part = PART[e.compute]
    return libm(scope, "hypotf" if part == "f4" else "hypot", part, *_parts(scope, a))


def _pow(scope: Scope, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    if is_float(e.compute):
        return libm(scope, "powf" if e.compute == "f4" else "pow", e.compute, a, b)
    return cast(helper(scope, "power", a, b), e.compute)


def _shift(scope: Scope, e: t.Op, a: k.Value, b: k.Value, *, op: str) -> k.Value:
    rep = e.compute
    shifted = cast(arithmetic(op, a, b), rep)
    if not e.numpy:
        return shifted
    inside = compared("lt", b, i8(8 * int(rep[1:])))
    if is_signed(rep):
        inside = both(compared("le", i8(0), b), inside)
    emptied = zero(rep)
    if op == "rshift" and is_signed(rep):
        emptied = chosen(compared("lt", a, i8(0)), constant(-1, rep), emptied)
    return chosen(inside, shifted, emptied)


def _neg(scope: Scope, e: t.Op, a: k.Value) -> k.Value:
    if is_complex(e.compute):
        x = scope.simple(a)
        return k.Pair(negated(real(x)), negated(imag(x)), e.compute)
    return negated(a) if is_float(e.compute) else cast(negated(a), e.compute)


def _conjugate(scope: Scope, e: t.Op, a: k.Value) -> k.Value:
    x = scope.simple(a)
    return k.Pair(real(x), negated(imag(x)), e.compute)


def _abs(_: Scope, e: t.Op, a: k.Value) -> k.Value:
    return cast(magnitude(a), e.compute)


def _isnan(scope: Scope, e: t.Op, a: k.Value) -> k.Value:
    x = scope.simple(a)
    return compared("ne", x, x)


def _signbit(_: Scope, e: t.Op, a: k.Value) -> k.Value:
    return compared("lt", k.Unary("bits", cast(a, "f8"), "i8"), i8(0))


def _extreme(_: Scope, e: t.Op, a: k.Value, b: k.Value, *, op: str) -> k.Value:
    return chosen(compared(op, a, b), a, b)


def _is_not_zero(_: Scope, e: t.Op, a: k.Value) -> k.Value:
    return k.Compare("ne", a, zero(k.rep_of(a)))


_OTHERS: dict[str, Callable[..., k.Value]] = {
    "truediv": _divided, "smith": _smith, "quotient": _quotient, "complex": _pair, "cabs": _cabs, "pow": _pow,
    "lshift": partial(_shift, op="lshift"), "rshift": partial(_shift, op="rshift"),
    "minimum": partial(_extreme, op="lt"), "maximum": partial(_extreme, op="gt"),
    "neg": _neg, "conjugate": _conjugate, "abs": _abs, "isnan": _isnan, "signbit": _signbit, "truth": _is_not_zero,
    "pos": lambda scope, e, a: a, "bounded": lambda scope, e, a: a,
    "real": lambda scope, e, a: real(a), "imag": lambda scope, e, a: imag(a),
    "invert": lambda scope, e, a: cast(inverted(a), e.compute), "not": lambda scope, e, a: negation(a),
    "isinf": lambda scope, e, a: infinite(a), "isfinite": lambda scope, e, a: finite(a),
}
