"""Whether somebody looks on: a debugger, a profiler or a coverage tool."""

from __future__ import annotations

import sys


def watched() -> bool:
    """Whether a tool wants to see each line, call or exception of the program."""
    if sys.gettrace() is not None or sys.getprofile() is not None:
        return True
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_events(tool) for tool in range(6) if monitoring.get_tool(tool))
