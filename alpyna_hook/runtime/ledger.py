"""What running a site compiled has gained and cost so far, as measured.

The estimate does not know how often a `while` loop turns, and a nest that is called with other integers each time is proved anew
each time.  A site that loses by being run compiled is left to the interpreter for a while, then tried again.
"""

from __future__ import annotations

from dataclasses import dataclass

CALL_SECONDS = 1.5e-6  # what the measured time of an empty kernel is
FASTER = 25.0  # a kernel is, than the interpreter: cautiously, of 30 to 490 times that were measured
_MOST_GAINED = 20e-3  # seconds that are remembered, so that a site that comes to lose is noticed soon
_MOST_LOST = 2e-3
_FIRST_REST, _LONGEST_REST = 1000, 1_000_000  # calls


def interpreter_seconds(kernel_seconds: float) -> float:
    """What the interpreter would have needed, at the least."""
    return max(0.0, kernel_seconds - CALL_SECONDS) * FASTER


@dataclass(slots=True)
class Ledger:
    balance: float = 0.0  # seconds
    rest: int = 0

    def note(self, gained: float, spent: float) -> None:
        self.balance = min(self.balance + gained - spent, _MOST_GAINED)

    @property
    def loses(self) -> bool:
        return self.balance < -_MOST_LOST

    def calls_to_leave(self) -> int:
        """Of a site that loses: twice as many each time."""
        self.rest = min(max(_FIRST_REST, 2 * self.rest), _LONGEST_REST)
        self.balance = 0.0
        return self.rest
