"""One execution of a kernel by several threads: its iterations in chunks, each with a frame of its own, all in one transaction.

The threads take one chunk after the other (`kernels/team.py`), so that those of a triangular nest, which differ, are well shared.
What surely ends soon this thread runs together with others, in one call that no signal interrupts.  Any other nest is run by
other threads alone, while this one waits as for a kernel in one thread: Ctrl-C has all of them stopped.
"""

from __future__ import annotations

import ctypes
from itertools import chain
from time import perf_counter, thread_time
from typing import Any

from alpyna_hook.emit.layout import ABORT, HIGH, LOW
from alpyna_hook.kernels.team import ACTIVE, COUNT, NEXT, NOT_RUN, RESULTS, WORDS, Team
from alpyna_hook.runtime.errand import Errand, send
from alpyna_hook.runtime.gather import gather_controls, gather_scalars, starts_of_steps
from alpyna_hook.runtime.interrupts import Ran, Work, run
from alpyna_hook.runtime.native import libm_address
from alpyna_hook.runtime.progress import NEST, Line
from alpyna_hook.runtime.threads import engaged
from alpyna_hook.runtime.variant import Variant
from alpyna_hook.schedule.value import Schedule

_ALIGNMENT = 128  # bytes, of frames: no two threads write to one line of a cache
_STRIP = 256  # iterations: a chunk of many is a multiple of what calls are made ahead for
_WORD = ctypes.c_int64


class Chunks:
    """threads: that run them.  lows: the first iteration of each, and how many there are in all."""

    def __init__(self, schedule: Schedule, threads: int, lows: list[int], team: Team) -> None:
        self.schedule = schedule
        self.threads = threads
        self.lows = lows
        self.team = team
        self.count = len(lows) - 1
        self.size = 0  # of a frame
        self.frames: Any = None
        self.job: Any = None

    def prepare(self, variant: Variant, work: Work) -> bool:
        """Makes the frames; False where chunks cannot begin in the middle."""
        starts = starts_of_steps(self.schedule, variant.layout, work.frame, self.lows[:-1])
        if starts is None:
            return False
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
        return True

    def _put(self, chunk: int, word: int, value: int) -> None:
        _WORD.from_buffer(self.frames, chunk * self.size + word).value = value

    def help(self) -> float:
        """Runs chunks until none is left; returns the seconds."""
        begun = thread_time()
        self.team.help(ctypes.addressof(self.job))
        return thread_time() - begun

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
    def trips(self) -> int:
        """Iterations."""
        return self.lows[-1]

    @property
    def done(self) -> int:
        """About so many are finished; to be shown."""
        return self.lows[max(0, min(int(self.job[NEXT]), self.count) - self.active)]

    @property
    def active(self) -> int:
        """Threads that run chunks now."""
        return int(self.job[ACTIVE])

    def gathered(self, variant: Variant, work: Work) -> bool:
        """Puts what the chunks have left into the frame of the nest; may be done again.  False: a sum does not fit."""
        if self.job is None:
            return True
        gather_controls(work.frame, self.frames, self.size, self.count)
        if work.raised or work.status:
            return True
        return gather_scalars(self.schedule, variant.layout, work.frame, self.frames, self.size, self.count)

    def drop(self) -> None:
        """One thread has run the nest after all."""
        self.job = self.frames = None


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


def run_chunks(work: Work, chunks: Chunks) -> Ran:
    """Runs a kernel to its end by several threads.  Whatever a signal's handler raises comes out of here, with nothing put back
    yet and no thread at work any more."""
    with engaged(chunks.threads):
        return _together(work, chunks) if work.soon else _elsewhere(work, chunks)


def _together(work: Work, chunks: Chunks) -> Ran:
    begun = perf_counter()
    errands = [Errand(chunks.help) for _ in range(chunks.threads - 1)]
    try:
        for errand in errands:
            if not send(errand):
                break
        chunks.lead(work)
    except BaseException:
        while not work.has_run:  # what cannot be put back is run to its end
            try:
                if work.undoable:
                    chunks.stop()
                chunks.lead(work)
            except BaseException:  # the first one goes on
                continue
        raise
    finally:
        for errand in errands:
            errand.withdraw()  # who comes too late has nothing to do
            errand.forget()
    return Ran(perf_counter() - begun, 0.0)


def _elsewhere(work: Work, chunks: Chunks) -> Ran:
    begun = perf_counter()
    errands = [Errand(chunks.help) for _ in range(chunks.threads)]
    try:
        if not send(errands[0]):
            chunks.drop()
            return run(work)
        for errand in errands[1:]:
            if not send(errand):
                break
        with Line(work.place, work.shown, NEST, chunks) as line:
            errands[0].wait(line.tick)  # then there is no chunk left that nobody has begun
        _end(errands[1:])
    except BaseException:
        while True:
            try:
                chunks.stop()
                _end(errands)
                break
            except BaseException:  # the first one goes on
                continue
        raise
    finally:
        for errand in errands:
            errand.forget()
    if any(errand.lost for errand in errands):  # this process is a fork, which the threads are not in
        chunks.drop()
        work.begin_anew()
        return run(work)
    busy = max([errand.result() for errand in errands if errand.ended])
    chunks.lead(work)
    return Ran(perf_counter() - begun, busy)


def _end(errands: list[Errand[float]]) -> None:
    """Waits for those that have been begun; the others never will be."""
    for errand in errands:
        if not errand.withdraw():
            errand.wait()
