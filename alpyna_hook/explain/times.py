"""From what the sampler saw to seconds for each loop, and to the loops of modules that are not marked."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from alpyna_hook.explain.sampler import Sampler, Stack


class Loop(NamedTuple):
    line: int
    end: int
    qualname: str
    outermost: bool


class Times:
    """What `interpreted` returns is in seconds of processor time."""

    def __init__(self, sampler: Sampler) -> None:
        self._seconds: Mapping[Stack, float] = sampler.seconds
        self.cut_short = sampler.cut_short
        self._loops: dict[str, list[Loop]] = {}

    def loops_of(self, file: str) -> list[Loop]:
        """All loops of a file, in the order of lines."""
        if file not in self._loops:
            self._loops[file] = _loops(file)
        return self._loops[file]

    def by_loop(self) -> dict[tuple[str, int], float]:
        """The seconds of interpreted loops, by file and line: each look counts for the innermost loop on the stack."""
        found: defaultdict[tuple[str, int], float] = defaultdict(float)
        for stack, seconds in self._seconds.items():
            if stack.ours:
                continue
            place = next((p for p in map(self._innermost, stack.lines) if p is not None), None)
            if place is not None:
                found[place] += seconds
        return dict(found)

    def _innermost(self, place: tuple[str, int]) -> tuple[str, int] | None:
        file, line = place
        inside = max((loop.line for loop in self.loops_of(file) if loop.line <= line <= loop.end), default=None)
        return None if inside is None else (file, inside)

    def around(self, file: str, line: int) -> list[Loop]:
        """The loops of a function that a line is in, the outermost first."""
        loops = [loop for loop in self.loops_of(file) if loop.line <= line <= loop.end]
        first = max(k for k, loop in enumerate(loops) if loop.outermost)
        return loops[first:]


def _loops(file: str) -> list[Loop]:
    try:
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return []
    found: list[Loop] = []

    def visit(node: ast.AST, qualname: str, outermost: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = "" if isinstance(child, ast.ClassDef) else ".<locals>"
                visit(child, f"{qualname}{child.name}{inner}.", True)
            elif isinstance(child, ast.For | ast.AsyncFor | ast.While):
                name = qualname.removesuffix(".").removesuffix(".<locals>") or "<module>"
                found.append(Loop(child.lineno, child.end_lineno or child.lineno, name, outermost))
                visit(child, qualname, False)
            else:
                visit(child, qualname, outermost)

    visit(tree, "", True)
    return sorted(found)


def module_name(file: str) -> str | None:
    """The name by which a file was imported."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == file and name != "__main__":
            return name
    return None
