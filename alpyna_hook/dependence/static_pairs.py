"""The static stage: every pair of accesses of one array, for all values of the symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from alpyna_hook.dependence import driver
from alpyna_hook.dependence.accesses import Access, Program
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.directions import Vector
from alpyna_hook.dependence.effort import UNTESTED, Effort
from alpyna_hook.dependence.graph import STATIC, PairResult
from alpyna_hook.dependence.pairing import all_vectors, condition_text, groups, merge, prefix
from alpyna_hook.dependence.proof import Proof
from alpyna_hook.dependence.residual import Residual, project
from alpyna_hook.ir import captured as ir

STATIC_BUDGET = 6_000

Residuals: TypeAlias = "dict[Vector, tuple[Residual, ...]]"


@dataclass(slots=True)
class StaticPair:
    """Two accesses of one array: what is known for all bounds.

    `residuals`: for each direction vector left, the conditions of which one must hold.  `final`:
    they are exact, so nothing is to be tested again once they are evaluated.
    """

    first: Access
    second: Access
    result: PairResult
    residuals: Residuals
    final: bool


def static_pairs(
    program: Program, builder: Builder, effort: Effort, *, include_input: bool, use_exact: bool
) -> list[StaticPair]:
    """Pairs that look alike are tested once."""
    tester = _Tester(program, builder, effort, use_exact)
    return [tester.pair(a, b) for a, b in pairs_of_one_array(program, include_input)]


def unknown_pair(program: Program, a: Access, b: Access, because: str, stage: str = STATIC) -> PairResult:
    """Nothing is known of the two but the loops around them."""
    loops = program.common(a.loops, b.loops)
    return PairResult(a, b, loops, all_vectors(len(loops)), (None,) * len(loops), Proof("unknown", because), stage)


def pairs_of_one_array(program: Program, include_input: bool) -> Iterator[tuple[Access, Access]]:
    by_array: dict[str, list[Access]] = {}
    for access in program.accesses:
        by_array.setdefault(access.array, []).append(access)
    for accesses in by_array.values():
        for position, a in enumerate(accesses):
            for b in accesses[position:]:
                if (a.write or b.write or include_input) and (a is not b or a.write):
                    yield a, b


class _Tester:
    def __init__(self, program: Program, builder: Builder, effort: Effort, use_exact: bool) -> None:
        self._program, self._builder, self._effort, self._use_exact = program, builder, effort, use_exact
        self._memo: dict[tuple[object, ...], tuple[PairResult, Residuals, bool]] = {}

    def pair(self, a: Access, b: Access) -> StaticPair:
        key = (a.array, a.index, a.loops, a.guards, b.index, b.loops, b.guards)
        if key not in self._memo:
            self._memo[key] = self._test(a, b)
        result, residuals, final = self._memo[key]
        result = PairResult(
            a, b, result.loops, result.vectors, result.distances, result.proof, STATIC, result.condition,
        )
        return StaticPair(a, b, result, residuals, final)

    def _test(self, a: Access, b: Access) -> tuple[PairResult, Residuals, bool]:
        program, builder = self._program, self._builder
        loops = program.common(a.loops, b.loops)
        if a.array in program.rebound:
            return unknown_pair(program, a, b, f"the nest assigns {a.array}, so it may be any array"), {}, True
        if self._effort.spent():
            return unknown_pair(program, a, b, UNTESTED), {}, True
        problems = [builder.problem(p, q) for p in builder.pieces(a) for q in builder.pieces(b)]
        outcomes = [driver.decide(p, use_exact=self._use_exact, budget=STATIC_BUDGET) for p in problems]
        self._effort.problems(outcomes)
        merged = merge(outcomes)
        residuals: Residuals = {}
        final = all(o.exact for o in outcomes) and builder.complete
        final = final and builder.opaque_to_values(a) and builder.opaque_to_values(b)
        for group in groups(merged.directions):
            found = tuple([
                project(problem.under(prefix(group)))
                for problem, outcome in zip(problems, outcomes, strict=True) if not outcome.directions.isdisjoint(group)
            ])
            self._effort.projections(len(found))
            residuals.update(dict.fromkeys(group, found))
            final = final and all(r.exact for r in found)
        if any(len(m) > 1 for x in (a, b) for p in x.index or () for m, _ in p.terms) or self._open_step(loops):
            final = False
        condition = condition_text(residuals)
        result = PairResult(a, b, loops, merged.directions, merged.distances, merged.proof, STATIC, condition)
        return result, residuals, final

    def _open_step(self, loops: Iterable[int]) -> bool:
        steps = [self._program.loops[loop].step for loop in loops]
        return any(step is not None and step.value is None for step in steps)


def needed_names(program: Program, builder: Builder, pairs: list[StaticPair]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names, and the arrays with shapes, on whose values anything depends."""
    names = {i.name for i in program.inductions}
    wrapped: set[str] = set()  # arrays of whose elements negative subscripts may be meant
    for pair in pairs:
        for residuals in pair.residuals.values():
            names.update(n for r in residuals for c in r.conditions for n, _ in c.form.terms)
        if pair.result.vectors:  # also for the verdicts: what covers what when arrays are made private
            names |= _symbols_of(program, builder, pair.first) | _symbols_of(program, builder, pair.second)
            if not pair.final:
                wrapped.add(pair.first.array)
    names = _with_parts(program, names)
    opaques = [program.opaques[n] for n in names if n in program.opaques]
    for opaque in opaques:
        if opaque.expr is not None:
            names.update(n.name for n in ir.walk(opaque.expr) if isinstance(n, ir.Var))
            names.update(s for s, (a, _) in program.shapes.items()
                         if any(isinstance(n, ir.Shape) and n.array == a for n in ir.walk(opaque.expr)))
        if opaque.least is not None:
            names |= opaque.least.names()
    shapes = wrapped | {program.shapes[n][0] for n in names if n in program.shapes}
    plain = {n.removesuffix("@0") for n in names
             if n not in program.shapes and n not in program.opaques and n not in program.unknowns}
    return tuple(sorted(plain)), tuple(sorted(shapes))


def _with_parts(program: Program, names: set[str]) -> set[str]:
    """With the symbols of which `n // 2` and `max(0, n - m)` are made."""
    pending = list(names)
    while pending:
        name = pending.pop()
        unknown, opaque = program.unknowns.get(name), program.opaques.get(name)
        parts = [*(unknown.constraints if unknown is not None else ())]
        if opaque is not None and opaque.least is not None:
            parts.append(opaque.least)
        new = {n for poly in parts for n in poly.names()} - names
        names |= new
        pending += new
    return names


def _symbols_of(program: Program, builder: Builder, access: Access) -> set[str]:
    names = {n for p in access.index or () for n in p.names()} | {n for g in access.guards for n in g.poly.names()}
    for number in access.loops:
        loop = program.loops[number]
        for poly in (*loop.starts, *loop.stops, *(() if loop.step is None else (loop.step,))):
            names |= poly.names()
    return {n for n in names if not builder.loops_of(n)}
