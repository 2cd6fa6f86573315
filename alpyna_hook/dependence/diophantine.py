"""a*x + b*y + c = 0 in integers within bounds: the line of its solutions."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from alpyna_hook.dependence.problem import Interval


@dataclass(frozen=True, slots=True)
class Line:
    """x = x0 + dx*t, y = y0 + dy*t for t from low to high (None: unbounded)."""

    x0: int
    dx: int
    y0: int
    dy: int
    low: int | None
    high: int | None

    @property
    def empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low > self.high

    def restrict(self, form0: int, slope: int) -> Line:
        """The part of the line where form0 + slope*t >= 0."""
        low, high = self.low, self.high
        if slope > 0:
            least = -(form0 // slope)  # ceil(-form0 / slope)
            low = least if low is None else max(low, least)
        elif slope < 0:
            most = form0 // -slope
            high = most if high is None else min(high, most)
        elif form0 < 0:
            low, high = 0, -1
        return Line(self.x0, self.dx, self.y0, self.dy, low, high)


def solve(a: int, b: int, c: int, xs: Interval, ys: Interval) -> Line | None:
    """All solutions with x and y within their bounds; None where gcd(a, b) does not divide c.

    With g = gcd(a, b) = a*p + b*q: x0 = -p*c/g, y0 = -q*c/g; the others differ by (b/g, -a/g).
    Either of a and b may be 0, but not both.
    """
    g = gcd(a, b)
    if c % g:
        return None
    p, q = _bezout(a, b)
    line = Line(-p * (c // g), b // g, -q * (c // g), -a // g, None, None)
    for start, slope, (low, high) in ((line.x0, line.dx, xs), (line.y0, line.dy, ys)):
        if low is not None:
            line = line.restrict(start - low, slope)
        if high is not None:
            line = line.restrict(high - start, -slope)
    return line


def _bezout(a: int, b: int) -> tuple[int, int]:
    """p, q with a*p + b*q = gcd(a, b) >= 0."""
    p, q, r, s = 1, 0, 0, 1
    while b:
        quotient = a // b
        a, b = b, a - quotient * b
        p, r = r, p - quotient * r
        q, s = s, q - quotient * s
    return (-p, -q) if a < 0 else (p, q)
