"""What distribution promises, executed: a loop for each part, its iterations in another order, arrays for scalars."""

from __future__ import annotations

import ast
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

from alpyna_hook.dependence import DependenceGraph
from alpyna_hook.dependence.transform import Transformation
from tests.dependence.nests import Case, graph_of, random_arrays

SCALARS = ("t", "u", "x")
HEADERS = ("range(n)", "range(1, n)", "range(n - 1)", "range(n - 1, 0, -1)", "range(1, n, 2)")
ELEMENTS = ("a[i]", "a[i - 1]", "a[i + 1]", "b[i]", "b[i - 1]", "b[i + 1]", "m[i, 2]", "m[i, 0]", "m[i, 1]", "idx[i]")


def random_loop(rng: random.Random) -> str:
    """Assignments and stores of one loop."""
    lines = [f"for i in {rng.choice(HEADERS)}:"]
    for _ in range(rng.choice((2, 3, 3, 4))):
        target = rng.choice(SCALARS) if rng.random() < 0.5 else rng.choice(("a[i]", "b[i]", "m[i, 0]", "a[i + 1]", "m[i, 1]"))
        likely = 0.1 if target in SCALARS else 0.5
        parts = [rng.choice(SCALARS if rng.random() < likely else ELEMENTS) for _ in range(rng.choice((1, 2)))]
        lines.append(f"    {target} = ({' + '.join(parts)} + i) % 97")
    return "\n".join(lines) + "\n"


class _Expanded(ast.NodeTransformer):
    """`t` as the element of its iteration; where it is read before the body writes it, that of the iteration before."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names, self.written = names, set[str]()

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        node.value = self.visit(node.value)
        target = node.targets[0]
        if isinstance(target, ast.Name):
            self.written.add(target.id)
        node.targets = [self.visit(target)]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.names:
            return node
        place = ast.parse(f"{node.id}_[it + {int(node.id in self.written)}]", mode="eval").body
        assert isinstance(place, ast.Subscript)
        place.ctx = node.ctx
        return place


def distributed(source: str, graph: DependenceGraph, how: Transformation, scope: dict[str, Any], rng: random.Random) -> None:
    loop = ast.parse(source).body[0]
    assert isinstance(loop, ast.For)
    indices = list(eval(ast.unparse(loop.iter), scope))
    expander = _Expanded(how.expanded)
    lines = {stmt.lineno: ast.unparse(expander.visit(stmt)) for stmt in loop.body}
    for name in how.expanded:
        scope[f"{name}_"] = [scope[name], *[None] * len(indices)]
    for part in how.parts:
        body = "\n".join([lines[graph.program.statements[number].loc.line] for number in sorted(part)])
        code = compile(body, "<part>", "exec")
        for it in rng.sample(range(len(indices)), len(indices)):
            scope["it"], scope["i"] = it, indices[it]
            exec(code, scope)
    for name in how.expanded:
        scope[name] = scope[f"{name}_"][-1]


def wrong(source: str, rng: random.Random, seen: Counter[str]) -> str | None:
    """What differs after a loop that is said to be parallel after distribution; None also where nothing is said."""
    arrays = random_arrays(rng)
    if rng.random() < 0.8:
        arrays = {name: np.array(a) for name, a in arrays.items()}  # each in its own memory
    case = Case(source, arrays, {"n": rng.choice((1, 4, 5, 6)), "k": 0, "s": 1, "s2": 0, "t": 1, "u": 2, "x": 3})
    graph = graph_of(case)
    verdict = graph.loops[0]
    how = verdict.transformation
    if how is None or how.name != "distribution" or verdict.reductions or verdict.inductions:
        return None
    return differs(case, graph, how, rng, seen)


def differs(case: Case, graph: DependenceGraph, how: Transformation, rng: random.Random, seen: Counter[str]) -> str | None:
    before = {name: np.array(a) for name, a in case.arrays.items()}
    whole: dict[str, Any] = {**case.scalars, **case.arrays}
    try:
        exec(case.source, whole)
    except IndexError:
        return None
    after = {name: np.array(a) for name, a in case.arrays.items()}
    for name, a in case.arrays.items():
        a[...] = before[name]
    parted: dict[str, Any] = {**case.scalars, **case.arrays}
    distributed(case.source, graph, how, parted, rng)
    seen[f"{len(how.parts)} parts, {len(how.expanded)} arrays"] += case.scalars["n"] > 3
    changed = [name for name, a in case.arrays.items() if not np.array_equal(a, after[name])]
    return ", ".join([*changed, *[name for name in how.expanded if parted[name] != whole[name]]]) or None


@pytest.mark.parametrize("seeds", [range(300), pytest.param(range(300, 900), marks=pytest.mark.slow)], ids=str)
def test_random_loops(seeds: range) -> None:
    seen: Counter[str] = Counter()
    for seed in seeds:
        rng = random.Random(seed)
        source = random_loop(rng)
        assert (found := wrong(source, rng, seen)) is None, f"{found}\n{source}"
    assert sum(seen.values()) > len(seeds) / 20 and sum(n for what, n in seen.items() if "0 arrays" not in what) > len(seeds) / 50, seen


@pytest.mark.parametrize("source", [
    "for i in range(1, n):\n    t = b[i]\n    a[i] = t + 1\n    m[i, 0] = a[i - 1] + t\n",
    "for i in range(n):\n    m[i, 0] = t\n    t = a[i]\n    a[i] = b[i]\n",
])
def test_the_check_can_fail(source: str) -> None:
    """The same parts in the other order, or without the array, give something else."""
    rng = random.Random(3)
    arrays = {"a": np.arange(14), "b": np.arange(14) * 3, "m": np.zeros((9, 9), int)}
    case = Case(source, arrays, {"n": 6, "t": 1})
    graph = graph_of(case)
    how = graph.loops[0].transformation
    assert how is not None and how.expanded == ("t",) and how.because.endswith("with an array for the values of t")
    assert differs(case, graph, how, rng, Counter()) is None
    backwards = Transformation(how.name, how.because, how.parts[::-1], how.expanded)
    scalar = Transformation(how.name, how.because, how.parts, ())
    assert differs(case, graph, scalar, rng, Counter()) is not None
    with pytest.raises(TypeError):  # an element that is not there yet
        differs(case, graph, backwards, rng, Counter())
