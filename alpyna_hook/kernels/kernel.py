"""A compiled kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from alpyna_hook.emit.source import KernelSource


class Kernel(NamedTuple):
    """`entry(address of the frame) -> status`.  keep: owns the machine code.  engine: who compiled it."""

    source: KernelSource
    entry: Callable[[int], int]
    keep: object
    engine: str


class CompileError(Exception):
    """The compiler refused a kernel."""
