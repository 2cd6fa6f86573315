"""Runs a kernel so that Ctrl-C is answered soon, and leaves a state that the interpreter could have left.

What surely ends soon runs at once, and what probably does with a budget of iterations; if that is not enough, all is put
back and it begins anew.  Any other kernel runs in a thread of its own and looks at the
abort word of its frame, at each iteration of a loop around a loop and now and then in others, while this thread waits for
it, or for the signal.  On Ctrl-C everything is put back and KeyboardInterrupt is raised: as if it had come just before the loop.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from alpyna_hook.emit.layout import ABORT, ABORTED, BUDGET, DONE, FAILED, FOUND, HIGH, LOW, NO_END, RAISED, SEEN, TAG
from alpyna_hook.runtime.memory import Transaction
from alpyna_hook.runtime.native import FLAGS

_ALL = 2**62
_TICK = 0.1 if os.name == "nt" else -1  # seconds; elsewhere a signal ends the waiting
_FEW = 2**20  # iterations of loops around loops: some milliseconds


@dataclass(frozen=True, slots=True)
class Work:
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

    def get(self, word: int) -> int:
        return ctypes.c_int64.from_buffer(self.frame, word).value

    def set(self, word: int, value: int) -> None:
        ctypes.c_int64.from_buffer(self.frame, word).value = value

    def chunk(self, low: int, high: int) -> tuple[int, bool]:
        """Runs iterations low .. high; returns the kernel's status and whether a watched flag was raised."""
        self.set(LOW, low)
        self.set(HIGH, high)
        if not self.mask:
            return self.entry(ctypes.addressof(self.frame)), False
        FLAGS.clear()
        status = self.entry(ctypes.addressof(self.frame))
        raised = self.own and FLAGS.raised(self.mask)
        if self.by_call:
            words = (RAISED, FOUND) if self.own else (RAISED,)
            raised = raised or any(self.get(w) & self.mask for w in words)
        return status, raised


def run(work: Work) -> tuple[int, bool]:
    """Status and flags of the whole loop.  Raises KeyboardInterrupt with everything put back."""
    if work.soon:
        return _whole(work)
    if threading.current_thread() is not threading.main_thread():
        return work.chunk(0, _ALL)
    if work.soon is None and work.undoable:
        work.set(BUDGET, _FEW)
        status, raised = _whole(work)
        if status != ABORTED and not work.get(FAILED):
            return status, raised
        work.saved.put_back()
        for word in (FAILED, TAG, RAISED, FOUND, SEEN):
            work.set(word, 0)
        work.set(BUDGET, NO_END)
    return _in_thread(work)


def _whole(work: Work) -> tuple[int, bool]:
    """A short loop: an interrupt that comes while it runs is delivered when it is done."""
    done: list[tuple[int, bool]] = []
    try:
        done.append(work.chunk(0, _ALL))
    except KeyboardInterrupt:
        if not done:
            done.append(_after_interrupt(work))
    return done[0]


def _after_interrupt(work: Work) -> tuple[int, bool]:
    """The interrupt came as the kernel returned, so its status was lost: undo if possible, else run out."""
    if work.undoable:
        work.saved.roll_back()
        raise KeyboardInterrupt
    threading.Thread(target=_interrupt_soon, daemon=True).start()
    return DONE, False


def _interrupt_soon() -> None:
    time.sleep(0.005)
    _thread.interrupt_main()


class _Errand:
    """A kernel to be run by another thread, unless this one takes it back before."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.result: tuple[int, bool] = ABORTED, False
        self._claim = threading.Lock()
        self._running = threading.Lock()
        self._running.acquire()

    def claim(self) -> bool:
        """True for the first who asks."""
        return self._claim.acquire(blocking=False)

    def run(self) -> None:
        if self.claim():
            try:
                self.result = self.work.chunk(0, _ALL)
            finally:
                self._running.release()

    def wait(self) -> None:
        while not self._running.acquire(timeout=_TICK):
            pass

    def wait_in_any_case(self) -> None:
        while True:
            try:
                return self.wait()
            except KeyboardInterrupt:
                continue


class _Worker:
    """A thread that runs errands, one after the other."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[_Errand] = SimpleQueue()
        _thread.start_new_thread(self._serve, ())  # the program does not find it among `threading`'s

    def _serve(self) -> None:
        while True:
            self.inbox.get().run()


_idle: list[_Worker] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def _free_worker() -> _Worker:
    try:
        return _idle.pop()
    except IndexError:
        return _Worker()


def _in_thread(work: Work) -> tuple[int, bool]:
    try:
        worker = _free_worker()
    except RuntimeError:  # no threads any more: the interpreter is about to end
        return work.chunk(0, _ALL)
    errand = _Errand(work)
    try:
        worker.inbox.put(errand)
        errand.wait()
    except BaseException:
        if not errand.claim():
            work.set(ABORT, 1)
            errand.wait_in_any_case()
            work.saved.roll_back()
        raise
    _idle.append(worker)
    status, raised = errand.result
    if status == ABORTED:
        work.saved.roll_back()
        raise KeyboardInterrupt
    return status, raised
