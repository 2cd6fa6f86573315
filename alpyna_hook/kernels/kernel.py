"""A compiled kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from alpyna_hook.ir import kernel as k


class Source:
    """A kernel to be compiled; equal to those whose IR reads the same."""

    __slots__ = ("ir", "text")

    def __init__(self, ir: k.Kernel) -> None:
        self.ir = ir
        self.text = repr(ir)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


class Kernel(NamedTuple):
    """`entry(address of the frame) -> status`.  keep: owns the machine code.  engine: who compiled it."""

    source: Source | None  # None where it came from the store by its digest
    entry: Callable[[int], int]
    keep: object
    engine: str


class CompileError(Exception):
    """The compiler refused a kernel."""
