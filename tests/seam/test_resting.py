"""What a site that rests is asked: by a clock that moves when it is read."""

from __future__ import annotations

import itertools

import pytest

from alpyna_hook.seam import resting
from alpyna_hook.seam.resting import Countdown


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
