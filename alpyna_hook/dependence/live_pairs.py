"""The run-time stage: the pairs of a nest for live values, shapes and addresses."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import combinations

from alpyna_hook.dependence import driver
from alpyna_hook.dependence.accesses import Access, Program
from alpyna_hook.dependence.address import linearise
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.effort import LIVE_LIMIT, UNTESTED, Effort
from alpyna_hook.dependence.facts import ArrayFacts
from alpyna_hook.dependence.graph import RUNTIME, PairResult
from alpyna_hook.dependence.pairing import failing, merge
from alpyna_hook.dependence.problem import Problem
from alpyna_hook.dependence.proof import Outcome, Proof
from alpyna_hook.dependence.static_pairs import StaticPair, unknown_pair

RUNTIME_BUDGET = 4_000
MAX_RETESTS = 24  # pairs that are tested again for one binding; the others keep their static directions


class LivePairs:
    """For one binding of the names; `values` are all integers that it gives."""

    def __init__(
        self, program: Program, builder: Builder, values: Mapping[str, int], arrays: Mapping[str, ArrayFacts],
        use_exact: bool,
    ) -> None:
        self._program, self._builder, self._values, self._arrays = program, builder, values, arrays
        self._use_exact = use_exact
        self._retests = 0
        self.effort = Effort(LIVE_LIMIT)

    def results(
        self, pairs: Iterable[StaticPair], shared: Iterable[tuple[str, str]], overlaid: Container[str],
    ) -> list[PairResult]:
        """`shared`: arrays that share memory; `overlaid`: those of which two elements share it."""
        found = [
            self._by_bytes(pair.first, pair.second) if pair.first.array in overlaid else self._live(pair)
            for pair in pairs
            if pair.first.array in self._arrays or pair.first.index is not None or pair.second.index is not None
        ]
        for a, b in shared:
            found += self._shared(a, b)
        return [*found, *self._unplaced()]

    def _live(self, pair: StaticPair) -> PairResult:
        """Residual conditions first; the tests again, with live bounds, only where those are not the whole truth."""
        static, values = pair.result, self._values
        if not static.vectors or (not pair.residuals and pair.final):
            return static
        left = frozenset(v for v, rs in pair.residuals.items() if any(r.possible(values) for r in rs))
        if not left:
            proof = Proof("residual condition", failing([r for rs in pair.residuals.values() for r in rs], values))
            return PairResult(pair.first, pair.second, static.loops, left, (), proof, RUNTIME)
        contents = self._builder.contents
        inspected = contents and not self._indices(pair).isdisjoint(contents)
        if (pair.final or self._retests >= MAX_RETESTS or self.effort.left <= 0) and not inspected:
            if left == static.vectors:
                return static
            return PairResult(pair.first, pair.second, static.loops, left, static.distances, static.proof, RUNTIME)
        self._retests += 1
        return self._retest(pair.first, pair.second)

    def _indices(self, pair: StaticPair) -> set[str]:
        """The index arrays in the subscripts of a pair."""
        unknowns = self._program.unknowns
        names = {n for access in (pair.first, pair.second) for p in access.index or () for n in p.names()}
        return {unknowns[n].array or "" for n in names if n in unknowns}

    def _retest(self, a: Access, b: Access) -> PairResult:
        builder = self._builder
        if self.effort.spent():
            return unknown_pair(self._program, a, b, UNTESTED, RUNTIME)
        return self._decided(a, b, [builder.problem(p, q) for p in builder.pieces(a) for q in builder.pieces(b)], [])

    def _by_bytes(self, a: Access, b: Access) -> PairResult:
        if self.effort.spent():
            return unknown_pair(self._program, a, b, UNTESTED, RUNTIME)
        x, y = self._arrays[a.array], self._arrays[b.array]
        problems: list[Problem] = []
        proofs: list[Proof] = []
        for p in self._builder.pieces(a):
            for q in self._builder.pieces(b):
                found = linearise(self._builder, p, q, x, y)
                if found.problem is not None:
                    problems.append(found.problem)
                elif found.proof is not None:
                    proofs.append(found.proof)
        return self._decided(a, b, problems, proofs)

    def _decided(self, a: Access, b: Access, problems: list[Problem], proofs: list[Proof]) -> PairResult:
        outcomes = [driver.decide(p, use_exact=self._use_exact, budget=RUNTIME_BUDGET) for p in problems]
        self.effort.problems(outcomes)
        merged = merge([*outcomes, *[Outcome(frozenset(), (), proof, True) for proof in proofs]])
        loops = self._program.common(a.loops, b.loops)
        return PairResult(a, b, loops, merged.directions, merged.distances, merged.proof, RUNTIME)

    def _shared(self, a: str, b: str) -> Iterator[PairResult]:
        for first, second in combinations(self._program.accesses, 2):
            if {first.array, second.array} == {a, b} and (first.write or second.write):
                yield self._by_bytes(first, second)

    def _unplaced(self) -> Iterator[PairResult]:
        """Arrays whose place in memory is not known may be any other array."""
        accesses = self._program.accesses
        missing = {a.array for a in accesses if a.array not in self._arrays and a.index is not None}
        for a, b in combinations(accesses, 2) if missing else ():
            if a.array != b.array and (a.write or b.write) and (a.array in missing or b.array in missing):
                yield unknown_pair(self._program, a, b, "where one of them lies in memory is not known", RUNTIME)
