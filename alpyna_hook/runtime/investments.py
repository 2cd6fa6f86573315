"""What compiling has cost in this process, and what has come of it: whether another nest is worth it."""

from __future__ import annotations

from time import process_time

from alpyna_hook.runtime.decide import LOAD_SECONDS, MEASURED, compile_seconds, import_seconds
from alpyna_hook.runtime.earlier import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from alpyna_hook.runtime.decide import Estimate

_DEAR = 0.3  # seconds that were spent on compiling and have not been saved yet, at which compiling counts twice;
_DEAR_SHARE = 0.1  # more, in a process that has been at work for long
_MOST_RELUCTANT = 8.0
_WRONG = -1  # of those that were taken to be in the store, so many more were not: as after an update of the compiler
_GUESS = 1.5  # times what compiling costs, a guess of the interpreter's time must come to


class Investments:
    """spent: seconds of importing and compiling.  saved: by compiled calls, less what these cost.  factors: how much more
    than predicted the last compilations cost, of kernels that were compiled and of those that were in the store."""

    def __init__(self, clock: Callable[[], float] = process_time) -> None:
        self._clock = clock  # CPU seconds of the process, from its start
        self.spent = 0.0
        self.saved = 0.0
        self.factors = [1.0, 1.0]
        self._right = 0  # how often a kernel was in the store that was taken to be, less how often it was not
        self._waiting: dict[int, float] = {}  # by site: what compiling would have saved, of those that have saved enough

    def compiled(self, nest: Estimate, seconds: float, jit: str = MEASURED, *, stored: bool = False, first: bool = False) -> None:
        """A nest has been analysed and compiled.  stored: its kernel was in the store.  first: the compiler was imported for it."""
        self.spent += seconds
        if jit == MEASURED:
            note(nest.nest)
        if nest.is_stored(jit):
            self._right += 1 if stored else -1
        if first:
            return
        observed = min(max(seconds / compile_seconds(nest.size, jit, stored=stored), 0.25), 8.0)
        self.factors[stored] += (observed - self.factors[stored]) / 2

    @property
    def reluctance(self) -> float:
        """How many times what it costs compiling must promise, as long as what was spent on it has not come back."""
        outstanding = self.spent - self.saved
        if outstanding <= 0.0:
            return 1.0
        return min(1.0 + outstanding / (_DEAR + _DEAR_SHARE * self._clock()), _MOST_RELUCTANT)

    def cost(self, nest: Estimate, jit: str = MEASURED) -> float:
        """Seconds that compiling a nest is taken to cost, without imports."""
        stored = self._in_store(nest, jit)
        return compile_seconds(nest.size, jit, stored=stored) * self.factors[stored]

    def _in_store(self, nest: Estimate, jit: str) -> bool:
        return self._right >= _WRONG and nest.is_stored(jit)

    def _all_costs(self, nest: Estimate, jit: str) -> float:
        """Also of what has to be imported."""
        return self.cost(nest, jit) + import_seconds(jit, stored=self._in_store(nest, jit))

    def worth_one_run(self, seconds: float, nest: Estimate, jit: str = MEASURED) -> bool:
        """Whether to compile for the sake of one execution that the interpreter is predicted to need so long for.  Where it is
        not known how often a loop turns, that is a guess."""
        if seconds < LOAD_SECONDS:  # so that nothing is asked for the many that are short
            return False
        return seconds >= self._all_costs(nest, jit) * (1.0 if nest.sure else _GUESS)

    def worth_all_runs(
        self, site: int, pending: float, nest: Estimate, jit: str = MEASURED, ahead: float = 0.0
    ) -> bool:
        """Whether to compile a site that would have saved `pending` seconds by now, and is expected to save as much again; or
        `ahead`, as far as that is known.

        What has to be imported is for all such sites.  Time in a loop that is reached from another is in the time of both: all
        sites together cannot have saved more than the process has used."""
        if pending < LOAD_SECONDS:
            return False
        promised = pending + ahead
        if promised < self.cost(nest, jit) * self.reluctance:
            return False
        self._waiting[site] = promised
        needed = self._all_costs(nest, jit)
        return sum(self._waiting.values()) >= needed and self._clock() + ahead >= needed

    def refused(self, site: int) -> None:
        """It cannot be compiled: it waits for nothing that has to be imported."""
        self._waiting.pop(site, None)


INVESTMENTS = Investments()
