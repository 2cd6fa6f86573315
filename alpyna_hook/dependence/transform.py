"""Which transformation would make a loop parallel: predicates over direction vectors and the graph.

Sources: Allen and Kennedy, "Optimizing Compilers for Modern Architectures", chapters 5 (distribution,
interchange, scalar expansion, renaming, splitting, skewing) and 6 (reversal, profitability).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from alpyna_hook.dependence import driver
from alpyna_hook.dependence.accesses import Access, LoopId
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.directions import EQ, GT, LT, Vector, is_forward, level
from alpyna_hook.dependence.graph import Dependence, DependenceGraph, Expansion
from alpyna_hook.dependence.problem import Problem, prime
from alpyna_hook.integers.affine import Affine
from alpyna_hook.ir import captured as ir


@dataclass(frozen=True, slots=True)
class Transformation:
    name: str  # peeling, splitting, renaming, distribution, interchange, reversal, skewing
    because: str
    parts: tuple[tuple[int, ...], ...] = ()  # of a distribution: the statements of each loop, in order
    expanded: tuple[str, ...] = ()  # scalars that an array takes the place of


def find(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence], scalars: Expansion,
) -> Transformation | None:
    """The simplest transformation after which the loop carries none of the `hard` dependences."""
    distribution = partial(_distribution, scalars=scalars)
    if any(not isinstance(d.source, Access) for d in hard):
        return distribution(graph, builder, loop, hard)
    for attempt in (_peeling, _splitting, _renaming, distribution, _node_splitting, _interchange, _skewing):
        found = attempt(graph, builder, loop, hard)
        if found is not None:
            return found
    return None


# ------------------------------------------------------- of the iteration space


def _peeling(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence],
) -> Transformation | None:
    """Without its first or last iteration the loop carries nothing."""
    info = graph.program.loops[loop]
    if info.step is None or not special(builder, loop, hard):
        return None
    starts = [Affine(0)] if info.counts else [builder.affine(p) for p in info.starts]
    if len(starts) == 1 and _vanish(builder, loop, hard, lambda x: [x - starts[0] - 1]):
        return Transformation("peeling", f"only the first iteration of loop {info.index} is in conflict with others")
    stops = [builder.affine(p) for p in info.stops]
    if not info.counts and len(stops) == 1 and _vanish(builder, loop, hard, lambda x: [stops[0] - 2 - x]):
        return Transformation("peeling", f"only the last iteration of loop {info.index} is in conflict with others")
    return None


def _splitting(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence],
) -> Transformation | None:
    """At the point where the dependences cross, or around the one iteration that they touch."""
    info = graph.program.loops[loop]
    if not special(builder, loop, hard):
        return None
    for point, divisor in _points(builder, loop, hard):
        # source and sink both before the point, or both after it
        before = _vanish(builder, loop, hard, lambda x, p=point, d=divisor: [p - x * d])  # type: ignore[misc]
        after = _vanish(builder, loop, hard, lambda x, p=point, d=divisor: [x * d - p - 1])  # type: ignore[misc]
        if before and after:
            at = f"({point})/{divisor}" if divisor != 1 else str(point)
            return Transformation("splitting", f"the dependences cross at {info.index} = {at}")
        early = _vanish(builder, loop, hard, lambda x, p=point, d=divisor: [p - x * d - 1])  # type: ignore[misc]
        if divisor == 1 and early and after:
            return Transformation("splitting", f"all dependences meet iteration {info.variable} = {point}")
    return None


def special(builder: Builder, loop: LoopId, hard: Sequence[Dependence]) -> bool:
    """Has each dependence a weak-zero or weak-crossing subscript in the loop?  Others concern all iterations."""
    variable = builder.program.loops[loop].variable
    for dependence in hard:
        problem = _problem(builder, dependence)
        coefficients = [
            (e.coefficient(variable), e.coefficient(prime(variable))) for e in (problem.equations if problem else ())
        ]
        if not any(a != -b for a, b in coefficients):
            return False
    return True


def _points(builder: Builder, loop: LoopId, hard: Sequence[Dependence]) -> list[tuple[Affine, int]]:
    """Iterations (as form / divisor) where a weak-zero or weak-crossing subscript says that something happens.

    What the loop carries is of one iteration of the loops around it: their indices are numbers, as symbols are.
    """
    loops = builder.program.loops
    variable, outer = loops[loop].variable, {loops[x].variable for x in loops[loop].path[:-1]}
    found: list[tuple[Affine, int]] = []
    for dependence in hard:
        problem = _problem(builder, dependence)
        for equation in problem.equations if problem else ():
            for name in outer:
                equation = equation.replace(prime(name), Affine.var(name))
            a, b = equation.coefficient(variable), equation.coefficient(prime(variable))
            rest = Affine(equation.const, tuple(t for t in equation.terms if t[0] not in (variable, prime(variable))))
            names = {name for name, _ in rest.terms} - outer
            if any(name.endswith("'") or builder.loops_of(name) for name in names):
                continue
            if a == b and a:
                found.append((rest * (-1 if a > 0 else 1), 2 * abs(a)))
            elif bool(a) != bool(b) and (a + b) in (1, -1):
                found.append((rest * -(a + b), 1))
    return list(dict.fromkeys(found))


def _vanish(
    builder: Builder, loop: LoopId, hard: Sequence[Dependence], limits: Callable[[Affine], list[Affine]],
) -> bool:
    """Does `loop` carry none of the dependences where source and sink are within the limits?"""
    variable = builder.program.loops[loop].variable
    for dependence in hard:
        problem = _problem(builder, dependence)
        if problem is None or variable not in problem.loops:
            return False
        extra = (*limits(Affine.var(variable)), *limits(Affine.var(prime(variable))))
        names = {n for f in extra for n, _ in f.terms} - set(problem.order)
        restricted = Problem(
            problem.loops, problem.equations, (*problem.constraints, *extra),
            (*sorted(names), *problem.order), problem.twins, problem.symbols | names,
        )
        position = problem.loops.index(variable)
        left = driver.decide(restricted, budget=4000).directions
        if any(level(v) == position + 1 for v in left):
            return False
    return True


def _copied(graph: DependenceGraph, dependence: Dependence) -> bool:
    """May the source read from a copy of its array?  Not a function that also stores to it."""
    source = dependence.source
    return isinstance(source, Access) and not (isinstance(source.node, ir.Call) and any(
        a.write and a.node is source.node for a in graph.program.accesses))


def _problem(builder: Builder, dependence: Dependence) -> Problem | None:
    source, sink = dependence.source, dependence.sink
    if not isinstance(source, Access) or not isinstance(sink, Access) or source.array != sink.array:
        return None
    first, second = builder.pieces(source), builder.pieces(sink)
    if len(first) != 1 or len(second) != 1:
        return None
    return builder.problem(first[0], second[0])


# --------------------------------------------------------------- of the memory


def _renaming(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence],
) -> Transformation | None:
    """Anti dependences share memory, not values: reading from a copy of the array removes them.

    Output dependences stay: of two stores to one element the last must win, wherever they write to.
    """
    if any(d.kind != "anti" or not _copied(graph, d) for d in hard):
        return None
    reached = {d.sink.id for d in graph.dependences if d.kind == "flow"}
    if any(d.source.id in reached for d in hard):
        return None  # that read needs new values too
    names = ", ".join(sorted({d.name for d in hard}))
    return Transformation("renaming", f"only anti dependences are carried: they vanish with a copy of {names}")


# ------------------------------------------------------------- of the loops' order


def _distribution(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence], *, scalars: Expansion,
) -> Transformation | None:
    """The carried dependences lie between components, so that a loop for each carries nothing.

    Scalars that bring a value from one of these loops to another become arrays.
    """
    parts = graph.components(loop, expanded=scalars)
    component = {s: k for k, group in enumerate(parts) for s in group}
    if any(component[d.source.statement] == component[d.sink.statement] for d in hard if scalars.keeps(d, loop)):
        return None
    used: dict[str, set[int]] = {}
    for use in graph.program.scalars:
        if loop in use.loops and use.name in scalars.cells | scalars.versions:
            used.setdefault(use.name, set()).add(component[use.statement])
    expanded = tuple(sorted(name for name, where in used.items() if len(where) > 1))
    words = "the statements in conflict lie on no cycle: one loop for each of them"
    if named := [name for name in expanded if name[0] != "@"]:
        words += f", with an array for the values of {', '.join(named)}"
    return Transformation("distribution", words, tuple(map(tuple, parts)), expanded)


def _node_splitting(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence],
) -> Transformation | None:
    """Cycles that an anti dependence closes: reading from a copy of the array, the loop can be distributed.

    The copy is made before the loop, so it serves reads only that no store of the loop reaches.
    """
    reached = {d.sink.id for d in graph.dependences if d.kind == "flow"}
    removable = [d for d in hard if d.kind == "anti" and _copied(graph, d) and d.source.id not in reached]
    if not removable:
        return None
    component = {s: k for k, group in enumerate(graph.components(loop, removable)) for s in group}
    rest = [d for d in hard if all(d is not r for r in removable)]
    if any(component[d.source.statement] == component[d.sink.statement] for d in rest):
        return None
    names = ", ".join(sorted({d.name for d in removable}))
    return Transformation("node splitting", f"with a copy of {names} the statements lie on no cycle: a loop for each")


def _interchange(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence],
) -> Transformation | None:
    """With an inner loop put outside, that loop carries all of them; reversed first, if that makes it legal."""
    path = graph.program.loops[loop].path
    position = len(path) - 1
    for inner in graph.program.loops.values():
        if len(inner.path) != len(path) + 1 or inner.path[: len(path)] != path or not _perfect(graph, loop, inner.id):
            continue
        vectors = _within(graph, inner.path)
        carried = [v for v in vectors if level(v) == position + 1]
        if _moves(graph, inner.id, hard) and carried:
            if all(v[position + 1] == LT for v in carried):
                return Transformation("interchange", f"with loop {inner.index} outside, that loop carries them all")
            flipped = all(v[position + 1] == GT for v in carried)
            if flipped and not any(level(v) == position + 2 for v in vectors):
                return Transformation("reversal", f"loop {inner.index} reversed and put outside carries them all")
    return None


def _skewing(
    graph: DependenceGraph, builder: Builder, loop: LoopId, hard: Sequence[Dependence],
) -> Transformation | None:
    """Lamport's hyperplane (1974): where both loops carry distances (d1, d2), the front f*i + j with
    f*d1 + d2 > 0 for all of them carries them all, and the iterations of one front are free.

    d1 is never negative, so a least d1 and d2 are enough, such as (1, -1) for a stencil in place over time steps.
    """
    outer = graph.program.loops[loop].parent
    if outer is None or not _perfect(graph, outer, loop) or not _moves(graph, loop, hard):
        return None
    position = graph.program.loops[outer].depth - 1
    least: set[tuple[int, int]] = set()
    constant = True
    for dependence in graph.dependences:
        if dependence.kind == "input" or loop not in dependence.loops:
            continue
        for vector in dependence.vectors:
            if level(vector) in (position + 1, position + 2):
                first, second = (_least(vector[p], dependence.distance[p]) for p in (position, position + 1))
                if first is None or second is None:
                    return None
                least.add((first, second))
                constant &= None not in dependence.distance[position: position + 2]
    if not any(a for a, _ in least):
        return None
    factor = max(1, *(-b // a + 1 for a, b in least if a))
    front = " + ".join((f"{factor}*{graph.program.loops[outer].variable}", graph.program.loops[loop].variable))
    what = f"all distances {sorted(least)}" if constant else f"all distances, each at least one of {sorted(least)}"
    return Transformation("skewing", f"wavefronts {front} carry {what}")


def _least(direction: int, distance: int | None) -> int | None:
    """The least number of iterations from source to sink; None if nothing bounds it."""
    return distance if distance is not None else {EQ: 0, LT: 1}.get(direction)


def _perfect(graph: DependenceGraph, outer: LoopId, inner: LoopId) -> bool:
    """Is the inner loop all that the outer one has for a body?"""
    program = graph.program
    header = program.loops[inner].node
    if program.loops[inner].step is None or program.loops[outer].step is None:
        return False
    return all(
        inner in s.loops or s.node is header for s in program.statements if outer in s.loops
    ) and not any(c.kind != "raise" and (outer in c.loops or inner in c.loops) for c in program.controls)


def _moves(graph: DependenceGraph, inner: LoopId, hard: Sequence[Dependence]) -> bool:
    return all(inner in d.loops and isinstance(d.source, Access) for d in hard)


def _within(graph: DependenceGraph, path: tuple[LoopId, ...]) -> list[Vector]:
    """The vectors of array dependences over the loops of the path, that no loop outside it carries."""
    depth = len(path)
    arrays = [d for d in graph.dependences if isinstance(d.source, Access) and path[-1] in d.loops]
    return [
        v[:depth] for d in arrays if d.kind != "input" for v in d.vectors
        if all(m == EQ for m in v[: depth - 2]) and is_forward(v)
    ]
