"""The decision for one site, learned from what its calls were seen to cost: to the interpreter, or compiled.

A few calls are timed while the interpreter runs them (the seam tells when the loop has ended), and what compiled calls cost
altogether is measured as often as that is cheap.  From these:

not compiled yet    What compiling would have saved so far is added up.  When it has come to as much as compiling costs, the site is
                    compiled: at the worst twice as much is paid as by one who knew what comes.
compiled            Each call is worth what the interpreter is taken to need for it, less what it costs.  Where calls lose on
                    the average, the site rests: it is left to the interpreter for a number of calls, twice as many each time.
                    Then one call is timed, and the site goes on if the interpreter needs longer than a compiled call.

In both, a site whose calls are short is looked at so seldom that looking costs a fiftieth of its time at the most.  What looking
costs is taken to be what it costs where the program's own work has filled the processor's caches in between: ten times what it
costs in a row.
Times are of this thread, where that can be measured cheaply enough: what other threads and processes do is no loss.
What is far above the usual, as by a garbage collection, counts as four times the usual at the most.
"""

from __future__ import annotations

from time import perf_counter, thread_time

from alpyna_hook.runtime.averages import LAUNCHES, Average, Launches, reading_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_UNSEEN = 1.5  # times that, a launch may cost at a site that has seen none
LOOK_SECONDS = 50e-6  # what timing a call costs, without asking for the time
ESTIMATE_SECONDS = 150e-6  # what binding the names and predicting the time costs
_MEASURE_SECONDS = 10e-6  # what measuring a compiled call costs
_SHARE = 0.01  # of the interpreter's time that may be spent on looking
_LEAST = 50e-9  # seconds, of any loop
_SEAM_SECONDS = 0.3e-6  # between the two looks at the clock, beside the loop
_LONG = 50e-6  # seconds: what takes so long can be timed by the slower clock of the thread
_FASTER = 3.0  # a kernel is, than the interpreter, at the least,
_MUCH_FASTER = 25.0  # and commonly
_EMPTY_KERNEL = 2e-6  # what the measured time of one is
_MUCH = 50.0  # times what a compiled call costs: there is no need to find out what the interpreter needs
_MISJUDGED = 3.0  # times what was predicted, the interpreter may need
_MOST_REST = 2**16  # calls
_FIRST_REST = 64
_SLACK = 4.0  # times what calls were seen to take, they may take until there is another look;
_MOST_SLACK = 2.0**12  # twice as many each time that it shows nothing new, and then none is set
_LEAST_REST = 1e-3  # seconds
_ANY = float("inf")
_AHEAD = 3.0  # times what has been seen, at the most, that which is to come counts as
_WARNED = 0.125  # what a kernel is taken to save, that would likely be undone
_HOPELESS = 2**14  # calls that were all too short for a kernel,
_TINY = 2e-6  # seconds: of these the countdown, 40 ns, takes more than a fiftieth
_WINDOW = 256  # compiled calls that the averages are of, more or less
_UNMEASURED = 16  # compiled calls after each that is measured
_FEW_PROOFS = 3
_ENOUGH = 8  # compiled calls before a site may be found to lose


class Judge:
    """What is known of one site.  clocks: of the thread, and a quick one."""

    __slots__ = (
        "_apart", "_begun", "_built", "_calls", "_cost", "_cost_by", "_elsewhere", "_gained", "_hurried", "_interpreter", "_kernel",
        "_last_kernel", "_launch", "_launches", "_most", "_most_usual", "_new_calls", "_next_sample", "_patience", "_proofs",
        "_quick", "_ratio", "_rests_since", "_short", "_since_estimate", "_slack", "_slow", "_spent", "_timed_by",
        "_until_measured", "calls_before", "compiled", "expected", "interpreted_seconds", "pending", "rest", "resting", "runs",
        "timing", "turns", "warned", "within", "worth",
    )

    def __init__(
        self, slow: Callable[[], float] = thread_time, quick: Callable[[], float] = perf_counter, launches: Launches = LAUNCHES,
    ) -> None:
        self._slow, self._quick = slow, quick
        self._interpreter = Average(8.0)  # seconds of a call that the interpreter runs
        self._ratio = Average(8.0)  # of what was measured to what was predicted
        self.expected: float | None = None  # predicted for the call that is being timed
        self._most: float | None = None  # of one that is timed to the next
        self.turns = 0.0  # of its outermost loop, in the call that is being timed, if that is known
        self.within: object = None  # the call of a loop around this one, by which it was called last,
        self.calls_before = 0  # after so many others
        self.pending = 0.0  # seconds that compiling would have saved
        self.interpreted_seconds = 0.0  # of all calls that were left to the interpreter
        self._since_estimate = 0.0  # of those, since its time was predicted
        self._short = 0  # of them, the last ones, that were shorter than a call of a kernel
        self.rest = 0  # calls that are left to the interpreter unseen after each that is seen
        self._slack = _SLACK
        self._most_usual = _ANY  # seconds that calls nobody looked at took at the most
        self._rests_since = 0.0  # the time at which the last rest began
        self._hurried = False  # the last rest ended before all of its calls
        self.warned = False  # when the interpreter ran a call: of what makes a kernel's call be undone
        self.compiled = False
        self.resting = False  # compiled, and losing:
        self._patience = _FIRST_REST  # for so many calls
        self._cost = Average(16.0)  # seconds of a compiled call,
        self._kernel = Average(16.0)  # of them in the kernel itself,
        self._launches = launches
        self._launch: float | None = None  # and beside it
        self.worth = 0.0  # seconds of the interpreter that the last compiled call saved
        self.runs = 0  # compiled
        self._gained = self._spent = self._calls = 0.0  # of about _WINDOW compiled calls
        self._proofs = 0  # that counted
        self._until_measured = 0
        self._new_calls = 0  # since the last that was measured
        self._next_sample = 4  # compiled calls, before one is timed in the interpreter
        self._timed_by = self._cost_by = slow
        self._last_kernel = self._elsewhere = 0.0  # seconds in the last kernel, and of another thread
        self._begun: float | None = None  # the time at which the present call began, if it is measured
        self._apart = 0.0  # seconds of the present call that are no part of what calls cost
        self._built = False  # in the present call a kernel was made: its cost tells nothing of others
        self.timing = False  # the call that is now left to the interpreter is to be timed

    @property
    def launch(self) -> float:
        """Seconds of a call beside its kernel; of calls of other sites', before there was one."""
        return self._launches.seconds if self._launch is None else self._launch

    # -- the interpreter

    @property
    def interpreter(self) -> float | None:
        """Seconds that the interpreter needs for a call, as far as that was seen."""
        return self.usual if self._interpreter.count else None

    @property
    def usual(self) -> float:
        return min(self._interpreter.mean, self._most_usual)

    def begin(self, *, to_next: bool = False) -> float:
        """The time at which a call is left to the interpreter, to be timed: to its end, or to the next that is looked at."""
        quick = not to_next and self._interpreter.count and self._interpreter.mean < _LONG
        self._timed_by = self._quick if quick else self._slow
        return self._timed_by()

    def now(self) -> float:
        """The time, by the clock that `begin` was asked for."""
        return self._timed_by()

    def end(self, seconds: float, *, of_calls: int | None = None) -> None:
        """The interpreter has run the call to its end.  Or (of_calls) it has run so many calls, the first of which was looked at,
        and nobody knows what else in that time.  `rest` says how many are now to be left unseen."""
        seconds = max(_LEAST, (seconds - (_SEAM_SECONDS + reading_seconds(self._timed_by))) / (of_calls or 1))
        if of_calls and self._most and not self.compiled:
            seconds = min(seconds, self._most)
        far = self._interpreter.is_far(seconds)
        seconds = self._interpreter.add(seconds)
        if far:
            self._slack, self._most_usual = _SLACK, _ANY
        elif self._hurried:
            self._slack *= 2.0
        self._hurried = False
        expected, self.expected = self.expected, None  # other threads come by here too
        if expected:
            self._ratio.add(min(seconds / expected, 20.0))
        self.turns = 0.0
        self._leave(seconds, 1)
        if self.compiled:
            self._compare()
        else:
            self.rest = 0 if far else self._short_rest()  # were they held up once, or have they become longer?
        self._rests_since = self._quick() if self.rest else 0.0

    def _leave(self, seconds: float, calls: int) -> None:
        self.interpreted_seconds += seconds * calls
        self._since_estimate += seconds * calls
        self._short = self._short + calls if seconds < self.launch else 0
        if not self.compiled:
            self.pending += self._saving(seconds) * calls

    def unseen(self, calls: int) -> None:
        """So many calls have been left to the interpreter since the last one that was timed."""
        if calls:
            self._hurried = calls < self.rest
            passed = self._quick() - self._rests_since
            if passed > 0.0 and calls >= _FIRST_REST:  # what is timed has cold caches; the others took no longer than this
                self._most_usual = max(passed / calls, _LEAST)
            self._leave(self.usual, calls)

    @property
    def longest_rest(self) -> float | None:
        """Seconds after which a rest is to end, though there were fewer calls: they may have become longer."""
        if self._slack > _MOST_SLACK:
            return None
        return max(self._slack * self.rest * self.usual, _LEAST_REST)

    def _short_rest(self) -> int:
        """So many calls that looking at one of them costs little; more only step by step, for calls may become longer."""
        few = (LOOK_SECONDS + 3 * reading_seconds(self._slow)) / (_SHARE * self.usual)
        if few < 1:
            return 0
        more = 4 if self._interpreter.mean < self.launch else 1  # times: these would gain nothing
        return int(min(few * more, 2 * self.rest + 4, _MOST_REST))

    @property
    def hopeless(self) -> bool:
        """Whether so many calls were so short that even counting them is too much: nothing at the site would notice if they
        became longer."""
        return self._short > _HOPELESS and self.usual < _TINY

    def ahead(self, calls: float) -> float:
        """Seconds that compiling would save in so many calls, which are likely to come."""
        return min(calls * self._saving(self._interpreter.mean), _AHEAD * self.pending)

    def _saving(self, seconds: float) -> float:
        """Of a call that the interpreter needs so long for."""
        return max(0.0, seconds - _UNSEEN * self.launch) * (_WARNED if self.warned else 1.0)

    def spoilt(self) -> None:
        """The call that was to be timed has others of this site in it, or beside it."""
        self.expected = None
        self.turns = 0.0
        self.rest = min(max(2 * self.rest, 16), _MOST_REST)

    def wants_estimate(self) -> bool:
        """Whether to predict the time of this call, which may be one in many that is long."""
        return self._since_estimate * _SHARE >= ESTIMATE_SECONDS

    def estimated(self, predicted: float, turns: float = 0.0) -> float:
        """The prediction for a call, as measurements have corrected it.  turns: of its outermost loop."""
        self.turns = turns
        self._since_estimate = 0.0
        self.expected = predicted
        self._most = _MISJUDGED * predicted
        return predicted * self.scale

    @property
    def scale(self) -> float:
        return self._ratio.mean if self._ratio.count else 1.0

    # -- compiled calls

    def begin_compiled(self) -> None:
        """A call is to run compiled; what it costs is measured, if that is due."""
        if self._until_measured > 0 and self._cost.mean < _MEASURE_SECONDS / _SHARE:
            self._until_measured -= 1
            self._begun = None
            return
        self._cost_by = self._quick if self._cost.count and self._cost.mean < _LONG else self._slow
        self._apart, self._built = 0.0, False
        self._begun = self._cost_by()

    def ran(self, predicted: float | None, kernel: float, elsewhere: float = 0.0) -> None:
        """A call has run compiled.  predicted: for the interpreter, if that is known.  kernel: seconds in the kernel alone;
        elsewhere: of these, those of another thread."""
        self.compiled = True
        self.runs += 1
        self._new_calls += 1
        self._last_kernel, self._elsewhere = kernel, elsewhere
        inside = self._kernel.add(max(0.0, kernel - _EMPTY_KERNEL))
        self.worth = predicted * self.scale if predicted is not None else self._worth_of(inside)

    @property
    def unmeasured(self) -> int:
        """How many of the next calls need not be measured."""
        return _UNMEASURED if self._cost.count > _ENOUGH and self._cost.mean < _MEASURE_SECONDS / _SHARE else 0

    def ran_unmeasured(self, calls: int) -> None:
        """So many calls have run compiled, like the last that was measured."""
        self.runs += calls
        self._new_calls += calls
        self._until_measured = 0

    def _worth_of(self, kernel: float) -> float:
        """Seconds of the interpreter for a call of which only the time of its kernel is known."""
        if not self._interpreter.count:
            return _MUCH_FASTER * kernel
        usual = self._interpreter.mean
        if self._kernel.mean > 2 * _EMPTY_KERNEL:
            usual = min(usual, _EMPTY_KERNEL + kernel * max(_FASTER, usual / self._kernel.mean))
        return max(usual, _FASTER * kernel)

    def end_compiled(self) -> None:
        """The call that ran compiled is about to end."""
        begun = self._begun
        if begun is None:
            return
        if self._built:
            self._new_calls = 0
            return
        elsewhere = self._elsewhere if self._cost_by is self._slow else 0.0
        counted = self._cost.add(max(0.0, self._cost_by() - begun - self._apart) + elsewhere)
        launch = max(0.0, counted - self._last_kernel)
        self._launch = self.launch + (min(launch, 4 * self.launch) - self.launch) / 8
        self._launches.seen(launch)
        self._count(self.worth, counted, self._new_calls)
        self._new_calls = 0
        self._until_measured = _UNMEASURED if self._cost.count > _ENOUGH else 0

    def proved(self, seconds: float, *, counts: bool) -> None:
        """For the present call a proof, or a kernel, had to be made, which took so many seconds of this thread; whether they
        count as lost, as where it goes on.  The first few proofs serve for all calls to come, as a rule."""
        self._apart += seconds
        if counts:
            self._proofs += 1
            if self._proofs > _FEW_PROOFS:
                self._spent += seconds

    def built(self) -> None:
        """For the present call the nest had to be analysed and compiled, with what is first imported for that."""
        self._built = True

    def is_short(self, seconds: float) -> bool:
        """Whether the interpreter is taken to need less than this for a call, by what has been seen of others."""
        if self._interpreter.count:
            return self._interpreter.mean < seconds
        return self._kernel.count > 1 and self._kernel.mean * _MUCH_FASTER < seconds

    def looked(self) -> None:
        """A call was looked at, and left to the interpreter as too small."""
        self._count(0.0, self.launch / 2, 1)

    def failed(self) -> None:
        """A call was run compiled, and then all was put back."""
        self.compiled = True
        self._count(0.0, max(self._cost.mean, self.launch, 2 * self._last_kernel), 1)

    @property
    def usual_cost(self) -> float:
        return self._cost.mean if self._cost.count else self._last_kernel + self.launch

    def _count(self, gained: float, spent: float, calls: int) -> None:
        self._gained += gained * calls
        self._spent += spent * calls
        self._calls += calls
        if self._calls > _WINDOW:
            self._gained /= 2
            self._spent /= 2
            self._calls /= 2

    def loses(self) -> bool:
        """Whether the compiled calls cost more than they save: then the site is to rest."""
        if self._calls < _ENOUGH:
            return False
        if self._gained >= self._spent:
            if self._gained > 2 * self._spent and self._calls > _WINDOW / 4:
                self._patience = _FIRST_REST
            return False
        self.resting = True
        self.rest = self._patience
        self._patience = min(2 * self._patience, _MOST_REST)
        self._gained, self._spent, self._calls = self._gained / 2, self._spent / 2, max(self._calls / 2, float(_ENOUGH))
        return True

    def due_for_sample(self) -> bool:
        """Whether a compiled site is to leave a call to the interpreter, to time it."""
        if self.resting:
            return True
        usual = self._interpreter.mean if self._interpreter.count else self.worth
        return self.runs >= self._next_sample and usual <= _MUCH * self._cost.mean

    def wants_sample(self) -> bool:
        """Whether this call is that one."""
        due = self.due_for_sample()
        if due and not self.resting:
            self._next_sample = 4 * self.runs
        return due

    def _compare(self) -> None:
        """After a call of a compiled site was timed."""
        per_call = self._spent / self._calls if self._calls else self.launch
        if not self.resting or self._interpreter.mean > 1.1 * per_call:
            self.resting, self.rest = False, 0
        else:
            self.rest = self._patience
            self._patience = min(2 * self._patience, _MOST_REST)
