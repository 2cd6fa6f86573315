"""RDIV: a subscript pair with two variables of different loops: a*i + b*j' + c = 0."""

from __future__ import annotations

from alpyna_hook.dependence.diophantine import solve
from alpyna_hook.dependence.problem import Interval
from alpyna_hook.dependence.proof import Proof


def disprove(a: int, b: int, c: int, xs: Interval, ys: Interval) -> Proof | None:
    """The line of integer solutions misses the rectangle of the two bounds.

    Goff, Kennedy, Tseng 1991, section 4.3: the SIV tests, with the bounds of two different
    loops.  It says nothing of directions by itself: they come from the Delta test.
    """
    line = solve(a, b, c, xs, ys)
    if line is None:
        return Proof("RDIV", f"no integers x, y with {a}*x + {b}*y = {-c}")
    if line.empty:
        return Proof("RDIV", f"no integers x, y within the bounds with {a}*x + {b}*y = {-c}")
    return None
