"""Staging: what the source decides, what the symbols decide, and what live bounds and addresses decide.

    analyse(nest)          once: every pair of accesses, for all values of the symbols
    .at(bounds, arrays)    at run time, remembered: residual conditions first; the tests with live
                           bounds for what those leave open; byte offsets for arrays that share memory
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from alpyna_hook import ir
from alpyna_hook.dependence import driver
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.address import linearise, overlapping
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.directions import Vector
from alpyna_hook.dependence.effects import Called
from alpyna_hook.dependence.facts import ArrayFacts, Contents
from alpyna_hook.dependence.graph import RUNTIME, STATIC, Dependence, DependenceGraph, Independent, PairResult
from alpyna_hook.dependence.pairing import all_vectors, condition_text, failing, groups, merge, prefix
from alpyna_hook.dependence.problem import Problem
from alpyna_hook.dependence.proof import Outcome, Proof
from alpyna_hook.dependence.residual import Residual, project
from alpyna_hook.dependence.scalars import exposure, scalar_dependences
from alpyna_hook.dependence.values import live_values
from alpyna_hook.dependence.verdict import LoopVerdict, judge, rejudge
from alpyna_hook.dependence.walker import extract

STATIC_BUDGET = 6_000
RUNTIME_BUDGET = 4_000
MAX_RETESTS = 24  # pairs that are tested again for one binding; the others keep their static directions
EXACT_PAIRS, MAX_PAIRS = 500, 4_000  # a nest with more pairs: the others without the exact test, or not at all
MAX_ACCESSES = 400  # in one nest; with more it is not analysed
MEMORY = 64  # how many bindings a nest remembers

Key: TypeAlias = tuple[object, ...]


@dataclass(slots=True)
class StaticPair:
    """Two accesses of one array: what is known for all bounds.

    `residuals`: for each direction vector left, the conditions of which one must hold.  `final`:
    they are exact, so nothing is to be tested again once they are evaluated.
    """

    first: Access
    second: Access
    result: PairResult
    residuals: dict[Vector, tuple[Residual, ...]]
    final: bool


class TooLarge(Exception):
    """The nest has more pairs of accesses than are worth looking at: it is to run in its own order."""


class NestAnalysis:
    """The analysis of one nest; `static` is its graph for any bounds, with arrays taken to be apart."""

    def __init__(
        self,
        nest: ir.Nest,
        *,
        functions: Mapping[str, Called] | None = None,
        volatile: frozenset[str] = frozenset(),
        include_input: bool = False,
        use_exact: bool = True,
    ) -> None:
        self.nest = nest
        self.program = extract(nest, volatile=volatile, functions=functions)
        self._functions, self._volatile = functions, volatile
        self._include_input, self._use_exact = include_input, use_exact
        self._exposed = exposure(self.program)
        self._scalar = scalar_dependences(self.program, self._exposed)
        self._builder = Builder(self.program)
        self._memo: dict[Key, tuple[PairResult, dict[Vector, tuple[Residual, ...]], bool]] = {}
        if len(self.program.accesses) > MAX_ACCESSES:
            raise TooLarge(f"{len(self.program.accesses)} accesses")
        self.pairs = [self._static_pair(a, b) for a, b in self._same_array()]
        self._memo.clear()
        self._arrays = list(dict.fromkeys(a.array for a in self.program.accesses))
        self._array_pairs = self._pairs_of_arrays()
        self._stored = tuple(a for a in self._arrays if a in self.program.stored)
        self._needed, self._needed_shapes = self._needed_names()
        self._comparable: dict[frozenset[str], list[tuple[str, str]]] = {}
        self._graphs: dict[Key, DependenceGraph] = {}
        self._variants: dict[frozenset[str], NestAnalysis] = {}
        self._verdicts: dict[Key, list[LoopVerdict]] = {}
        self._retests = 0
        self._oriented: dict[int, list[Dependence]] = {}
        self.static = self._static_graph()

    # ------------------------------------------------------------------ static

    def _same_array(self) -> Iterable[tuple[Access, Access]]:
        by_array: dict[str, list[Access]] = {}
        for access in self.program.accesses:
            by_array.setdefault(access.array, []).append(access)
        for accesses in by_array.values():
            for position, a in enumerate(accesses):
                for b in accesses[position:]:
                    if a.write or b.write or self._include_input:
                        if a is b and not a.write:
                            continue
                        yield a, b

    def _static_pair(self, a: Access, b: Access) -> StaticPair:
        key = (a.array, a.index, a.loops, a.guards, b.index, b.loops, b.guards)
        if key not in self._memo:
            self._memo[key] = self._test(a, b, self._builder)
        result, residuals, final = self._memo[key]
        result = PairResult(
            a, b, result.loops, result.vectors, result.distances, result.proof, STATIC, result.condition,
        )
        return StaticPair(a, b, result, residuals, final)

    def _test(
        self, a: Access, b: Access, builder: Builder,
    ) -> tuple[PairResult, dict[Vector, tuple[Residual, ...]], bool]:
        loops = self.program.common(a.loops, b.loops)
        if a.array in self.program.rebound:
            return self._unknown(a, b, loops, f"the nest assigns {a.array}, so it may be any array"), {}, True
        if len(self._memo) >= MAX_PAIRS:
            return self._unknown(a, b, loops, f"the nest has more than {MAX_PAIRS} different pairs"), {}, True
        pieces = [(p, q) for p in builder.pieces(a) for q in builder.pieces(b)]
        problems = [builder.problem(p, q) for p, q in pieces]
        use_exact = self._use_exact and len(self._memo) < EXACT_PAIRS
        outcomes = [driver.decide(p, use_exact=use_exact, budget=STATIC_BUDGET) for p in problems]
        merged = merge(outcomes)
        residuals: dict[Vector, tuple[Residual, ...]] = {}
        final = all(o.exact for o in outcomes) and builder.complete
        final = final and builder.opaque_to_values(a) and builder.opaque_to_values(b)
        for group in groups(merged.directions):
            found = tuple([
                project(problem.under(prefix(group)))
                for problem, outcome in zip(problems, outcomes, strict=True) if not outcome.directions.isdisjoint(group)
            ])
            residuals.update(dict.fromkeys(group, found))
            final = final and all(r.exact for r in found)
        if any(len(m) > 1 for x in (a, b) for p in x.index or () for m, _ in p.terms) or self._open_step(loops):
            final = False
        condition = condition_text(residuals)
        proof = merged.proof
        return PairResult(a, b, loops, merged.directions, merged.distances, proof, STATIC, condition), residuals, final

    def _open_step(self, loops: Iterable[int]) -> bool:
        steps = [self.program.loops[loop].step for loop in loops]
        return any(step is not None and step.value is None for step in steps)

    def _unknown(
        self, a: Access, b: Access, loops: tuple[int, ...], because: str, stage: str = STATIC,
    ) -> PairResult:
        vectors = all_vectors(len(loops))
        return PairResult(a, b, loops, vectors, (None,) * len(loops), Proof("unknown", because), stage)

    def _pairs_of_arrays(self) -> list[tuple[str, str]]:
        """Differently named arrays that would matter if they shared memory."""
        stored = self.program.stored
        return [(a, b) for a, b in combinations(self._arrays, 2) if a in stored or b in stored]

    def _needed_names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names, and the arrays with shapes, on whose values anything depends."""
        names = {i.name for i in self.program.inductions}
        wrapped: set[str] = set()  # arrays of whose elements negative subscripts may be meant
        for pair in self.pairs:
            for residuals in pair.residuals.values():
                names.update(n for r in residuals for c in r.conditions for n, _ in c.form.terms)
            if pair.result.vectors:  # also for the verdicts: what covers what when arrays are made private
                names |= self._symbols_of(pair.first) | self._symbols_of(pair.second)
                if not pair.final:
                    wrapped.add(pair.first.array)
        opaques = [self.program.opaques[n] for n in names if n in self.program.opaques]
        for opaque in opaques:
            if opaque.expr is not None:
                names.update(n.name for n in ir.walk(opaque.expr) if isinstance(n, ir.Var))
                names.update(s for s, (a, _) in self.program.shapes.items()
                             if any(isinstance(n, ir.Shape) and n.array == a for n in ir.walk(opaque.expr)))
            if opaque.least is not None:
                names |= opaque.least.names()
        shapes = wrapped | {self.program.shapes[n][0] for n in names if n in self.program.shapes}
        plain = {n.removesuffix("@0") for n in names if n not in self.program.shapes and n not in self.program.opaques}
        return tuple(sorted(plain)), tuple(sorted(shapes))

    def _symbols_of(self, access: Access) -> set[str]:
        names = {n for p in access.index or () for n in p.names()} | {n for g in access.guards for n in g.poly.names()}
        for number in access.loops:
            loop = self.program.loops[number]
            for poly in (*loop.starts, *loop.stops, *(() if loop.step is None else (loop.step,))):
                names |= poly.names()
        return {n for n in names if not self._builder.loops_of(n)}

    def _static_graph(self) -> DependenceGraph:
        results = [pair.result for pair in self.pairs]
        for name in self.program.rebound:
            results += [
                self._unknown(a, b, self.program.common(a.loops, b.loops), f"{name} may be the same array as the other")
                for a, b in combinations(self.program.accesses, 2)
                if name in (a.array, b.array) and a.array != b.array and (a.write or b.write)
            ]
        assumptions = tuple(f"{a} and {b} share no memory" for a, b in self._array_pairs)
        self._static_results = results
        integers = tuple(f"{i.name} holds an integer" for i in self.program.inductions if i.name[0] != "@")
        graph = self._graph(results, STATIC, self._builder, lambda _: True, frozenset())
        graph.assumptions = (*assumptions, *dict.fromkeys(integers))
        signature = self._signature(results, graph)
        graph._judge = lambda g: self._judged(g, self._builder, signature)
        return graph

    def _graph(
        self,
        results: list[PairResult],
        stage: str,
        builder: Builder,
        integers: Callable[[str], bool],
        aliased: frozenset[str],
    ) -> DependenceGraph:
        dependences: list[Dependence] = []
        independent: list[Independent] = []
        for result in results:
            oriented = self._oriented.get(id(result))
            if oriented is None:
                oriented = result.oriented(self.program)
                if stage == STATIC:
                    self._oriented[id(result)] = oriented  # the static results live as long as the analysis
            dependences += oriented
            if not oriented and result.first is not result.second:
                independent.append(result.apart())
        graph = DependenceGraph(
            self.program, [*dependences, *self._scalar], independent, integers=integers, aliased=aliased, stage=stage,
        )
        graph._judge = lambda g: judge(g, builder, self._exposed)
        return graph

    # ---------------------------------------------------------------- run time

    def at(
        self,
        bounds: Mapping[str, int],
        arrays: Mapping[str, ArrayFacts],
        *,
        contents: Mapping[str, Contents] | None = None,
        transaction: bool = True,
    ) -> DependenceGraph:
        """The graph for live values: `bounds` are the integers among the names that the nest reads
        (values before the nest), `arrays` the facts of its arrays.

        `contents`: what an inspection of index arrays found.  `transaction`: are the nest's stores
        undone if a statement raises?  If not, statements that may raise order what is around them.
        """
        pairs = self._comparable.get(names := frozenset(arrays))
        if pairs is None:
            pairs = self._comparable[names] = self._compare_pairs(arrays)
        shared = overlapping(pairs, arrays)
        key = self._key(bounds, arrays, shared, contents, transaction)
        graph = self._graphs.get(key)
        if graph is None:
            if len(self._graphs) >= MEMORY:
                self._graphs.clear()
            graph = self._graphs[key] = self._run_time(bounds, arrays, shared, contents or {}, transaction)
        return graph

    def _compare_pairs(self, arrays: Mapping[str, ArrayFacts]) -> list[tuple[str, str]]:
        """The pairs of arrays whose addresses are known and matter."""
        return [(a, b) for a, b in self._array_pairs if a in arrays and b in arrays]

    def _key(
        self, bounds: Mapping[str, int], arrays: Mapping[str, ArrayFacts], shared: list[tuple[str, str]],
        contents: Mapping[str, Contents] | None, transaction: bool,
    ) -> Key:
        """What the graph depends on: needed values; places in memory only where memory is shared."""
        values = tuple([bounds.get(name) for name in self._needed])
        shapes = tuple([arrays[a].shape if a in arrays else None for a in self._needed_shapes])
        memory: tuple[object, ...] = ()
        if shared or not all(arrays[a].injective for a in self._stored if a in arrays):
            base = min(facts.low for facts in arrays.values())
            memory = (
                tuple(sorted(bounds.items())),
                tuple([(n, f.itemsize, f.shape, f.strides, f.address - base) for n, f in sorted(arrays.items())]),
            )
        inspected = tuple(sorted((n, c.low, c.high, c.distinct) for n, c in contents.items())) if contents else ()
        return values, shapes, memory, inspected, transaction, frozenset(arrays)

    def _run_time(
        self, bounds: Mapping[str, int], arrays: Mapping[str, ArrayFacts], shared: list[tuple[str, str]],
        contents: Mapping[str, Contents], transaction: bool,
    ) -> DependenceGraph:
        changing = self._changing(shared)
        if changing - self._volatile:
            return self._variant(changing | self._volatile).at(
                bounds, arrays, contents=contents, transaction=transaction)
        values = live_values(self.program, bounds, arrays)
        builder = Builder(self.program, values, {n: c for n, c in contents.items() if n not in self._volatile})
        self._retests = 0
        overlaid = {a for a in self._stored if a in arrays and not arrays[a].injective}
        results = [
            self._by_bytes(pair.first, pair.second, builder, arrays) if pair.first.array in overlaid
            else self._live_pair(pair, builder, values)
            for pair in self.pairs
            if pair.first.array in arrays or pair.first.index is not None or pair.second.index is not None
        ]
        for a, b in shared:
            results += self._shared_pair(a, b, builder, arrays)
        results += self._unplaced(arrays)
        aliased = frozenset(name for pair in shared for name in pair) | overlaid
        graph = self._graph(results, RUNTIME, builder, values.__contains__, aliased)
        graph.transaction = transaction
        signature = self._signature(results, graph)
        graph._judge = lambda g: self._judged(g, builder, signature)
        return graph

    def _signature(self, results: list[PairResult], graph: DependenceGraph) -> Key:
        return (
            tuple([(r.first.id, r.second.id, r.vectors) for r in results if r.vectors]),
            graph.transaction, graph.aliased,
            tuple([all(graph.integers(n) for n in i.start.names() if not self._builder.loops_of(n))
                   for i in self.program.inductions]),
        )

    def _judged(self, graph: DependenceGraph, builder: Builder, signature: Key) -> list[LoopVerdict]:
        """Verdicts depend on which directions are left: bindings that leave the same ones share them,
        but for what live bounds show of arrays that can be made private."""
        found = self._verdicts.get(signature)
        if found is None:
            if len(self._verdicts) >= MEMORY:
                self._verdicts.clear()
            found = self._verdicts[signature] = judge(graph, self._builder, self._exposed)
        return found if builder is self._builder else rejudge(found, graph, builder, self._exposed)

    def _changing(self, shared: list[tuple[str, str]]) -> frozenset[str]:
        """Arrays read as indices that a store to another name may change."""
        index_arrays = {u.array for u in self.program.unknowns.values() if u.array is not None}
        return frozenset(name for pair in shared for name in pair if name in index_arrays)

    def _variant(self, volatile: frozenset[str]) -> NestAnalysis:
        if volatile not in self._variants:
            self._variants[volatile] = NestAnalysis(
                self.nest, functions=self._functions, volatile=volatile,
                include_input=self._include_input, use_exact=self._use_exact,
            )
        return self._variants[volatile]

    def _live_pair(self, pair: StaticPair, builder: Builder, values: Mapping[str, int]) -> PairResult:
        """Residual conditions first; the tests again, with live bounds, only where those are not the whole truth."""
        static = pair.result
        if not static.vectors or (not pair.residuals and pair.final):
            return static
        left = frozenset(v for v, rs in pair.residuals.items() if any(r.possible(values) for r in rs))
        if not left:
            proof = Proof("residual condition", failing([r for rs in pair.residuals.values() for r in rs], values))
            return PairResult(pair.first, pair.second, static.loops, left, (), proof, RUNTIME)
        inspected = builder.contents and not self._indices(pair).isdisjoint(builder.contents)
        if (pair.final or self._retests >= MAX_RETESTS) and not inspected:
            if left == static.vectors:
                return static
            return PairResult(pair.first, pair.second, static.loops, left, static.distances, static.proof, RUNTIME)
        self._retests += 1
        return self._retest(pair.first, pair.second, builder)

    def _indices(self, pair: StaticPair) -> set[str]:
        """The index arrays in the subscripts of a pair."""
        names = {n for access in (pair.first, pair.second) for p in access.index or () for n in p.names()}
        return {self.program.unknowns[n].array or "" for n in names if n in self.program.unknowns}

    def _retest(self, a: Access, b: Access, builder: Builder) -> PairResult:
        problems = [builder.problem(p, q) for p in builder.pieces(a) for q in builder.pieces(b)]
        return self._decided(a, b, problems, [])

    def _decided(self, a: Access, b: Access, problems: list[Problem], proofs: list[Proof]) -> PairResult:
        outcomes = [driver.decide(p, use_exact=self._use_exact, budget=RUNTIME_BUDGET) for p in problems]
        merged = merge([*outcomes, *[Outcome(frozenset(), (), proof, True) for proof in proofs]])
        loops = self.program.common(a.loops, b.loops)
        return PairResult(a, b, loops, merged.directions, merged.distances, merged.proof, RUNTIME)

    def _by_bytes(self, a: Access, b: Access, builder: Builder, arrays: Mapping[str, ArrayFacts]) -> PairResult:
        x, y = arrays[a.array], arrays[b.array]
        problems: list[Problem] = []
        proofs: list[Proof] = []
        for p in builder.pieces(a):
            for q in builder.pieces(b):
                found = linearise(builder, p, q, x, y)
                if found.problem is not None:
                    problems.append(found.problem)
                elif found.proof is not None:
                    proofs.append(found.proof)
        return self._decided(a, b, problems, proofs)

    def _shared_pair(
        self, a: str, b: str, builder: Builder, arrays: Mapping[str, ArrayFacts],
    ) -> list[PairResult]:
        return [
            self._by_bytes(first, second, builder, arrays)
            for first, second in combinations(self.program.accesses, 2)
            if {first.array, second.array} == {a, b} and (first.write or second.write)
        ]

    def _unplaced(self, arrays: Mapping[str, ArrayFacts]) -> list[PairResult]:
        """Arrays whose place in memory is not known may be any other array."""
        missing = {a.array for a in self.program.accesses if a.array not in arrays and a.index is not None}
        because = "where one of them lies in memory is not known"
        return [
            self._unknown(a, b, self.program.common(a.loops, b.loops), because, RUNTIME)
            for a, b in combinations(self.program.accesses, 2)
            if a.array != b.array and (a.write or b.write) and (a.array in missing or b.array in missing)
        ] if missing else []


def analyse(
    nest: ir.Nest,
    *,
    functions: Mapping[str, Called] | None = None,
    include_input: bool = False,
    use_exact: bool = True,
) -> NestAnalysis:
    """The static stage, once for each nest.

    `functions`: what it calls, by the names that it calls them by: the user's functions, as captured
    (`Callee`, with what those call), or effects that are known.  One that is not given is taken to
    change any array.  Raises TooLarge for nests of hundreds of accesses.
    """
    return NestAnalysis(nest, functions=functions, include_input=include_input, use_exact=use_exact)
