"""The decision for a site, by a clock that stands still but where a test moves it."""

from __future__ import annotations

import itertools

import pytest

from alpyna_hook import Options, report, static_analyse
from alpyna_hook.runtime import investments as module
from alpyna_hook.runtime.averages import LAUNCH_SECONDS, Launches
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.investments import Investments
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.seam.site import all_sites


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def judge(clock: Clock) -> Judge:
    return Judge(clock, clock, Launches())


def interpreted(judge: Judge, clock: Clock, seconds: float) -> None:
    begun = judge.begin()
    clock.now += seconds
    judge.end(judge.now() - begun)


def compiled(judge: Judge, clock: Clock, cost: float, kernel: float = 1e-6, predicted: float | None = None) -> None:
    judge.begin_compiled()
    clock.now += cost
    judge.ran(predicted, kernel)
    judge.end_compiled()


def test_short_calls_are_looked_at_seldom_and_then_not_at_all(judge: Judge, clock: Clock) -> None:
    calls = looks = 0
    while not judge.hopeless:
        interpreted(judge, clock, 1e-6)
        looks += 1
        judge.unseen(judge.rest)
        calls += 1 + judge.rest
    assert calls < 40_000
    assert looks < 40
    assert judge.pending == 0.0


def test_long_calls_are_all_looked_at_and_add_up(judge: Judge, clock: Clock) -> None:
    for _ in range(100):
        interpreted(judge, clock, 10e-3)
        assert judge.rest == 0
    assert judge.pending == pytest.approx(1.0, rel=0.02)
    assert judge.interpreted_seconds == pytest.approx(1.0, rel=0.02)


def test_calls_that_were_left_unseen_count_as_those_that_were_seen(judge: Judge, clock: Clock) -> None:
    calls = 0
    while calls < 10_000:
        interpreted(judge, clock, 100e-6)
        judge.unseen(judge.rest)
        calls += 1 + judge.rest
    assert judge.interpreted_seconds == pytest.approx(calls * 100e-6, rel=0.02)
    assert judge.pending == pytest.approx(calls * (100e-6 - 1.5 * LAUNCH_SECONDS), rel=0.03)


def test_one_call_that_was_held_up_changes_little(judge: Judge, clock: Clock) -> None:
    for k in range(20):
        interpreted(judge, clock, 0.5 if k == 10 else 1e-3)
    assert judge.interpreter == pytest.approx(1e-3, rel=0.5)
    for k in range(200):
        compiled(judge, clock, 22e-3 if k == 100 else 50e-6, predicted=1e-3)
        assert not judge.loses()


def test_a_gain_of_the_past_does_not_hide_a_lasting_loss(judge: Judge, clock: Clock) -> None:
    interpreted(judge, clock, 1.0)
    for _ in range(1000):
        compiled(judge, clock, 1e-3, 0.9e-3, predicted=1.0)
        assert not judge.loses()
    lost = 0
    while not judge.loses():
        compiled(judge, clock, 60e-6, predicted=1.1e-6)
        lost += 1
    assert lost < 6000  # 0.4 s, after a gain of 1000
    assert judge.rest == 64


def test_a_site_that_loses_rests_longer_each_time(judge: Judge, clock: Clock) -> None:
    rests = []
    for _ in range(5):
        while not judge.loses():
            compiled(judge, clock, 60e-6, predicted=1.1e-6)
        rests.append(judge.rest)
        judge.resting = False  # tried again all the same
    assert rests == [64, 128, 256, 512, 1024]


def test_a_site_that_rests_goes_on_when_its_calls_become_long(judge: Judge, clock: Clock) -> None:
    while not judge.loses():
        compiled(judge, clock, 60e-6, predicted=1.1e-6)
    interpreted(judge, clock, 1.1e-6)
    assert judge.resting and judge.rest == 128
    samples = 0
    while judge.resting:
        assert judge.wants_sample()
        interpreted(judge, clock, 5e-3)
        samples += 1
    assert samples <= 8 and judge.rest == 0


def test_time_that_another_thread_had_is_no_gain(judge: Judge, clock: Clock) -> None:
    """The kernel's own seconds tell what the interpreter would have needed, not those of the call."""
    interpreted(judge, clock, 1.1e-6)
    for _ in range(50):
        compiled(judge, clock, 63e-6, 1.5e-6)
    assert judge.worth < 5e-6
    assert judge.loses()


def test_of_unknown_trips_what_was_seen_counts(judge: Judge, clock: Clock) -> None:
    interpreted(judge, clock, 20e-3)
    for _ in range(20):
        compiled(judge, clock, 220e-6, 200e-6)
    assert judge.worth == pytest.approx(20e-3, rel=0.1)
    for _ in range(20):
        compiled(judge, clock, 20e-6, 2e-6)  # they end at once now
    assert judge.worth < 10e-6


def test_a_check_that_always_fails_sends_the_site_to_rest(judge: Judge, clock: Clock) -> None:
    interpreted(judge, clock, 300e-6)
    failures = 0
    while not judge.loses():
        judge.failed()
        failures += 1
    assert failures <= 8
    interpreted(judge, clock, 300e-6)
    assert not judge.resting  # the interpreter needs longer than the kernel,
    judge.failed()
    assert judge.loses() and judge.rest == 128  # but what is known is not forgotten


NEST_OUTLINE = 100, False, False, ((0.0,) * 8, ()), ()  # of 100 nodes
NEST = Estimate(NEST_OUTLINE)


def test_compiling_is_as_dear_as_it_was_seen_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_seconds", lambda jit, stored: 0.0)
    known = Investments(lambda: 100.0)
    before = known.cost(NEST)
    assert known.worth_all_runs(1, before * 1.01, NEST) and not known.worth_all_runs(1, before * 0.99, NEST)
    for _ in range(8):
        known.compiled(NEST, 4 * before)
    assert known.cost(NEST) == pytest.approx(4 * before, rel=0.05)


def test_compilations_that_nothing_came_of_make_reluctant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_seconds", lambda jit, stored: 0.0)
    known = Investments(lambda: 100.0)
    enough = 1.1 * known.cost(NEST)
    assert known.worth_all_runs(1, enough, NEST)
    known.spent += 2.0
    assert not known.worth_all_runs(1, enough, NEST)
    known.saved += 5.0
    assert known.worth_all_runs(1, enough, NEST)


def test_what_came_of_compiling_matters_less_the_longer_a_process_has_been_at_work(clock: Clock) -> None:
    known = Investments(clock)
    known.compiled(NEST, 0.3)
    clock.now = 1.0
    at_first = known.reluctance
    clock.now = 100.0
    assert 1.0 < known.reluctance < 1.05 < 1.5 < at_first < 2.0


def test_what_has_to_be_imported_is_for_all_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_seconds", lambda jit, stored: 1.0)
    known = Investments(lambda: 100.0)
    assert not known.worth_all_runs(1, 0.7, NEST)
    assert not known.worth_one_run(0.9, NEST)
    assert known.worth_all_runs(2, 0.7, NEST)


def test_the_call_that_compiles_tells_nothing_of_others(judge: Judge, clock: Clock) -> None:
    interpreted(judge, clock, 300e-6)
    for call in range(100):
        judge.begin_compiled()
        clock.now += 40e-6
        if not call:
            clock.now += 0.5
            judge.built()
        judge.ran(None, 20e-6)
        judge.end_compiled()
        assert not judge.loses() and judge.usual_cost < 60e-6


def test_a_loop_and_one_that_it_reaches_do_not_save_more_than_was_used(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(module, "import_seconds", lambda jit, stored: 1.0)
    known = Investments(clock)
    clock.now = 0.8
    assert not known.worth_all_runs(1, 0.7, NEST) and not known.worth_all_runs(2, 0.75, NEST)
    clock.now = 1.3
    assert known.worth_all_runs(1, 0.7, NEST)


def test_a_guess_has_to_promise_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_seconds", lambda jit, stored: 1.0)
    known = Investments()
    cost = known.cost(NEST) + 1.0
    guess = Estimate(NEST_OUTLINE)
    guess.sure = True
    assert known.worth_one_run(1.1 * cost, guess)
    guess.sure = False
    assert not known.worth_one_run(1.1 * cost, guess)
    assert known.worth_one_run(1.6 * cost, guess)


_NUMBER = itertools.count()
SHORT = """def three(x):
    s = 0
    for i in range(3):
        s += x
    return s
def find(a, x):
    for i in range(len(a)):
        if a[i] == x:
            return i
    return -1
"""


def test_a_site_counts_its_calls_while_nobody_looks() -> None:
    made = static_analyse(f"{SHORT}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    sites = [site for site in all_sites() if site.module is all_sites()[-1].module]
    for k in range(1, 3000):
        assert made.three(k) == 3 * k
        found = next(e for e in report(sites[0].module.filename) if e["line"] == 3) if k in (999, 2999) else None
        assert found is None or found["runs"] == sum(found["refusals"].values()) == k
    assert not sites[0].live


def test_the_seam_times_a_loop_that_the_interpreter_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = static_analyse(f"{SHORT}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    site = all_sites()[-2]
    made.three(1)
    assert site.judge is not None and site.judge.interpreter is not None
    assert site.timed is None


def test_calls_are_looked_at_so_seldom_that_looking_costs_little_where_it_is_slow(judge: Judge, clock: Clock) -> None:
    cold = 60e-6  # seconds, of a look
    for seconds in (3e-6, 30e-6, 300e-6, 3e-3):
        site, looks, total = Judge(clock, clock, Launches()), 0, 0.0
        while total < 2.0:
            interpreted(site, clock, seconds)
            looks += 1
            calls = 1 + (2**14 if site.hopeless else site.rest)
            site.unseen(calls - 1)
            total += calls * seconds
        assert looks * cold < 0.03 * total, seconds
        assert site.interpreted_seconds == pytest.approx(total, rel=0.15)


def test_calls_that_are_timed_to_the_next_count_as_their_mean(judge: Judge, clock: Clock) -> None:
    """Whatever else is done in that time: a look at another loop, say, is shared by all the calls."""
    judge.estimated(1e-3)
    begun = judge.begin(to_next=True)
    for _ in range(40):
        clock.now += 200e-6  # and looks
        for _ in range(1000):
            clock.now += 1e-6
        judge.end(judge.now() - begun, of_calls=1000)
        begun = judge.begin(to_next=True)
    assert judge.interpreter == pytest.approx(1.2e-6, rel=0.01)


def test_what_is_done_between_calls_is_no_time_of_theirs(judge: Judge, clock: Clock) -> None:
    judge.estimated(1e-3)
    for _ in range(20):
        begun = judge.begin(to_next=True)
        clock.now += 0.5
        judge.end(judge.now() - begun, of_calls=1)
    assert judge.interpreter is not None and judge.interpreter <= 3e-3


def test_a_prediction_that_is_the_same_for_all_values_is_made_once() -> None:
    made = static_analyse(f"{SHORT}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    estimates = [Estimate(site.outline) for site in all_sites()[-2:]]
    for estimate in estimates:
        estimate.of(lambda name: None, lambda name: (5,))
    assert [estimate.constant for estimate in estimates] == [True, False]
    assert made.three(2) == 6


def test_a_call_that_ends_by_a_return_is_timed_to_the_next() -> None:
    made = static_analyse(f"{SHORT}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    site = all_sites()[-1]
    assert made.find([4, 5], 4) == 0
    assert made.find([4, 5], 4) == 0
    trace = getattr(site.state, "trace", None)
    declined = trace is not None and "value-type" in trace.refusals  # a list, where the engine has looked at the call
    assert site.judge is None or site.judge.interpreter is not None or not site.live or declined


def test_a_short_loop_that_may_return_is_left_alone_like_others(clock: Clock) -> None:
    made = static_analyse(f"""
def root(n):
    for i in range(n):
        if i * i >= n:
            return i
    return -1
# judge {next(_NUMBER)}
""", Options(strict=True))
    site = all_sites()[-1]
    site.judge = Judge(clock, clock)
    calls = 0
    while not site.left_for_good and calls < 60_000:
        assert made.root(5) == 3
        calls += 1
    assert site.slept and calls < 40_000
    assert site.judge.interpreter == pytest.approx(50e-9)  # the clock stood still


def test_what_a_launch_costs_is_learned_for_all_sites(clock: Clock) -> None:
    launches = Launches(lambda: 20e-6)
    first, second = Judge(clock, clock, launches), Judge(clock, clock, launches)
    assert first.launch == second.launch == 20e-6
    for _ in range(300):
        compiled(first, clock, 61e-6, 1e-6, predicted=1e-3)
    assert first.launch == pytest.approx(60e-6, rel=0.05) and second.launch == pytest.approx(60e-6, rel=0.05)
    for _ in range(100):
        interpreted(second, clock, 50e-6)  # no longer worth a launch
        second.unseen(second.rest)
    assert second.pending == 0.0
    for _ in range(300):
        compiled(second, clock, 31e-6, 1e-6, predicted=1e-3)
    assert second.launch == pytest.approx(30e-6, rel=0.1) and first.launch == pytest.approx(60e-6, rel=0.05)


def test_one_launch_that_was_held_up_is_no_measure(clock: Clock) -> None:
    launches = Launches(lambda: 20e-6)
    judge = Judge(clock, clock, launches)
    for k in range(100):
        compiled(judge, clock, 0.5 if k == 0 else 21e-6, 1e-6, predicted=1e-3)
    assert launches.seconds == pytest.approx(20e-6, rel=0.5)


def test_calls_that_bear_a_countdown_are_never_out_of_sight(judge: Judge, clock: Clock) -> None:
    for _ in range(40):
        interpreted(judge, clock, 3e-6)
        judge.unseen(judge.rest)
    assert not judge.hopeless and 2000 < judge.rest < 8000
    seen = 0
    while judge.pending < 5e-3:  # they have become long
        interpreted(judge, clock, 1e-3)
        assert judge.rest < 30
        seen += 1
    assert seen <= 20


def test_one_call_that_was_held_up_makes_look_again_once(judge: Judge, clock: Clock) -> None:
    rests = []
    for k in range(20):
        interpreted(judge, clock, 0.1 if k == 15 else 10e-6)
        judge.unseen(judge.rest)
        rests.append(judge.rest)
    assert rests[15] == 0 and all(rests[:15]) and rests[16] > 0 and rests[19] > 20


TWO = """def short(x):
    s = 0
    for i in range(3):
        s += x
    return s
def other(n):
    s = 0
    for i in range(n):
        s += i
    return s
"""


def test_a_loop_that_sleeps_is_woken_by_any_other_that_is_reached(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alpyna_hook.seam.resting.perf_counter", clock)
    monkeypatch.setattr("alpyna_hook.seam.resting._wake_at", [0.0])
    monkeypatch.setattr("alpyna_hook.seam.resting._asleep", [])
    made = static_analyse(f"{TWO}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    site, other = all_sites()[-2:]
    site.judge = Judge(clock, clock, Launches())
    clock.now = 1.0
    while not site.slept:
        made.short(1)
    made.other(3)
    assert site.live  # woken
    made.short(1)
    assert site.left_for_good  # and asleep again
    clock.now += 0.1
    other.leave(0)
    made.other(3)
    assert site.left_for_good  # it has slept for too short
    clock.now += 0.3
    other.leave(0)
    made.other(3)
    assert site.live


def test_a_rest_ends_when_its_calls_take_far_longer_than_those_before(judge: Judge, clock: Clock) -> None:
    assert judge.longest_rest is not None
    for _ in range(30):
        interpreted(judge, clock, 4e-6)
        judge.unseen(judge.rest)
    usual = judge.rest * 4e-6
    assert judge.longest_rest == pytest.approx(4 * usual, rel=0.1) and usual < 0.05
    judge.unseen(10)  # hurried: by a second, say, between the calls
    interpreted(judge, clock, 4e-6)
    assert judge.longest_rest == pytest.approx(8 * judge.rest * 4e-6, rel=0.1)
    hurried = 0
    while judge.longest_rest is not None:  # what is called seldom is not looked at each time
        judge.unseen(10)
        interpreted(judge, clock, 4e-6)
        hurried += 1
    assert hurried < 12
    judge.unseen(10)
    interpreted(judge, clock, 4e-3)
    assert judge.rest == 0 and judge.longest_rest is not None


def test_a_site_rests_no_longer_than_its_judge_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop of 3 turns, called thousands of times, and then a few times with far more: the countdown does not last."""
    from alpyna_hook.seam import resting

    now = Clock()
    monkeypatch.setattr(resting, "perf_counter", now)
    made = static_analyse(f"{SHORT}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    site = all_sites()[-2]
    made.three(1)
    judge = site.judge = Judge(now, now, Launches())
    for _ in range(30):
        interpreted(judge, now, 10e-6)
        judge.unseen(judge.rest)
    assert judge.rest > 1000
    site.rest(judge)
    calls = 0
    while site.unseen() == calls:
        made.three(1)
        now.now += 3e-3
        calls += 1
    assert calls < 100  # and then it was looked at


def test_what_is_warned_of_in_a_loop_counts_for_little(clock: Clock) -> None:
    """A kernel would find a division by zero, say, and all would be put back."""
    plain, warned = Judge(clock, clock, Launches()), Judge(clock, clock, Launches())
    warned.warned = True
    for _ in range(10):
        interpreted(plain, clock, 1e-3)
        interpreted(warned, clock, 1e-3)
    assert warned.pending == pytest.approx(plain.pending / 8)


@pytest.mark.parametrize("action", ["ignore", "default"])
@pytest.mark.parametrize(("divisor", "expected"), [(0.0, True), (1.0, False)])
def test_the_seam_sees_that_a_loop_was_warned(action: str, divisor: float, expected: bool) -> None:
    import warnings

    import numpy as np

    made = static_analyse(f"""
def inverse(a, n):
    s = 0.0
    for i in range(n):
        s += 1.0 / a[i]
    return s
# judge {next(_NUMBER)}
""", Options(strict=True))
    site = all_sites()[-1]
    with warnings.catch_warnings(record=True):
        warnings.simplefilter(action)  # type: ignore[arg-type]
        made.inverse(np.array([1.0, divisor, 2.0]), 3)
    assert site.judge is not None and site.judge.warned is expected


def test_the_first_proofs_are_no_loss_but_those_that_go_on_are(judge: Judge, clock: Clock) -> None:
    interpreted(judge, clock, 200e-6)
    for call in range(40):
        judge.begin_compiled()
        clock.now += 60e-6
        if 0 < call < 4:  # with what is imported for the first
            clock.now += 5e-3
            judge.proved(5e-3, counts=True)
        judge.ran(200e-6, 20e-6)
        judge.end_compiled()
        assert not judge.loses()
    lost = 0
    while not judge.loses():
        judge.begin_compiled()
        clock.now += 5e-3 + 60e-6
        judge.proved(5e-3, counts=True)
        judge.ran(200e-6, 20e-6)
        judge.end_compiled()
        lost += 1
    assert lost < 5


def test_nothing_but_the_loop_is_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the seam does for a call that is timed, it has done before it asks for the time."""
    from alpyna_hook.seam import resting

    now = Clock()

    def warnings(frame: object) -> int:
        now.now += 1.0
        return 0

    monkeypatch.setattr(resting, "_warnings", warnings)
    made = static_analyse(f"{SHORT}\n# judge {next(_NUMBER)}\n", Options(strict=True))
    site = all_sites()[-2]
    site.judge = Judge(now, now, Launches())
    made.three(1)
    assert site.judge.interpreter == pytest.approx(50e-9)  # the least that any loop takes


def test_calls_that_nobody_looked_at_took_no_longer_than_there_was_time(judge: Judge, clock: Clock) -> None:
    """A loop that is timed after thousands of calls of the program's own finds the processor's caches cold."""
    calls = 0
    while not judge.hopeless:
        interpreted(judge, clock, 3e-6)
        assert judge.rest > 0
        clock.now += 0.3e-6 * judge.rest
        judge.unseen(judge.rest)
        calls += 1 + judge.rest
        assert calls < 60_000
    assert judge.interpreter is not None and judge.interpreter < 0.4e-6
