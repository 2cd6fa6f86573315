"""What compiling has cost in this process, and what has come of it: whether another nest is worth it."""

from __future__ import annotations

from time import process_time

from alpyna_hook.runtime.decide import MEASURED, compile_seconds, import_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DEAR = 2.0  # seconds that were spent on compiling and have not been saved yet, at which compiling counts twice
_MOST_RELUCTANT = 4.0
_LEAST_COST = 0.02  # seconds, of compiling anything
_GUESS = 1.5  # times what compiling costs, a guess of the interpreter's time must come to


class Investments:
    """spent: seconds of importing and compiling.  saved: by compiled calls, less what these cost.  factor: how much more
    than predicted the last compilations cost."""

    def __init__(self, clock: Callable[[], float] = process_time) -> None:
        self._clock = clock  # CPU seconds of the process, from its start
        self.spent = 0.0
        self.saved = 0.0
        self.factor = 1.0
        self._waiting: dict[int, float] = {}  # by site: what compiling would have saved, of those that have saved enough

    def compiled(self, size: int, seconds: float, jit: str = MEASURED) -> None:
        """A nest of `size` nodes has been analysed and compiled."""
        self.spent += seconds
        observed = min(max(seconds / compile_seconds(size, jit), 0.25), 8.0)
        self.factor += (observed - self.factor) / 2

    def imported(self, seconds: float) -> None:
        self.spent += seconds

    @property
    def reluctance(self) -> float:
        return min(1.0 + max(0.0, self.spent - self.saved) / _DEAR, _MOST_RELUCTANT)

    def cost(self, size: int, jit: str = MEASURED) -> float:
        """Seconds that compiling a nest is taken to cost, without imports."""
        return compile_seconds(size, jit) * self.factor

    def worth_one_run(self, seconds: float, size: int, sure: bool, jit: str = MEASURED) -> bool:
        """Whether to compile for the sake of one execution that the interpreter is predicted to need so long for; not sure,
        where it is not known how often a loop turns."""
        return seconds >= (self.cost(size, jit) + import_seconds(jit)) * (1.0 if sure else _GUESS)

    def worth_all_runs(self, site: int, pending: float, size: int, jit: str = MEASURED) -> bool:
        """Whether to compile a site that would have saved `pending` seconds by now, and is expected to save as much again.

        What has to be imported is for all such sites.  Time in a loop that is reached from another is in the time of both: all
        sites together cannot have saved more than the process has used."""
        if pending < _LEAST_COST or pending < self.cost(size, jit) * self.reluctance:
            return False
        self._waiting[site] = pending
        needed = self.cost(size, jit) + import_seconds(jit)
        return sum(self._waiting.values()) >= needed and self._clock() >= needed


INVESTMENTS = Investments()
