"""What failed and may work later is tried again, seldom enough to cost next to nothing."""

from __future__ import annotations

from time import perf_counter

_LEAST = 1.0  # seconds until the next attempt;
_SHARE = 20.0  # and so many times what the last one took
_FIRST_CALLS, _MOST_CALLS = 16, 1_000_000


class Attempts:
    """At one thing.  `why`: what the last one ended with; nothing if it is not known to fail."""

    def __init__(self) -> None:
        self.why = ""
        self._next = 0.0

    @property
    def hopeless(self) -> bool:
        """Whether it failed a moment ago."""
        return bool(self.why) and perf_counter() < self._next

    def failed(self, error: BaseException, began: float) -> str:
        now = perf_counter()
        self.why = f"{type(error).__name__}: {error}"
        self._next = now + max(_LEAST, _SHARE * (now - began))
        return self.why


def calls_to_leave(failures: int) -> int:
    """How many calls of a loop are left to the interpreter after so many failures that may pass."""
    return min(_FIRST_CALLS << min(failures, 16), _MOST_CALLS)
