"""Runs a nest with Python, on arrays that record every access, and with one of its loops in another order.

Reads of that loop may be taken from a copy of their array, made where the loop is entered.
"""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

Place: TypeAlias = tuple[int, int, str]  # line and column of a read, and the array's name


@dataclass(frozen=True)
class Event:
    """One access: where in the source, which array, and in which iterations of which loops: their
    lines, the number of the iteration and the value of the index."""

    line: int
    array: str
    write: bool
    stack: tuple[tuple[int, int, int], ...]
    low: int
    high: int


@dataclass
class Recorder:
    """Notes accesses and the iterations they happen in."""

    events: list[Event] = field(default_factory=list)
    stack: list[list[int]] = field(default_factory=list)
    limit: int = 4000

    def enter(self, line: int) -> None:
        self.stack.append([line, -1, 0])

    def tick(self, index: int) -> None:
        self.stack[-1][1] += 1
        self.stack[-1][2] = index

    def leave(self) -> None:
        self.stack.pop()

    def note(self, array: RecordedArray, index: tuple[int, ...], write: bool) -> None:
        if len(self.events) >= self.limit:
            raise TooLong
        data = array.data
        position = [i + n if i < 0 else i for i, n in zip(index, data.shape, strict=True)]
        address = data.__array_interface__["data"][0] + sum(i * s for i, s in zip(position, data.strides, strict=True))
        frame = sys._getframe(2)
        while frame.f_code.co_name != "<module>" and frame.f_back is not None:
            frame = frame.f_back  # an access of a function counts where the nest calls it
        stack = tuple((line, count, index) for line, count, index in self.stack)
        self.events.append(Event(frame.f_lineno, array.name, write, stack, address, address + data.itemsize))


class TooLong(Exception):
    """The nest does more than is worth recording."""


class RecordedArray:
    def __init__(self, name: str, data: np.ndarray, recorder: Recorder) -> None:
        self.name, self.data, self.recorder = name, data, recorder
        self.shape = data.shape

    def __len__(self) -> int:
        return len(self.data)

    def _index(self, index: Any) -> tuple[int, ...]:
        index = index if isinstance(index, tuple) else (index,)
        self.data[index]  # raises IndexError where NumPy does
        return tuple(int(i) for i in index)

    def __getitem__(self, index: Any) -> int | RecordedArray:
        where = self._index(index)
        if len(where) < self.data.ndim:
            return RecordedArray(self.name, self.data[where], self.recorder)
        self.recorder.note(self, where, False)
        return int(self.data[where])

    def __setitem__(self, index: Any, value: int) -> None:
        where = self._index(index)
        if len(where) < self.data.ndim:
            raise IndexError("dimensions")
        self.recorder.note(self, where, True)
        self.data[where] = value


class _Instrument(ast.NodeTransformer):
    """Counts iterations; runs one loop in another order if asked to, with the reads at `copied` from a copy."""

    def __init__(self, shuffled_line: int | None, copied: Collection[Place]) -> None:
        self.shuffled_line = shuffled_line
        self.copied = copied
        self.found: set[Place] = set()

    def _read(self, node: ast.Subscript | ast.Call) -> ast.AST:
        """An element, or a call that is given the array, from `__copies` instead."""
        arrays = {name for line, column, name in self.copied if (line, column) == (node.lineno, node.col_offset)}
        inside = [node.value] if isinstance(node, ast.Subscript) else node.args
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            for number, part in enumerate(inside):
                if isinstance(part, ast.Name) and part.id in arrays:
                    self.found.add((node.lineno, node.col_offset, part.id))
                    copy = ast.parse(f"__copies[{part.id!r}]", mode="eval").body
                    if isinstance(node, ast.Subscript):
                        node.value = copy
                    else:
                        node.args[number] = copy
        return self.generic_visit(node)

    visit_Subscript = _read
    visit_Call = _read

    def _wrap(self, node: ast.For | ast.While) -> list[ast.stmt]:
        line = node.lineno
        self.generic_visit(node)
        index = node.target.id if isinstance(node, ast.For) and isinstance(node.target, ast.Name) else "0"
        node.body.insert(0, ast.parse(f"__rec.tick({index})").body[0])
        if isinstance(node, ast.For) and line == self.shuffled_line:
            node.iter = ast.Call(ast.Name("__shuffle", ast.Load()), [node.iter], [])
        before = ast.parse(f"__rec.enter({line})").body
        if line == self.shuffled_line and self.copied:
            before += ast.parse(f"__copy({sorted({name for _, _, name in self.copied})})").body
        return [*before, node, ast.parse("__rec.leave()").body[0]]

    visit_For = _wrap
    visit_While = _wrap


def execute(source: str, arrays: dict[str, np.ndarray], scalars: dict[str, int], rng: random.Random,
            shuffled_line: int | None = None, copied: Collection[Place] = ()) -> tuple[Recorder, dict[str, Any]]:
    """`copied`: the reads that the shuffled loop is to make from a copy."""
    recorder = Recorder()
    instrument = _Instrument(shuffled_line, copied)
    tree = instrument.visit(ast.parse(source))
    assert instrument.found == set(copied), (copied, instrument.found)
    ast.fix_missing_locations(tree)
    copies: dict[str, RecordedArray] = {}

    def copy(names: list[str]) -> None:
        copies.update({name: RecordedArray(name, np.array(arrays[name]), recorder) for name in names})

    def shuffle(items: range) -> list[int]:
        """Any order, but the last one last: private copies are to hold its values after the loop."""
        order = list(items)[:-1]
        rng.shuffle(order)
        return [*order, *items[-1:]]

    scope: dict[str, Any] = {"__rec": recorder, "__shuffle": shuffle, "__copy": copy, "__copies": copies, **scalars}
    scope.update({name: RecordedArray(name, data, recorder) for name, data in arrays.items()})
    exec(compile(tree, "nest.py", "exec"), scope)
    return recorder, scope
