"""Whole random nests, executed: the graph covers every true dependence, and parallel loops are free of order."""

from __future__ import annotations

import random

import pytest

from tests.dependence.nests import check, random_case


@pytest.mark.parametrize("seed", range(8))
def test_random_nests(seed: int) -> None:
    for number in range(8):
        rng = random.Random(seed * 1_000_003 + number)
        case = random_case(rng)
        wrong = check(case, rng)
        assert wrong is None, f"{wrong}\n{case.source}\n{case.scalars}"
