"""What must not be found half-way by a process that is forked while another thread is at it."""

from __future__ import annotations

import os
from _thread import RLock


class Undivided:
    """A lock.  In the child of a process that is forked while another thread holds it, it is `lost` for good."""

    def __init__(self) -> None:
        self.lost = False
        self._lock = RLock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self.lost, self._lock = True, RLock()

    def __enter__(self) -> None:
        """Raises RuntimeError if it is lost."""
        if self.lost:
            raise RuntimeError("this process was forked while another thread was at it")
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()

    def wait(self, seconds: float) -> None:
        """Until no other thread holds it, or so long."""
        if self._lock.acquire(timeout=seconds):
            self._lock.release()
