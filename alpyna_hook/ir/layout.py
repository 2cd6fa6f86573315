"""The frame: the one block of memory through which a kernel is given everything and gives everything back.

A kernel is a C function `int64 kernel(void *frame)`.  The frame holds, in words of 8 bytes
(a complex128 takes two): the control words, the arrays (address, shape, strides), the
addresses of the C functions that are called, the scalars that come in, and the scalars that
go out, each with its tag where it may have several kinds and with a word that tells whether
it was assigned at all.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from alpyna_hook.ir.schema import Record

if TYPE_CHECKING:
    from alpyna_hook.ir import typed as t
    from alpyna_hook.ir.interface import Interface, Variable
    from alpyna_hook.ir.kinds import Rep

# byte offsets of the control words
LOW, HIGH, ABORT, FAILED, TAG, RAISED, FOUND, SEEN, VALUE, BUDGET, MASK, TEST = range(0, 96, 8)
CONTROL_BYTES = 96
NO_END = 2**62  # iterations: no limit

# what a kernel returns, in the lowest byte; above that the number of the check that failed, as the word FAILED has it:
# one more than that of the obligation, or 0 where several are checked together
DONE, FLAGGED, RETURNED, ABORTED, LEFT, PAUSED = range(6)
STATUS_BITS = 8
SEVERAL = -1  # what a called function writes to FAILED for several

_FORMATS = {
    "b1": "?7x", "i1": "b7x", "i2": "h6x", "i4": "i4x", "i8": "q", "u1": "B7x", "u2": "H6x", "u4": "I4x", "u8": "Q",
    "f4": "f4x", "f8": "d", "c8": "ff", "c16": "dd",
}


def format_of(rep: Rep) -> str:
    """Of a scalar in the frame, in the language of `struct`."""
    return _FORMATS[rep]


def words(rep: Rep) -> int:
    return 2 if rep == "c16" else 1


class Slot(Record):
    """Where a scalar is: byte offsets of its value, of its tag, and of its "assigned" word (or -1)."""

    variable: Variable
    value: int
    tag: int
    assigned: int


class Layout:
    """Offsets of all that a kernel for this nest finds in its frame."""

    def __init__(self, nest: t.TypedNest | Interface, ndims: dict[str, int], functions: tuple[t.Function, ...] = ()) -> None:
        self.nest = nest
        self.ndims = ndims
        self.arrays: dict[str, int] = {}  # base, then shape, then strides
        self.libm: dict[str, int] = {}
        self.ufuncs: dict[tuple[str, Rep], int] = {}  # function, then data
        self.inputs: dict[str, Slot] = {}
        self.outputs: dict[str, Slot] = {}
        self.results: list[Slot] = []
        self.items: dict[str, list[Slot]] = {}  # by function: of the tuple that it returns, but for the first
        self.size = CONTROL_BYTES
        self.scalar_offset = 0
        self.scalar_format = "<"
        self.output_format = "<"
        self.output_offset = 0
        for name in self.nest.arrays:
            self.arrays[name] = self._take(8 * (1 + 2 * self.ndims[name]))
        for function in self.nest.libm:
            self.libm[function] = self._take(8)
        for ufunc in self.nest.ufuncs:
            self.ufuncs[ufunc] = self._take(16)
        self.scalar_offset = self.size
        for name in self.nest.inputs:
            variable = self.nest.variables[name]
            self.inputs[name] = self._slot(variable, with_assigned=False)
            self.scalar_format += _FORMATS[variable.rep] + ("q" if len(variable.kinds) > 1 else "")
        self.output_offset = self.size
        for name in self.nest.outputs:
            variable = self.nest.variables[name]
            unbound = name not in self.nest.inputs
            self.outputs[name] = self._slot(variable, with_assigned=unbound)
            self._add_output(variable, unbound)
        for variable in self.nest.results:
            self.results.append(self._slot(variable, with_assigned=False))
            self._add_output(variable, False)
        for f in functions:
            self.items[f.name] = [self._slot(variable, with_assigned=False) for variable in f.results[1:]]

    def _add_output(self, variable: Variable, assigned: bool) -> None:
        self.output_format += _FORMATS[variable.rep] + ("q" if len(variable.kinds) > 1 else "") + ("q" if assigned else "")

    def _take(self, size: int) -> int:
        offset = self.size
        self.size += size
        return offset

    def _slot(self, variable: Variable, *, with_assigned: bool) -> Slot:
        value = self._take(8 * words(variable.rep))
        tag = self._take(8) if len(variable.kinds) > 1 else -1
        return Slot(variable, value, tag, self._take(8) if with_assigned else -1)

    @property
    def head(self) -> struct.Struct:
        """Of the frame up to the scalars: the budget, the floating-point flags that matter, the address of what reads those of
        the kernel's own operations, or 0; then addresses, shapes and strides, and the C functions."""
        return struct.Struct(f"<{BUDGET}x{(self.scalar_offset - BUDGET) // 8}q")

    @property
    def packer(self) -> struct.Struct:
        """Of the scalars that come in, at `scalar_offset`."""
        return struct.Struct(self.scalar_format)

    @property
    def unpacker(self) -> struct.Struct:
        return struct.Struct(self.output_format)


class Carry(Record):
    """What goes on from one part to the next, as places in the frame, in bytes.

    moved: where the kernel leaves a variable, where it takes it from, and how much that is.  unbound: of those that it is not
    given: the value, how much that is, and the word that tells whether they were assigned, since the part began.
    """

    moved: tuple[tuple[int, int, int], ...]
    unbound: tuple[tuple[int, int, int], ...]
    least: int  # iterations of a part
    counted: bool  # of a loop that may know how many iterations it has
