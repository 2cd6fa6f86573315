"""How much the analysis of one nest may cost: counted, so that the answer does not depend on the machine's load.

The pairs of a nest grow with the square of its accesses, and a subscript that may be negative doubles the
problems of a pair.  What is left when the limit is reached stays dependent, and the graph says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alpyna_hook.dependence.proof import Outcome

LIMIT = 120_000  # row operations, for all pairs of a nest: less than a second; what the examples and PolyBench need is a third
LIVE_LIMIT = 40_000  # for one binding
_SYSTEM = 200  # what building a system, or eliminating its variables, costs beside the row operations that are counted
UNTESTED = "not tested: the analysis of the nest has reached its limit"


@dataclass(slots=True)
class Effort:
    left: int
    untested: int = 0  # pairs that were met afterwards

    def spent(self) -> bool:
        """To be asked for each pair that costs something."""
        if self.left > 0:
            return False
        self.untested += 1
        return True

    def problems(self, outcomes: Iterable[Outcome]) -> None:
        self.left -= sum(_SYSTEM + outcome.steps for outcome in outcomes)

    def projections(self, number: int) -> None:
        self.left -= number * _SYSTEM
