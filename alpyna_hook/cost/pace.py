"""How many threads pay: from what a nest's kernels were seen to need on one and on several.

Seconds are those of the clock on the wall, as waiting for other threads counts; on a busy machine single runs say little, and
most are held up.  So the lower quartiles of the last runs of either are compared, several threads have to be clearly quicker, and
what seems so is not believed before one thread has been tried a few times.
"""

from __future__ import annotations

from collections import deque
from math import inf

_GUESS = 0.01  # seconds of a kernel for each second of the interpreter, before any was seen
_FORKS = 20.0  # times what it costs to start threads, a nest must need on one thread
_BETTER = 0.9  # of the seconds on one thread, at the most, several must need
_RECENT = 16  # runs, that the quartiles are of
_ENOUGH = 5  # of one thread, before several are believed to be quicker
_FIRST_PROBE = 2  # runs by several threads before one is tried, if that is short
_LONG = 0.05  # seconds: what takes longer is tried later
_LATER = 16
_SETTLED = 32  # what was tried so often, and was slower, is left to one thread
_TRIES = 32  # times the gain: runs by several threads between two by one
_MOST = 2**16  # runs between two tries of what was seen to be slower


class Pace:
    """Of one nest for one set of types: seconds for each that the interpreter is predicted to need."""

    __slots__ = ("_faster", "_next", "_runs", "_seen", "_usual", "team")

    def __init__(self) -> None:
        self._seen: dict[bool, deque[float]] = {}  # by whether several threads ran it
        self._usual: dict[bool, float] = {}
        self._faster = False  # several threads were, when it was asked last
        self._runs = 0
        self._next = _FIRST_PROBE  # runs, before what seems slower is tried again
        self.team = 1  # threads that ran it the last time that several did

    def seconds(self, predicted: float) -> float:
        """What one thread is taken to need for what the interpreter is predicted to need so long."""
        several = self._usual.get(True)
        return predicted * self._usual.get(False, _GUESS if several is None else several * self.team)

    def expected(self, predicted: float, free: int) -> float | None:
        """What the better of one thread and several needs, as it was seen; None if nothing was."""
        seen = [ratio for several, ratio in self._usual.items() if free > 1 or not several]
        return predicted * min(seen) if seen else None

    def threads(self, predicted: float, free: int, fork: float) -> int:
        """So many of `free` threads are to run the nest.  fork: seconds to start them."""
        one, several = self._usual.get(False), self._usual.get(True)
        if free < 2 or self.seconds(predicted) < _FORKS * fork:
            return 1
        if several is None:
            return 1 if one is None and predicted * _GUESS < _LONG else free
        if one is None:
            due = _FIRST_PROBE if several * predicted < _LONG else _LATER
            return 1 if self._runs >= due else free
        faster = several < _BETTER * one
        if faster != self._faster:
            self._faster, self._next = faster, _FIRST_PROBE if several * predicted < _LONG else _LATER
        if self._runs >= self._next:
            if not faster or len(self._seen[False]) >= _ENOUGH:
                self._next = min(4 * self._next, int(_TRIES * one / several) if faster else _MOST)
            self._runs = 0
            faster = not faster
        return free if faster else 1

    def least(self, fork: float) -> float:
        """Seconds in the interpreter, below which one thread runs the nest for good."""
        one, several = self._usual.get(False), self._usual.get(True)
        if one is None:
            return 0.0
        if several is not None and several >= _BETTER * one and self._next > _SETTLED:
            return inf
        return _FORKS * fork / one

    def note(self, predicted: float, seconds: float, threads: int) -> None:
        """A run has taken so many seconds."""
        if predicted <= 0.0:
            return
        several = threads > 1
        if several:
            self.team = threads
        seen = self._seen.setdefault(several, deque(maxlen=_RECENT))
        seen.append(seconds / predicted)
        self._usual[several] = sorted(seen)[len(seen) // 4]
        self._runs += 1
