"""What a transaction keeps aside and puts back."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest

from alpyna_hook.runtime.memory import Transaction, address, overlap_groups


@pytest.mark.parametrize("size", [3, 100_000, 5_000_000])
def test_all_is_put_back(size: int) -> None:
    whole = np.arange(2.0 * size)
    arrays = [whole[::-2], np.arange(size, dtype=np.int16), np.ones((3, 5), bool), np.zeros(0)]
    before = [a.copy() for a in arrays]
    saved = Transaction(arrays)
    for a in arrays:
        a[...] = 7
    saved.roll_back()
    for a, old in zip(arrays, before, strict=True):
        assert (a == old).all()


def test_transactions_that_overlap_have_memory_of_their_own() -> None:
    first, second = np.zeros(100_000), np.ones(100_000)
    one, two = Transaction([first]), Transaction([second])
    first[:], second[:] = 5.0, 6.0
    two.roll_back()
    third = Transaction([np.full(100_000, 3.0)])  # in the memory of the second
    one.roll_back()
    third.end()
    assert (first == 0.0).all() and (second == 1.0).all()
    first[:] = 8.0
    one.roll_back()  # has ended
    assert (first == 8.0).all()


def test_arrays_of_different_groups_share_no_byte() -> None:
    choose, whole, apart = random.Random(7), np.zeros((9, 10), np.int16), 0
    for _ in range(300):
        arrays = []
        for _ in range(choose.choice((1, 2, 2, 3, 4))):
            rows = slice(*sorted(choose.sample(range(10), 2)), choose.choice((1, 2)))
            arrays.append(whole[rows, choose.randrange(11) :: choose.choice((1, 2, -1))])
        groups = overlap_groups(
            tuple(map(address, arrays)), tuple([a.shape for a in arrays]), tuple([a.strides for a in arrays]), (2,) * len(arrays)
        )
        assert groups[0] == 0 and set(groups) == set(range(max(groups) + 1))
        for (a, group), (b, other) in combinations(zip(arrays, groups, strict=True), 2):
            if np.may_share_memory(a, b):
                assert group == other or not np.shares_memory(a, b)
            apart += group != other
            assert group == other or not np.may_share_memory(a, b)
    assert apart > 100
