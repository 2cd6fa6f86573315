"""Which bytes of the host a device needs for the arrays of a nest: a block for each set of arrays that may share bytes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from alpyna_hook.runtime.memory import address, extent, overlap_groups
from alpyna_hook.runtime.variant import Variant

_SPREAD = 16  # times the bytes of its elements, that an array may extend over


class Spread(Exception):
    """Arrays that are not copied; the text says why."""


class Block(NamedTuple):
    """members: the numbers of the arrays.  begins: where the first element of each is.  low, size: of the block, in the host."""

    arrays: tuple[Any, ...]
    members: tuple[int, ...]
    begins: tuple[int, ...]
    stored: tuple[bool, ...]
    low: int
    size: int

    @property
    def is_stored(self) -> bool:
        return any(self.stored)

    def host(self) -> Any:
        """Its bytes, in the host's memory."""
        return np.ctypeslib.as_array((ctypes.c_ubyte * self.size).from_address(self.low))

    def pairs(self, contents: Any) -> Iterator[tuple[Any, Any]]:
        """Each array that was written to, and the same elements in what has come back."""
        for array, begin, stored in zip(self.arrays, self.begins, self.stored, strict=True):
            if stored and array.size:
                yield array, np.ndarray(array.shape, array.dtype, contents, begin, array.strides)


def blocks(variant: Variant, arrays: list[Any]) -> list[Block]:
    """Raises Spread."""
    places, shapes = tuple([address(a) for a in arrays]), tuple([a.shape for a in arrays])
    strides, sizes = tuple([a.strides for a in arrays]), variant.sizes
    groups = overlap_groups(places, shapes, strides, sizes)
    found = []
    for group in range(max(groups, default=-1) + 1):
        members = tuple([k for k, own in enumerate(groups) if own == group])
        extents = [extent(places[k], shapes[k], strides[k], sizes[k]) for k in members]
        low, high = min([low for low, _ in extents]), max([high for _, high in extents])
        if len({sizes[k] for k in members}) > 1:
            raise Spread("arrays whose elements differ in size share memory")
        if high - low > _SPREAD * max(sum([arrays[k].nbytes for k in members]), 4096):
            raise Spread("the elements of an array are spread over much more memory than they need")
        found.append(Block(
            tuple([arrays[k] for k in members]), members, tuple([places[k] - low for k in members]),
            tuple([variant.stored[k] for k in members]), low, high - low))
    return found
