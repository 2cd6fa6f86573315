"""Two orders of the iterations of a nest compared, on made-up numbers (see `imagined`): the second opinion on a schedule.

    refuted         the outermost loop in chunks of one iteration, the last one first, with the rules for its scalars
    rearranged      the nest with inner loops in another order

Threads run chunks at the same time: there no two iterations may touch one byte either, unless both read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import islice
from operator import and_, or_, xor

from alpyna_hook.dependence import ArrayFacts
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import Rep, is_int
from alpyna_hook.schedule.imagined import Number, Run, Unknown
from alpyna_hook.schedule.value import GREATEST, LAST, OR, STEP, XOR, Rule, Schedule

LIMIT = 3000  # statements and iterations: what a nest does beyond is not looked at
_LONGER = 20_000  # the same where loops are rearranged
_MOST_DRAWS = 16  # of made-up numbers, within the limit
_FEW = 3  # iterations of the outermost loop, which stays where it is


def refuted(
    schedule: Schedule, nest: t.TypedNest, integers: Mapping[str, int], arrays: Mapping[str, ArrayFacts], limit: int = LIMIT
) -> str | None:
    """Why iterations of the outermost loop may not run in any order; None if nothing was found that speaks against it."""
    if not isinstance(nest.loop, t.For):
        return "the outermost loop is no for loop"
    left = limit
    for draw in range(_MOST_DRAWS):
        spent, why = _in_chunks(schedule, nest, integers, arrays, left, draw)
        left -= spent
        if why is not None or left <= 0:
            return why
    return None


def _in_chunks(
    schedule: Schedule, nest: t.TypedNest, integers: Mapping[str, int], arrays: Mapping[str, ArrayFacts], limit: int, draw: int
) -> tuple[int, str | None]:
    """How much of the limit was spent, and what `refuted` answers."""
    loop = nest.loop
    assert isinstance(loop, t.For)
    try:
        values, before = _as_far_as(limit, nest, integers, arrays, draw)
        first = Run(nest, integers, arrays, 0, draw)
        chunks: list[dict[str, Number]] = []
        for k in reversed(range(len(values))):
            chunk = Run(nest, integers, arrays, limit, draw)
            chunk.memory, chunk.computed = first.memory, first.computed
            chunk.env.update({r.name: _start(chunk, nest, r) + r.step * k for r in schedule.rules if r.kind == STEP})
            chunk.iterations(loop, values[k : k + 1])
            chunks.insert(0, chunk.env)
    except Unknown:
        return limit, None
    for rule in schedule.rules:
        _gather(rule, nest, first, chunks)
    why = _difference(nest, before, first)
    return max(1, limit - before.left), before.met or (why and f"with the iterations in another order, {why}")


def _as_far_as(
    limit: int, nest: t.TypedNest, integers: Mapping[str, int], arrays: Mapping[str, ArrayFacts], draw: int
) -> tuple[range, Run]:
    """The first iterations of the outermost loop, as many as take no more than `limit`, and their run in order."""
    loop = nest.loop
    assert isinstance(loop, t.For)
    run, done = Run(nest, integers, arrays, limit, draw), 0
    values = run.range_of(loop)
    try:
        for done in range(len(values)):
            run.iterations(loop, values[done : done + 1])
        return values, run
    except Unknown:
        values = values[:done]
    run = Run(nest, integers, arrays, limit, draw)
    run.iterations(loop, values)
    return values, run


def _start(run: Run, nest: t.TypedNest, rule: Rule) -> Number:
    variable = nest.variables[rule.name]
    return run.number(t.Var(rule.name, frozenset(variable.kinds), variable.rep, nest.loop.loc))


def _gather(rule: Rule, nest: t.TypedNest, into: Run, chunks: list[dict[str, Number]]) -> None:
    """As `runtime.gather` does."""
    name = rule.name
    left = [chunk[name] for chunk in chunks if name in chunk]
    if not left:
        return
    if rule.kind in (LAST, STEP):
        into.env[name] = left[-1]
        return
    start = _start(into, nest, rule)
    match rule.kind:
        case "sum":
            into.env[name] = start + sum([value - start for value in left])
        case "or" | "and" | "xor":
            into.env[name] = _combined(rule.kind, int(start), [int(value) for value in left])
        case "constant":
            into.env[name] = next((value for value in left if value != start), start)
        case _:
            best = max([start, *left]) if rule.kind == GREATEST else min([start, *left])
            if best != start:
                chosen = next(chunk for chunk in chunks if chunk.get(name) == best)
                into.env.update({other: chosen[other] for other in (name, *rule.companions) if other in chosen})


def _combined(kind: str, start: int, left: list[int]) -> int:
    if kind == XOR:
        return reduce(xor, [value ^ start for value in left], start)
    return reduce(or_ if kind == OR else and_, left, start)


def rearranged(
    before: t.TypedNest, after: t.TypedNest, unit: frozenset[tuple[str, int]], groups: Mapping[str, int], reps: Mapping[str, Rep],
    *, extents: int, draws: int = 3,
) -> str | None:
    """What comes out differently for bounds of `extents` and up to three more; None where nothing does that could be looked at.

    Arrays of one group overlap, and one without an axis of unit stride overlaps itself.
    """
    loop = before.loop
    assert isinstance(loop, t.For) and isinstance(after.loop, t.For)
    ranks = {x.array: len(x.index) for x in _accesses(before)}
    arrays = {
        name: _imagined(rank, int(reps[name][1:]), any(array == name for array, _ in unit), groups[name], k, extents)
        for k, (name, rank) in enumerate(ranks.items())
    }
    arrays |= {
        name: ArrayFacts(8, (extents,) * 8, (8,) * 8, 0) for name in before.arrays if name not in arrays
    }
    names = [name for name in before.inputs if is_int(before.variables[name].rep)]
    for draw in range(draws):
        integers = {name: extents + (draw // 4**k + k) % 4 for k, name in enumerate(names)}
        first, second = Run(before, integers, arrays, _LONGER, draw), Run(before, integers, arrays, 2 * _LONGER, draw)
        try:
            first.iterations(loop, islice(first.range_of(loop), _FEW))
            second.iterations(after.loop, islice(second.range_of(after.loop), _FEW))
        except Unknown:
            continue
        why = _difference(before, first, second)
        if why is not None:
            return why
    return None


def _imagined(rank: int, size: int, has_unit: bool, group: int, number: int, extents: int) -> ArrayFacts:
    wide = 4 * extents  # more than any subscript of an iteration reaches
    strides = [size * wide ** (rank - 1 - k) for k in range(rank)] if has_unit else [size] * rank
    return ArrayFacts(size, (wide,) * rank, tuple(strides), (group + 1) * 2**40 + (number % 3) * size)


def _accesses(nest: t.TypedNest) -> list[t.Load | t.Store]:
    bodies = [(nest.loop,), *[function.body for function in nest.functions]]
    found: list[t.Load | t.Store] = []
    for s in [s for body in bodies for s in t.statements(body)]:
        found += [s] if isinstance(s, t.Store) else []
        found += [x for e in t.expressions(s) for x in t.walk(e) if isinstance(x, t.Load)]
    return found


def _difference(nest: t.TypedNest, first: Run, second: Run) -> str | None:
    if first.memory != second.memory:
        return "memory is left with other numbers"
    for name in nest.outputs:
        if first.env.get(name) != second.env.get(name):
            return f"{name} is left with another number"
    return None if first.computed == second.computed else "other operations are carried out"
