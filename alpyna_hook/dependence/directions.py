"""Directions as 3-bit sets, one for each common loop, the outermost first.

LT: the source runs in an earlier iteration of that loop than the sink; EQ: in the same; GT:
in a later one.  A *vector* has one bit for each loop; a *mask vector* may have several and
stands for the product.

>>> text(compress({(LT, EQ), (LT, LT), (EQ, LT)}))
'(<, <=) (=, <)'
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import TypeAlias

LT, EQ, GT = 1, 2, 4
ANY = LT | EQ | GT
Vector: TypeAlias = tuple[int, ...]

_TEXT = {LT: "<", EQ: "=", GT: ">", LT | EQ: "<=", GT | EQ: ">=", LT | GT: "!=", ANY: "*", 0: "none"}
_BITS = {mask: tuple(bit for bit in (LT, EQ, GT) if mask & bit) for mask in range(8)}
_FLIP = {mask: (mask & EQ) | (GT if mask & LT else 0) | (LT if mask & GT else 0) for mask in range(8)}


def bits(mask: int) -> tuple[int, ...]:
    return _BITS[mask]


def expand(masks: Sequence[int]) -> Iterator[Vector]:
    """All vectors of a mask vector."""
    return product(*(_BITS[mask] for mask in masks))


def flip(vector: Vector) -> Vector:
    """The same pair seen from the sink."""
    return tuple(_FLIP[mask] for mask in vector)


def of_difference(value: int) -> int:
    """The direction of sink minus source."""
    return LT if value > 0 else GT if value < 0 else EQ


def level(vector: Vector) -> int:
    """The loop that carries the vector: 1 is the outermost, 0 is loop-independent."""
    for position, mask in enumerate(vector):
        if mask != EQ:
            return position + 1
    return 0


def is_forward(vector: Vector) -> bool:
    """Does the source run first?  (False for the loop-independent vector.)"""
    carrier = level(vector)
    return carrier > 0 and vector[carrier - 1] == LT


def union(vectors: Iterable[Vector], depth: int) -> Vector:
    """The smallest mask vector that holds them all."""
    masks = [0] * depth
    for vector in vectors:
        for position, mask in enumerate(vector):
            masks[position] |= mask
    return tuple(masks)


def compress(vectors: Collection[Vector]) -> list[Vector]:
    """Few mask vectors with the same union: those that differ in one place are merged, innermost first."""
    merged = set(vectors)
    depth = max((len(v) for v in merged), default=0)
    for position in reversed(range(depth)):
        groups: dict[tuple[Vector, Vector], int] = {}
        for vector in merged:
            key = (vector[:position], vector[position + 1:])
            groups[key] = groups.get(key, 0) | vector[position]
        merged = {(*before, mask, *after) for (before, after), mask in groups.items()}
    return sorted(merged)


def show(vector: Vector) -> str:
    return "(" + ", ".join(_TEXT[mask] for mask in vector) + ")"


def symbols(vector: Vector) -> list[str]:
    return [_TEXT[mask] for mask in vector]


def text(vectors: Iterable[Vector]) -> str:
    return " ".join(show(vector) for vector in vectors)
