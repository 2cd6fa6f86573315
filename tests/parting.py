"""Kernels that run as only long ones do: in a thread of their own, in parts, each of one iteration of the outermost loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alpyna_hook.runtime import launch, parts, placing


def one_at_a_time(change: Callable[[Any, str, float], None]) -> None:
    """change: `setattr`, or what puts it back in the end."""
    for module in (launch, placing):
        change(module, "SOON", -1.0)
    change(parts, "_SECONDS", 0.0)
