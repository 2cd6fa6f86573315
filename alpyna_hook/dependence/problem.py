"""One question: can two accesses meet?  Equations and bounds over integer variables.

Variables of the source are named after the loops (`i`), those of the sink are primed (`i'`),
symbols (`n`) are shared.  `#i` counts the iterations of a loop whose step is not 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from alpyna_hook.affine import Affine
from alpyna_hook.dependence.directions import EQ, GT, LT

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
        equations, constraints = list(self.equations), list(self.constraints)
        equal = [p for p, bit in directions.items() if bit == EQ]
        names = {prime(self.loops[p]): self.loops[p] for p in equal}
        names.update((prime(t.name), t.name) for t in self.twins if set(t.positions) <= set(equal))
        for sink, source in names.items():
            value = Affine.var(source)
            equations = [e.replace(sink, value) for e in equations]
            constraints = [c.replace(sink, value) for c in constraints]
        for position, bit in directions.items():
            if bit in (LT, GT):
                constraints += _ordered(self.loops[position], bit, constraints)
        return Problem(self.loops, tuple(equations), tuple(constraints), self.order, self.twins, self.symbols)


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

    __slots__ = ("_known", "_lower", "_rank", "_steps", "_upper")

    def __init__(self, problem: Problem, steps: int = 2000) -> None:
        self._rank = {name: position for position, name in enumerate(problem.order)}
        self._upper: dict[str, list[tuple[int, Affine]]] = {}
        self._lower: dict[str, list[tuple[int, Affine]]] = {}
        self._known: dict[Affine, int | None] = {}
        self._steps = steps
        for constraint in set(problem.constraints):
            if constraint.terms:
                name, c = max(constraint.terms, key=self._key)
                (self._lower if c > 0 else self._upper).setdefault(name, []).append((abs(c), constraint))

    def _key(self, term: tuple[str, int]) -> int:
        return self._rank[term[0]]

    def upper(self, form: Affine) -> int | None:
        """A number that the form never exceeds; None if none was found."""
        if not form.terms:
            return form.const
        if form in self._known:
            return self._known[form]
        self._steps -= 1
        if self._steps < 0:
            return None
        name, c = max(form.terms, key=self._key)
        best = None
        for scale, bound in (self._upper if c > 0 else self._lower).get(name, ()):
            value = self.upper(form * scale + bound * abs(c))
            if value is not None:
                value //= scale
                best = value if best is None else min(best, value)
        self._known[form] = best
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
