"""Staging: what the source decides, what the symbols decide, and what live bounds and addresses decide.

    analyse(nest)          once: every pair of accesses, for all values of the symbols
    .at(bounds, arrays)    at run time, remembered: residual conditions first; the tests with live
                           bounds for what those leave open; byte offsets for arrays that share memory
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import TypeAlias

from alpyna_hook.dependence.accesses import Program
from alpyna_hook.dependence.address import overlapping
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.effects import Called
from alpyna_hook.dependence.effort import LIMIT, Effort
from alpyna_hook.dependence.facts import ArrayFacts, Contents
from alpyna_hook.dependence.graph import RUNTIME, STATIC, Dependence, DependenceGraph, Independent, PairResult
from alpyna_hook.dependence.live_pairs import LivePairs
from alpyna_hook.dependence.scalars import exposure, scalar_dependences
from alpyna_hook.dependence.static_pairs import needed_names, static_pairs, unknown_pair
from alpyna_hook.dependence.values import live_values
from alpyna_hook.dependence.verdict import LoopVerdict, judge, rejudge
from alpyna_hook.dependence.walker import extract
from alpyna_hook.ir import captured as ir

MAX_ACCESSES = 400  # in one nest; with more it is not analysed
MAX_DEPTH = 6  # loops in one another: direction vectors are kept one by one, three times as many for each loop
MEMORY = 64  # how many bindings a nest remembers

Key: TypeAlias = tuple[object, ...]


class TooLarge(Exception):
    """More pairs of accesses, or more loops in one another, than are worth looking at: the nest is to run in its own order."""


def check_size(program: Program) -> None:
    depth = max((len(s.loops) for s in program.statements), default=0)
    if depth > MAX_DEPTH:
        raise TooLarge(f"{depth} loops in one another")
    if len(program.accesses) > MAX_ACCESSES:
        raise TooLarge(f"{len(program.accesses)} accesses")


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
        check_size(self.program)
        self._exposed = exposure(self.program)
        self._scalar = scalar_dependences(self.program, self._exposed)
        self._builder = Builder(self.program)
        effort = Effort(LIMIT)
        self.pairs = static_pairs(self.program, self._builder, effort, include_input=include_input, use_exact=use_exact)
        self._untested = effort.untested
        self._arrays = list(dict.fromkeys(a.array for a in self.program.accesses))
        self._array_pairs = self._pairs_of_arrays()
        self._stored = tuple(a for a in self._arrays if a in self.program.stored)
        self._needed, self._needed_shapes = needed_names(self.program, self._builder, self.pairs)
        self._comparable: dict[frozenset[str], list[tuple[str, str]]] = {}
        self._graphs: dict[Key, DependenceGraph] = {}
        self._variants: dict[frozenset[str], NestAnalysis] = {}
        self._verdicts: dict[Key, list[LoopVerdict]] = {}
        self._oriented: dict[int, list[Dependence]] = {}
        self.static = self._static_graph()

    # ------------------------------------------------------------------ static

    def _pairs_of_arrays(self) -> list[tuple[str, str]]:
        """Differently named arrays that would matter if they shared memory."""
        stored = self.program.stored
        return [(a, b) for a, b in combinations(self._arrays, 2) if a in stored or b in stored]

    def _static_graph(self) -> DependenceGraph:
        results = [pair.result for pair in self.pairs]
        for name in self.program.rebound:
            results += [
                unknown_pair(self.program, a, b, f"{name} may be the same array as the other")
                for a, b in combinations(self.program.accesses, 2)
                if name in (a.array, b.array) and a.array != b.array and (a.write or b.write)
            ]
        assumptions = tuple(f"{a} and {b} share no memory" for a, b in self._array_pairs)
        self._static_results = results
        integers = tuple(f"{i.name} holds an integer" for i in self.program.inductions if i.name[0] != "@")
        graph = self._graph(results, STATIC, self._builder, lambda _: True, frozenset())
        graph.untested = self._untested
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
        overlaid = {a for a in self._stored if a in arrays and not arrays[a].injective}
        live = LivePairs(self.program, builder, values, arrays, self._use_exact)
        results = live.results(self.pairs, shared, overlaid)
        aliased = frozenset(name for pair in shared for name in pair) | overlaid
        graph = self._graph(results, RUNTIME, builder, values.__contains__, aliased)
        graph.transaction = transaction
        graph.untested = self._untested + live.effort.untested
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
    change any array.  Raises TooLarge for nests of hundreds of accesses, or of more than six loops in one another.
    """
    return NestAnalysis(nest, functions=functions, include_input=include_input, use_exact=use_exact)
