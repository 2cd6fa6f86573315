"""Whether the outermost loop of a nest carries a dependence: what threads ask, without the graph of all directions.

    outermost = Outermost(nest)                  # once: the accesses, and what they have in common
    outermost.carried(bounds, arrays)            # a dependence that it carries, or None

Staged, the cheapest first.  Two accesses that meet in each iteration, whatever the bounds, end the search at once.  Where one
subscript is the same of both, is linear in the outermost index, and keeps its sign, no two iterations meet.  Only what is left
is tested with the live bounds, for the directions of the outermost loop alone.  Arrays that share memory are left to the whole
analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from alpyna_hook.dependence import driver
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.address import overlapping
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.directions import ANY, expand
from alpyna_hook.dependence.effects import Called
from alpyna_hook.dependence.effort import LIVE_LIMIT, Effort
from alpyna_hook.dependence.facts import ArrayFacts
from alpyna_hook.dependence.graph import RUNTIME, Dependence, PairResult
from alpyna_hook.dependence.live_pairs import RUNTIME_BUDGET
from alpyna_hook.dependence.pairing import merge
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.dependence.problem import Problem
from alpyna_hook.dependence.proof import Outcome, Proof
from alpyna_hook.dependence.staging import NestAnalysis, TooLarge, analyse, check_size
from alpyna_hook.dependence.static_pairs import pairs_of_one_array
from alpyna_hook.dependence.values import live_values
from alpyna_hook.dependence.walker import extract
from alpyna_hook.ir import captured as ir

_LOOP = 0
_OFTEN = 4  # a loop that carries a dependence for so many sets of bounds is taken to carry it for all
_MANY = 8  # sets of bounds for which tests were needed, after which the whole analysis, with its conditions, is cheaper
_UNKNOWN = Proof("unknown", "the subscripts are not known")
_SAME = Proof("ZIV", "each iteration of the outermost loop meets the same elements")


class Outermost:
    """Of one nest."""

    def __init__(self, nest: ir.Nest, *, functions: Mapping[str, Called] | None = None) -> None:
        self._nest, self._functions = nest, functions
        self._analysis: NestAnalysis | None = None
        self.program = program = extract(nest, functions=functions)
        self._too_large: TooLarge | None = None
        try:
            check_size(program)
        except TooLarge as large:
            self._too_large = large
            return
        self._builder = Builder(program)
        self._arrays = {a.array for a in program.accesses}
        self._may_meet = [(a, b) for a, b in combinations(sorted(self._arrays), 2) if a in program.stored or b in program.stored]
        pairs = {
            (a.array, a.index, a.loops, a.guards, b.index, b.loops, b.guards): (a, b)
            for a, b in pairs_of_one_array(program, include_input=False) if a.loops and b.loops
        }
        self._always = next((found for a, b in pairs.values() if (found := self._surely(a, b))), None)
        self._pairs = [(a, b, self._keys(a, b)) for a, b in pairs.values()] if self._always is None else []
        self._pairs.sort(key=lambda pair: bool(pair[2]))
        self._found = self._asked = 0  # sets of bounds for which it carries one, and for which anything was tested

    # ----------------------------------------------------------------- the source alone

    def _varies(self, poly: Poly) -> bool:
        """May it differ between two iterations of the outermost loop?"""
        loops = {loop for name in poly.names() for loop in self._builder.loops_of(name)}
        return any(loop == _LOOP or any(map(self._varies, self._bounds(loop))) for loop in loops)

    def _bounds(self, number: int) -> tuple[Poly, ...]:
        loop = self.program.loops[number]
        return (*loop.starts, *loop.stops, *(() if loop.step is None else (loop.step,)))

    def _surely(self, a: Access, b: Access) -> Dependence | None:
        """One that is there whatever the bounds, or that nothing could refute."""
        if a.index is None or b.index is None or a.array in self.program.rebound:
            return self._dependence(a, b, _UNKNOWN)
        same = a.index == b.index and a.loops == b.loops and not a.guards and not b.guards
        return self._dependence(a, b, _SAME) if same and not any(map(self._varies, a.index)) else None

    def _dependence(self, a: Access, b: Access, proof: Proof) -> Dependence | None:
        found = PairResult(a, b, (_LOOP,), frozenset(expand([ANY])), (None,), proof, RUNTIME).oriented(self.program)
        return next((d for d in found if d.carried_by(_LOOP)), None)

    def _keys(self, a: Access, b: Access) -> list[Poly]:
        """The subscripts that both have in common and that tell the iterations apart."""
        variable = self.program.loops[_LOOP].variable
        return [
            f for f, g in zip(a.index or (), b.index or (), strict=False)
            if f == g and variable in f.names() and not any(self._builder.loops_of(n) for n in f.names() if n != variable)
        ]

    # ------------------------------------------------------------------------- the call

    def carried(self, bounds: Mapping[str, int], arrays: Mapping[str, ArrayFacts]) -> Dependence | None:
        """bounds: the integers that the nest reads; arrays: all that are known of its arrays.

        Raises TooLarge, as `analyse` does.
        """
        if self._too_large is not None:
            raise self._too_large
        if self._always is not None:
            return self._always
        program = self.program
        if self._asked >= _MANY or self._may_share(arrays):
            found = self._whole().at(bounds, arrays).carried(_LOOP)
            return next((d for d in found if isinstance(d.source, Access)), None)
        values = live_values(program, bounds, arrays)
        span = self._span(values)
        pairs = [pair for pair in self._pairs if not any(_tells_apart(f, span, values) for f in pair[2])]
        if not pairs:
            return None
        self._asked += 1
        builder, effort = Builder(program, values), Effort(LIVE_LIMIT)
        for pair in pairs:
            dependence = self._tested(builder, effort, *pair[:2])
            if dependence is not None:
                self._note(pair, dependence)
                return dependence
        return None

    def _note(self, pair: tuple[Access, Access, list[Poly]], dependence: Dependence) -> None:
        """This one is the first to be asked next time."""
        self._pairs = [pair, *[other for other in self._pairs if other is not pair]]
        self._found += 1
        if self._found == self._asked >= _OFTEN:
            self._always = dependence

    def _may_share(self, arrays: Mapping[str, ArrayFacts]) -> bool:
        """May two arrays that matter, or two elements of one, have bytes in common, as far as is known?"""
        if not self._arrays <= arrays.keys() or self._arrays & self.program.rebound:
            return True
        return bool(overlapping(self._may_meet, arrays)) or not all(arrays[a].injective for a in self.program.stored & self._arrays)

    def _whole(self) -> NestAnalysis:
        if self._analysis is None:
            self._analysis = analyse(self._nest, functions=self._functions)
        return self._analysis

    def _span(self, values: Mapping[str, int]) -> tuple[str, int, int] | None:
        """The variable of the outermost loop, with its least and its greatest value."""
        loop = self.program.loops[_LOOP]
        numbers = [[p.bind(values).value for p in polys] for polys in (loop.starts, loop.stops)]
        starts, stops = [[n for n in each if n is not None] for each in numbers]
        step = None if loop.step is None else loop.step.bind(values).value
        if not step or len(starts) < len(loop.starts) or len(stops) < len(loop.stops) or not starts or not stops:
            return None
        if not loop.counts:
            return loop.variable, max(starts), min(stops) - 1
        return loop.variable, 0, max(len(range(start, stop, step)) - 1 for start in starts for stop in stops)

    def _tested(self, builder: Builder, effort: Effort, a: Access, b: Access) -> Dependence | None:
        """The tests with live bounds: None if no two iterations of the outermost loop meet."""
        if effort.spent():
            return self._dependence(a, b, _UNKNOWN)
        problems = [_outer(builder.problem(p, q)) for p in builder.pieces(a) for q in builder.pieces(b)]
        outcomes = [driver.decide(problem, budget=RUNTIME_BUDGET) for problem in problems]
        effort.problems(outcomes)
        merged: Outcome = merge(outcomes)
        found = PairResult(a, b, (_LOOP,), merged.directions, merged.distances, merged.proof, RUNTIME).oriented(self.program)
        return next((d for d in found if d.carried_by(_LOOP)), None)


def _outer(problem: Problem) -> Problem:
    """The problem with directions for the outermost loop alone."""
    return replace(problem, loops=problem.loops[:1], twins=tuple([twin for twin in problem.twins if not any(twin.positions)]))


def _tells_apart(f: Poly, span: tuple[str, int, int] | None, values: Mapping[str, int]) -> bool:
    """Is it another element in each iteration?  f is linear in the loop's variable, and does not change its sign."""
    if span is None:
        return False
    variable, low, high = span
    terms = dict(f.bind(values).terms)
    constant, slope = terms.pop((), 0), terms.pop((variable,), 0)
    if terms or not slope:
        return False
    first, last = constant + slope * low, constant + slope * high
    return (first >= 0 and last >= 0) or (first < 0 and last < 0)
