"""A nest's predicted time as a function, for nests that are met with ever new bounds.

    for i in range(n):                      f1, e1, b1 = 0.0, n("n"), 1.0
        for j in range(i, a.shape[1]):      o1 = (f1 + e1) / 2
            ...                             t1 = (e1 - f1) / b1 ...

It gives what `runtime.decide.Estimate` finds by walking over the outline, in a fifth of the time, where all bounds are known.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, prod
from typing import Any

Formula = Callable[[Callable[[str], Any], Callable[[str], Any]], float]


class _Unknown(Exception):
    """A bound that is not known beforehand."""


def formula(body: Any, turn_seconds: float, unknown_trips: float, nested_unknown_trips: float) -> Formula | None:
    """For an outline's body with seconds in place of its work; None if one of its bounds is not known beforehand.

    What it gives raises TypeError, IndexError or ZeroDivisionError where a bound turns out not to be known.
    """
    text = _Text(turn_seconds, unknown_trips, nested_unknown_trips)
    try:
        total = text.body(body, around=False, inner=False)
    except _Unknown:
        return None
    lines = "\n    ".join([*text.lines, f"return {total}"])
    space: dict[str, Any] = {"__builtins__": {}, "max": max, "min": min, "prod": prod}
    exec(f"def predicted(number, shape):\n    {lines}\n", space)
    predicted: Formula = space["predicted"]
    return predicted


class _Text:
    def __init__(self, turn_seconds: float, unknown_trips: float, nested_unknown_trips: float) -> None:
        self.turn_seconds = turn_seconds
        self.unknown_trips = unknown_trips, nested_unknown_trips
        self.lines: list[str] = []
        self.own: dict[str, str | None] = {}  # what the nest assigns

    def name(self, value: str) -> str:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {value}")
        return name

    def body(self, body: Any, *, around: bool, inner: bool) -> str:
        """The variable that holds its seconds."""
        seconds, nested = body
        parts = [repr(seconds)]
        for s in nested:
            match s[0]:
                case "for":
                    parts.append(self.loop(*s[1:], around=around, inner=inner))
                case "while":
                    trips = self.unknown_trips[inner or around]
                    turn = self.body(s[1], around=around, inner=True)
                    parts.append(f"{trips!r} * ({turn} + {self.turn_seconds!r})")
                case "if":
                    branches = [self.body(branch, around=around, inner=inner) for branch in s[1:]]
                    parts.append(f"max({', '.join(branches)})")
                case _:
                    self.own[s[1]] = None if s[2] is None else self.name(self.bound(s[2]))
        return self.name(" + ".join(parts))

    def loop(
        self, index: str, start: Any, stop: Any, step: Any, body: Any, orelse: Any, *, around: bool, inner: bool
    ) -> str:
        first, end, by = (self.name(self.bound(e)) for e in (start, stop, step))
        after = self.body(orelse, around=around, inner=inner)
        self.own[index] = self.name(f"({first} + {end}) / 2")
        trips = self.name(f"max(0.0, ({end} - {first}) / {by})")
        turn = self.body(body, around=True, inner=inner)
        return f"{trips} * ({turn} + {self.turn_seconds!r}) + {after}"

    def bound(self, e: Any) -> str:
        match e:
            case None:
                raise _Unknown
            case float():
                if not isfinite(e):
                    raise _Unknown
                return repr(e)
            case str():
                known = self.own.get(e, f"number({e!r})")
                if known is None:
                    raise _Unknown
                return known
            case ("shape", array, None):
                return f"prod(shape({array!r}))"
            case ("shape", array, axis):
                if axis < 0:
                    raise _Unknown
                return f"shape({array!r})[{axis}]"
            case ("min" | "max" as operator, *parts):
                return f"{operator}({', '.join(map(self.bound, parts))},)" if len(parts) > 1 else self.bound(parts[0])
            case ("neg", part):
                return f"-({self.bound(part)})"
            case (operator, left, right):
                return f"({self.bound(left)}) {operator} ({self.bound(right)})"
        raise _Unknown
