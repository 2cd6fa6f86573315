"""Banerjee's inequalities, with the hierarchy of direction vectors, over rectangular and triangular bounds."""

from __future__ import annotations

from collections.abc import Sequence

from alpyna_hook.dependence.directions import Vector, bits, show
from alpyna_hook.dependence.problem import Bounds, Problem
from alpyna_hook.dependence.proof import Proof


def refute(problem: Problem, bounds: Bounds | None = None) -> Proof | None:
    """Is 0 outside the range that a subscript difference takes over the (real) domain?

    Banerjee 1988; Allen and Kennedy, section 3.3.3.  Instead of his table of bounds for each
    direction, the directions are imposed as inequalities (`Problem.under`) and the range is
    found by eliminating variables from the inside outwards (`Bounds`): over a rectangle this
    gives his numbers, and it stays valid for triangular bounds.
    """
    bounds = bounds or Bounds(problem)
    for constraint in problem.constraints:
        most = bounds.upper(constraint)
        if most is not None and most < 0:
            return Proof("Banerjee", f"the domain is empty: {constraint} <= {most}, but must be >= 0")
    for equation in problem.equations:
        most = bounds.upper(equation)
        if most is not None and most < 0:
            return Proof("Banerjee", f"{equation} <= {most}, never 0")
        least = bounds.lower(equation)
        if least is not None and least > 0:
            return Proof("Banerjee", f"{equation} >= {least}, never 0")
    return None


def directions(problem: Problem, masks: Sequence[int]) -> tuple[frozenset[Vector], Proof | None]:
    """The direction vectors within `masks` that the inequalities do not refute.

    The hierarchy of Burke and Cytron (1986): (*, *) first, then one loop after the other is
    refined, and what is refuted is not refined further.  The proof is that of the last refutation.
    """
    found: list[Vector] = []
    last: list[Proof] = []

    def refine(chosen: tuple[int, ...], restricted: Problem) -> None:
        proof = refute(restricted)
        if proof is not None:
            last[:] = [Proof(proof.test, f"{show(chosen)}: {proof.because}" if chosen else proof.because)]
        elif len(chosen) == len(masks):
            found.append(chosen)
        else:
            for bit in bits(masks[len(chosen)]):
                refine((*chosen, bit), restricted.refined((*chosen, bit)))

    refine((), problem)
    return frozenset(found), last[0] if last and not found else None
