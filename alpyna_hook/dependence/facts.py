"""What the run-time stage knows of an array: plain integers, no NumPy."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class ArrayFacts:
    """Item size in bytes, shape, strides in bytes (any sign), address of element (0, ..., 0).

    >>> backwards = ArrayFacts(8, (10,), (-8,), 1072)
    >>> backwards.low, backwards.high
    (1000, 1080)
    """

    itemsize: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    address: int
    low: int = field(init=False, compare=False)  # first byte that an element may touch
    high: int = field(init=False, compare=False)  # one past the last; equal to low if empty

    def __post_init__(self) -> None:
        low = high = self.address
        for extent, stride in zip(self.shape, self.strides, strict=True):
            if extent == 0:
                low = high = self.address - self.itemsize
                break
            if stride < 0:
                low += stride * (extent - 1)
            else:
                high += stride * (extent - 1)
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high + self.itemsize)

    @property
    def empty(self) -> bool:
        return 0 in self.shape

    @property
    def injective(self) -> bool:
        """Do different indices always mean different bytes?  (Sufficient, not necessary.)"""
        if len(self.shape) == 1:
            return self.shape[0] <= 1 or abs(self.strides[0]) >= self.itemsize
        return _injective(self.itemsize, self.shape, self.strides)


@lru_cache(maxsize=1024)
def _injective(itemsize: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    """Sorted by stride, each stride must pass over everything that the smaller ones reach."""
    reach = itemsize
    for stride, extent in sorted((abs(s), n) for s, n in zip(strides, shape, strict=True) if n > 1):
        if stride < reach:
            return False
        reach += stride * (extent - 1)
    return True


@dataclass(frozen=True, slots=True)
class Contents:
    """What an inspection of an index array found: its least and greatest element, and
    whether no two elements are the same."""

    low: int
    high: int
    distinct: bool
