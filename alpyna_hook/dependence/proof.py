"""What a test answers: a proof with its numbers, and what stays possible."""

from __future__ import annotations

from dataclasses import dataclass

from alpyna_hook.dependence.directions import Vector


@dataclass(frozen=True, slots=True)
class Proof:
    """`Proof("gcd", "gcd(2, 4) = 2 does not divide 3")`."""

    test: str
    because: str

    def __str__(self) -> str:
        return f"{self.test}: {self.because}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left of a pair after testing; independent if no direction vector is left.

    `directions` are single vectors of sink against source, before any ordering by execution.
    `exact`: each of them was shown to be taken by some iterations (for some values of the
    symbols), not merely not refuted.  `exhausted`: the exact test gave up for time.
    """

    directions: frozenset[Vector]
    distances: tuple[int | None, ...]
    proof: Proof
    exact: bool
    exhausted: bool = False
    steps: int = 0  # of the exact test: its row operations

    @property
    def independent(self) -> bool:
        return not self.directions
