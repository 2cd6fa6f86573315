"""The dependence graph of a nest: oriented dependences, and strongly connected components by level."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from alpyna_hook.dependence.accesses import Access, LoopId, Program, ScalarUse
from alpyna_hook.dependence.directions import ANY, EQ, LT, Vector, compress, expand, flip, is_forward, level, text
from alpyna_hook.dependence.proof import Proof

if TYPE_CHECKING:
    from alpyna_hook.dependence.verdict import LoopVerdict

STATIC, RUNTIME = "static", "run-time"


@dataclass(frozen=True, slots=True)
class Dependence:
    """The sink must run after the source, in the directions given (sink against source).

    `vectors`: single directions over the common `loops`; `distance`: where it is one number.
    """

    source: Access | ScalarUse
    sink: Access | ScalarUse
    kind: str  # flow, anti, output, input
    loops: tuple[LoopId, ...]
    vectors: frozenset[Vector]
    distance: tuple[int | None, ...]
    proof: Proof
    stage: str = STATIC
    condition: str | None = None  # what the symbols must fulfil for it to vanish
    note: str | None = None

    @property
    def name(self) -> str:
        return self.source.array if isinstance(self.source, Access) else self.source.name

    @property
    def directions(self) -> list[Vector]:
        return compress(self.vectors)

    @property
    def levels(self) -> frozenset[int]:
        """The loops that carry it, by depth from 1; 0: loop-independent."""
        return frozenset(level(v) for v in self.vectors)

    @property
    def level(self) -> int:
        """The outermost loop that carries it; 0 if none does."""
        return min((x for x in self.levels if x), default=0)

    def carried_by(self, loop: LoopId) -> bool:
        return loop in self.loops and self.loops.index(loop) + 1 in self.levels

    def __str__(self) -> str:
        where = text(self.directions)
        return f"{self.kind} {self.name}: line {self.source.loc.line} -> line {self.sink.loc.line} {where}"


@dataclass(frozen=True, slots=True)
class Expansion:
    """Scalars that an array takes the place of, an element for each iteration of a loop (Allen and Kennedy, section 5.3).

    `cells`: each iteration writes its element before it reads it.  `versions`: each iteration writes it once; what
    it reads before that is the element of the iteration before.
    """

    cells: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()

    def keeps(self, dependence: Dependence, loop: LoopId) -> bool:
        """Is the dependence still there?  Of cells, what other loops carry and what is within an iteration; of versions,
        the flow of values."""
        if isinstance(dependence.source, Access):
            return True
        if dependence.name in self.versions:
            return dependence.kind == "flow"
        if dependence.name not in self.cells or loop not in dependence.loops:
            return True
        position = dependence.loops.index(loop) + 1
        return any(level(v) != position for v in dependence.vectors)


@dataclass(frozen=True, slots=True)
class Independent:
    source: Access
    sink: Access
    proof: Proof
    stage: str = STATIC

    @property
    def name(self) -> str:
        return self.source.array


@dataclass(frozen=True, slots=True)
class PairResult:
    """What was found for two accesses, `second` not before `first` in the program's order."""

    first: Access
    second: Access
    loops: tuple[LoopId, ...]
    vectors: frozenset[Vector]  # of second against first
    distances: tuple[int | None, ...]
    proof: Proof
    stage: str
    condition: str | None = None

    def oriented(self, program: Program) -> list[Dependence]:
        """As dependences, each from what runs first."""
        forward = {v for v in self.vectors if is_forward(v)}
        backward = {flip(v) for v in self.vectors if level(v) and not is_forward(v)}
        same = (EQ,) * len(self.loops)
        if same in self.vectors and self.first is not self.second and not exclusive(program, self.first, self.second):
            forward.add(same)
        if self.first is self.second:
            backward.clear()  # the same pairs, seen from the other side
        result = []
        negated = tuple(None if d is None else -d for d in self.distances)
        for vectors, source, sink, distance in (
            (forward, self.first, self.second, self.distances),
            (backward, self.second, self.first, negated),
        ):
            if vectors:
                result.append(Dependence(
                    source, sink, _kind(source, sink), self.loops, frozenset(vectors),
                    _matching(distance, vectors), self.proof, self.stage, self.condition,
                ))
        return result

    def apart(self) -> Independent:
        """As two accesses that no dependence orders: by the subscripts, or since only one of them runs in an iteration."""
        proof = Proof("control", "only one of the branches runs in an iteration") if self.vectors else self.proof
        return Independent(self.first, self.second, proof, self.stage)


def _matching(distance: tuple[int | None, ...], vectors: set[Vector]) -> tuple[int | None, ...]:
    """Distances of the whole pair hold for each part of it; 0 where only `=` is left."""
    depth = len(next(iter(vectors)))
    known = distance or (None,) * depth
    return tuple(0 if all(v[p] == EQ for v in vectors) else known[p] for p in range(depth))


def _kind(source: Access, sink: Access) -> str:
    if source.write:
        return "output" if sink.write else "flow"
    return "anti" if sink.write else "input"


def exclusive(program: Program, a: Access | ScalarUse, b: Access | ScalarUse) -> bool:
    """In different branches of one `if`: never both in the same iteration."""
    other = dict(program.statements[b.statement].branch)
    return any(other.get(number, side) != side for number, side in program.statements[a.statement].branch)


@dataclass(slots=True)
class DependenceGraph:
    """All pairs of a nest, for any bounds (static) or for given ones (run-time)."""

    program: Program
    dependences: list[Dependence]
    independent: list[Independent]
    assumptions: tuple[str, ...] = ()  # what a static graph takes for granted
    integers: Callable[[str], bool] = field(default=lambda _: True, repr=False)
    aliased: frozenset[str] = frozenset()  # arrays that share memory with another one
    transaction: bool = True
    stage: str = STATIC
    untested: int = 0  # pairs that are taken as dependent, since testing all would have taken too long
    _loops: list[LoopVerdict] | None = field(default=None, repr=False)
    _judge: Callable[[DependenceGraph], list[LoopVerdict]] | None = field(default=None, repr=False)

    @property
    def pairs(self) -> list[Dependence | Independent]:
        return [*self.dependences, *self.independent]

    @property
    def loops(self) -> list[LoopVerdict]:
        """The verdict of each loop, outermost first, in the order of the source."""
        if self._loops is None:
            assert self._judge is not None
            self._loops = self._judge(self)
        return self._loops

    def verdict(self, loop: LoopId) -> LoopVerdict:
        return next(v for v in self.loops if v.loop == loop)

    def carried(self, loop: LoopId) -> list[Dependence]:
        return [d for d in self.dependences if d.kind != "input" and d.carried_by(loop)]

    def components(
        self, loop: LoopId, without: Sequence[Dependence] = (), expanded: Expansion | None = None,
    ) -> list[list[int]]:
        """Strongly connected components of the statements in a loop's body, in a legal order,
        by the dependences that no outer loop carries (Allen and Kennedy's codegen, level by level).

        `without`: dependences that a copy of an array would remove; `expanded`: scalars that get an array.
        """
        statements = [s.id for s in self.program.statements if loop in s.loops]
        inside = set(statements)
        edges: dict[int, set[int]] = {s: set() for s in statements}
        for dependence in self.dependences:
            source, sink = dependence.source.statement, dependence.sink.statement
            if dependence.kind == "input" or any(dependence is d for d in without):
                continue
            if expanded is not None and not expanded.keeps(dependence, loop):
                continue
            if source in inside and sink in inside and self.inner_of(dependence, loop):
                edges[source].add(sink)
        for source, sink in self._control_edges(statements):
            edges[source].add(sink)
        return strongly_connected(statements, edges)

    def inner_of(self, dependence: Dependence, loop: LoopId) -> bool:
        """Has it a vector that no loop outside `loop` carries?"""
        position = dependence.loops.index(loop) if loop in dependence.loops else len(dependence.loops)
        return any(all(mask == EQ for mask in v[:position]) for v in dependence.vectors)

    def _control_edges(self, statements: Sequence[int]) -> Iterable[tuple[int, int]]:
        inside = set(statements)
        headers = {id(s.node): s.id for s in self.program.statements if s.kind in ("for", "while")}
        for number in statements:
            statement = self.program.statements[number]
            for branch, _ in statement.branch:
                if branch in inside:
                    yield branch, number
            for loop in statement.loops:
                header = headers.get(id(self.program.loops[loop].node))
                if header in inside and header != number:
                    yield header, number


def strongly_connected(nodes: Sequence[int], edges: dict[int, set[int]]) -> list[list[int]]:
    """Tarjan's algorithm (1972), iterative; components in topological order, sources first."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    components: list[list[int]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(sorted(edges[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(sorted(edges[successor]))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    components.append(sorted(component))
    components.reverse()
    return components


def carried_vectors(loop: LoopId, common: tuple[LoopId, ...]) -> frozenset[Vector]:
    """All vectors over `common` that `loop` carries forward."""
    return _carried_at(common.index(loop), len(common))


@lru_cache
def _carried_at(position: int, depth: int) -> frozenset[Vector]:
    return frozenset(expand([EQ] * position + [LT] + [ANY] * (depth - position - 1)))
