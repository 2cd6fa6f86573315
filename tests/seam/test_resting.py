"""What a site that rests is asked: by a clock that moves when it is read."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from alpyna_hook import Options, static_analyse
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.seam import resting, site as sites
from alpyna_hook.seam.resting import Countdown
from alpyna_hook.seam.site import Site, all_sites


def true_tests(asked: Countdown, most: int = 10_000) -> int:
    return next((k for k in range(most) if not asked), most)


@pytest.mark.parametrize("tests", [1, 2, 63, 64, 65, 1000])
@pytest.mark.parametrize(("seconds", "each"), [(None, 0.0), (1e9, 0.0), (1e9, 1e-6), (1e9, 1.0)])
def test_it_is_true_so_often_and_then_no_more(tests: int, seconds: float | None, each: float) -> None:
    asked = Countdown(tests, seconds, each)
    assert (asked.left, asked.taken) == (tests, 0)
    assert true_tests(asked) == tests
    assert (asked.left, asked.taken, bool(asked)) == (0, tests, False)


def test_it_ends_with_the_block_in_which_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(resting, "perf_counter", lambda: float(next(ticks)))
    asked = Countdown(10_000, 10.5, each=10e-6)  # blocks of ten: the clock is read once for each
    assert true_tests(asked) == 100
    assert (asked.taken, asked.left, bool(asked)) == (100, 9900, False)


def test_the_clock_is_read_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(resting, "perf_counter", lambda: float(next(ticks)))
    assert true_tests(Countdown(6400, 1e9, each=100e-9)) == 6400
    assert next(ticks) == 101  # once for each 64, and to begin with


def sums(*, strict: bool = True) -> tuple[Any, Site]:
    """A loop, and its site with a judge."""
    module = static_analyse("def f(n):\n    s = 0\n    for i in range(n):\n        s = s + i\n    return s\n", Options(strict=strict))
    site = all_sites()[-1]
    site.judge = Judge()
    return module.f, site


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_what_comes_up_when_the_loop_has_run_is_not_raised(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    f, site = sums()

    def end(judge: Judge, seconds: float) -> None:
        raise error

    monkeypatch.setattr(Judge, "end", end)
    for _ in range(3):
        assert f(4) == 6
        assert site.timed is None and site.live


def test_a_call_whose_timing_never_began_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    f, site = sums()

    def begin(judge: Judge, *, to_next: bool) -> float:
        raise RecursionError

    with monkeypatch.context() as short:
        short.setattr(Judge, "begin", begin)
        assert f(4) == 6
    assert site.timed is None and site.live


def test_the_timer_finds_no_room_when_a_call_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that a `return` may have ended, and that was timed to the next."""
    f, site = sums()

    def end(judge: Judge, seconds: float, *, of_calls: int | None = None) -> None:
        raise RecursionError

    site.timed = resting.get_ident(), 0, 0.0, 0
    monkeypatch.setattr(Judge, "end", end)
    assert f(4) == 6
    assert site.timed is None and site.live


def test_a_failure_of_ours_is_raised_where_options_are_strict_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "_execute", chr)  # which takes other arguments
    f, site = sums(strict=False)
    assert f(4) == 6
    assert site.state.trace.refusals == {"unavailable": 1}  # type: ignore[attr-defined]
    f, site = sums()
    with pytest.raises(TypeError):
        f(4)


class Emptied(list[Any]):
    """Another thread empties it after each look."""

    def __bool__(self) -> bool:
        found = len(self) > 0
        self.clear()
        return found


def test_other_threads_may_wake_those_that_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    _, site = sums()
    for asleep in (Emptied([site]), [site]):
        site.live = False
        monkeypatch.setattr(resting, "_asleep", asleep)
        monkeypatch.setattr(resting, "_wake_at", [0.0])
        resting._wake()
        assert site.live and not len(asleep)


class Forgotten(float):
    """A prediction that another thread forgets after each look."""

    judge: Judge

    def __bool__(self) -> bool:
        self.judge.expected = None
        return True


def test_other_threads_may_end_a_call_at_the_same_time() -> None:
    judge = Judge()
    judge.expected = Forgotten(1.0)
    judge.expected.judge = judge
    judge.end(2.0)
    assert judge.scale == pytest.approx(2.0, rel=1e-3)
