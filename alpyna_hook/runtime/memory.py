"""Where arrays lie: address ranges, groups that may overlap, and what a transaction keeps aside."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from alpyna_hook.live.attributes import assign, own_value

# A PyArrayObject begins: PyObject_HEAD; char *data (numpy/ndarraytypes.h).
DATA = object.__basicsize__


def _reads_header() -> bool:
    probe = np.arange(3)[1:]
    return bool(ctypes.c_void_p.from_address(id(probe) + DATA).value == probe.__array_interface__["data"][0])


HEADER = sys.implementation.name == "cpython" and _reads_header()


def address(array: np.ndarray[Any, Any]) -> int:
    """Where the first element is.  The array's own header is five times as quick as `__array_interface__`."""
    if HEADER:
        return ctypes.c_void_p.from_address(id(array) + DATA).value or 0
    return int(array.__array_interface__["data"][0])


def extent(low: int, shape: tuple[int, ...], strides: tuple[int, ...], size: int) -> tuple[int, int]:
    """The half-open range of byte addresses that the elements lie in, of which the first is at `low`; empty for an empty array."""
    if 0 in shape:
        return low, low
    high = low + size
    for n, stride in zip(shape, strides, strict=True):
        if stride >= 0:
            high += (n - 1) * stride
        else:
            low += (n - 1) * stride
    return low, high


def overlap_groups(
    addresses: tuple[int, ...], shapes: tuple[tuple[int, ...], ...], strides: tuple[tuple[int, ...], ...], sizes: tuple[int, ...]
) -> tuple[int, ...]:
    """A number for each array: arrays with different numbers share no byte.

    Ranges that overlap, directly or through others, are put together, in one sweep.
    """
    if len(addresses) < 2:
        return (0,) * len(addresses)
    extents = [*map(extent, addresses, shapes, strides, sizes)]
    if len(extents) == 2:
        (low, high), (other_low, other_high) = extents
        return (0, 1) if high <= other_low or other_high <= low else (0, 0)
    ranges = sorted([(*bounds, k) for k, bounds in enumerate(extents)])
    numbers = [0] * len(ranges)
    group, end = -1, -1
    for low, high, k in ranges:
        if low >= end:
            group += 1
        end = max(end, high)
        numbers[k] = group
    order: dict[int, int] = {}
    return tuple([order.setdefault(n, len(order)) for n in numbers])


def overlaps_itself(shape: tuple[int, ...], strides: tuple[int, ...], size: int) -> bool:
    """May two elements of an array share a byte, as those of np.lib.stride_tricks.as_strided?"""
    extent = size
    for step, count in sorted([(abs(step), count) for step, count in zip(strides, shape, strict=True) if count > 1]):
        if step < extent:
            return True
        extent += step * (count - 1)
    return False


class Transaction:
    """The contents of arrays before a kernel writes to them, to be put back if it must not have run.

    Large ones go into a buffer that is kept for the next transaction: fresh memory costs more than the copy.
    """

    def __init__(self, arrays: Iterable[np.ndarray[Any, Any]]) -> None:
        arrays = list(arrays)
        total = sum([a.nbytes for a in arrays])
        self._buffer = _take(total + _ALIGNMENT * len(arrays)) if LARGE <= total <= _LARGEST else None
        self._saved = [(a, a.copy()) for a in arrays] if self._buffer is None else _copied(arrays, self._buffer)
        self._assigned: list[tuple[object, str, Any]] = []

    def copies(self) -> list[np.ndarray[Any, Any]]:
        return [copy for _, copy in self._saved]

    def assign(self, owner: object, path: str, value: Any) -> None:
        """An attribute, which is to be put back, too."""
        self._assigned.append((owner, path, own_value(owner, path)))
        assign(owner, path, value)

    def put_back(self) -> None:
        for array, copy in self._saved:
            array[...] = copy
        for owner, path, value in reversed(self._assigned):
            assign(owner, path, value)

    def roll_back(self) -> None:
        self.put_back()
        self.end()

    def end(self) -> None:
        """Nothing is to be put back any more."""
        self._saved, self._assigned = [], []
        if self._buffer is not None:
            _spare[:] = [self._buffer]
            self._buffer = None


LARGE, _LARGEST = 2**18, 2**25  # bytes
_ALIGNMENT = 64
_spare: list[np.ndarray[Any, Any]] = []


def _take(size: int) -> np.ndarray[Any, Any]:
    try:
        buffer = _spare.pop()  # a transaction of another thread finds none, and makes its own
    except IndexError:
        return np.empty(size, np.uint8)
    return buffer if buffer.nbytes >= size else np.empty(size, np.uint8)


def _copied(arrays: list[np.ndarray[Any, Any]], buffer: np.ndarray[Any, Any]) -> list[tuple[Any, Any]]:
    """Each array with its copy in the buffer."""
    saved, start = [], 0
    for array in arrays:
        copy = buffer[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
        copy[...] = array
        saved.append((array, copy))
        start += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    return saved
