"""SIV: a subscript pair with one common loop in it: a*i + b*i' + c = 0.

Goff, Kennedy, Tseng 1991, section 4.2; Allen and Kennedy, section 3.3.  i is the source's
iteration, i' the sink's; with subscripts a1*i + c1 and a2*i' + c2: a = a1, b = -a2, c = c1 - c2.
Each test is exact within a rectangle of bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

from alpyna_hook.dependence.diophantine import Line, solve
from alpyna_hook.dependence.directions import EQ, GT, LT
from alpyna_hook.dependence.problem import Interval


@dataclass(frozen=True, slots=True)
class Refinement:
    """The directions that one subscript leaves to one loop; 0 is independence."""

    test: str
    mask: int
    because: str
    distance: int | None = None


def test(a: int, b: int, c: int, xs: Interval, ys: Interval) -> Refinement:
    """The cheapest SIV test that fits the coefficients."""
    if a == -b:
        return strong(a, c, xs, ys)
    if not a or not b:
        return weak_zero(a, b, c, xs, ys)
    if a == b:
        return weak_crossing(a, c, xs, ys)
    return general(a, b, c, xs, ys)


def strong(a: int, c: int, xs: Interval, ys: Interval) -> Refinement:
    """a*i - a*i' + c = 0: the distance i' - i is c/a, in every iteration alike (section 4.2.1).

    It must be an integer, and not larger than the loop is long.
    """
    name = "strong SIV"
    if c % a:
        return Refinement(name, 0, f"distance {c}/{a} is not an integer")
    distance = c // a
    least, most = _difference(ys, xs)
    if most is not None and distance > most:
        return Refinement(name, 0, f"distance {distance} is more than {most}, the most that the loop allows")
    if least is not None and distance < least:
        return Refinement(name, 0, f"distance {distance} is less than {least}, the least that the loop allows")
    mask = LT if distance > 0 else GT if distance < 0 else EQ
    return Refinement(name, mask, f"distance {c}/{a} = {distance}", distance)


def weak_zero(a: int, b: int, c: int, xs: Interval, ys: Interval) -> Refinement:
    """One side does not move: a*i + c = 0 (or b*i' + c = 0), met in one iteration -c/a only (section 4.2.2)."""
    name = "weak-zero SIV"
    moving, fixed_bounds, other = (a, xs, ys) if a else (b, ys, xs)
    side = "source" if a else "sink"
    if c % moving:
        return Refinement(name, 0, f"iteration {-c}/{moving} of the {side} is not an integer")
    at = -c // moving
    low, high = fixed_bounds
    if (low is not None and at < low) or (high is not None and at > high):
        return Refinement(name, 0, f"iteration {at} of the {side} is outside {_range(fixed_bounds)}")
    mask = 0
    low, high = other
    if high is None or high > at:
        mask |= LT
    if (low is None or low <= at) and (high is None or high >= at):
        mask |= EQ
    if low is None or low < at:
        mask |= GT
    if not a:
        mask = (mask & EQ) | (GT if mask & LT else 0) | (LT if mask & GT else 0)
    return Refinement(name, mask, f"only iteration {at} of the {side}{_edge(at, fixed_bounds)}")


def weak_crossing(a: int, c: int, xs: Interval, ys: Interval) -> Refinement:
    """a*i + a*i' + c = 0: i + i' = -c/a, all dependences cross iteration -c/(2a) (section 4.2.3).

    -c/a must be an integer, and lie between the least and the greatest sum of two iterations;
    i = i' is possible only where it is even.
    """
    name = "weak-crossing SIV"
    if c % a:
        return Refinement(name, 0, f"i + i' = {-c}/{a} is not an integer")
    total = -c // a
    line = solve(a, a, c, xs, ys)
    if line is None or line.empty:
        return Refinement(name, 0, f"i + i' = {total} is outside {_range(_sum(xs, ys))}")
    return Refinement(name, _directions(line), f"i + i' = {total}, crossing at iteration {total}/2")


def general(a: int, b: int, c: int, xs: Interval, ys: Interval) -> Refinement:
    """Any coefficients: the solutions lie on a line i = x0 + dx*t, i' = y0 + dy*t (section 4.2.4).

    The bounds cut it to a range of t, and so do i < i', i = i', i > i'; what is not empty is possible.
    """
    name = "exact SIV"
    line = solve(a, b, c, xs, ys)
    if line is None:
        from_gcd = f"{a}*i {'+' if b > 0 else '-'} {abs(b)}*i' = {-c} has no integer solution"
        return Refinement(name, 0, from_gcd)
    where = f"i = {line.x0} + {line.dx}*t, i' = {line.y0} + {line.dy}*t"
    if line.empty:
        return Refinement(name, 0, f"{where}: no t within the bounds")
    mask = _directions(line)
    span = f"{'-inf' if line.low is None else line.low} <= t <= {'inf' if line.high is None else line.high}"
    return Refinement(name, mask, f"{where}, {span}")


def _directions(line: Line) -> int:
    """Which signs i' - i takes on the line."""
    start, slope = line.y0 - line.x0, line.dy - line.dx
    mask = 0
    if not line.restrict(start - 1, slope).empty:
        mask |= LT
    if not line.restrict(start, slope).restrict(-start, -slope).empty:
        mask |= EQ
    if not line.restrict(-start - 1, -slope).empty:
        mask |= GT
    return mask


def _difference(ys: Interval, xs: Interval) -> Interval:
    least = None if ys[0] is None or xs[1] is None else ys[0] - xs[1]
    most = None if ys[1] is None or xs[0] is None else ys[1] - xs[0]
    return least, most


def _sum(xs: Interval, ys: Interval) -> Interval:
    least = None if ys[0] is None or xs[0] is None else ys[0] + xs[0]
    most = None if ys[1] is None or xs[1] is None else ys[1] + xs[1]
    return least, most


def _range(interval: Interval) -> str:
    low, high = interval
    return f"{'-inf' if low is None else low}..{'inf' if high is None else high}"


def _edge(at: int, interval: Interval) -> str:
    return ", the first" if at == interval[0] else ", the last" if at == interval[1] else ""
