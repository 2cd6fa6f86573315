"""How many threads pay, by what was seen: a nest that several run in half the time, and one that they make slower."""

from __future__ import annotations

import random

import pytest

from alpyna_hook.cost.pace import Pace

FORK = 20e-6  # seconds


def chosen(one: float, several: float, runs: int, predicted: float = 1.0) -> list[int]:
    """The threads of each of so many runs, of kernels that need so many seconds."""
    pace, found = Pace(), []
    for _ in range(runs):
        threads = pace.threads(predicted, 2, FORK)
        pace.note(predicted, several if threads > 1 else one, threads)
        found.append(threads)
    return found


def test_several_threads_where_they_need_half_the_time() -> None:
    found = chosen(0.01, 0.005, 1000)
    assert found.count(2) > 950
    assert 1 in found[:5]  # tried early, as it is short


def test_one_thread_where_several_need_longer() -> None:
    found = chosen(0.01, 0.02, 1000)
    assert found.count(1) > 950
    assert found[:2] == [1, 2]


def test_what_several_threads_made_slower_again_and_again_is_left_to_one() -> None:
    pace = Pace()
    assert pace.least(FORK) == 0.0
    for _ in range(1000):
        threads = pace.threads(1.0, 2, FORK)
        pace.note(1.0, 0.02 if threads > 1 else 0.01, threads)
    assert pace.least(FORK) == float("inf")


def test_what_is_hardly_longer_than_to_start_threads_is_left_to_one() -> None:
    pace = Pace()
    pace.note(0.02, 40e-6, 1)
    assert pace.least(FORK) == pytest.approx(0.2)
    pace.note(0.02, 20e-6, 2)
    assert pace.least(FORK) == pytest.approx(0.2)


def test_what_takes_long_is_tried_later_on_one_thread() -> None:
    assert 1 not in chosen(1.0, 0.5, 10, predicted=100.0)


@pytest.mark.parametrize("one", [1e-6, 0.5 * 20 * FORK])
def test_no_threads_for_what_is_hardly_longer_than_to_start_them(one: float) -> None:
    found = chosen(one, one / 2, 100, predicted=1e-3)
    assert set(found[3:]) == {1}


def test_one_thread_where_no_other_is_free() -> None:
    assert Pace().threads(100.0, 1, FORK) == 1


def test_an_outlier_does_not_decide() -> None:
    pace = Pace()
    for threads, seconds in [(2, 0.005), (1, 0.01)] * 4:
        pace.note(1.0, seconds, threads)
    pace.note(1.0, 5.0, 2)  # held up once
    assert pace.threads(1.0, 2, FORK) == 2 or pace.threads(1.0, 2, FORK) == 2  # one of two may be a try of the other


def busy(rng: random.Random) -> float:
    """Times as long as on a machine that does nothing else, in bursts."""
    return rng.choice([1.0, 1.0, 1.0, 1.1, 1.5, 4.0, 30.0])


def total(one: float, several: float, seed: int, runs: int = 2000) -> float:
    """The seconds that all runs take, over those of one thread, where single runs are held up."""
    rng, pace, mine, plain = random.Random(seed), Pace(), 0.0, 0.0
    for _ in range(runs):
        threads, held_up = pace.threads(1.0, 2, FORK), busy(rng)
        seconds = held_up * (several if threads > 1 else one)
        pace.note(1.0, seconds, threads)
        mine += seconds
        plain += held_up * one
    return mine / plain


@pytest.mark.parametrize("several", [0.0098, 0.011, 0.02, 0.1])
def test_on_a_busy_machine_nothing_is_slower_for_good(several: float) -> None:
    ratios = [total(0.01, several, seed) for seed in range(60)]
    assert sum(ratios) / len(ratios) < 1.04, ratios
    assert max(ratios) < 1.2, ratios


@pytest.mark.parametrize("several", [0.005, 0.007])
def test_on_a_busy_machine_what_gains_is_found(several: float) -> None:
    ratios = [total(0.01, several, seed) for seed in range(60)]
    assert sum(ratios) / len(ratios) < several / 0.01 + 0.1, ratios
