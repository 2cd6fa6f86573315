"""NumPy's ways with floating-point errors, changed for a moment."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def with_errors(all: Any, task: Callable[[], T], call: Callable[[str, int], object] = lambda kind, flag: None) -> T:
    """What the task returns inside of `np.errstate(all=...)`.

    In a context of its own (np.errstate sets a context variable): the exception of a signal's handler that comes as
    the `with` is entered or left would leave the program's setting changed.
    """

    def inside() -> T:
        with np.errstate(all=all, call=call):
            return task()

    return copy_context().run(inside)
