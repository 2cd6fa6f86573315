"""What a site that rests is asked by its seam: true at each test, for a number of tests or of seconds.  A test is a call in C."""

from __future__ import annotations

from _operator import length_hint, mul, truth
from itertools import chain, islice, repeat, takewhile
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_SECONDS = 100e-6  # about so long the tests take, and what is between them, after which the clock is asked,
_MOST_OF_BLOCK = 64  # but no more of them


class Countdown:
    """seconds: after which it ends even if tests are left, and between two tests, as far as that is known."""

    __slots__ = ("__bool__", "_left", "_tests")

    def __init__(self, tests: int, seconds: float | None = None, each: float = 0.0) -> None:
        self._tests = tests
        self._left = repeat(True, tests)
        blocks: Iterator[Iterator[bool]]
        if seconds is None:
            blocks = iter((self._left,))
        else:
            block = int(min(max(_BLOCK_SECONDS / each if each else _MOST_OF_BLOCK, 2), _MOST_OF_BLOCK))
            in_time = takewhile(truth, map((perf_counter() + seconds).__gt__, iter(perf_counter, None)))
            blocks = map(islice, repeat(self._left), map(mul, repeat(block, -(-tests // block)), in_time))
        self.__bool__ = chain.from_iterable(chain(blocks, (repeat(False),))).__next__

    @property
    def left(self) -> int:
        """Tests."""
        return length_hint(self._left)

    @property
    def taken(self) -> int:
        return self._tests - self.left
