"""What a seam and the engine tell each other beside values: variables that may have none, returns, exceptions that came late."""

from __future__ import annotations

import sys
from _thread import _local, get_ident

from alpyna_hook.guest.outside import Raising, came_from_outside, may_pass
from alpyna_hook.seam.records import HELD, MISSING, OWN_SLOTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any


class Answers:
    """The part of a Site that holds what waits for the seam, in places of each thread."""

    __slots__ = OWN_SLOTS

    if TYPE_CHECKING:
        _pending: _local | None
        _seen: _local | None
        due: tuple[tuple[int, BaseException], ...]
        has_return: bool
        place: Any
        unsure: tuple[str, ...]

    # --------------------------------- nests that read variables that may have no value
    #     if not SITE.__doc__ and NOBODY_LOOKS_ON and SITE.asks():
    #         try:
    #             SITE.see(0, p3)
    #         except SITE.unbound:
    #             pass
    # What `see` was given waits for `run` in a place of this thread's, with the frame that `asks` was called from: where a signal
    # handler, or a finaliser, has run this very site in between, the loop is interpreted.

    def held_before(self) -> object:
        """For the engine, as the last part of an answer where there are `perhaps`: what the seam puts back when it has assigned."""
        return getattr(self.place, HELD[1], None)

    def asks(self) -> bool:
        """For the seam: whether to call `see`, which may raise an exception that a debugger would show."""
        place: Any = self._seen
        place.values = None
        try:
            place.values = id(sys._getframe(1)), [MISSING] * len(self.unsure)
        except RecursionError:  # there is no room to look into it
            pass
        except BaseException as error:
            if came_from_outside(error) or not may_pass(error):
                raise
        return place.values is not None

    def see(self, index: int, value: object) -> None:
        """For the seam: the value of one of `unsure`."""
        place = self._seen
        found: tuple[int, list[object]] | None = place.values  # type: ignore[union-attr]
        if found is not None and found[0] == id(sys._getframe(1)):
            found[1][index] = value
        else:
            place.values = None  # type: ignore[union-attr]

    @staticmethod
    def _take_seen(place: _local, frame: FrameType) -> tuple[object, ...] | None:
        found: tuple[int, list[object]] | None = getattr(place, "values", None)
        place.values = None
        return tuple(found[1]) if found is not None and found[0] == id(frame) else None

    # ------------------------------------------------- nests that hold a `return`
    # A stack for each thread: a signal handler or a finaliser may run this very site between
    # `run` and `returned`, and leaves the stack as it found it.

    def _stack(self) -> list[tuple[Any] | None]:
        assert self._pending is not None
        try:
            stack: list[tuple[Any] | None] = self._pending.stack
        except AttributeError:
            stack = self._pending.stack = []
        return stack

    def set_return(self, value: tuple[Any] | None) -> None:
        """For the engine, once before a `run` ends that ran the loop: what the nest returns, in a 1-tuple, or None."""
        self._stack().append(value)

    def pending_returns(self) -> int:
        """How many were set; to be given to `drop_returns` if what was done since is undone."""
        return len(self._stack()) if self.has_return else 0

    def drop_returns(self, depth: int) -> None:
        if self.has_return:
            del self._stack()[depth:]

    def returned(self) -> bool:
        """For the seam, once after a `run` that ran the loop."""
        stack = self._stack()
        if stack[-1] is None:
            stack.pop()
            return False
        return True

    def take(self) -> Any:
        """For the seam, once after `returned()` was true: the value to return."""
        value = self._stack().pop()
        assert value is not None
        return value[0]

    # ------------------------------------- exceptions that came too late to undo the loop

    def raise_afterwards(self, error: BaseException) -> None:
        """For the engine: what the seam is to raise when it has assigned the targets."""
        self.due = (*self.due, (get_ident(), error))

    def overdue(self) -> Sequence[object]:
        """For the seam, if any is due: raises it where the values are asked for."""
        here = get_ident()
        own = [error for thread, error in self.due if thread == here]
        self.due = tuple([each for each in self.due if each[0] != here])
        if not own:
            return ()
        if self.has_return:
            self._stack().pop()
        return Raising(own[-1], sys.exc_info()[1])
