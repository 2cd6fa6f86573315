"""Room on the stack for what has to be done, where the program has come to the limit of recursion."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

_CALLS = 200


def with_more_room(task: Callable[[], T]) -> T:
    """What the task returns, for which as many more calls are possible.

    Not a context manager: the exception of a signal's handler that comes as one is entered or left would leave the limit changed.
    """
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(limit + _CALLS)
        return task()
    finally:
        sys.setrecursionlimit(limit)
