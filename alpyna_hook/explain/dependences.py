"""The dependence graph of a nest, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from alpyna_hook.dependence.accesses import Access, ScalarUse
from alpyna_hook.dependence.directions import symbols, text
from alpyna_hook.dependence.graph import Dependence, DependenceGraph, Independent
from alpyna_hook.dependence.staging import NestAnalysis
from alpyna_hook.dependence.verdict import LoopVerdict
from alpyna_hook.explain.naming import Names, is_hidden, is_temporary


def describe(analysis: NestAnalysis | DependenceGraph, most: int | None = None) -> dict[str, Any]:
    """A nest's loops and pairs as JSON data: of the static stage, or of a graph for live values.

    `loops`: line, index, verdict, reason, carried_by, reductions, private, transformation.
    `dependences`: variable, kind, source and sink (line, column, text of the access), directions,
    distance, level, test, because, stage, condition.  `independent`: the pairs proved apart.
    `untested`: how many pairs count as dependent since testing all would have taken too long.
    `left_out`: how many are not in the two lists, which hold no more than `most` each; those that loops carry come first.
    """
    graph = _graph(analysis)
    names = Names(graph.program)
    found = [d for d in graph.dependences if not _is_temporary(d)]
    if most is not None and len(found) > most:
        found.sort(key=lambda d: not (d.level and isinstance(d.source, Access)))
    return {
        "stage": graph.stage,
        "assumptions": [names.text(assumption) for assumption in graph.assumptions],
        "loops": [_loop(verdict, names) for verdict in _loops(graph, names)],
        "dependences": [_dependence(d, names) for d in found[:most]],
        "independent": [_independent(pair, names) for pair in graph.independent[:most]],
        "untested": graph.untested,
        "left_out": len(found[most:]) + len(graph.independent[most:]) if most is not None else 0,
    }


def words(analysis: NestAnalysis | DependenceGraph) -> list[str]:
    """The same as lines of text: loops first, then dependences through arrays, then what is apart."""
    graph = _graph(analysis)
    names = Names(graph.program)
    found = [_sentence(d, names) for d in graph.dependences if isinstance(d.source, Access)]
    found += [_apart(pair, names) for pair in graph.independent]
    assumed = [f"assuming that {names.text(assumption)}" for assumption in graph.assumptions]
    return [*_verdicts(graph, names), *dict.fromkeys(found), *assumed]


def summary(graph: DependenceGraph, most: int) -> list[str]:
    """The verdicts, and the first few dependences through arrays that loops carry."""
    names = Names(graph.program)
    carried = [d for d in graph.dependences if d.level and isinstance(d.source, Access)]
    shown = list(islice(_distinct(carried, names), most + 1))
    lines = [*_verdicts(graph, names), *shown[:most]]
    if len(shown) > most:
        lines.append(f"... {len(carried) - most} more; --graph shows all")
    return lines


def _distinct(carried: list[Dependence], names: Names) -> Iterator[str]:
    seen = set()
    for d in carried:
        ends = f"{_place(d.source, names)} -> {_place(d.sink, names)}"
        vectors = " ".join(f"({', '.join(symbols(v))})" for v in d.directions)
        line = f"{d.kind} {ends} {vectors}: {names.text(d.proof.because)}"
        if line not in seen:
            seen.add(line)
            yield line


def _verdicts(graph: DependenceGraph, names: Names) -> list[str]:
    lines = list(dict.fromkeys(f"{names.loop(v.index, v.line)}: {names.text(_verdict(v))}" for v in _loops(graph, names)))
    if graph.untested:
        lines.append(f"{graph.untested} pairs of accesses were not tested, as testing all would take too long: "
                     "they count as dependent")
    return lines


def _graph(analysis: NestAnalysis | DependenceGraph) -> DependenceGraph:
    return analysis.static if isinstance(analysis, NestAnalysis) else analysis


def _loops(graph: DependenceGraph, names: Names) -> list[LoopVerdict]:
    """The verdicts of the user's own loops."""
    return [verdict for verdict in graph.loops if not is_hidden(graph.program.loops[verdict.loop])]


def _verdict(verdict: LoopVerdict) -> str:
    """`reduction: sum into s`, said once."""
    return verdict.reason if verdict.reason.startswith(f"{verdict.verdict}:") else f"{verdict.verdict}: {verdict.reason}"


def _loop(verdict: LoopVerdict, names: Names) -> dict[str, Any]:
    return {
        "line": verdict.line,
        "index": names.index(verdict.index),
        "depth": verdict.depth,
        "verdict": verdict.verdict,
        "reason": names.text(verdict.reason),
        "carried_by": [names.text(str(d)) for d in verdict.carried_by],
        "control": verdict.control,
        "reductions": [
            {"name": r.name, "operation": r.operation, "exact_for": r.exact_for, "with": list(r.companions)}
            for r in verdict.reductions
        ],
        "private": [
            {"name": p.name, "array": p.array, "live_out": p.live_out, "definite": p.definite}
            for p in verdict.private if not is_temporary(p.name)
        ],
        "inductions": [
            {"name": i.name, "start": names.text(str(i.start)), "step": names.text(str(i.step))}
            for i in verdict.inductions if not is_temporary(i.name)
        ],
        "transformation": None if verdict.transformation is None else verdict.transformation.name,
        "parallel_lines": list(verdict.parallel_lines),
    }


def _dependence(dependence: Dependence, names: Names) -> dict[str, Any]:
    return {
        "variable": names.text(dependence.name),
        "kind": dependence.kind,
        "source": _end(dependence.source, names),
        "sink": _end(dependence.sink, names),
        "directions": [symbols(v) for v in dependence.directions],
        "distance": list(dependence.distance),
        "level": dependence.level,
        "test": dependence.proof.test,
        "because": names.text(dependence.proof.because),
        "stage": dependence.stage,
        "condition": None if dependence.condition is None else names.text(dependence.condition),
    }


def _independent(pair: Independent, names: Names) -> dict[str, Any]:
    return {
        "variable": names.text(pair.name),
        "source": _end(pair.source, names),
        "sink": _end(pair.sink, names),
        "test": pair.proof.test,
        "because": names.text(pair.proof.because),
        "stage": pair.stage,
    }


def _end(end: Access | ScalarUse, names: Names) -> dict[str, Any]:
    return {"line": end.loc.line, "column": end.loc.col, "access": names.place(end)}


def _place(end: Access | ScalarUse, names: Names) -> str:
    return f"{names.place(end)} (line {end.loc.line})"


def _sentence(dependence: Dependence, names: Names) -> str:
    distance = dependence.distance
    known = f", distance ({', '.join(map(str, distance))})" if distance and None not in distance else ""
    ends = f"{_place(dependence.source, names)} -> {_place(dependence.sink, names)} {text(dependence.directions)}{known}"
    condition = f"; {dependence.condition}" if dependence.condition else ""
    return f"{dependence.kind} {ends}: {names.text(dependence.proof.because)} ({dependence.stage}){names.text(condition)}"


def _apart(pair: Independent, names: Names) -> str:
    ends = f"{_place(pair.source, names)} / {_place(pair.sink, names)}"
    return f"no dependence {ends}: {names.text(str(pair.proof))} ({pair.stage})"


def _is_temporary(dependence: Dependence) -> bool:
    return isinstance(dependence.source, ScalarUse) and is_temporary(dependence.name)
