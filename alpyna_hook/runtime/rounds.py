"""One execution of a kernel by several threads, in rounds: each is some iterations of its outermost loop, in chunks.

What surely ends soon is one round, that this thread runs together with others, in one call that no signal interrupts.  Any other
nest is run by other threads alone, while this one waits as for a kernel in one thread; its parts (see `parts.py`) are rounds, so
that the iterations of those that are finished are kept when it is interrupted.  All is in one transaction.
"""

from __future__ import annotations

from time import perf_counter

from alpyna_hook.ir.layout import ABORT, Layout
from alpyna_hook.kernels.team import Team
from alpyna_hook.runtime.chunks import Chunks, divided
from alpyna_hook.runtime.errand import Errand, send
from alpyna_hook.runtime.gather import starts_of_steps
from alpyna_hook.runtime.interrupts import Ran, Work, run
from alpyna_hook.runtime.threads import engaged
from alpyna_hook.schedule.value import Schedule

_FIRST = 0.01  # seconds of the first round, if what is assumed is true


class Rounds:
    """Of one execution.  seconds: what one thread is taken to need for all; 0: not known."""

    def __init__(self, schedule: Schedule, layout: Layout, threads: int, trips: int, seconds: float, team: Team) -> None:
        self.schedule = schedule
        self.layout = layout
        self.threads = threads
        self.trips = trips
        self.team = team
        self.dropped = False  # one thread has run the nest after all
        self.fits = True  # and no sum of chunks needs more than 64 bits
        self._each = seconds / trips  # of one thread, for an iteration
        self._chunks: Chunks | None = None  # of the round that runs, or of the last one
        self._gathered = False

    def possible(self, work: Work) -> bool:
        """Can chunks begin in the middle?"""
        return starts_of_steps(self.schedule, self.layout, work.frame, [0, self.trips - 1]) is not None

    @property
    def first(self) -> int:
        """Iterations of the first round."""
        return max(self.threads, int(_FIRST * self.threads / self._each) if self._each else 0)

    @property
    def done(self) -> int:
        """About so many iterations are finished; to be shown."""
        return 0 if self._chunks is None else self._chunks.done

    def begin(self, work: Work, low: int, high: int) -> Chunks:
        high = min(high, self.trips)
        lows = [low + first for first in divided(high - low, self.threads, self._each * (high - low))]
        chunks = Chunks(self.schedule, lows, self.team)
        chunks.prepare(self.layout, work)
        self._gathered = False
        self._chunks = chunks
        return chunks

    def perform(self, work: Work, low: int, high: int) -> None:
        """Runs these iterations to their end, in a thread in which no signal's handler runs."""
        chunks, begun = self.begin(work, low, high), perf_counter()
        if work.get(ABORT):  # what was asked for before anybody could find the chunks
            chunks.stop()
        helpers: list[Errand[None]] = []
        work.returned.clear()
        try:
            _call(helpers, chunks, self.threads - 1)
            chunks.lead(work)
        finally:
            _dismiss(helpers)
        self._each = self.threads * (perf_counter() - begun) / (chunks.lows[-1] - low)
        self.fits = chunks.gathered(self.layout, work)
        self._gathered = True

    def run(self, work: Work) -> Ran:
        return run_rounds(work, self)

    def stop(self) -> None:
        if self._chunks is not None:
            self._chunks.stop()

    def begin_anew(self) -> None:
        self.fits = True

    def gathered(self, work: Work) -> bool:
        """Puts what the last round has left into the frame of the nest, unless that was done; may be done again."""
        if self._chunks is not None and not self._gathered and not self.dropped:
            self.fits = self._chunks.gathered(self.layout, work)
        return self.fits


def run_rounds(work: Work, rounds: Rounds) -> Ran:
    """Runs a kernel to its end by several threads.  Whatever a signal's handler raises comes out of here, with nothing put back
    yet and no thread at work any more."""
    begun = perf_counter()
    with engaged(rounds.threads):
        if work.soon:
            _together(work, rounds)
            return Ran(perf_counter() - begun, 0.0)
        ran = run(work)
        return Ran(perf_counter() - begun, ran.elsewhere)


def _together(work: Work, rounds: Rounds) -> None:
    chunks = rounds.begin(work, 0, rounds.trips)
    helpers: list[Errand[None]] = []
    try:
        _call(helpers, chunks, rounds.threads - 1)
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
        _dismiss(helpers)


def _call(helpers: list[Errand[None]], chunks: Chunks, number: int) -> None:
    """So many other threads, if they are to be had, which run chunks."""
    for _ in range(number):
        helpers.append(Errand(chunks.help))
        if not send(helpers[-1]):
            break


def _dismiss(helpers: list[Errand[None]]) -> None:
    for errand in helpers:
        errand.withdraw()  # who comes too late has nothing to do
        errand.forget()
