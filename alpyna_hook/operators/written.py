"""How operations are written in kernel IR, and so in every dialect, and what a check of one looks at.

The operands are evaluated; the rows of `operations` name these functions.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from math import inf
from typing import Protocol, TypeAlias

from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import (
    PART,
    arithmetic,
    both,
    cast,
    chosen,
    compared,
    constant,
    either,
    i8,
    imag,
    is_signed,
    magnitude,
    negated,
    negation,
    real,
    wrapping,
    zero,
)
from alpyna_hook.ir.kinds import Rep, int_range, is_complex, is_float
from alpyna_hook.operators.helpers import helper


class Writer(Protocol):
    """What is being written: a function of a kernel."""

    def simple(self, value: k.Value) -> k.Value:
        """The value, as one that can be written twice."""

    def temporary(self, value: k.Value) -> k.Value: ...

    def call(self, function: k.Function, args: list[k.Value]) -> k.Value:
        """A call of a function of `helpers`."""

    def function(self, name: str) -> k.Value:
        """The address of a function of C's library."""

    def libm(self, name: str, rep: Rep, *args: k.Value) -> k.Value: ...

    def inner_loop(self, name: str, rep: Rep, args: list[k.Value]) -> k.Value:
        """NumPy's, for one element."""

    def wraps(self, e: t.Op) -> bool:
        """Whether the result may leave the range of its type, unchecked."""


Written: TypeAlias = Callable[..., k.Value]  # of a writer, the operation, and its operands
Test: TypeAlias = Callable[..., "k.Value | None"]  # what must not be: of the same, and of the result where that is looked at


def helped(name: str, libm: tuple[str, ...] = ()) -> Written:
    """By a function of `helpers`, which takes the addresses of these of libm first."""
    return lambda w, e, *a: _call(w, name, *map(w.function, libm), *a)


def instruction(name: str) -> Written:
    """One instruction of LLVM."""
    return lambda w, e, a: k.Unary(name, cast(a, e.compute), e.compute)


def plain(name: str) -> Written:
    """An operator of kernel IR."""

    def written(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
        if e.compute == "i8" and name in ("add", "sub", "mul") and w.wraps(e):
            return wrapping(name, a, b)
        return cast(arithmetic(name, a, b), e.compute)

    return written


def comparison(name: str) -> Written:
    """By value; a signed with an unsigned 64-bit integer is "mixed"."""
    return lambda w, e, *a: compared(name, *(map(w.simple, a) if e.compute == "mixed" else a))


def _call(w: Writer, name: str, *args: k.Value) -> k.Value:
    function = helper(name)
    return w.call(function, [cast(x, p.rep) for x, p in zip(args, function.parameters, strict=True)])


def libm(w: Writer, e: t.Op, *a: k.Value) -> k.Value:
    return w.libm(e.called, "f8", *a)


def inner_loop(w: Writer, e: t.Op, *a: k.Value) -> k.Value:
    return w.inner_loop(e.called, e.compute, [cast(x, e.compute) for x in a])


def infinite(value: k.Value) -> k.Value:
    return k.Compare("eq", magnitude(value), k.Const(inf, k.rep_of(value)))


def finite(value: k.Value) -> k.Value:
    return k.Compare("lt", magnitude(value), k.Const(inf, k.rep_of(value)))


# ------------------------------------------------------------------ one by one


def divided(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    return cast(arithmetic("div", a, b), e.compute)


def smith(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    """Complex division as NumPy does it (Smith 1962; numpy/_core/src/umath/loops.c.src)."""
    return _call(w, f"smith_{PART[e.compute]}", *_parts(w, a, b))


def quotient(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    return _call(w, "quotient_f8", *_parts(w, a, b))


def _parts(w: Writer, *values: k.Value) -> list[k.Value]:
    return [part(x) for x in map(w.simple, values) for part in (real, imag)]


def pair(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    rep = e.compute if is_complex(e.compute) else "c8" if {k.rep_of(a), k.rep_of(b)} == {"f4"} else "c16"
    return k.Pair(cast(a, PART[rep]), cast(b, PART[rep]), rep)


def cabs(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    part = PART[e.compute]
    return w.libm("hypotf" if part == "f4" else "hypot", part, *_parts(w, a))


def pow(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    if is_float(e.compute):
        return w.libm("powf" if e.compute == "f4" else "pow", e.compute, a, b)
    return cast(_call(w, "power", a, b), e.compute)


def shift(op: str) -> Written:
    def written(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
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

    return written


def neg(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    if is_complex(e.compute):
        x = w.simple(a)
        return k.Pair(negated(real(x)), negated(imag(x)), e.compute)
    return negated(a) if is_float(e.compute) else cast(negated(a), e.compute)


def conjugate(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    x = w.simple(a)
    return k.Pair(real(x), negated(imag(x)), e.compute)


def absolute(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    return cast(magnitude(a), e.compute)


def isnan(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    x = w.simple(a)
    return compared("ne", x, x)


def signbit(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    return compared("lt", k.Unary("bits", cast(a, "f8"), "i8"), i8(0))


def extreme(op: str) -> Written:
    return lambda w, e, a, b: chosen(compared(op, a, b), a, b)


def is_not_zero(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    return k.Compare("ne", a, zero(k.rep_of(a)))


def same(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    return a


def of_part(part: Callable[[k.Value], k.Value]) -> Written:
    return lambda w, e, a: part(a)


# -------------------------------------------------------------------- checks: what must not be


def _is_least(e: t.Op, *values: k.Value) -> k.Value:
    low, _ = int_range(e.compute)
    return either(*[compared("eq", x, i8(low)) for x in values])


def leaves_range(op: str) -> Test:
    def test(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
        rep = e.compute
        if rep in ("i8", "u8"):
            return k.Overflows(op, cast(a, rep), cast(b, rep))
        low, high = int_range(rep)
        result = w.temporary(arithmetic(op, cast(a, "i8"), cast(b, "i8")))
        return either(compared("lt", result, i8(low)), compared("gt", result, i8(high)))

    return test


def neg_overflows(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    return _is_least(e, a) if is_signed(e.compute) else compared("ne", a, i8(0))


def abs_overflows(w: Writer, e: t.Op, a: k.Value) -> k.Value | None:
    return _is_least(e, a) if is_signed(e.compute) else None


def quotient_overflows(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value | None:
    return both(compared("eq", b, i8(-1)), _is_least(e, a)) if is_signed(e.compute) else None


def gcd_overflows(w: Writer, e: t.Op, *a: k.Value) -> k.Value:
    return _is_least(e, *a)


def lshift_overflows(w: Writer, e: t.Op, a: k.Value, b: k.Value) -> k.Value:
    return compared("ne", arithmetic("rshift", arithmetic("lshift", a, b), b), a)


def pow_overflows(w: Writer, e: t.Op, *a: k.Value) -> k.Value:
    return _call(w, "power_overflows", *a)


def no_decimal(w: Writer, e: t.Op, x: k.Value, tens: k.Value) -> k.Value:
    return negation(compared("lt", arithmetic("mul", magnitude(x), tens), k.Const(2.0**51, "f8")))


def is_negative(w: Writer, e: t.Op, a: k.Value) -> k.Value:
    return compared("lt", a, zero(k.rep_of(a)))


def not_finite(w: Writer, e: t.Op, result: k.Value, *a: k.Value) -> k.Value:
    return negation(finite(result))


def part_infinite(w: Writer, e: t.Op, result: k.Value, *a: k.Value) -> k.Value:
    return either(*map(infinite, parts(result)))


def magnitude_infinite(w: Writer, e: t.Op, result: k.Value, a: k.Value) -> k.Value:
    """Of finite parts."""
    return both(compared("eq", result, k.Const(cmath.inf, k.rep_of(result))), *map(finite, parts(a)))


def parts(value: k.Value) -> list[k.Value]:
    return [real(value), imag(value)] if is_complex(k.rep_of(value)) else [value]
