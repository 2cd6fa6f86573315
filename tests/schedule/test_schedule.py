"""Which loops may run in any order: as expected, as an enumeration of the accesses has it, and with the interpreter's results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from alpyna_hook.config import settings
from alpyna_hook.hook.loader import prepare
from alpyna_hook.runtime import schedules as remembered
from alpyna_hook.schedule.value import LAST, Rule, Schedule
from tests.differential import Program
from tests.schedule.nests import IN_ORDER, PARALLEL, source


def compiled_for(threads: int) -> Any:
    def compiler(text: str, filename: str) -> Any:
        prepared = prepare(text.encode(), filename, marked=True, cached=False)
        assert prepared is not None
        return prepared.code(filename, filename, settings(device="cpu", strict=True, threads=threads))

    return compiler


@pytest.fixture
def schedules(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Schedule]]:
    """Those of each decision."""
    found: list[Schedule] = []
    plain = remembered.schedule_of

    def schedule_of(*call: Any) -> Schedule:
        found.append(plain(*call))
        return found[-1]

    monkeypatch.setattr(remembered, "schedule_of", schedule_of)
    yield found


def arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(5)
    a, w = rng.integers(0, 9, (24, 10)), rng.permutation(24)
    return a, rng.random((24, 10)), w, 24


@pytest.mark.parametrize("threads", [2, 7])
@pytest.mark.parametrize("name", PARALLEL)
def test_what_may_run_in_any_order(name: str, threads: int, schedules: list[Schedule]) -> None:
    body, expected = PARALLEL[name]
    program = Program(source(body), compiled_for(threads))
    assert program.load().difference is None
    compared = program.call("f", *arguments())
    assert compared.difference is None, compared.difference
    assert compared.verdict == "accelerated"
    text = schedules[-1].text(threads)
    assert text.startswith(f"{threads} threads over i") and expected in text, text


@pytest.mark.parametrize("name", IN_ORDER)
def test_what_keeps_the_order(name: str, schedules: list[Schedule]) -> None:
    body, expected = IN_ORDER[name]
    program = Program(source(body), compiled_for(3))
    assert program.load().difference is None
    compared = program.call("f", *arguments())
    assert compared.difference is None, compared.difference
    if schedules:  # a while loop has no trips that are known
        text = schedules[-1].text(3)
        assert text.startswith("one thread, in order: ") and expected in text, text
    else:
        assert name == "while"


@pytest.mark.parametrize("name", sorted(set(IN_ORDER) & {"recurrence", "anti dependence", "output dependence", "carried scalar"}))
def test_the_checker_refuses_what_is_made_parallel_by_force(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forced(nest: Any, _outcomes: str) -> Schedule:
        return Schedule("i", 1, tuple([Rule(name, LAST) for name in nest.outputs]))

    monkeypatch.setattr(remembered, "planned", forced)
    monkeypatch.setattr(remembered, "ordered", lambda plan, _carried: plan)
    program = Program(source(IN_ORDER[name][0]), compiled_for(3))
    program.load()
    with pytest.raises(AssertionError, match="iteration"):
        program.fast["f"](*arguments())  # type: ignore[operator]


def test_the_checker_refuses_what_only_fails_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each iteration leaves the element as it was, in any order of them."""
    monkeypatch.setattr(remembered, "planned", lambda nest, _outcomes: Schedule("i", 1, tuple([Rule(name, LAST) for name in nest.outputs])))
    monkeypatch.setattr(remembered, "ordered", lambda plan, _carried: plan)
    program = Program(source("for i in range(n):\n    t = b[0, 1]\n    b[0, 1] = 2.0\n    b[0, 1] = t"), compiled_for(3))
    program.load()
    with pytest.raises(AssertionError, match="iterations meet in an element of b"):
        program.fast["f"](*arguments())  # type: ignore[operator]


def test_views_of_one_buffer_are_told_apart_by_their_addresses(schedules: list[Schedule]) -> None:
    text = "def f(x, y, n):\n    for i in range(n):\n        x[i] = y[i] + 1.0\n"
    program = Program(text, compiled_for(3))
    program.load()
    for shift, parallel in ((0, True), (1, False), (-1, False), (20, True)):
        buffer = np.arange(60.0)
        view = buffer[20:40], buffer[20 + shift : 40 + shift]
        plain = buffer.copy()
        for i in range(20):
            plain[20 + i] = plain[20 + i + shift] + 1.0
        program.fast["f"](*view, 20)  # type: ignore[operator]
        assert buffer.tobytes() == plain.tobytes()
        assert schedules[-1].is_parallel == parallel
    strided = np.arange(60.0)
    program.fast["f"](strided[::2], strided[1::2], 30)  # type: ignore[operator]
    assert schedules[-1].is_parallel


def test_a_schedule_prints() -> None:
    assert Schedule("i", 3, (Rule("t", LAST),)).text(2) == "2 threads over i (line 3)"
    assert Schedule("i", 3, (), "break (line 4)").text(2) == "one thread, in order: break (line 4)"
