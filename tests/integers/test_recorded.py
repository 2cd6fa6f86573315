"""Where the recorded conditions hold, a computation takes the same way."""

from __future__ import annotations

import doctest
import operator
import random
from collections.abc import Callable
from math import isqrt
from typing import Any

import pytest

from alpyna_hook.integers import recorded
from alpyna_hook.integers.recorded import Recorder, root

OPERATIONS: tuple[Callable[[Any, Any], Any], ...] = (
    operator.add, operator.sub, operator.mul, lambda a, b: a // (b * b + 1), lambda a, b: a % (b * b + 1),
    min, max, lambda a, b: a >> abs(b) % 5, lambda a, b: a << abs(b) % 3, lambda a, b: abs(a).bit_length() - b,
    lambda a, b: root(abs(a)) + b, lambda a, b: a ** (b % 3) if abs(a) < 50 else b, lambda a, b: b - 7 // (a * a + 1),
    lambda a, b: 3 << b % 4 if a else b, lambda a, b: 100 >> b % 4 if a != b else a, lambda a, b: (2 * a + 4 * b) // 2,
)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, lambda a, b: bool(a - b))


def computed(seed: int, values: list[Any]) -> list[bool]:
    """The decisions of a random computation with these values."""
    choose, known, decisions = random.Random(seed), [*values, 3, -2], []
    for _ in range(8):
        a, b = choose.choice(known), choose.choice(known)
        known.append(choose.choice(OPERATIONS)(a, b))
        a, b = choose.choice(known), choose.choice((*known, 5))
        decisions.append(bool(choose.choice(COMPARISONS)(a, b)))
        known = [x for x in known if abs(x) < 10**6]
    return decisions


def test_the_same_decisions_where_the_conditions_hold() -> None:
    choose, held, failed = random.Random(5), 0, 0
    for seed in range(300):
        recorder = Recorder()
        own = [choose.randrange(-9, 10) for _ in range(3)]
        decisions = computed(seed, [recorder.input(v, -9, 9) for v in own])
        assert decisions == computed(seed, own)
        conditions = recorder.conditions()
        for _ in range(20):
            others = [min(max(v + choose.choice((-1, 0, 0, 1)), -9), 9) for v in own]
            names = {f"x{k}": v for k, v in enumerate(others)}
            if all(eval(c, {"isqrt": isqrt}, names) for c in conditions):
                held += 1
                assert computed(seed, others) == decisions, (conditions, others)
            else:
                failed += 1
    assert held > 1000 and failed > 1000


def test_what_the_ranges_decide_is_not_recorded() -> None:
    recorder = Recorder()
    n, m = recorder.input(5, 0, 100), recorder.input(7, -10, 10)
    assert n >= 0 and not n < m - 20 and n * m <= 1000 and -m <= 10 and 2 * n + 3 > 2
    assert recorder.conditions() == []


def test_what_follows_from_single_inputs_is_left_out() -> None:
    recorder = Recorder()
    n, m = recorder.input(5, 0, 100), recorder.input(7, 0, 100)
    assert n + m >= 3
    assert n >= 2 and m >= 1
    assert recorder.conditions() == ["2 <= x0", "1 <= x1"]


def test_a_number_without_inputs_is_an_integer() -> None:
    n = Recorder().input(5, 0, 100)
    assert type(n - n) is int and type((n + 2) * 3 - 3 * n) is int and n * 0 == 0


def test_what_cannot_be_recorded_is_refused() -> None:
    n = Recorder().input(5, 0, 100)
    for function in (int, float, range, operator.index, isqrt):
        with pytest.raises(TypeError):
            function(n)
    with pytest.raises(TypeError):
        n & 3
    with pytest.raises(TypeError):
        n / 2


def test_examples() -> None:
    assert doctest.testmod(recorded).failed == 0
