"""Trees that the garbage collector does not visit."""

from __future__ import annotations

import ctypes
import gc
from collections import deque
from typing import TypeVar

from alpyna_hook.ir.schema import Struct

S = TypeVar("S", bound=Struct)

_PARTS = (Struct, tuple)
_untrack = ctypes.PYFUNCTYPE(None, ctypes.py_object)(("PyObject_GC_UnTrack", ctypes.pythonapi))


def untracked(tree: S) -> S:
    """The tree, taken out of the collector's lists, with all that is in it.

    It is visited else at each full collection, node by node, as long as the program runs.  Nobody changes a tree, so it is in no
    cycle, and its last reference frees it.
    """
    level: list[object] = [tree]
    while level:
        below: list[object] = [part for part in gc.get_referents(*level) if isinstance(part, _PARTS)]
        deque(map(_untrack, level), 0)
        level = below
    return tree
