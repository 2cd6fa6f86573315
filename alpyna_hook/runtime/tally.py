"""What the calls come to that a site's plans have run, until its trace and its judge are told."""

from __future__ import annotations

from alpyna_hook.log import log
from alpyna_hook.runtime.investments import INVESTMENTS
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.seam.site import Site

LONGEST = 1e-3  # seconds: where calls take longer, a plan saves nothing that would be noticed


class Tally:
    """Of one site.

    left: calls that may go unmeasured.  count: of these, since they were told of, with the seconds that were predicted for them.
    least: seconds in the interpreter for which a launch is worth it.
    """

    __slots__ = ("count", "forced", "judge", "least", "left", "predicted", "site", "trace")

    def __init__(self, site: Site, trace: Trace, judge: Judge, forced: bool) -> None:
        self.site, self.trace, self.judge, self.forced = site, trace, judge, forced
        self.left = self.count = 0
        self.predicted = self.least = 0.0

    def settle(self) -> None:
        """Tells of the calls that were not measured."""
        calls, self.count = self.count, 0
        predicted, self.predicted = self.predicted, 0.0
        if calls:
            self.judge.ran_unmeasured(calls)
            self._note(calls, predicted * self.judge.scale or calls * self.judge.worth)

    def _note(self, calls: int, worth: float) -> None:
        trace, cost = self.trace, self.judge.usual_cost * calls
        trace.runs += calls
        trace.accelerated += calls
        trace.seconds += cost
        trace.predicted += worth
        INVESTMENTS.saved += worth - cost

    def begin(self) -> bool:
        """A call is to be measured; False if the engine is to see it first."""
        self.settle()
        judge = self.judge
        if not self.forced:
            if judge.due_for_sample():
                return False
            self.least = judge.launch / judge.scale
        judge.begin_compiled()
        return True

    def end(self, predicted: float | None, kernel: float) -> None:
        """It has run, the kernel for so many seconds.  predicted: for the interpreter, if that is known."""
        judge = self.judge
        judge.ran(predicted, kernel)
        judge.end_compiled()
        if not self.forced and judge.loses():
            rest(self.site, judge)
        self._note(1, judge.worth)
        self.left = judge.unmeasured
        if judge.usual_cost > 2 * LONGEST:
            self.site.plans = ()


def rest(site: Site, judge: Judge) -> None:
    """A site that loses by being run compiled."""
    log(f"{site!r}: compiled calls cost more than they save; {judge.rest} calls are left to the interpreter")
    trace: Trace = site.state.trace  # type: ignore[attr-defined]
    trace.reason = "slower"  # of those calls
    site.rest(judge)
