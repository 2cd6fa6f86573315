"""Residual conditions: what the symbols must fulfil for a pair to meet in given directions.

`a[i]` against `a[i + m]` for 0 <= i < n meets in direction (<) only if -n < m < 0.  Decided
once, by eliminating the iteration variables (Fourier and Motzkin); checked at run time in
microseconds: "independent if m >= 0 or m <= -n".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from alpyna_hook.dependence.exact import Budget, Exhausted, feasible
from alpyna_hook.dependence.linear import Row, row_of
from alpyna_hook.dependence.problem import Problem
from alpyna_hook.integers.affine import Affine

MAX_ROWS = 48


@dataclass(frozen=True, slots=True)
class Condition:
    """form >= 0 (divisor 0), form = 0 (divisor -1), or divisor divides form."""

    form: Affine
    divisor: int = 0

    def holds(self, values: Mapping[str, int]) -> bool:
        """Also where a value is missing: it cannot be refuted then."""
        value = self.form.const
        for name, c in self.form.terms:
            number = values.get(name)
            if number is None:
                return True
            value += c * number
        if self.divisor == 0:
            return value >= 0
        return value == 0 if self.divisor < 0 else value % self.divisor == 0

    def negation(self) -> str:
        """The condition under which it fails: `m >= n`."""
        if self.divisor > 0:
            return f"{self.divisor} does not divide {self.form}"
        # form < 0 means form + 1 <= 0: what is negative goes to the other side
        form = self.form if self.divisor else self.form + 1
        left = Affine.build(0, {v: c for v, c in form.terms if c > 0})
        right = Affine.build(0, {v: -c for v, c in form.terms if c < 0})
        relation = "!=" if self.divisor else "<="
        if not left.terms:
            relation = {"<=": ">=", "!=": "!="}[relation]
            return f"{right} {relation} {form.const}"
        return f"{left} {relation} {right - form.const}"


@dataclass(frozen=True, slots=True)
class Residual:
    """Necessary for the pair to meet; sufficient too if `exact`."""

    conditions: tuple[Condition, ...]
    exact: bool

    def possible(self, values: Mapping[str, int]) -> bool:
        return all(condition.holds(values) for condition in self.conditions)

    def failing(self, values: Mapping[str, int]) -> Condition | None:
        return next((c for c in self.conditions if not c.holds(values)), None)

    def __str__(self) -> str:
        if not self.conditions:
            return "always possible"
        return "independent if " + " or ".join(sorted(c.negation() for c in self.conditions))


def project(problem: Problem) -> Residual:
    """The conditions on the symbols, by eliminating all other variables.

    Equations first, with the Euclid steps of `linear` among the variables only: g*v + S = 0 with
    S in symbols gives "g divides S", and rows with v are multiplied by g.  Then the inequalities:
    real shadows, exact where one of the two coefficients is 1.
    """
    symbols = [name for name in problem.order if name in problem.symbols]
    variables = [name for name in problem.order if name not in problem.symbols]
    columns = {name: position + 1 for position, name in enumerate([*symbols, *variables])}
    work = _Projection(len(symbols), [row_of(c, columns) for c in problem.constraints])
    for equation in [row_of(e, columns) for e in problem.equations]:
        work.pending.append(equation)
    work.solve_equations()
    work.eliminate_all()
    conditions = dict.fromkeys(Condition(_form(row, symbols), kind) for row, kind in work.result)
    return Residual(tuple(conditions), work.exact)


def _form(row: Row, symbols: list[str]) -> Affine:
    return Affine.build(row[0], {name: row[position + 1] for position, name in enumerate(symbols)})


class _Projection:
    def __init__(self, symbols: int, rows: list[Row]) -> None:
        self.first = symbols + 1  # the first column of a variable
        self.rows = rows
        self.pending: list[Row] = []
        self.result: list[tuple[Row, int]] = []
        self.exact = True

    def solve_equations(self) -> None:
        while self.pending:
            equation = self.pending.pop()
            columns = range(self.first, len(equation))
            while True:
                used = [c for c in columns if equation[c]]
                if len(used) <= 1 or any(abs(equation[c]) == 1 for c in used):
                    break
                self._euclid(equation, min(used, key=lambda c: abs(equation[c])), used)
            if not used:
                if any(equation):
                    self.result.append((equation, -1))
                continue
            pivot = min(used, key=lambda c: abs(equation[c]))
            self._substitute(equation, pivot)

    def _euclid(self, equation: Row, pivot: int, used: list[int]) -> None:
        quotients = [(c, equation[c] // equation[pivot]) for c in used if c != pivot]
        for row in (*self.pending, *self.rows, equation):
            factor = row[pivot]
            if factor:
                for c, quotient in quotients:
                    row[c] -= factor * quotient

    def _substitute(self, equation: Row, pivot: int) -> None:
        a = equation[pivot]
        size, sign = abs(a), (1 if a > 0 else -1)
        if size > 1:
            rest = list(equation)
            rest[pivot] = 0
            self.result.append((rest, size))
        for row in (*self.pending, *self.rows):
            factor = row[pivot] * sign
            if factor:
                row[:] = [size * x - factor * y for x, y in zip(row, equation, strict=True)]

    def eliminate_all(self) -> None:
        self.rows = _tidy(self.rows)
        remaining = set(range(self.first, len(self.rows[0]))) if self.rows else set()
        while remaining:
            column = min(remaining, key=self._cost)
            remaining.remove(column)
            lower = [r for r in self.rows if r[column] > 0]
            upper = [r for r in self.rows if r[column] < 0]
            rest = [r for r in self.rows if not r[column]]
            if lower and upper:
                if not (all(r[column] == 1 for r in lower) or all(r[column] == -1 for r in upper)):
                    self.exact = False
                if len(rest) + len(lower) * len(upper) > MAX_ROWS:
                    self.exact = False  # fewer conditions are still necessary ones
                else:
                    rest += [
                        [-up[column] * x + lo[column] * y for x, y in zip(lo, up, strict=True)]
                        for lo in lower for up in upper
                    ]
            self.rows = _tidy(rest)
        self.result += [(row, 0) for row in _needed(self.rows)]

    def _cost(self, column: int) -> tuple[bool, int]:
        lower = [r[column] for r in self.rows if r[column] > 0]
        upper = [r[column] for r in self.rows if r[column] < 0]
        unit = all(c == 1 for c in lower) or all(c == -1 for c in upper)
        return not unit, len(lower) * len(upper)


def _needed(rows: list[Row]) -> list[Row]:
    """Without the rows that follow from the others."""
    kept = list(rows)
    for row in sorted(rows, key=lambda r: -sum(map(bool, r))):
        others = [r for r in kept if r is not row]
        opposite = [-row[0] - 1, *(-c for c in row[1:])]
        try:
            if others and not feasible([*others, opposite], Budget(400)):
                kept = others
        except Exhausted:
            continue
    return kept


def _tidy(rows: list[Row]) -> list[Row]:
    """Divided by the gcd, the tightest of parallel rows, without those that always hold."""
    tightest: dict[tuple[int, ...], int] = {}
    for row in rows:
        divisor = gcd(*row[1:])
        if not divisor:
            if row[0] < 0:
                tightest[tuple(row[1:])] = row[0]
            continue
        key = tuple(row[1:]) if divisor == 1 else tuple([c // divisor for c in row[1:]])
        constant = row[0] // divisor
        if key not in tightest or constant < tightest[key]:
            tightest[key] = constant
    return [[constant, *key] for key, constant in tightest.items()]
