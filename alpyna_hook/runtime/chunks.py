"""Some iterations of a kernel's outermost loop, in chunks that several threads take one after the other (`kernels/team.py`).

Each chunk has a frame of its own, and those of a triangular nest, which differ, are well shared.
"""

from __future__ import annotations

import ctypes
from itertools import chain
from typing import TYPE_CHECKING, Any

from alpyna_hook.ir.layout import ABORT, HIGH, LOW, Layout
from alpyna_hook.kernels.team import ACTIVE, COUNT, NEXT, NOT_RUN, RESULTS, WORDS, Team
from alpyna_hook.runtime.gather import gather_controls, gather_scalars, starts_of_steps
from alpyna_hook.runtime.native import libm_address
from alpyna_hook.schedule.value import Schedule

if TYPE_CHECKING:
    from alpyna_hook.runtime.interrupts import Work

_ALIGNMENT = 128  # bytes, of frames: no two threads write to one line of a cache
_STRIP = 256  # iterations: a chunk of many is a multiple of what calls are made ahead for
_WORD = ctypes.c_int64


class Chunks:
    """lows: the first iteration of each, and the end of the last."""

    def __init__(self, schedule: Schedule, lows: list[int], team: Team) -> None:
        self.schedule = schedule
        self.lows = lows
        self.team = team
        self.count = len(lows) - 1
        self.size = 0  # of a frame
        self.frames: Any = None
        self.job: Any = None

    def prepare(self, layout: Layout, work: Work) -> None:
        """Makes the frames."""
        starts = starts_of_steps(self.schedule, layout, work.frame, [low - self.lows[0] for low in self.lows[:-1]])
        assert starts is not None
        self.size = -(-len(work.frame) // _ALIGNMENT) * _ALIGNMENT
        self.frames = ctypes.create_string_buffer(work.frame.raw.ljust(self.size, b"\0") * self.count, self.size * self.count)
        for k, (low, high) in enumerate(zip(self.lows, self.lows[1:], strict=False)):
            self._put(k, LOW, low)
            self._put(k, HIGH, high)
            for place, values in starts.items():
                self._put(k, place, values[k])
        entry: Any = work.entry
        given = ctypes.cast(entry, ctypes.c_void_p).value or 0, ctypes.addressof(self.frames), self.size, self.count, 0, 0
        functions = [libm_address(name) for name in ("feclearexcept", "fetestexcept")] if work.mask else [0, 0]
        values = [*given, *functions, libm_address("sched_yield"), work.mask]
        assert len(values) == len(WORDS)
        self.job = (_WORD * (RESULTS + 2 * self.count))(*values, *[0] * (RESULTS - len(values)), *[NOT_RUN, 0] * self.count)

    def _put(self, chunk: int, word: int, value: int) -> None:
        _WORD.from_buffer(self.frames, chunk * self.size + word).value = value

    def help(self) -> None:
        """Runs chunks until none is left."""
        self.team.help(ctypes.addressof(self.job))

    def lead(self, work: Work) -> None:
        """Runs chunks until none is left, waits for those who run the last ones, and notes what the kernel would have returned and
        raised: all is one call, so that no signal's handler runs meanwhile."""
        job = (ctypes.addressof(self.job),)
        ended = map(self.team.lead, job)
        work.returned.extend(chain((0,), ended, map(self.team.raised, job)) if work.mask else ended)

    def stop(self) -> None:
        """No chunk is begun any more, and those that run are left at their next look."""
        self.job[NEXT] = self.job[COUNT]
        for k in range(self.count):
            self._put(k, ABORT, 1)

    @property
    def done(self) -> int:
        """About so many are finished; to be shown."""
        return self.lows[max(0, min(int(self.job[NEXT]), self.count) - self.active)]

    @property
    def active(self) -> int:
        """Threads that run chunks now."""
        return int(self.job[ACTIVE])

    def gathered(self, layout: Layout, work: Work) -> bool:
        """Puts what the chunks have left into the frame of the nest; may be done again.  False: a sum does not fit."""
        gather_controls(work.frame, self.frames, self.size, self.count)
        if work.raised or work.status:
            return True
        return gather_scalars(self.schedule, layout, work.frame, self.frames, self.size, self.count)


def divided(trips: int, threads: int, seconds: float) -> list[int]:
    """Where chunks begin, and the end.  seconds: what one thread is taken to need.

    >>> divided(10, 2, 0.0)
    [0, 2, 4, 6, 8, 10]
    >>> [len(divided(10**6, threads, 1.0)) - 1 for threads in (2, 4)]
    [128, 253]
    """
    most = min(max(int(seconds / _LEAST_SECONDS), 2 * threads + 1), 64 * threads)
    size = -(-trips // most)
    if size > 2 * _STRIP:
        size = -(-size // _STRIP) * _STRIP
    return [*range(0, trips, size), trips]


_LEAST_SECONDS = 50e-6  # of a chunk, where the nest is long enough
