"""What measuring needs: means that forget, what asking a clock costs, and what launches cost in this process."""

from __future__ import annotations

from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LAUNCH_SECONDS = 30e-6  # what a call of a kernel costs, before any was seen: 15 to 60 on the machines tried
_OUTLIER = 4.0  # times the usual
_LAUNCHES = 16  # that the process's average is of, more or less


class Launches:
    """What launches cost in this process, for the sites that have seen none of their own.  assumed: asked before the first."""

    def __init__(self, assumed: Callable[[], float] = lambda: LAUNCH_SECONDS) -> None:
        self.assumed = assumed
        self._seconds: float | None = None
        self._seen = 0

    @property
    def seconds(self) -> float:
        if self._seconds is None:
            self._seconds = self.assumed()
        return self._seconds

    def seen(self, seconds: float) -> None:
        self._seen += 1
        known = self.seconds
        self._seconds = known + (min(seconds, _OUTLIER * known) - known) / min(self._seen + 1, _LAUNCHES)


LAUNCHES = Launches()


def reading_seconds(clock: Callable[[], float]) -> float:
    """What asking a clock for the time costs, and so adds to each time that is measured."""
    seconds = _readings.get(clock)
    if seconds is None:
        times = [clock() for _ in range(6)]
        seconds = _readings[clock] = min([after - before for before, after in pairwise(times)])
    return seconds


_readings: dict[Callable[[], float], float] = {}


class Average:
    """A running mean that forgets, and that an outlier moves little."""

    __slots__ = ("count", "mean", "memory")

    def __init__(self, memory: float) -> None:
        self.memory = memory
        self.count = 0
        self.mean = 0.0

    def is_far(self, value: float) -> bool:
        """Whether it counts for less than it is."""
        return self.count >= 3 and value > _OUTLIER * self.mean

    def add(self, value: float) -> float:
        """Returns the value as it was counted."""
        if self.is_far(value):
            value = _OUTLIER * self.mean
        elif 0 < self.count < 3:  # of the first few, the least is trusted the most
            value = min(value, 2 * _OUTLIER * self.mean)
            self.mean = min(self.mean, _OUTLIER * value)
        self.count += 1
        self.mean += (value - self.mean) / min(self.count, self.memory)
        return value
