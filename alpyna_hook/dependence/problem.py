"""One question: can two accesses meet?  Equations and bounds over integer variables.

Variables of the source are named after the loops (`i`), those of the sink are primed (`i'`),
symbols (`n`) are shared.  `#i` counts the iterations of a loop whose step is not 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from alpyna_hook.dependence.directions import EQ, GT, LT
from alpyna_hook.integers.affine import Affine

Interval: TypeAlias = tuple[int | None, int | None]
UNBOUNDED: Interval = (None, None)


def prime(name: str) -> str:
    return name + "'"


@dataclass(frozen=True, slots=True)
class Twin:
    """A value that the analysis does not know (`idx[i]`), but that is the same in source and
    sink as soon as they run in the same iteration of the loops at `positions`."""

    name: str
    positions: tuple[int, ...]
    grows: tuple[int, Affine] | None = None  # with the loop at this position, by no less than the form in each iteration


@dataclass(frozen=True, slots=True)
class Problem:
    """Find integers with every equation 0 and every constraint >= 0.

    `loops`: the variables of the common loops, outermost first.  `order`: all variables, such
    that the bounds of each mention only those before it.  `symbols`: those that source and
    sink share.
    """

    loops: tuple[str, ...]
    equations: tuple[Affine, ...]
    constraints: tuple[Affine, ...]
    order: tuple[str, ...]
    twins: tuple[Twin, ...] = ()
    symbols: frozenset[str] = frozenset()

    def under(self, directions: Mapping[int, int]) -> Problem:
        """The problem with directions (single bits) imposed on some of the loops, and what they imply."""
        equal = [p for p, bit in directions.items() if bit == EQ]
        return self._imposed(directions, equal, equal)

    def refined(self, prefix: Sequence[int]) -> Problem:
        """Of a problem under the directions before the last of `prefix`, that under all of them."""
        last = len(prefix) - 1
        return self._imposed({last: prefix[last]}, [p for p, bit in enumerate(prefix) if bit == EQ], [last])

    def _imposed(self, directions: Mapping[int, int], equal: Sequence[int], new: Sequence[int]) -> Problem:
        equations, constraints = list(self.equations), list(self.constraints)
        names = {prime(self.loops[p]): self.loops[p] for p in new if directions[p] == EQ}
        if names:
            names.update((prime(t.name), t.name) for t in self.twins if set(t.positions) <= set(equal))
        for sink, source in names.items():
            value = Affine.var(source)
            equations = [e.replace(sink, value) for e in equations]
            constraints = [c.replace(sink, value) for c in constraints]
        for position, bit in directions.items():
            if bit in (LT, GT):
                constraints += _ordered(self.loops[position], bit, constraints)
                constraints += [g for t in self.twins if (g := self.growth(t, position, bit, equal)) is not None]
        return Problem(self.loops, tuple(equations), tuple(constraints), self.order, self.twins, self.symbols)


    def growth(self, twin: Twin, position: int, bit: int, equal: Collection[int]) -> Affine | None:
        """How much more than is known a twin's greater value is, where the loops around are at the same iteration."""
        if twin.grows is None or twin.grows[0] != position or not set(twin.positions) - {position} <= set(equal):
            return None
        step, names = twin.grows[1], {loop: prime(loop) for loop in (*self.loops, twin.name)}
        first, later = Affine.var(twin.name), Affine.var(prime(twin.name))
        if bit == LT:
            return later - first - step
        return first - later - Affine.build(step.const, {names[name]: c for name, c in step.terms})


def _ordered(loop: str, bit: int, constraints: list[Affine]) -> list[Affine]:
    """`i < i'` (or `>`), and the bounds of i' as bounds of i.

    From i' >= i + 1 and a bound c*i' + r >= 0 with c < 0 follows c*(i + 1) + r >= 0.
    """
    sink, sign = prime(loop), (1 if bit == LT else -1)
    neighbour = Affine.var(loop) + sign
    implied = [c.replace(sink, neighbour) for c in constraints if c.coefficient(sink) * sign < 0]
    return [(Affine.var(sink) - neighbour) * sign, *implied]


class Bounds:
    """Bounds of linear forms over a problem's domain, by eliminating the innermost variable first.

    To bound `c*v + rest` from above with c > 0, v is replaced by each of its upper bounds in
    turn (affine in the variables before v), and the best result is kept; for c < 0 by its
    lower bounds.  This is the step of Fourier and Motzkin for one form, and it needs no
    rectangular loops.  Bounds on the variables' order make it end.
    """

    __slots__ = ("_lower", "_rank", "_steps", "_upper")

    def __init__(self, problem: Problem, steps: int = 4000) -> None:
        self._rank = {name: position + 1 for position, name in enumerate(problem.order)}
        size = len(problem.order) + 1
        self._upper: list[list[tuple[int, list[int]]]] = [[] for _ in range(size)]
        self._lower: list[list[tuple[int, list[int]]]] = [[] for _ in range(size)]
        self._steps = steps
        for constraint in set(problem.constraints):
            if constraint.terms:
                row, top = self._row(constraint)
                (self._lower if row[top] > 0 else self._upper)[top].append((abs(row[top]), row))

    def _row(self, form: Affine) -> tuple[list[int], int]:
        """[constant, coefficients by rank], and the highest rank with a coefficient."""
        rank = self._rank
        row = [0] * (len(rank) + 1)
        row[0] = form.const
        top = 0
        for name, c in form.terms:
            position = rank[name]
            row[position] = c
            if position > top:
                top = position
        return row, top

    def upper(self, form: Affine) -> int | None:
        """A number that the form never exceeds; None if none was found."""
        if not form.terms:
            return form.const
        if any(name not in self._rank for name, _ in form.terms):
            return None  # nothing bounds a name that no constraint has
        return self._bound(*self._row(form))

    def _bound(self, row: list[int], top: int) -> int | None:
        while top and not row[top]:
            top -= 1
        if not top:
            return row[0]
        self._steps -= 1
        if self._steps < 0:
            return None
        c = row[top]
        size = abs(c)
        best = None
        for scale, bound in (self._upper if c > 0 else self._lower)[top]:
            if scale == size == 1:
                combined = [x + y for x, y in zip(row, bound, strict=True)]
            else:
                combined = [scale * x + size * y for x, y in zip(row, bound, strict=True)]
            value = self._bound(combined, top - 1)
            if value is not None:
                value //= scale
                if best is None or value < best:
                    best = value
        return best

    def lower(self, form: Affine) -> int | None:
        bound = self.upper(-form)
        return None if bound is None else -bound

    def interval(self, name: str) -> Interval:
        form = Affine.var(name)
        return self.lower(form), self.upper(form)


def rectangular(problem: Problem) -> bool:
    """Does each constraint bound one variable by numbers?"""
    return all(len(c.terms) <= 1 for c in problem.constraints)


def box(problem: Problem, names: Iterable[str]) -> dict[str, Interval]:
    bounds = Bounds(problem)
    return {name: bounds.interval(name) for name in names}
