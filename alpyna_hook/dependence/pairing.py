"""Outcomes of pairs: several pieces as one, and conditions for groups of directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from alpyna_hook.dependence.directions import ANY, Vector, expand, level
from alpyna_hook.dependence.proof import Outcome, Proof
from alpyna_hook.dependence.residual import Residual

MAX_RESIDUALS = 4  # for more directions than that, one condition for each level


def merge(outcomes: list[Outcome]) -> Outcome:
    """The outcome for the union of the pieces' domains."""
    if len(outcomes) == 1:
        return outcomes[0]
    dependent = [o for o in outcomes if o.directions]
    exact, exhausted = all(o.exact for o in outcomes), any(o.exhausted for o in outcomes)
    if not dependent:
        proofs = list(dict.fromkeys(o.proof for o in outcomes))
        because = "; ".join(f"{p.test}: {p.because}" for p in proofs)
        proof = proofs[0] if len(proofs) == 1 else Proof(proofs[0].test, f"each case apart: {because}")
        return Outcome(frozenset(), (), proof, exact)
    directions = frozenset(v for o in dependent for v in o.directions)
    distances = tuple(
        values[0] if len(set(values)) == 1 else None for values in zip(*[o.distances for o in dependent], strict=True)
    )
    return Outcome(directions, distances, dependent[0].proof, exact, exhausted)


@lru_cache
def all_vectors(depth: int) -> frozenset[Vector]:
    return frozenset(expand([ANY] * depth))


def groups(vectors: frozenset[Vector]) -> list[list[Vector]]:
    """Vectors that share a residual condition: each its own if they are few, else all of one level."""
    if len(vectors) <= MAX_RESIDUALS:
        return [[v] for v in sorted(vectors)]
    groups: dict[Vector, list[Vector]] = {}
    for vector in sorted(vectors):
        carrier = level(vector)
        groups.setdefault(vector[:carrier] if carrier else vector, []).append(vector)
    return list(groups.values())


def prefix(group: list[Vector]) -> dict[int, int]:
    """The directions that all vectors of a group begin with."""
    if len(group) == 1:
        return dict(enumerate(group[0]))
    return dict(enumerate(group[0][: level(group[0])]))


def failing(residuals: Iterable[Residual], values: Mapping[str, int]) -> str:
    """For each direction a condition that fails, with the values: "k >= n (k = 20, n = 10)"."""
    conditions = dict.fromkeys(r.failing(values) for r in residuals)
    found = [c for c in conditions if c is not None]
    names = dict.fromkeys(name for c in found for name, _ in c.form.terms)
    live = ", ".join(f"{name} = {values[name]}" for name in names)
    return f"{' and '.join(c.negation() for c in found)} ({live})"


def condition_text(residuals: Mapping[Vector, tuple[Residual, ...]]) -> str | None:
    """In words, if there is one simple condition for the whole pair."""
    texts = {str(r) for rs in residuals.values() for r in rs}
    if not texts or any(not r.conditions for rs in residuals.values() for r in rs):
        return None
    return " and ".join(sorted(texts)) if len(texts) <= 3 else None
