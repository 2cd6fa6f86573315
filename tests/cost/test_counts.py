"""Operations and accesses of a nest, as functions of its bounds."""

from __future__ import annotations

import ast
import time

import pytest

from alpyna_hook.capture import capture_nest
from alpyna_hook.cost.counts import Counts
from alpyna_hook.cost.outline import outline


def counts(source: str) -> Counts:
    loop = ast.parse(source).body[0]
    assert isinstance(loop, ast.For)
    return Counts(outline(capture_nest(loop, filename="<counted>", qualname="f"), {})[3])


MATMUL = """
for i in range(n):
    for j in range(m):
        for k in range(b.shape[0]):
            c[i, j] += a[i, k] * b[k, j]
"""
TRIANGLE = """
for i in range(n):
    for j in range(i):
        x[i] = x[i] - y[j]
"""


def test_they_grow_with_the_bounds() -> None:
    found = counts(MATMUL)
    values, shapes = {"n": 10, "m": 20}, {"b": (30, 20)}
    small = found.of(values.__getitem__, shapes.__getitem__)
    assert small is not None
    assert small[0] >= 2 * 6000 and 4 * 6000 <= small[1] <= 8 * 6000
    twice = found.of({"n": 20, "m": 20}.__getitem__, shapes.__getitem__)
    assert twice is not None and twice == pytest.approx((2 * small[0], 2 * small[1]))


def test_triangular_nests_are_halved() -> None:
    found = counts(TRIANGLE).of({"n": 1000}.__getitem__, lambda name: (1000,))
    assert found is not None
    assert found[1] == pytest.approx(3 * 1000 * 1000 / 2, rel=0.01)


def test_a_bound_that_is_not_known() -> None:
    assert counts("for i in range(p[0]):\n    for j in range(p[i]):\n        x[j] = 1.0\n").of(lambda name: None, lambda name: None) is None
    assert counts(MATMUL).of(lambda name: None, lambda name: None) is None


def test_they_are_evaluated_in_microseconds() -> None:
    found, values, shapes = counts(MATMUL), {"n": 10, "m": 20}, {"b": (30, 20)}
    begun = time.process_time()
    for _ in range(1000):
        found.of(values.__getitem__, shapes.__getitem__)
    assert time.process_time() - begun < 0.05
