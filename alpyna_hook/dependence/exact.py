"""The exact integer test: is there an integer point, and in which directions?

Pugh's Omega test ("The Omega test: a fast and practical integer programming algorithm for
dependence analysis", 1991), in Python integers: equations by unimodular elimination,
inequalities by Fourier-Motzkin with real and dark shadows and splinters.  It is complete, so
nothing it leaves standing is a false dependence; a budget of row operations bounds its time,
and where that runs out the pair stays dependent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd
from typing import TypeAlias

from alpyna_hook.dependence.directions import EQ, GT, LT, Vector, bits
from alpyna_hook.dependence.linear import NoSolution, Row, row_of, substitute_equations
from alpyna_hook.dependence.problem import Problem, prime

DEFAULT_BUDGET = 20_000


class Exhausted(Exception):
    """The budget of row operations ran out."""


class Budget:
    __slots__ = ("left",)

    def __init__(self, steps: int = DEFAULT_BUDGET) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Exhausted


# ------------------------------------------------------------------ feasibility


def feasible(rows: Iterable[Row], budget: Budget) -> bool:
    """Is there an integer point with every row (constant + sum(c*v)) >= 0?"""
    current = _tighten(rows, budget)
    while current:
        choice = _choose(current)
        if choice is None:
            return True
        column, exact = choice
        lower: list[Row] = []
        upper: list[Row] = []
        rest: list[Row] = []
        for row in current:
            (lower if row[column] > 0 else upper if row[column] < 0 else rest).append(row)
        budget.spend(len(lower) * len(upper) + 1)
        if not exact:
            return _shadows(column, lower, upper, rest, budget)
        current = _tighten(rest + [_combine(lo, up, column, 0) for lo in lower for up in upper], budget)
    return current is not None


def _tighten(rows: Iterable[Row], budget: Budget) -> list[Row] | None:
    """Divides each row by the gcd of its coefficients, rounding the constant down; keeps the
    tightest of parallel rows; uses f >= 0 and -f >= 0 as an equation.  None: a contradiction."""
    while True:
        tightest: dict[tuple[int, ...], int] = {}
        for row in rows:
            key = tuple(row[1:])
            divisor = gcd(*key)
            if not divisor:
                if row[0] < 0:
                    return None
                continue
            constant = row[0]
            if divisor != 1:
                key = tuple([c // divisor for c in key])
                constant //= divisor
            known = tightest.get(key)
            if known is None or constant < known:
                tightest[key] = constant
        budget.spend(len(tightest))
        equation: Row | None = None
        for key, constant in tightest.items():
            opposite = tightest.get(tuple([-c for c in key]))
            if opposite is not None:
                if constant + opposite < 0:
                    return None
                if constant + opposite == 0:
                    equation = [constant, *key]
        rows = [[constant, *key] for key, constant in tightest.items()]
        if equation is None:
            return rows
        try:
            substitute_equations([equation], rows)
        except NoSolution:
            return None


def _choose(rows: list[Row]) -> tuple[int, bool] | None:
    """The variable to eliminate, preferring exact eliminations and few new rows; None: all are free."""
    best: tuple[tuple[bool, int], int] | None = None
    for column in range(1, len(rows[0])):
        lower = upper = 0
        unit_lower = unit_upper = True
        for row in rows:
            c = row[column]
            if c > 0:
                lower += 1
                unit_lower = unit_lower and c == 1
            elif c < 0:
                upper += 1
                unit_upper = unit_upper and c == -1
        if not lower and not upper:
            continue
        if not lower or not upper:
            return column, True
        rank = (not (unit_lower or unit_upper), lower * upper - lower - upper)
        if best is None or rank < best[0]:
            best = rank, column
    return None if best is None else (best[1], not best[0][0])


def _combine(lower: Row, upper: Row, column: int, slack: int) -> Row:
    """From a*x >= L and b*x <= U (a, b > 0) the shadow a*U - b*L >= slack."""
    a, b = lower[column], -upper[column]
    row = [b * x + a * y for x, y in zip(lower, upper, strict=True)]
    row[0] -= slack
    return row


def _shadows(column: int, lower: list[Row], upper: list[Row], rest: list[Row], budget: Budget) -> bool:
    """The inexact case: outside the real shadow there is nothing, inside the dark shadow there is
    something, and between them the solutions lie close above a lower bound (splinters)."""
    if not feasible(rest + [_combine(lo, up, column, 0) for lo in lower for up in upper], budget):
        return False
    dark = [_combine(lo, up, column, (lo[column] - 1) * (-up[column] - 1)) for lo in lower for up in upper]
    if feasible(rest + dark, budget):
        return True
    steepest = max(-up[column] for up in upper)
    for bound in lower:
        a = bound[column]
        for offset in range((a * steepest - a - steepest) // steepest + 1):
            equation = [bound[0] - offset, *bound[1:]]
            rows = [list(row) for row in (*lower, *upper, *rest)]
            budget.spend(len(rows))
            try:
                substitute_equations([equation], rows)
            except NoSolution:
                continue
            if feasible(rows, budget):
                return True
    return False


# ------------------------------------------------------------------- directions


Growth: TypeAlias = tuple[int, int, frozenset[int], Row]  # holds in this direction of a loop, in one iteration of those around


class System:
    """A problem as rows: equations already substituted, directions added one loop after the other."""

    __slots__ = ("differences", "growths", "rows", "twins")

    def __init__(
        self, rows: list[Row], differences: list[Row], twins: list[tuple[frozenset[int], Row]], growths: list[Growth],
    ) -> None:
        self.rows, self.differences, self.twins, self.growths = rows, differences, twins, growths

    @staticmethod
    def build(problem: Problem) -> System:
        """Raises NoSolution where the equations alone have none."""
        columns = {name: position + 1 for position, name in enumerate(problem.order)}
        rows = [row_of(c, columns) for c in problem.constraints]
        differences = [_difference(loop, columns) for loop in problem.loops]
        twins = [(frozenset(t.positions), _difference(t.name, columns)) for t in problem.twins]
        growths = [
            (position, bit, frozenset(t.positions) - {position}, row_of(form, columns))
            for t in problem.twins for position in t.positions for bit in (LT, GT)
            if (form := problem.growth(t, position, bit, t.positions)) is not None
        ]
        system = System(rows, differences, twins, growths)
        system.equate([row_of(e, columns) for e in problem.equations])
        return system

    def copy(self) -> System:
        return System(
            [list(r) for r in self.rows], [list(r) for r in self.differences], [(p, list(r)) for p, r in self.twins],
            [(p, bit, around, list(r)) for p, bit, around, r in self.growths],
        )

    def equate(self, equations: list[Row]) -> None:
        others = [*[row for _, row in self.twins], *[row for _, _, _, row in self.growths]]
        substitute_equations(equations, [*self.rows, *self.differences, *others])

    def under(self, chosen: Mapping[int, int]) -> System:
        """With one more loop's direction, the last of `chosen`; raises NoSolution."""
        position, bit = list(chosen.items())[-1]
        new = self.copy()
        difference = new.differences[position]
        equal = {p for p, b in chosen.items() if b == EQ}
        new.rows += [list(row) for p, sign, around, row in new.growths if (p, sign) == (position, bit) and around <= equal]
        if bit == EQ:
            new.equate([list(difference), *(list(row) for p, row in new.twins if position in p and p <= equal)])
        elif bit == LT:
            new.rows.append([difference[0] - 1, *difference[1:]])
        else:
            new.rows.append([-difference[0] - 1, *(-c for c in difference[1:])])
        return new


def _difference(name: str, columns: dict[str, int]) -> Row:
    row = [0] * (len(columns) + 1)
    row[columns[prime(name)]], row[columns[name]] = 1, -1
    return row


def directions(problem: Problem, candidates: Iterable[Vector], budget: Budget) -> frozenset[Vector]:
    """Those of the candidate vectors that some integer point takes; raises Exhausted.

    Candidates are walked as a tree, so that a refuted prefix refutes all that begin with it.
    """
    try:
        system = System.build(problem)
    except NoSolution:
        return frozenset()
    wanted = frozenset(candidates)
    found: list[Vector] = []

    def refine(chosen: Vector, system: System) -> None:
        if not feasible(system.rows, budget):
            return
        position = len(chosen)
        if position == len(problem.loops):
            found.append(chosen)
            return
        for bit in bits(_next_mask(wanted, chosen)):
            longer = (*chosen, bit)
            try:
                refined = system.under(dict(enumerate(longer)))
            except NoSolution:
                continue
            refine(longer, refined)

    refine((), system)
    return frozenset(found)


def _next_mask(wanted: frozenset[Vector], prefix: Vector) -> int:
    mask, size = 0, len(prefix)
    for vector in wanted:
        if vector[:size] == prefix:
            mask |= vector[size]
    return mask


def has_solution(problem: Problem, budget: Budget) -> bool:
    try:
        return feasible(System.build(problem).rows, budget)
    except NoSolution:
        return False
