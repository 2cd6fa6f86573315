"""What splitting and skewing promise, against all pairs of accesses of nests that are executed; and what renaming
promises, by executing them in another order with reads from a copy."""

from __future__ import annotations

import random
import re
from collections import Counter

import numpy as np
import pytest

from alpyna_hook.dependence.accesses import LoopInfo
from alpyna_hook.dependence.graph import DependenceGraph
from alpyna_hook.dependence.verdict import LoopVerdict
from tests.dependence.nests import Case, check_orders, graph_of, random_arrays, renamed
from tests.dependence.recorder import Event, Recorder, execute
from tests.dependence.sources import analysis_of

SIZES = {"n": 7, "m": 4, "h": 2}

SHORTEST = """
for k in range(n):
    for i in range(n):
        for j in range(n):
            a[i, j] = min(a[i, j], a[i, k] + a[k, j])
"""
BEYOND = """
for k in range(n):
    for i in range(n - 1):
        for j in range(n):
            a[i + 1, j] = a[i + 1, j] - a[k, j] + b[i, k]
"""
FOLDED = """
for k in range(n):
    for i in range(k + 1):
        b[k, i] = b[k, k - i] + a[i, k]
"""
STEPS = """
for t in range(m):
    for i in range(1, n - 1):
        for j in range(1, n - 1):
            a[i, j] = a[i - 1, j - 1] + a[i - 1, j + 1] + a[i, j - 1] + a[i, j + 1] + a[i + 1, j - 1] + a[i + 1, j + 1]
"""
FAR = """
for t in range(m):
    for i in range(3, n - 2):
        b[0, i] = b[0, i - 3] + b[0, i + 2]
"""
INTERVALS = """
for i in range(n - 1, -1, -1):
    for j in range(i + 1, n):
        a[i, j] = max(a[i, j - 1], a[i + 1, j])
        for k in range(i + 1, j):
            a[i, j] = max(a[i, j], a[i, k] + a[k + 1, j])
"""
CASES = [
    (SHORTEST, ["carried", "splitting all dependences meet iteration i = k", "splitting all dependences meet iteration j = k"]),
    (BEYOND, ["carried", "splitting all dependences meet iteration i = k - 1", "parallel"]),
    (FOLDED, ["parallel", "splitting the dependences cross at i = (k)/2"]),
    (STEPS, [
        "carried", "skewing wavefronts 2*t + i carry all distances, each at least one of [(0, 1), (1, -1), (1, 0), (1, 1)]",
        "skewing wavefronts 2*i + j carry all distances [(0, 1), (1, -1), (1, 1)]",
    ]),
    (FAR, ["carried", "skewing wavefronts 4*t + i carry all distances, each at least one of [(0, 2), (0, 3), (1, -3), (1, -2), "
                      "(1, 0), (1, 2), (1, 3)]"]),
    (INTERVALS, ["carried", "skewing wavefronts 1*#i + j carry all distances, each at least one of [(0, 1), (1, 0)]", "reduction"]),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_promises_with_their_numbers(source: str, expected: list[str]) -> None:
    graph = analysis_of(source).static
    found = [
        v.verdict if v.transformation is None else f"{v.transformation.name} {v.transformation.because}" for v in graph.loops
    ]
    assert found == expected
    arrays = {name: np.arange(81).reshape(9, 9) for name in "ab"}
    recorder, _ = execute(source, arrays, SIZES, random.Random(0))
    assert recorder.events
    assert broken(graph, recorder, SIZES) is None


def random_nest(rng: random.Random) -> str:
    """A recurrence over two or three loops, on one array or a row of it."""
    headers = ["range(n)", "range(1, n)", "range(2, n - 1)", "range(n - 1, -1, -1)", "range(1, n, 2)"]
    loops = "tij"[3 - rng.choice((2, 3)):]
    lines = []
    for depth, name in enumerate(loops):
        triangular = [f"range({loops[depth - 1]} + 1)", f"range({loops[depth - 1]}, n)"] if depth else []
        lines.append("    " * depth + f"for {name} in {rng.choice([*headers, *triangular])}:")

    def element() -> str:
        row, column = (rng.choice([loops[-2], loops[-1], rng.choice(loops)]) for _ in range(2))
        shift = rng.choice(["", "", " + 1", " - 1", " - 2"])
        return f"a[{row}{rng.choice(['', '', ' - 1', ' + 1'])}, {column}{shift}]" if rng.random() < 0.7 else f"a[0, {column}{shift}]"

    target = f"a[{loops[-2]}, {loops[-1]}]" if rng.random() < 0.6 else f"a[0, {loops[-1]}]"
    terms = " - ".join(element() for _ in range(rng.choice((1, 1, 2, 3))))
    return "\n".join([*lines, "    " * len(loops) + f"{target} = {terms}"]) + "\n"


@pytest.mark.parametrize("seeds", [range(120), pytest.param(range(120, 250), marks=pytest.mark.slow)], ids=str)
def test_promises_of_random_nests(seeds: range) -> None:
    seen: Counter[str] = Counter()
    for seed in seeds:
        rng = random.Random(seed)
        source = random_nest(rng)
        graph = analysis_of(source).static
        names = [v.transformation.name for v in graph.loops if v.transformation is not None]
        if {"splitting", "skewing"}.isdisjoint(names):
            continue
        seen.update(names)
        arrays = {"a": np.arange(81).reshape(9, 9)}
        recorder, _ = execute(source, arrays, {"n": 5}, rng)
        wrong = broken(graph, recorder, {"n": 5})
        assert wrong is None, f"{wrong}\n{source}"
    assert min(seen["skewing"], seen["splitting"]) > len(seeds) / 25, seen


def renamed_nest(rng: random.Random) -> str:
    """One or two loops, of statements that read elements which later iterations may store to."""
    headers = ["range(n)", "range(1, n)", "range(n - 1)", "range(n - 1, 0, -1)", "range(0, n, 2)"]
    loops = "ij"[: rng.choice((1, 1, 2))]
    lines = ["    " * depth + f"for {name} in {rng.choice(headers)}:" for depth, name in enumerate(loops)]
    inner = loops[-1]

    def element(store: bool) -> str:
        at = [f"{inner}", f"{inner}", f"{inner} + 1", f"{inner} - 1", f"{inner} // 2", f"2 * {inner}", f"idx[{inner}]", f"n - {inner}"]
        where = rng.choice(at[:1] * 16 + at if store else at[2:])
        return f"m[{loops[0]}, {where}]" if len(loops) == 2 and rng.random() < 0.6 else f"{rng.choice('ab')}[{where}]"

    for _ in range(rng.choice((1, 1, 2))):
        value = f"{element(False)} + {element(False)} - b[{inner}]"
        lines.append("    " * len(loops) + f"{element(True)} = {value}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seeds", [range(150), pytest.param(range(150, 400), marks=pytest.mark.slow)], ids=str)
def test_renaming_executed_in_another_order(seeds: range) -> None:
    checked = 0
    for seed in seeds:
        rng = random.Random(seed)
        case = Case(renamed_nest(rng), random_arrays(rng), {"n": 5, "k": 0, "s": 1, "s2": 0, "t": 1})
        graph = graph_of(case)
        if any(renamed(v) for v in graph.loops):
            checked += 1
            wrong = check_orders(case, graph, rng)
            assert wrong is None, f"{wrong}\n{case.source}"
    assert checked > len(seeds) / 15, checked


def broken(graph: DependenceGraph, recorder: Recorder, values: dict[str, int]) -> str | None:
    """A pair of accesses that a transformation was to part, and does not."""
    for verdict in graph.loops:
        if verdict.transformation is not None and verdict.transformation.name in ("splitting", "skewing"):
            names = {d.name for d in verdict.carried_by}
            for first, second in _conflicts(recorder.events):
                common = _common(first, second)
                depth = next((d for d, level in enumerate(common) if level[0] == verdict.line), None)
                if depth is not None and {first.array, second.array} <= names and _left(graph, verdict, common, depth, values):
                    return f"{verdict.transformation}: {first} -> {second}"
    return None


def _conflicts(events: list[Event]) -> list[tuple[Event, Event]]:
    by_byte: dict[int, list[Event]] = {}
    for event in events:
        for byte in range(event.low, event.high, 2):
            by_byte.setdefault(byte, []).append(event)
    return [
        (first, second) for group in by_byte.values() for position, second in enumerate(group)
        for first in group[:position] if first.write or second.write
    ]


def _common(first: Event, second: Event) -> list[tuple[int, tuple[int, int], tuple[int, int]]]:
    """The loops around both: line, numbers of the iterations, indices."""
    result = []
    for (line, count, index), (other, later, its_index) in zip(first.stack, second.stack, strict=False):
        if line != other:
            break
        result.append((line, (count, later), (index, its_index)))
    return result


def _left(
    graph: DependenceGraph, verdict: LoopVerdict, common: list[tuple[int, tuple[int, int], tuple[int, int]]], depth: int,
    values: dict[str, int],
) -> bool:
    """Are the two iterations of one part of the loop, or of one wavefront (or of two in the wrong order)?"""
    assert verdict.transformation is not None
    because = verdict.transformation.because
    lines = {info.loc.line: info for info in graph.program.loops.values()}
    pairs = [_numbers(lines[line], numbers, indices) for line, numbers, indices in common]
    around = depth - (verdict.transformation.name == "skewing")
    if any(x != y for x, y in pairs[:around]):
        return False  # a loop outside carries it
    x, y = pairs[depth]
    front = re.match(r"wavefronts (\d+)\*", because)
    if front is not None:
        before, after = pairs[depth - 1]
        return (before, x) != (after, y) and int(front[1]) * (after - before) + (y - x) <= 0
    scope = {**values, **{lines[line].variable.strip("#"): pair[0] for (line, *_), pair in zip(common[:depth], pairs, strict=False)}}
    meets = re.match(r"all dependences meet iteration \S+ = (.*)", because)
    if meets is not None:
        point = eval(meets[1].replace("#", ""), scope)
        return x != y and (max(x, y) < point or min(x, y) > point)
    crossing = re.match(r"the dependences cross at \S+ = (?:\((.*)\)/(\d+)|(.*))", because)
    assert crossing is not None, because
    point, divisor = eval((crossing[1] or crossing[3]).replace("#", ""), scope), int(crossing[2] or 1)
    return x != y and (max(x, y) * divisor <= point or min(x, y) * divisor > point)


def _numbers(loop: LoopInfo, numbers: tuple[int, int], indices: tuple[int, int]) -> tuple[int, int]:
    return numbers if loop.counts else indices
