"""A source loaded twice, plain and accelerated, and one call of it timed against the other."""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

import alpyna_hook
from benchmarks.measure import Times, clock, interleaved

ROOT = Path(__file__).parent


def plain(path: Path) -> ModuleType:
    """A fresh module from a file, without the hook."""
    spec = importlib.util.spec_from_file_location(f"plain_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def accelerated(path: Path) -> ModuleType:
    return alpyna_hook.static_analyse(path, alpyna_hook.Options(device="cpu", strict=True))


@dataclass(frozen=True)
class Pair:
    """One call, plain and accelerated."""

    plain: Times
    fast: Times
    first: float  # seconds of the first accelerated call, which compiles
    same: bool
    interpreted: tuple[str, ...]  # "line: reason" of the loops that did not run compiled

    @property
    def factor(self) -> float:
        return self.plain.median / self.fast.median

    @property
    def compiling(self) -> float:
        return max(0.0, self.first - self.fast.median)


def compare(
    slow: Callable[..., object], fast: Callable[..., object], arguments: tuple[object, ...], filename: str, rounds: int
) -> Pair:
    """Each call gets its own deep copy of the arguments; results and arguments must agree to the bit."""
    before = _counts(filename)
    mine = copy.deepcopy(arguments)
    first = clock(lambda: fast(*mine))
    outcomes: list[object] = []

    def once(function: Callable[..., object]) -> Callable[[], float]:
        def run() -> float:
            mine = copy.deepcopy(arguments)
            results: list[object] = []
            seconds = clock(lambda: results.append(function(*mine)))
            outcomes.append((mine, results))
            return seconds

        return run

    times = interleaved({"plain": once(slow), "fast": once(fast)}, rounds)
    identical = all(bits(outcome) == bits(outcomes[0]) for outcome in outcomes)
    return Pair(times["plain"], times["fast"], first, identical, _interpreted(before, filename))


def bits(value: object) -> object:
    """Something to compare: types and bytes."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, (tuple, list)):
        return [bits(item) for item in value]
    return type(value), repr(value)


def _counts(filename: str) -> dict[tuple[int, str], tuple[int, int, str | None]]:
    return {
        (e["line"], e["qualname"]): (e["runs"], e["accelerated_runs"], e["reason"])
        for e in alpyna_hook.report()
        if e["file"] == filename
    }


def _interpreted(before: dict[tuple[int, str], tuple[int, int, str | None]], filename: str) -> tuple[str, ...]:
    """The loops that ran in the interpreter since `before`."""
    found = []
    for (line, name), (runs, fast, reason) in _counts(filename).items():
        was_runs, was_fast, _ = before.get((line, name), (0, 0, None))
        if runs - was_runs > fast - was_fast:
            found.append(f"{line}: {reason}")
    return tuple(found)
