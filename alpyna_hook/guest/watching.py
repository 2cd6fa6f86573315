"""Whether somebody looks on: a debugger, a profiler or a coverage tool.

The seam asks before anything of ours is called that is written in Python: whether `SITE.profiled` and `SITE.traced` are
None or, from Python 3.12 on, whether `SITE.monitored` is empty, the events of `sys.monitoring` that some tool wants, a
debugger or profiler of the old kind included.  The getters of these attributes are C functions that C functions call, of
which no tool is told.
"""

from __future__ import annotations

import sys
from _collections import defaultdict  # type: ignore[import-not-found]
from _operator import methodcaller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

_monitoring: Any = getattr(sys, "monitoring", None)
# None of them is a function of Python's (`_all_events` is for tests of CPython, and has been there since 3.12).
LOCAL_EVENTS = _monitoring is not None
BY_EVENTS = hasattr(_monitoring, "_all_events")

_SHOWN: dict[object, tuple[object, ...]] = defaultdict(tuple)


class Watched:
    """The attributes of a Site by which the seam asks."""

    __slots__ = ()

    shown = property(_SHOWN.__getitem__)  # the answer `()`, which is noted

    if BY_EVENTS:
        _all_events = staticmethod(_monitoring._all_events)
        monitored = property(methodcaller("_all_events"))
    else:
        _getprofile, _gettrace = staticmethod(sys.getprofile), staticmethod(sys.gettrace)
        profiled = property(methodcaller("_getprofile"))
        traced = property(methodcaller("_gettrace"))


def was_shown(site: object) -> bool:
    """Whether a loop was ever left to the interpreter for that."""
    return site in _SHOWN


def watched() -> bool:
    """Whether a tool wants to see each line, call or exception of the program."""
    if BY_EVENTS:
        return bool(_monitoring._all_events())
    return sys.gettrace() is not None or sys.getprofile() is not None


def watched_at(code: CodeType) -> bool:
    """Whether a tool wants to see events of this very code, which the seam is not told."""
    if _monitoring is None or not any(map(_monitoring.get_tool, range(6))):
        return False
    return any(_monitoring.get_local_events(tool, code) for tool in range(6) if _monitoring.get_tool(tool))
