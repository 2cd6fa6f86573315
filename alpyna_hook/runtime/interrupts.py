"""Runs a kernel so that Ctrl-C is answered soon, and leaves a state that the interpreter could have left.

A long loop runs in chunks of its outermost iterations, between which Python looks for signals.
Where one iteration may itself be long the kernel runs in a thread of its own and looks at the
abort word of its frame, while this thread waits for it, or for the signal.  On Ctrl-C everything
is put back and KeyboardInterrupt is raised: as if it had come just before the loop.
"""

from __future__ import annotations

import _thread
import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alpyna_hook.emit.layout import ABORT, ABORTED, DONE, FOUND, HIGH, LOW, RAISED
from alpyna_hook.runtime.memory import Transaction
from alpyna_hook.runtime.native import FLAGS

_ALL = 2**62
_SPEEDUP = 30.0  # of a kernel over the interpreter, at least: for chunk sizes only
_CHUNK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Work:
    """One execution.

    trips: of the outermost loop, if known.  predicted: seconds in the interpreter.  mask: the
    floating-point flags that matter; own: those of the kernel's own operations; by_call: those
    of NumPy's inner loops, around whose calls the kernel reads the flags itself, into its frame.
    """

    entry: Callable[[int], int]
    frame: Any
    trips: int | None
    predicted: float
    mask: int
    own: bool
    by_call: bool
    saved: Transaction
    undoable: bool  # `saved` puts back all that the kernel writes

    def chunk(self, low: int, high: int) -> tuple[int, bool]:
        """Runs iterations low .. high; returns the kernel's status and whether a watched flag was raised."""
        ctypes.c_int64.from_buffer(self.frame, LOW).value = low
        ctypes.c_int64.from_buffer(self.frame, HIGH).value = high
        if not self.mask:
            return self.entry(ctypes.addressof(self.frame)), False
        FLAGS.clear()
        status = self.entry(ctypes.addressof(self.frame))
        raised = self.own and FLAGS.raised(self.mask)
        if self.by_call:
            words = (RAISED, FOUND) if self.own else (RAISED,)
            raised = raised or any(ctypes.c_int64.from_buffer(self.frame, w).value & self.mask for w in words)
        return status, raised


def run(work: Work) -> tuple[int, bool]:
    """Status and flags of the whole loop.  Raises KeyboardInterrupt with everything put back."""
    if work.predicted < _CHUNK_SECONDS * _SPEEDUP and work.trips is not None:
        return _whole(work)
    if threading.current_thread() is not threading.main_thread():
        return work.chunk(0, _ALL)
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


def _in_thread(work: Work) -> tuple[int, bool]:
    results: list[tuple[int, bool]] = []
    finished = threading.Event()

    def body() -> None:
        results.append(work.chunk(0, _ALL))
        finished.set()

    thread = threading.Thread(target=body, name="alpyna-kernel", daemon=True)
    thread.start()
    try:
        finished.wait()
    except BaseException:
        ctypes.c_int64.from_buffer(work.frame, ABORT).value = 1
        _wait(finished)
        work.saved.roll_back()
        raise
    status, raised = results[0]
    if status == ABORTED:
        work.saved.roll_back()
        raise KeyboardInterrupt
    return status, raised


def _wait(finished: threading.Event) -> None:
    while not finished.is_set():
        try:
            finished.wait()
        except KeyboardInterrupt:
            continue
