"""Measures this machine for ALPyNA; installed as `alpyna_profiler`, and run by `alpyna profile`.

`measure()` gives the profile as data, `write()` stores it where `alpyna_hook.profile` reads it.
"""

from __future__ import annotations

from .measure import measure
from .store import write

__all__ = ["measure", "write"]
