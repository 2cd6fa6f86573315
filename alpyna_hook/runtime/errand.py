"""What another thread does while this one waits, in which signals' handlers run and Ctrl-C is answered."""

from __future__ import annotations

import _thread
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.reasons import Declined

T = TypeVar("T")
_TICK = 0.1  # seconds between two looks at what another thread, or on Windows a signal, may want to raise here
MOMENT = 0.15  # seconds for a part to end by itself


def _nothing() -> None:
    """At each tick."""


def aside(task: Callable[[], T], tick: Callable[[], None] = _nothing) -> T:
    """What a task returns that runs in a thread of its own, so that whatever a signal's handler raises comes out of here and not
    in the middle of the task (which then goes on).  Calls `tick` now and then.  Raises what the task raises; Declined if this
    process was forked meanwhile."""
    errand = Errand(task)
    if not send(errand):
        return task()
    try:
        errand.wait(tick)
    finally:
        errand.forget()
    if errand.lost:
        raise Declined("compile-error", "this process was forked while a kernel was compiled")
    return errand.result()


def late(name: str) -> Any:
    """A module of ours that few calls need.  Another thread imports it: an exception that a signal's handler, or another thread,
    raises in the middle of an import leaves the module's lock taken for good; and so does a fork, which waits therefore."""
    module = sys.modules.get(name)
    if module is None or getattr(module.__spec__, "_initializing", False):
        return aside(lambda: _imported(name))
    return module


def _imported(name: str) -> Any:
    with _importing, own_imports():
        return import_module(name)


_importing = threading.RLock()


class Errand(Generic[T]):
    """A task to be done by another thread, unless this one takes it back before."""

    def __init__(self, task: Callable[[], T]) -> None:
        self.task = task
        self.lost = False  # this process is a fork, which the other thread is not in
        self._over = False  # told beside the lock: an exception may come between taking that and knowing it
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._withdrawn: list[bool] = []
        self._claim = threading.Lock()
        self._running = threading.Lock()
        self._running.acquire()

    def claim(self) -> bool:
        """True for the first who asks."""
        return self._claim.acquire(blocking=False)

    def withdraw(self) -> bool:
        """True, also when asked again, if no thread has begun it; then none will."""
        if not self._withdrawn:
            self._withdrawn.extend(filter(None, map(self._claim.acquire, (False,))))  # one call, that no signal interrupts
        return bool(self._withdrawn)

    def run(self) -> None:
        if not self.claim():
            return
        try:
            self._results.append(self.task())
        except BaseException as error:
            self._error = error
        finally:
            self._over = True
            self._running.release()

    @property
    def ended(self) -> bool:
        """Whether there is a result, or an error."""
        return bool(self._results) or self._error is not None

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]

    def lose(self) -> None:
        self.lost = self._over = True
        if self._running.locked():
            self._running.release()

    def forget(self) -> None:
        if self in _errands:
            _errands.remove(self)

    def wait(self, tick: Callable[[], None] = _nothing) -> None:
        """Until it is done; what `tick`, or a signal's handler, raises comes out of here."""
        while not self._over and not self._running.acquire(timeout=_TICK):
            tick()

    def wait_for_a_moment(self, seconds: float = MOMENT) -> bool:
        """Whether it is done."""
        try:
            return self._over or (self._running.acquire(timeout=seconds) and self._over)
        except BaseException:  # somebody does not want to wait
            return self._over

    def wait_in_any_case(self) -> None:
        while True:
            try:
                return self.wait()
            except BaseException:  # the exception that is being raised goes first
                continue


class _Worker:
    """A thread that runs errands, one after the other."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[Errand[Any]] = SimpleQueue()
        _thread.start_new_thread(self._serve, ())  # the program does not find it among `threading`'s

    def _serve(self) -> None:
        while True:
            self.inbox.get().run()
            _idle.append(self)


_idle: list[_Worker] = []
_errands: list[Errand[Any]] = []  # that a thread waits for


def send(errand: Errand[Any]) -> bool:
    """Gives an errand to a thread that has nothing to do; False if there are no threads any more, as the
    interpreter is about to end."""
    try:
        worker = _idle.pop()
    except IndexError:
        try:
            worker = _Worker()
        except RuntimeError:
            return False
    _errands.append(errand)
    worker.inbox.put(errand)
    return True


def _after_fork() -> None:
    _idle.clear()
    while _errands:
        _errands.pop().lose()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_importing.acquire, after_in_parent=_importing.release, after_in_child=_importing.release)
    os.register_at_fork(after_in_child=_after_fork)
