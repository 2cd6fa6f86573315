"""Where the time of a program goes, by looking at it a hundred times a second: for `explain` and `run --report` alone.

A thread looks at the frames of the others.  What is kept of a look are the lines of the user's files on the stack, and the
processor time since the look before; which loops those lines lie in is found out at the end.  Loops pay nothing for it.
"""

from __future__ import annotations

import _thread
import os
import sys
import time
from types import FrameType
from typing import NamedTuple

import alpyna_hook
from alpyna_hook.guest.library import is_library

_INTERVAL = 0.01  # seconds
_DEPTH = 40  # of the user's frames
_MOST_FRAMES = 400
_MOST_STACKS = 20_000  # different ones
_OURS = os.path.dirname(alpyna_hook.__file__) + os.sep
_WAITING = frozenset({"threading.py", "queue.py", "selectors.py", "subprocess.py", "socket.py"})
_USER, _LIBRARY, _OF_US = range(3)


class Stack(NamedTuple):
    """The user's lines from the innermost outwards; `ours`: the seam of the innermost one was at work."""

    lines: tuple[tuple[str, int], ...]
    ours: bool


class Sampler:
    """`seconds` of processor time by stack, from `start` to `stop`."""

    def __init__(self) -> None:
        self.seconds: dict[Stack, float] = {}
        self.cut_short = False  # by a fork
        self._files: dict[str, int] = {}
        self._running = False
        self._ended = _thread.allocate_lock()
        self._main = _thread.get_ident()

    def start(self) -> None:
        is_library(__file__)  # which imports, the first time: now, before there is a program whose hooks would be asked
        self._running = True
        self._ended.acquire()
        try:
            _thread.start_new_thread(self._serve, ())
        except RuntimeError:  # no more threads
            self._running = False
            self._ended.release()
            return
        if hasattr(os, "register_at_fork"):
            warns = sys.version_info >= (3, 12)  # where a process with several threads is forked
            os.register_at_fork(before=self._before_fork if warns else _nothing, after_in_child=self._forget)

    def stop(self) -> None:
        self._running = False
        if self._ended.acquire(timeout=1.0):
            self._ended.release()

    def _before_fork(self) -> None:
        if self._running:
            self.cut_short = True
            self.stop()

    def _forget(self) -> None:
        """In a forked child, which the thread is not in."""
        self.seconds, self._running = {}, False

    def _serve(self) -> None:
        try:
            ours = _thread.get_ident()
            before = time.process_time()
            while self._running:
                time.sleep(_INTERVAL)
                now = time.process_time()
                self._look(ours, now - before)
                before = now
        except BaseException:  # what an audit hook of the program raises, for one: then no more is looked at
            self.cut_short = True
        finally:
            self._ended.release()

    def _look(self, ours: int, seconds: float) -> None:
        frames = sys._current_frames()
        del frames[ours]
        busy = [frame for frame in frames.values() if os.path.basename(frame.f_code.co_filename) not in _WAITING]
        main = frames.get(self._main)
        stacks = [self._stack(frame) for frame in busy] or ([self._stack(main)] if main is not None else [])
        stacks = [stack for stack in stacks if stack.lines]
        for stack in stacks:
            if stack in self.seconds or len(self.seconds) < _MOST_STACKS:
                self.seconds[stack] = self.seconds.get(stack, 0.0) + seconds / len(stacks)

    def _stack(self, frame: FrameType | None) -> Stack:
        lines: list[tuple[str, int]] = []
        ours = False
        for _ in range(_MOST_FRAMES):
            if frame is None or len(lines) == _DEPTH:
                break
            file = frame.f_code.co_filename
            kind = self._files.get(file)
            if kind is None:
                kind = self._files[file] = _kind(file)
            line: int | None = frame.f_lineno  # none in code that the compiler has added
            if kind == _USER and line is not None:
                lines.append((file, line))
            elif kind == _OF_US and not lines:
                ours = True
            frame = frame.f_back
        return Stack(tuple(lines), ours)


def _nothing() -> None:
    pass


def _kind(file: str) -> int:
    if file.startswith(_OURS):
        return _OF_US
    if file.startswith("<"):
        return _LIBRARY
    return _LIBRARY if is_library(file) or file.startswith(os.path.dirname(_OURS[:-1]) + os.sep + "alpyna" + os.sep) else _USER
