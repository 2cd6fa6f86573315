"""Integer linear systems as rows `[constant, c1, ..., cn]`: the arithmetic under gcd and exact."""

from __future__ import annotations

from math import gcd
from typing import TypeAlias

from alpyna_hook.integers.affine import Affine

Row: TypeAlias = list[int]


class NoSolution(Exception):
    """The equation with these coefficients and this constant has no solution in integers."""

    def __init__(self, coefficients: list[int], constant: int) -> None:
        super().__init__(coefficients, constant)
        self.coefficients, self.constant = coefficients, constant

    def __str__(self) -> str:
        if not self.coefficients:
            return f"{self.constant} is not 0"
        divisor = gcd(*self.coefficients)
        values = ", ".join(str(abs(c)) for c in self.coefficients)
        return f"gcd({values}) = {divisor} does not divide {abs(self.constant)}"


def row_of(form: Affine, columns: dict[str, int]) -> Row:
    row = [0] * (len(columns) + 1)
    row[0] = form.const
    for name, c in form.terms:
        row[columns[name]] = c
    return row


def substitute_equations(equations: list[Row], rows: list[Row]) -> None:
    """Eliminates a variable by each equation, in `rows` in place; raises NoSolution.

    Euclid's algorithm on the coefficients: with a the smallest, v = v' - sum(q_j * v_j) leaves
    the remainders of the others, a unimodular change of variables, until a coefficient is 1 and
    its variable is replaced by the rest.  (The generalised GCD test of Banerjee, 1988, and the
    equality elimination of Pugh's Omega test, 1991, do the same.)
    """
    pending = [list(equation) for equation in equations]
    while pending:
        equation = pending.pop()
        coefficients = [c for c in equation[1:] if c]
        if not coefficients:
            if equation[0]:
                raise NoSolution([], equation[0])
            continue
        divisor = gcd(*coefficients)
        if equation[0] % divisor:
            raise NoSolution(coefficients, equation[0])
        equation[:] = [c // divisor for c in equation]
        _eliminate(equation, pending, rows)


def _eliminate(equation: Row, pending: list[Row], rows: list[Row]) -> None:
    columns = range(1, len(equation))
    while True:
        pivot = min((c for c in columns if equation[c]), key=lambda c: abs(equation[c]))
        a = equation[pivot]
        if a in (1, -1):
            break
        quotients = [(c, equation[c] // a) for c in columns if c != pivot and equation[c]]
        for row in (*pending, *rows, equation):
            factor = row[pivot]
            if factor:
                for c, quotient in quotients:
                    row[c] -= factor * quotient
    for row in (*pending, *rows):
        factor = row[pivot] * a
        if factor:
            row[:] = [x - factor * y for x, y in zip(row, equation, strict=True)]
