"""How a site lets calls go by: it rests, sleeps, or has the interpreter's time for a call taken.

`Site.__doc__` says which (see `site.py`), and is all that the seam asks while that goes on.
"""

from __future__ import annotations

import sys
from _functools import partial  # type: ignore[import-not-found]
from _operator import length_hint, mul, truth
from _thread import get_ident
from itertools import chain, islice, repeat, takewhile
from time import perf_counter

from alpyna_hook.guest.outside import came_from_outside
from alpyna_hook.runtime.around import begins
from alpyna_hook.seam.records import OWN_SLOTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from alpyna_hook.runtime.judge import Judge

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
        answers = chain.from_iterable(chain(blocks, (repeat(False),)))
        # Where there is no room on the stack to ask the clock, that ends with an exception, and they are all used up.
        self.__bool__ = partial(next, answers, False)

    @property
    def left(self) -> int:
        """Tests."""
        return length_hint(self._left)

    @property
    def taken(self) -> int:
        return self._tests - self.left


class Resting:
    """The part of a Site for loops that are left to the interpreter."""

    __slots__ = OWN_SLOTS

    if TYPE_CHECKING:
        _calls: int
        has_return: bool
        judge: Judge | None
        slept: bool
        timed: tuple[int, int, float, int] | None
        unsure: tuple[str, ...]

    @property
    def live(self) -> bool:
        """Whether the seam calls `run`."""
        doing: object = self.__doc__
        return doing is False or (type(doing) is Countdown and not doing.left)

    @live.setter
    def live(self, live: bool) -> None:
        self.__doc__ = not live  # type: ignore[assignment]

    @property
    def left_for_good(self) -> bool:
        """Whether the seam no longer calls `run`, nor counts."""
        doing: object = self.__doc__
        return doing is True

    def leave(self, calls: int, judge: Judge | None = None) -> None:
        """So many calls are left to the interpreter, at the price of a countdown in C; then the site is live again.  By a judge's
        wish it is so sooner, where they take far longer than they were seen to."""
        self._calls = calls
        if calls <= 0:
            self.live = True
            return
        tests = 2 * calls if self.unsure else calls  # of the seam
        limits = (judge.longest_rest, judge.interpreter or 0.0) if judge is not None else ()
        self.__doc__ = Countdown(tests, *limits)  # type: ignore[assignment]

    def rest(self, judge: Judge) -> None:
        self.leave(judge.rest, judge)

    def unseen(self) -> int:
        """How many calls have been left to the interpreter since `leave`."""
        doing: object = self.__doc__
        if type(doing) is not Countdown:
            return 0
        left = doing.left
        return self._calls - (left // 2 if self.unsure else left)

    def take_unseen(self) -> int:
        """As `unseen`; the site is live from now on."""
        calls = self.unseen()
        if calls:
            self.leave(0)
        return calls

    def _begin(self, frame: FrameType, judge: Judge) -> None:
        """The call that is now left to the interpreter is timed, to its end; or, if a `return` may end it, with those after it,
        to the next that is looked at."""
        judge.timing = False
        if not self.has_return:
            self.__doc__ = ...  # type: ignore[assignment]
        elif judge.hopeless:
            self._sleep()
            return
        else:
            self.leave(0 if judge.compiled else judge.rest, judge)
        thread, warnings = get_ident(), _warnings(frame)
        self.timed = thread, id(frame), judge.begin(to_next=self.has_return), warnings
        if judge.turns >= 2.0 and not self.has_return:  # nothing else from now on: it would be in the loop's time
            begins(self, judge.turns)

    def ended(self) -> None:
        """For the seam: a loop has come to its end in the interpreter, perhaps the one that is timed.  One that was left by an
        exception is noticed at the end of the next."""
        timed, judge = self.timed, self.judge
        before: object = self.__doc__
        if timed is None or judge is None:
            if before is ...:  # the beginning was cut short, or another thread's end is here at the same time
                self.live = True
            return
        try:
            now = judge.now()
            frame = sys._getframe(1)
            if timed[1] == id(frame) and timed[0] == get_ident():
                judge.warned = judge.warned or _warnings(frame) != timed[3]
                judge.end(now - timed[2])
            else:
                judge.spoilt()  # by this call, in another thread or further down
            self.timed = None
            doing: object = self.__doc__
            if doing is ...:
                if judge.hopeless:
                    self._sleep()
                else:
                    self.rest(judge)
        except (RecursionError, MemoryError):  # the loop has run: what is left of this is no matter of the program's
            self.timed, self.__doc__ = None, False  # type: ignore[assignment]

    def _sleep(self) -> None:
        self.live = False
        self.slept = True
        _asleep.append(self)

    def _ended_before(self) -> bool:
        """The call that is timed is another than the present one, and some may have been left unseen in between.  Whether the
        site rests from now on."""
        timed, self.timed = self.timed, None
        judge = self.judge
        if timed is None or judge is None or timed[0] != get_ident():
            return False
        judge.end(judge.now() - timed[2], of_calls=1 + self.unseen())
        if not judge.resting or not judge.rest:
            return False
        self.rest(judge)
        self._calls += 1
        return True


def _warnings(frame: FrameType) -> int:
    """A number that changes when code of the frame's module is warned, of a division by zero say: for most filters each time
    at another place, and for that which ignores all the first time."""
    registry = frame.f_globals.get("__warningregistry__")
    return len(registry) if type(registry) is dict else -1


_asleep: list[Resting] = []
_NAP = 0.25  # seconds;
_NAP_OF_EACH = 0.005  # more where many sleep, a hundred times what looking at one costs
_wake_at = [0.0]


def _wake() -> None:
    """Those that have been asleep for a while are looked at again."""
    now = perf_counter()
    if now > _wake_at[0]:
        _wake_at[0] = now + max(_NAP, _NAP_OF_EACH * len(_asleep))
        try:
            while True:
                _asleep.pop().leave(0)
        except IndexError as error:  # as long as there are any, though other threads may be at it
            if came_from_outside(error):
                raise


def wake() -> None:
    """For a site whose seam is at work."""
    if _asleep:
        _wake()
