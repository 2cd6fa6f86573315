"""Closed forms: what a variable is at the head of a loop, and after it, as a polynomial.

Of a variable that every iteration steps by the same amount (Allen and Kennedy, section 4.5), the
head's own name is replaced everywhere by `start + step*(iteration)`.  One that is stepped by what depends on the
iteration (`k += j + 1`, the place in a packed triangle) is a polynomial of a higher degree.  The head's name stays, and
is known to grow: from one iteration to any later one by the step of the first at least (monotonic variables: Wolfe,
"Beyond induction variables", 1992), which is linear, so that the tests can use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alpyna_hook.dependence.accesses import Guard, Induction, LoopInfo, Opaque, Program, Unknown
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.dependence.symbolic import Evaluator


def find_inductions(
    evaluator: Evaluator, heads: Mapping[str, str], ends: list[dict[str, Poly]], info: LoopInfo,
    before: Mapping[str, Poly], resolved: dict[str, Poly],
) -> dict[str, Poly]:
    """The step of each variable that every iteration steps alike (0: unchanged).

    `heads`: the name that each has at the loop's head; `ends`: the values where an iteration can end.
    What the heads turn out to be goes into `resolved`.
    """
    program = evaluator.program
    steps: dict[str, Poly] = {}
    if not ends:
        return steps
    progress = True
    while progress:
        progress = False
        for name, head in heads.items():
            if name in steps or name == info.index:
                continue
            values = {env[name].replace(resolved) for env in ends}
            step = values.pop() - Poly.var(head)
            if values or head in step.names():
                continue
            if info.id in evaluator.depends_on(step):
                if program.unknowns[head].grows is None and _grows(program, step, info):
                    _note_growth(evaluator, name, head, before[name], step, info)
                    progress = True
                continue
            steps[name] = step
            resolved[head] = before[name] + step * _iteration(program, info)
            progress = True
            if step.terms:
                program.inductions.append(Induction(name, info.id, before[name], step, _updates(program, name, info)))
    return steps


def _grows(program: Program, step: Poly, info: LoopInfo) -> bool:
    """Is the step known by the iteration alone, and never below zero?"""
    variables = {program.loops[number].variable for number in info.path}
    return step.names() <= variables and _never_negative(program, step)


def _note_growth(evaluator: Evaluator, name: str, head: str, start: Poly, step: Poly, info: LoopInfo) -> None:
    program = evaluator.program
    loops = evaluator.depends_on(start) | evaluator.depends_on(step) | {info.id}
    program.unknowns[head] = Unknown(
        head, loops, "induction", (Poly.var(head) - start,), source=name, grows=(info.id, step))
    program.inductions.append(Induction(name, info.id, start, step, _updates(program, name, info)))


def _iteration(program: Program, info: LoopInfo) -> Poly:
    """How many iterations came before."""
    variable = Poly.var(info.variable)
    if info.counts:
        return variable
    if len(info.starts) == 1:
        return variable - info.starts[0]
    first = f"{info.variable}@start"  # the greatest of several
    above = tuple([Poly.var(first) - start for start in info.starts])
    program.unknowns[first] = Unknown(first, frozenset(info.path[:-1]), "maximum", above, source=f"the first {info.index}")
    return variable - Poly.var(first)


def _updates(program: Program, name: str, info: LoopInfo) -> frozenset[int]:
    return frozenset(u.statement for u in program.scalars if u.name == name and u.write and info.id in u.loops)


def trip_count(evaluator: Evaluator, info: LoopInfo) -> Poly | None:
    """How often a loop without a break runs, where that is a polynomial."""
    if info.step is None or info.step.value != 1 or len(info.starts) != 1 or len(info.stops) != 1:
        return None
    program = evaluator.program
    length = info.stops[0] - info.starts[0]
    if _never_negative(program, length):
        return length
    if evaluator.depends_on(length) or any(name in program.unknowns for name in length.names()):
        return None
    name = f"max(0, {length})"
    program.opaques[name] = Opaque(name, None, length)
    return Poly.var(name)


def _never_negative(program: Program, poly: Poly) -> bool:
    counting = {
        loop.variable for loop in program.loops.values()
        if loop.counts or any((s.value or 0) >= 0 and s.value is not None for s in loop.starts)
    }
    return all(c > 0 and all(n in counting or n in program.shapes for n in m) for m, c in poly.terms)


def resolve(program: Program, heads: Mapping[str, Poly]) -> None:
    """Puts in what the names at loop heads turned out to be, and the integers that are sure."""

    def plain(poly: Poly) -> Poly:
        for _ in range(64):
            new = poly.replace(heads)
            if new is poly or new == poly:
                return new
            poly = new
        return poly

    def all_plain(polys: tuple[Poly, ...]) -> tuple[Poly, ...]:
        new = [plain(p) for p in polys]
        return polys if all(a is b for a, b in zip(polys, new, strict=True)) else tuple(new)

    for number, loop in program.loops.items():
        starts, stops, step = all_plain(loop.starts), all_plain(loop.stops), None if loop.step is None else plain(loop.step)
        if (starts, stops, step) != (loop.starts, loop.stops, loop.step):
            program.loops[number] = replace(loop, starts=starts, stops=stops, step=step)
    unknowns = {}
    for name, u in program.unknowns.items():
        if name not in heads:
            constraints, index = all_plain(u.constraints), all_plain(u.index)
            same = constraints is u.constraints and index is u.index and u.grows is None
            grows = None if u.grows is None else (u.grows[0], plain(u.grows[1]))
            unknowns[name] = u if same else replace(u, constraints=constraints, index=index, grows=grows)
    program.unknowns = unknowns
    for position, a in enumerate(program.accesses):
        places = None if a.index is None else all_plain(a.index)
        guards = [plain(g.poly) for g in a.guards]
        reason = a.reason if places is None else _reason(program, places)
        if places is not a.index or reason is not a.reason or not all(g.poly is p for g, p in zip(a.guards, guards, strict=True)):
            program.accesses[position] = replace(a, index=places, guards=tuple([Guard(p) for p in guards]), reason=reason)
    program.inductions = [replace(i, start=plain(i.start), step=plain(i.step)) for i in program.inductions]
    outer = program.loops[0]
    if outer.step is not None:
        bounds = (*outer.starts, *outer.stops, outer.step)
        program.integers = frozenset(n for bound in bounds for m, _ in bound.terms if len(m) == 1 for n in m)
    for access in program.accesses:  # what a negative subscript counts from
        for axis in range(len(access.index or ())):
            program.shapes.setdefault(f"{access.array}.shape[{axis}]", (access.array, axis))


def _reason(program: Program, index: tuple[Poly, ...]) -> str | None:
    """Why a subscript is not affine."""
    for poly in index:
        for name in sorted(poly.names() & program.unknowns.keys()):
            if not program.unknowns[name].constraints:
                return program.unknowns[name].reason
    return None
