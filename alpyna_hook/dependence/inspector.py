"""Indirect subscripts: what must be known of an index array, and how to find out.

`a[idx[i]] = ...` has no dependence between iterations if no two elements of idx that are
used are the same; and it stays in bounds if they lie in a range.  Looking costs one or two
passes over idx, which the scheduler weighs against what the loop would gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alpyna_hook.dependence.accesses import Program
from alpyna_hook.dependence.facts import Contents

# Seconds for each element: a pass for minimum and maximum, and a scattered write for distinctness.
SECONDS_RANGE, SECONDS_DISTINCT = 1.0e-9, 4.0e-9


@dataclass(frozen=True, slots=True)
class Inspection:
    """`index_array` is used in subscripts of `arrays`; distinctness helps if one of them is stored to."""

    index_array: str
    arrays: tuple[str, ...]
    distinct_helps: bool

    def seconds(self, elements: int) -> float:
        """What looking at that many elements costs, roughly."""
        return elements * (SECONDS_RANGE + (SECONDS_DISTINCT if self.distinct_helps else 0.0))


def inspections(program: Program) -> list[Inspection]:
    """The index arrays of a nest that it does not change itself."""
    users: dict[str, dict[str, bool]] = {}
    for access in program.accesses:
        for name in {name for poly in access.index or () for name in poly.names()}:
            unknown = program.unknowns.get(name)
            if unknown is not None and unknown.array is not None:
                found = users.setdefault(unknown.array, {})
                found[access.array] = found.get(access.array, False) or access.write
    return [Inspection(index, tuple(arrays), any(arrays.values())) for index, arrays in users.items()]


def inspect(index: Any, *, distinct: bool = True) -> Contents | None:
    """Looks at a NumPy integer array; None if it is empty.

    Distinctness is found by marking each value in a table as long as the range of the values,
    and given up (not distinct) where that range is more than 16 times the number of elements.
    """
    if index.size == 0:
        return None
    low, high = int(index.min()), int(index.max())
    if not distinct or not index.size <= high - low + 1 <= 16 * index.size:
        return Contents(low, high, False)
    seen = bytearray(high - low + 1)
    table = type(index)(len(seen), dtype="u1", buffer=seen)
    table[index.ravel() - low] = 1
    return Contents(low, high, int(table.sum(dtype="i8")) == index.size)
