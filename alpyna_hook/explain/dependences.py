"""The dependence graph of a nest, as data and in words."""

from __future__ import annotations

from typing import Any

from alpyna_hook.dependence.accesses import Access, ScalarUse
from alpyna_hook.dependence.directions import symbols, text
from alpyna_hook.dependence.graph import Dependence, DependenceGraph, Independent
from alpyna_hook.dependence.staging import NestAnalysis
from alpyna_hook.dependence.verdict import LoopVerdict


def describe(analysis: NestAnalysis | DependenceGraph) -> dict[str, Any]:
    """A nest's loops and pairs as JSON data: of the static stage, or of a graph for live values.

    `loops`: line, index, verdict, reason, carried_by, reductions, private, transformation.
    `dependences`: variable, kind, source and sink (line, column, text of the access), directions,
    distance, level, test, because, stage, condition.  `independent`: the pairs proved apart.
    """
    graph = analysis.static if isinstance(analysis, NestAnalysis) else analysis
    return {
        "stage": graph.stage,
        "assumptions": list(graph.assumptions),
        "loops": [loop_entry(verdict) for verdict in graph.loops],
        "dependences": [_dependence(d) for d in graph.dependences if not _is_temporary(d)],
        "independent": [_independent(pair) for pair in graph.independent],
    }


def words(analysis: NestAnalysis | DependenceGraph) -> list[str]:
    """The same as lines of text: loops first, then dependences through arrays, then what is apart."""
    graph = analysis.static if isinstance(analysis, NestAnalysis) else analysis
    lines = [f"loop {v.index} (line {v.line}): {v.verdict}: {v.reason}" for v in graph.loops]
    seen: dict[str, None] = {}
    for dependence in graph.dependences:
        if isinstance(dependence.source, Access):
            seen.setdefault(_sentence(dependence))
    for pair in graph.independent:
        seen.setdefault(
            f"no dependence {_place(pair.source)} / {_place(pair.sink)}: {pair.proof} ({pair.stage})")
    lines += seen
    lines += [f"assuming that {assumption}" for assumption in graph.assumptions]
    return lines


def loop_entry(verdict: LoopVerdict) -> dict[str, Any]:
    return {
        "line": verdict.line,
        "index": verdict.index,
        "depth": verdict.depth,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "carried_by": [str(d) for d in verdict.carried_by],
        "control": verdict.control,
        "reductions": [
            {"name": r.name, "operation": r.operation, "exact_for": r.exact_for, "with": list(r.companions)}
            for r in verdict.reductions
        ],
        "private": [
            {"name": p.name, "array": p.array, "live_out": p.live_out, "definite": p.definite}
            for p in verdict.private if not p.name.startswith("@")
        ],
        "inductions": [
            {"name": i.name, "start": str(i.start), "step": str(i.step)} for i in verdict.inductions
        ],
        "transformation": None if verdict.transformation is None else verdict.transformation.name,
        "parallel_lines": list(verdict.parallel_lines),
    }


def _dependence(dependence: Dependence) -> dict[str, Any]:
    return {
        "variable": dependence.name,
        "kind": dependence.kind,
        "source": _end(dependence.source),
        "sink": _end(dependence.sink),
        "directions": [symbols(v) for v in dependence.directions],
        "distance": list(dependence.distance),
        "level": dependence.level,
        "test": dependence.proof.test,
        "because": dependence.proof.because,
        "stage": dependence.stage,
        "condition": dependence.condition,
    }


def _independent(pair: Independent) -> dict[str, Any]:
    return {
        "variable": pair.name,
        "source": _end(pair.source),
        "sink": _end(pair.sink),
        "test": pair.proof.test,
        "because": pair.proof.because,
        "stage": pair.stage,
    }


def _end(access: Access | ScalarUse) -> dict[str, Any]:
    return {"line": access.loc.line, "column": access.loc.col, "access": _text(access)}


def _text(access: Access | ScalarUse) -> str:
    if isinstance(access, ScalarUse):
        return access.name
    return access.array + ("" if access.index is None else f"[{', '.join(map(str, access.index))}]")


def _place(access: Access | ScalarUse) -> str:
    return f"{_text(access)} (line {access.loc.line})"


def _sentence(dependence: Dependence) -> str:
    distance = dependence.distance
    known = f", distance ({', '.join(map(str, distance))})" if distance and None not in distance else ""
    where = text(dependence.directions)
    condition = f"; {dependence.condition}" if dependence.condition else ""
    return (
        f"{dependence.kind} {_place(dependence.source)} -> {_place(dependence.sink)} {where}{known}: "
        f"{dependence.proof.because} ({dependence.stage}){condition}"
    )


def _is_temporary(dependence: Dependence) -> bool:
    return dependence.name.startswith("@")
