"""Runs a kernel so that Ctrl-C is answered soon, and leaves a state that the interpreter could have left.

What surely ends soon runs at once, and what probably does with a budget of iterations; if that is not enough, all is put
back and it begins anew.  Any other kernel runs in a thread of its own, in parts if it can (see `parts.py`), and looks at the
abort word of its frame, at each iteration of a loop around a loop and now and then in others, while this thread waits for
it, or for what a signal's handler raises: KeyboardInterrupt, or any other exception.  Then the part that runs is awaited for a
moment, and aborted if it takes longer.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import reduce
from itertools import chain, repeat
from operator import or_, setitem
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any, NamedTuple

from alpyna_hook.ir.layout import (
    ABORT,
    ABORTED,
    BUDGET,
    DONE,
    FAILED,
    FOUND,
    HIGH,
    LEFT,
    LOW,
    NO_END,
    PAUSED,
    RAISED,
    RETURNED,
    SEEN,
    STATUS_BITS,
    TAG,
)
from alpyna_hook.ir.schema import Struct
from alpyna_hook.runtime.errand import Errand, send
from alpyna_hook.runtime.memory import Transaction
from alpyna_hook.runtime.native import FLAGS
from alpyna_hook.runtime.parts import Parts
from alpyna_hook.runtime.progress import NEST, Line

if TYPE_CHECKING:
    from alpyna_hook.runtime.rounds import Rounds

_ALL = 2**62
FEW = 2**20  # iterations of loops around loops: some milliseconds as a rule, seconds if there are long loops in them;
_TRIAL, _AT_ONCE = 2**13, 0.01  # so that it is seen first how many take so many seconds


class Work(Struct):
    """One execution.

    soon: it surely (True) or probably ends before anyone would press Ctrl-C.  mask: the floating-point flags that matter;
    own: those of the kernel's own operations; by_call: those of NumPy's inner loops, around whose
    calls the kernel reads the flags itself, into its frame.
    """

    entry: Callable[[int], int]
    frame: Any
    soon: bool | None
    mask: int
    own: bool
    by_call: bool
    saved: Transaction
    undoable: bool  # `saved` puts back all that the kernel writes
    returned: list[int]  # by the C functions that were called
    first: list[bytes]  # the frame before the first part
    parts: Parts | None = None  # in which it runs if it takes long
    rounds: Rounds | None = None  # in which several threads run it
    before: float = 0.0  # seconds that a device has worked for it,
    copied: tuple[tuple[Any, Any], ...] | None = None  # so that the arrays have but to be given what it has computed
    place: str = ""  # to be shown, of the nest
    shown: bool | None = False  # whether it is shown if it takes long; None: on a terminal

    @property
    def has_run(self) -> bool:
        return len(self.returned) > bool(self.mask)

    @property
    def status(self) -> int:
        """What the kernel returned."""
        return self.returned[1 if self.mask else 0] & ((1 << STATUS_BITS) - 1)

    @property
    def is_clean(self) -> bool:
        """Did it run to an end, with nothing to be looked at by the interpreter?"""
        fits = self.rounds is None or self.rounds.fits
        return self.status in (DONE, LEFT, PAUSED, RETURNED) and not self.get(FAILED) and not self.raised and fits

    @property
    def kept(self) -> bool:
        """Was it left with some iterations finished, and everything as after those?"""
        return self.parts is not None and self.parts.finished is not None

    @property
    def failed_check(self) -> int:
        """The number of the obligation that did not hold; below zero where it is one of several."""
        own = self.returned[1 if self.mask else 0] >> STATUS_BITS
        return (own or self.get(FAILED)) - 1

    @property
    def flags_raised(self) -> int:
        """Those of the watched floating-point flags that were raised."""
        words = [self.get(word) for word in (RAISED, *[FOUND] * self.own)] if self.by_call else []
        return reduce(or_, words, self.returned[2] if self.own else 0) & self.mask if self.mask else 0

    @property
    def raised(self) -> bool:
        """Whether a watched flag was raised."""
        if not self.mask:
            return False
        words = [self.get(word) for word in (RAISED, *[FOUND] * self.own)] if self.by_call else []
        return bool(self.own and self.returned[2]) or any(word & self.mask for word in words)

    def get(self, word: int) -> int:
        return ctypes.c_int64.from_buffer(self.frame, word).value

    def set(self, word: int, value: int) -> None:
        ctypes.c_int64.from_buffer(self.frame, word).value = value

    def perform(self, low: int = 0, high: int = _ALL) -> None:
        """Runs these iterations of the outermost loop, or gives the arrays what a device has computed.

        What the kernel returned, and the flags that it raised, are noted before any handler of a signal, which may raise an
        exception or compute with floats, can run: all is one call."""
        if self.rounds is not None and not self.rounds.dropped:
            self.rounds.perform(self, low, high)
            return
        if self.copied is not None:
            stored = map(setitem, [a for a, _ in self.copied], repeat(...), [b for _, b in self.copied])
            self.returned.clear()
            self.returned.extend(chain(filter(None, stored), (DONE,)))
            return
        self.set(LOW, low)
        self.set(HIGH, high)
        entry = map(self.entry, (ctypes.addressof(self.frame),))
        calls = chain(map(FLAGS.clear, (FLAGS.all,)), entry, map(FLAGS.test, (self.mask,))) if self.mask else entry
        self.returned.clear()
        self.returned.extend(calls)

    def line(self) -> Line:
        return Line(self.place, self.shown, NEST, self.parts or self.rounds)

    def stop(self) -> None:
        """It is left at its next look."""
        self.set(ABORT, 1)
        if self.rounds is not None:
            self.rounds.stop()

    def begin_anew(self) -> None:
        self.saved.put_back()
        for frame in self.first:
            ctypes.memmove(self.frame, frame, len(frame))
        for word in (ABORT, FAILED, TAG, RAISED, FOUND, SEEN):
            self.set(word, 0)
        self.set(BUDGET, NO_END)
        self.returned.clear()
        if self.rounds is not None:
            self.rounds.begin_anew()


class Ran(NamedTuple):
    """seconds: that the kernel took.  elsewhere: those of them that another thread worked."""

    seconds: float
    elsewhere: float


def run(work: Work) -> Ran:
    """Runs the kernel to its end.  Whatever a signal's handler raises comes out of here, with nothing put back yet."""
    begun = perf_counter()
    if work.soon:
        work.perform()
        return Ran(perf_counter() - begun + work.before, work.before)
    if work.soon is None and work.undoable and work.rounds is None:
        ended = _ends(work, _TRIAL)
        more = min(FEW, int(_TRIAL * _AT_ONCE / max(perf_counter() - begun, 1e-9)))
        if ended or (more > 2 * _TRIAL and _ends(work, more)):
            return Ran(perf_counter() - begun, 0.0)
    wasted = perf_counter() - begun
    elsewhere = _in_thread(work)
    return Ran(wasted + elsewhere, elsewhere)


def _ends(work: Work, budget: int) -> bool:
    """Whether so many iterations of loops around loops were enough; else all is as before."""
    work.set(BUDGET, budget)
    work.perform()
    if work.status != ABORTED and not work.get(FAILED):
        return True
    work.begin_anew()
    return False


def _in_thread(work: Work) -> float:
    """The seconds of the other thread."""

    def perform() -> float:
        begun = thread_time()
        if work.parts is None:
            work.perform()
        else:
            work.parts.run(work)
        return thread_time() - begun

    errand = Errand(perform)
    with work.line() as line:
        try:
            sent = send(errand)
            if sent:
                errand.wait(line.tick)
        except BaseException:
            while True:
                try:
                    _stop(work, errand)
                    break
                except BaseException:  # the first one goes on
                    continue
            raise
        finally:
            errand.forget()
    if not sent:
        if work.rounds is not None:
            work.rounds.dropped = True
        work.perform()
        return 0.0
    if errand.lost:
        work.begin_anew()
        return _in_thread(work)
    return errand.result()


def _stop(work: Work, errand: Errand[float]) -> None:
    """Leaves nobody at work; may be called again."""
    if errand.withdraw():
        return
    if work.parts is None or not work.parts.end_soon(errand.wait_for_a_moment):
        work.stop()
    errand.wait_in_any_case()
