"""Arrays that a loop may have one copy of for each iteration: written first, then read."""

from __future__ import annotations

from alpyna_hook.dependence.accesses import Access, LoopId
from alpyna_hook.dependence.build import Builder, Piece
from alpyna_hook.dependence.problem import Bounds, Problem
from alpyna_hook.integers.affine import Affine
from alpyna_hook.ir import captured as ir


def privatisable(builder: Builder, array: str, loop: LoopId) -> bool:
    """Each element that an iteration of the loop reads, it has written before; and the last iteration
    writes all that any iteration writes, so that its copy is what the array holds afterwards.

    A write covers a read if, with the write's inner variables so chosen that the subscripts
    agree, all of the write's bounds hold for all iterations of the read.
    """
    program = builder.program
    inside = [a for a in program.accesses if a.array == array and loop in a.loops]
    writes = [a for a in inside if a.write]
    if not writes or any(a.index is None or isinstance(a.node, ir.Call) for a in inside) or array in program.rebound:
        return False  # (what a function does it may do under a condition)
    if program.loops[loop].step is None:
        return False  # the last iteration of a while loop is known too late
    if _one_element(builder, inside, loop):
        return True
    pieces = {a.id: builder.pieces(a) for a in inside}
    if any(len(p) != 1 for p in pieces.values()):
        return False
    for write in writes:
        piece = pieces[write.id][0]
        inner = {program.loops[x].variable for x in write.loops[write.loops.index(loop) + 1:]}
        forms = [f for f in (*(piece.index or ()), *piece.constraints)
                 if f is not None and any(n in inner for n, _ in f.terms)]
        around = set(write.loops[write.loops.index(loop) + 1:])
        if any(c.kind != "raise" and around & set(c.loops) for c in program.controls):
            return False  # a loop around the write may end early
        if program.statements[write.statement].guarded or program.statements[write.statement].branch:
            return False
        region = [f for f in (*forms, *(piece.index or ())) if f is not None]
        if any(loop in builder.loops_of(name) for f in region for name, _ in f.terms):
            return False  # the last iteration does not write all of it
    return all(
        any(w.id < r.id and _covers(builder, pieces[w.id][0], pieces[r.id][0], loop) for w in writes)
        for r in inside if not r.write
    )


def _one_element(builder: Builder, inside: list[Access], loop: LoopId) -> bool:
    """The loop reads and writes one element, whichever it is, and each iteration writes it first.

    That first write may be in inner loops that all accesses are in, if each iteration runs them equally often.
    """
    program = builder.program
    first = inside[0]
    if not first.write or any(a.index != first.index for a in inside):
        return False
    statement = program.statements[first.statement]
    inner = first.loops[first.loops.index(loop) + 1:]
    bounds = [
        p for x in inner for info in (program.loops[x],)
        for p in (*info.starts, *info.stops, *(() if info.step is None else (info.step,)))
    ]
    polys = [*(first.index or ()), *bounds]
    return not (
        statement.guarded or statement.branch
        or any(program.loops[x].step is None for x in inner)
        or any(c.kind != "raise" and not set(inner).isdisjoint(c.loops) for c in program.controls)
        or any(a.loops[: len(first.loops)] != first.loops for a in inside)
        or any(builder.loops_of(n) & {loop, *inner} for p in first.index or () for n in p.names())
        or any(loop in builder.loops_of(n) for p in polys for n in p.names())
    )


def _covers(builder: Builder, write: Piece, read: Piece, loop: LoopId) -> bool:
    program = builder.program
    loops = write.access.loops
    common = program.common(loops, read.access.loops)
    outside = set(loops[: loops.index(loop) + 1])
    if not outside <= set(common):
        return False
    solution: dict[str, Affine] = {}
    inner = [program.loops[x].variable for x in loops if x not in outside]
    for f, g in zip(write.index or (), read.index or (), strict=False):
        if f is None or g is None:
            return False
        own = [(name, c) for name, c in f.terms if name in inner]
        if any(name not in inner and not builder.loops_of(name) <= outside for name, _ in f.terms):
            return False
        if not own:
            if f != g:
                return False
        elif len(own) == 1 and own[0][1] in (1, -1) and own[0][0] not in solution:
            name, c = own[0]
            rest = Affine(f.const, tuple(t for t in f.terms if t[0] != name))
            solution[name] = (g - rest) * c
        else:
            return False
    shared = [program.loops[x].variable for x in common if x not in outside]
    for name in shared:  # where no subscript says otherwise, the write of the same iteration
        solution.setdefault(name, Affine.var(name))
    if not _earlier(shared, solution):
        return False
    bounds = Bounds(Problem((), (), read.constraints, _order(builder, read)))
    for constraint in write.constraints:
        if any(name in inner for name, _ in constraint.terms):
            needed = _replace_all(constraint, solution, inner)
            least = None if needed is None else bounds.lower(needed)
            if least is None or least < 0:
                return False
    return all(name in solution for name in inner)  # another loop around the write might not run


def _earlier(shared: list[str], solution: dict[str, Affine]) -> bool:
    """In the loops that write and read share, is the write's iteration not a later one?"""
    for name in shared:
        ahead = Affine.var(name) - solution[name]
        if not ahead.is_constant or ahead.const < 0:
            return False
        if ahead.const > 0:
            break
    return True


def _replace_all(form: Affine, solution: dict[str, Affine], inner: list[str]) -> Affine | None:
    """With the solution put in at once; None if a variable that no subscript fixes is in it."""
    result = Affine(form.const, tuple(t for t in form.terms if t[0] not in inner))
    for name, c in form.terms:
        if name in inner:
            if name not in solution:
                return None
            result = result + solution[name] * c
    return result


def _order(builder: Builder, piece: Piece) -> tuple[str, ...]:
    names = {name for form in piece.constraints for name, _ in form.terms}
    names |= {name for form in piece.index or () if form is not None for name, _ in form.terms}
    return builder.ordered(names)
