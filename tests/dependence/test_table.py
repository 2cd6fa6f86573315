"""Every row of the table of loops: the graph and the verdicts that were worked out by hand."""

from __future__ import annotations

import ast
import importlib

import pytest

from alpyna_hook.capture import capture_nest
from alpyna_hook.dependence import ArrayFacts, Dependence, DependenceGraph, analyse
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.directions import text
from alpyna_hook.dependence.verdict import LoopVerdict
from benchmarks.nests import functions_of, parsed
from tests.dependence.sources import analysis_of
from tests.dependence.table import ROWS, Row
from tests.dependence.table_polybench import POLYBENCH


def graph_of(row: Row) -> DependenceGraph:
    analysis = analysis_of(row.source)
    if row.at is None:
        return analysis.static
    arrays = {}
    for position, name in enumerate(dict.fromkeys(a.array for a in analysis.program.accesses)):
        rank = max(len(a.index or ()) for a in analysis.program.accesses if a.array == name)
        arrays[name] = ArrayFacts(8, (100,) * rank, tuple(8 * 100**k for k in reversed(range(rank))), position * 10**8)
    return analysis.at(dict(row.at), arrays)


def shown(dependence: Dependence) -> str:
    words = f"{dependence.kind} {dependence.name} {text(dependence.directions)}"
    distance = dependence.distance
    if any(distance) and None not in distance:
        words += " " + ",".join(map(str, distance))
    return words


def found_graph(graph: DependenceGraph) -> tuple[str, ...]:
    arrays = [d for d in graph.dependences if isinstance(d.source, Access) and isinstance(d.sink, Access)]
    named = [d for d in arrays if d.source.array[0] != "@" and d.sink.array[0] != "@"]  # type: ignore[union-attr]
    return tuple(sorted({shown(d) for d in named}))


def found_verdict(verdict: LoopVerdict) -> str:
    if verdict.verdict == "reduction":
        parts = sorted(f"{r.operation} {r.name}" for r in verdict.reductions)
        return "reduction " + " ".join(parts)
    if verdict.verdict == "privatise":
        names = sorted(p.name for p in verdict.private if p.name[0] != "@")
        steps = ["induction", *sorted(i.name for i in verdict.inductions)] if verdict.inductions else []
        return " ".join(["privatise", *names, *steps])
    if verdict.transformation is not None:
        return f"transform {verdict.transformation.name}"
    return verdict.verdict


def polybench_verdicts(kernel: str) -> tuple[str, ...]:
    module = importlib.import_module(f"benchmarks.polybench.{kernel}")
    node, filename = parsed(module.kernel)
    found = []
    for loop in node.body:
        if isinstance(loop, ast.For | ast.While):
            nest = capture_nest(loop, filename=filename, qualname="kernel")
            graph = analyse(nest, functions=functions_of(nest, vars(module))).static
            found.append("; ".join(f"{v.index}: {found_verdict(v)}" for v in graph.loops))
    return tuple(found)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}: {row.name}")
def test_row(row: Row) -> None:
    graph = graph_of(row)
    assert found_graph(graph) == row.graph
    assert tuple(map(found_verdict, graph.loops)) == row.verdicts


def test_there_are_enough_rows() -> None:
    assert len(ROWS) >= 120
    assert len({row.source + str(row.at) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("kernel", POLYBENCH)
def test_polybench(kernel: str) -> None:
    expected, _ = POLYBENCH[kernel]
    assert polybench_verdicts(kernel) == expected


@pytest.mark.parametrize(("test", "exact"), [
    ("a[i] > s", "any type"), ("not a[i] <= s", "integers"), ("not (a[i] <= s)", "integers"), ("not not a[i] >= s", "integers"),
])
def test_what_an_extreme_is_exact_for(test: str, exact: str) -> None:
    """`not a <= s` takes a NaN and then what follows it, which parts that are combined in order do not repeat."""
    (verdict,) = analysis_of(f"for i in range(n):\n    if {test}:\n        s = a[i]\n        k = i\n").static.loops
    (found,) = verdict.reductions
    assert (found.operation, found.exact_for, found.companions) == ("argmax", exact, ("k",))
