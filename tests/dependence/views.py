"""Pairs of accesses through random views of one buffer, and their true dependences by enumeration over bytes."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from alpyna_hook.dependence import ArrayFacts
from alpyna_hook.dependence.directions import Vector, of_difference
from tests.dependence.nests import facts_of


@dataclass
class ViewPair:
    """`for i ...: for j ...: x[f] = 0 ... = y[g]` over two views x and y of one buffer."""

    source: str
    x: np.ndarray
    y: np.ndarray
    depth: int

    def facts(self) -> dict[str, ArrayFacts]:
        return {"x": facts_of(self.x), "y": facts_of(self.y)}


def random_view(rng: random.Random, buffer: np.ndarray) -> np.ndarray:
    """Slices, steps, reversals, transposes, reshapes, other dtypes, broadcasts."""
    view = buffer
    if rng.random() < 0.35:
        view = view.view(rng.choice((np.int16, np.int32, np.uint8, np.float64)))
    start = rng.randint(0, len(view) // 4)
    view = view[start: start + rng.randint(24, 60)]
    if rng.random() < 0.5:
        columns = rng.choice((3, 4, 6))
        view = view[: len(view) // columns * columns].reshape(-1, columns)
        if rng.random() < 0.4:
            view = view.T
        view = view[:: rng.choice((1, 1, 2, -1)), :: rng.choice((1, 1, 2, -1))]
    else:
        view = view[:: rng.choice((1, 1, 2, 3, -1, -2))]
        if rng.random() < 0.1:
            view = np.broadcast_to(view, (3, *view.shape))
    return view


def random_view_pair(rng: random.Random) -> ViewPair:
    buffer = np.zeros(64, dtype=np.int64)
    x, y = random_view(rng, buffer), random_view(rng, buffer)
    depth = rng.choice((1, 1, 2))
    names = "ij"[:depth]
    lines = []
    for position, name in enumerate(names):
        extent = rng.randint(1, 3)
        low = rng.randint(0, 1)
        triangular = position == 1 and rng.random() < 0.3
        lines.append("    " * position + f"for {name} in range({low}, {'i + 1' if triangular else low + extent}):")
    left = ", ".join(_subscript(rng, names) for _ in range(x.ndim))
    right = ", ".join(_subscript(rng, names) for _ in range(y.ndim))
    lines.append("    " * depth + f"x[{left}] = y[{right}]")
    return ViewPair("\n".join(lines) + "\n", x, y, depth)


def _subscript(rng: random.Random, names: str) -> str:
    name = rng.choice(names)
    return rng.choice([name, name, name, f"{name} + 1", "0", "1", f"2 * {name}", f"-{name} - 1", f"{name} - 1",
                       " + ".join(names)])


def truth(pair: ViewPair) -> frozenset[Vector] | None:
    """Directions of the write of x against the read of y, by bytes; None if a subscript is out of bounds."""
    iterations: list[tuple[int, ...]] = []
    header = pair.source.replace(pair.source.splitlines()[-1].strip(), "note(" + ", ".join("ij"[: pair.depth]) + ")")
    exec(compile(header, "pair.py", "exec"), {"note": lambda *values: iterations.append(values)})
    left, right = (side.strip()[2:-1] for side in pair.source.splitlines()[-1].split(" = "))
    writes, reads = [], []
    for values in iterations:
        scope = dict(zip("ij", values, strict=False))
        first, second = _bytes(pair.x, left, scope), _bytes(pair.y, right, scope)
        if first is None or second is None:
            return None
        writes.append((values, first))
        reads.append((values, second))
    return frozenset(
        tuple(of_difference(b - a) for a, b in zip(p, q, strict=True))
        for p, (low, high) in writes for q, (start, end) in reads if low < end and start < high
    )


def _bytes(view: np.ndarray, text: str, scope: dict[str, int]) -> tuple[int, int] | None:
    index = eval(f"({text},)", {}, scope)
    address = view.__array_interface__["data"][0]
    for value, extent, stride in zip(index, view.shape, view.strides, strict=True):
        if not -extent <= value < extent:
            return None
        address += (value + extent if value < 0 else value) * stride
    return address, address + view.itemsize
