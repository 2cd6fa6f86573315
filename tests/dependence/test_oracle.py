"""Brute force as oracle: no refuted independence, no missing direction, and no false one with the exact test."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings, strategies as st

from alpyna_hook.dependence import driver
from tests.dependence.pairs import KINDS, Pair, directed_pair, random_pair
from tests.dependence.singles import SINGLES

COMPLETE = {"exact", "driver"}


def check(name: str, pair: Pair) -> bool:
    """False: the test does not apply to the pair."""
    left = SINGLES[name](pair.problem())
    if left is None:
        return False
    truth = pair.truth()
    assert truth <= left, f"{name} loses {truth - left} of {pair}"
    if name in COMPLETE:
        assert left == truth, f"{name} adds {left - truth} to {pair}"
    return True


@pytest.mark.parametrize("name", SINGLES)
def test_each_test_against_enumeration(name: str) -> None:
    rng = random.Random(name)
    for _ in range(400):
        check(name, random_pair(rng))


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_directed_at_one_test(kind: str) -> None:
    rng = random.Random(kind)
    applied = 0
    for number in range(500):
        pair = directed_pair(rng, kind)
        applied += check(kind, pair)
        if number % 5 == 0:
            for name in SINGLES.keys() - set(KINDS):
                check(name, pair)
    assert applied == 500


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_driver_on_shrinkable_pairs(rng: random.Random) -> None:
    pair = random_pair(rng)
    check("driver", pair)
    check("driver without exact", pair)


def test_distances_hold_for_all_solutions() -> None:
    rng = random.Random(7)
    fixed = 0
    for _ in range(800):
        pair = random_pair(rng)
        outcome = driver.decide(pair.problem())
        for position, distance in enumerate(outcome.distances):
            if distance is not None:
                fixed += 1
                assert {d[position] for d in pair.differences()} == {distance}, pair
    assert fixed > 100
