"""A long kernel, some iterations of its outermost loop at a time: what is finished is kept when the nest is interrupted.

before:  kernel(0, n)                  KeyboardInterrupt: all is put back
after:   kernel(0, 1), (1, 9), ...     KeyboardInterrupt: the part that runs is awaited; all stays as after so many iterations

Between two parts the variables go from where the kernel leaves them in its frame to where it takes them from.  Where several
threads run the nest, a part is a round of theirs (`rounds.py`): an iteration for each, at least.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from alpyna_hook.ir.layout import ABORTED, DONE, PAUSED
from alpyna_hook.runtime.errand import MOMENT

if TYPE_CHECKING:
    from typing import Any

    from alpyna_hook.ir.layout import Carry
    from alpyna_hook.runtime.interrupts import Work

_SECONDS = 0.05  # of a part: where nobody waits for it
_GROWTH = 8  # at most, from part to part
_LOSS = 2.0  # seconds to wait for the end of a part; a second exception ends that
_LONG = 0.1  # seconds of one iteration, which may have to be given up in the middle
_SHARE, _BYTES_A_SECOND = 0.05, 2e9  # what a copy of the arrays may cost, of an iteration's time
_MOST_BYTES = 2**28


class Parts:
    """Of one execution.  finished: iterations, after which everything is as it stands, or None where it is as after none that is
    known; done: at least so many, to be shown, of `trips`, if that is known; stop: asked for by the thread that waits."""

    def __init__(self, carried: Carry, trips: int | None, stored: tuple[np.ndarray[Any, Any], ...]) -> None:
        self.carried = carried
        self.trips = trips
        self.stored = stored
        self.finished: int | None = None
        self.done = 0
        self.stop = False
        self._copies: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] | None = None

    def end_soon(self, wait: Callable[[float], bool]) -> bool:
        """Whether the part that runs has ended while somebody waited for it: longer, if all would be lost otherwise."""
        self.stop = True
        return wait(_LOSS if self.done and self._copies is None else MOMENT)

    def run(self, work: Work) -> None:
        """To the end, to what ends the loop early, or to where it is asked to stop."""
        low, seconds = 0, 0.0
        one = self.carried.least if work.rounds is None else work.rounds.threads
        size = one if work.rounds is None else work.rounds.first
        work.first[:] = [bytes(work.frame)]
        while True:
            before = bytes(work.frame)
            self._keep(seconds if size == one else 0.0)
            high = low + size if self.trips is None else min(low + size, self.trips)
            self.finished, begun = None, perf_counter()
            work.perform(low, high)
            seconds = perf_counter() - begun
            if not work.is_clean:
                self._give_up(work, low, before)
                return
            self._merge(work, before)
            self.finished = self.done = low = high
            if self._is_last(work, low) or self.stop:
                return
            size = max(one, min(size * _GROWTH, int(size * _SECONDS / max(seconds, 1e-9))))

    def _is_last(self, work: Work, finished: int) -> bool:
        if self.trips is None:
            return work.status != PAUSED
        return finished >= self.trips or work.status != DONE

    def _keep(self, seconds: float) -> None:
        """Copies of the arrays, if the next iteration is so long that it may be given up, and a copy takes little of it."""
        total = sum([a.nbytes for a in self.stored])
        worth = seconds >= _LONG and total <= min(_MOST_BYTES, _SHARE * seconds * _BYTES_A_SECOND)
        try:
            self._copies = [(a, a.copy()) for a in self.stored] if worth else None
        except MemoryError:
            self._copies = None

    def _give_up(self, work: Work, low: int, before: bytes) -> None:
        """A part that did not come to its end: what it was to begin with, if that is known and all else is well."""
        if work.status == ABORTED and low and self._copies is not None:
            for array, copy in self._copies:
                array[...] = copy
            ctypes.memmove(work.frame, before, len(before))
            work.returned[:] = [0] * len(work.returned)  # done, with no flag raised
            self.finished = low

    def _merge(self, work: Work, before: bytes) -> None:
        place = ctypes.addressof(work.frame)
        for source, target, size in self.carried.moved:
            ctypes.memmove(place + target, place + source, size)
        for value, size, word in self.carried.unbound:
            if not work.get(word):
                ctypes.memmove(place + value, before[value : value + size + 8], size + 8)
