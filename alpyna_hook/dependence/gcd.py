"""GCD: has the system of subscript equations a solution in integers, bounds aside?"""

from __future__ import annotations

from alpyna_hook.dependence.linear import NoSolution, row_of, substitute_equations
from alpyna_hook.dependence.problem import Problem, prime
from alpyna_hook.dependence.proof import Proof


def disprove(problem: Problem) -> Proof | None:
    """An integer combination is a multiple of the gcd of its coefficients.

    For one dimension: gcd(a1, ..., an) must divide the constant (Towle 1976; Banerjee;
    Allen and Kennedy, section 3.3.2).  For several dimensions at once the equations are
    solved one after the other, each solution put into the rest (Banerjee's generalised
    GCD test), so that coupled subscripts are refuted that pass one by one.
    """
    proof, _ = solve(problem)
    return proof


def solve(problem: Problem) -> tuple[Proof | None, tuple[int | None, ...]]:
    """Also the distances that the equations alone fix: i' - i constant over all solutions."""
    names = sorted({name for equation in problem.equations for name, _ in equation.terms})
    columns = {name: position + 1 for position, name in enumerate(names)}
    differences = []
    for loop in problem.loops:
        row = [0] * (len(names) + 1)
        known = loop in columns and prime(loop) in columns
        if known:
            row[columns[prime(loop)]], row[columns[loop]] = 1, -1
        differences.append((known, row))
    try:
        substitute_equations([row_of(e, columns) for e in problem.equations], [row for _, row in differences])
    except NoSolution as failure:
        return Proof("GCD", str(failure)), ()
    return None, tuple(row[0] if known and not any(row[1:]) else None for known, row in differences)
