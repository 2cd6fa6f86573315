"""Intervals of the integer operations whose results are not affine."""

from __future__ import annotations

from collections.abc import Callable

from alpyna_hook.integers.recorded import root

Interval = tuple[int, int]


def corners(f: Callable[[int, int], int], a: Interval, b: Interval) -> Interval:
    """For operations that are monotone in each operand."""
    values = [f(x, y) for x in a for y in b]
    return min(values), max(values)


def multiply(a: Interval, b: Interval) -> Interval:
    return corners(lambda x, y: x * y, a, b)


def floor_divide(a: Interval, b: Interval) -> Interval | None:
    """Monotone where the divisor keeps its sign; None where it may be zero."""
    if b[0] <= 0 <= b[1]:
        return None
    return corners(lambda x, y: x // y, a, b)


def modulo(a: Interval, b: Interval) -> Interval | None:
    """The result has the divisor's sign, as in Python."""
    if b[0] > 0:
        return (0, min(b[1] - 1, a[1])) if a[0] >= 0 else (0, b[1] - 1)
    if b[1] < 0:
        return b[0] + 1, 0
    return None


def shift_left(a: Interval, b: Interval) -> Interval | None:
    if b[0] < 0 or b[1] > 64:
        return None
    return corners(lambda x, y: x << y, a, b)


def shift_right(a: Interval, b: Interval) -> Interval | None:
    if b[0] < 0:
        return None
    return corners(lambda x, y: x >> min(y, 64), a, b)


def bit_and(a: Interval, b: Interval) -> Interval | None:
    """A number that is not negative bounds the result, whatever the other is."""
    highs = [x[1] for x in (a, b) if x[0] >= 0]
    return (0, min(highs)) if highs else None


def bit_or(a: Interval, b: Interval) -> Interval | None:
    """Also for exclusive or: no bit above the highest of both."""
    if a[0] < 0 or b[0] < 0:
        return None
    return 0, (1 << max(a[1].bit_length(), b[1].bit_length())) - 1


def power(a: Interval, b: Interval) -> Interval | None:
    """For exponents from 0 to 64."""
    if b[0] < 0 or b[1] > 64 or max(abs(a[0]), abs(a[1])) > 2**64:
        return None
    values = [x**y for x in (*a, 0, 1, -1) if a[0] <= x <= a[1] for y in (b[0], b[1], max(b[1] - 1, b[0]))]
    return min(values), max(values)


def absolute(a: Interval) -> Interval:
    if a[0] >= 0:
        return a
    return (0 if a[1] >= 0 else -a[1]), max(-a[0], a[1])


def common_divisor(a: Interval, b: Interval) -> Interval:
    return 0, max(absolute(a)[1], absolute(b)[1])


def square_root(a: Interval) -> Interval:
    return 0, root(max(0, a[1]))
