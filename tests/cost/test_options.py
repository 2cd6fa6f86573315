"""What each device is expected to need, and which is taken."""

from __future__ import annotations

import pytest

from alpyna_hook.cost.options import Choice, Option, Work, bandwidth, on_device, on_processor
from alpyna_hook.profile import Costs, Profile

GPU = Costs(0.5, 0.1, 5e-5, 1e10, 5e9, 1e12, 1e12)
PROFILE = Profile(
    launch_seconds=2e-5, operations_a_second=1e9, bytes_a_second={2.0**14: 5e10, 2.0**22: 1e10, 2.0**26: 4e9}, devices={"gpu": GPU})
HEAVY, LIGHT = Work(1e9, 1e8, 1e7, 1e7), Work(1e4, 1e4, 1e5, 1e5)
READY = {"gpu"}


def test_the_terms() -> None:
    there = on_device("gpu", GPU, HEAVY, 0.0, 0.6)
    assert (there.compile, there.launch) == (0.6, 5e-5)
    assert there.transfer == pytest.approx(1e-3 + 2e-3) and there.compute == pytest.approx(1e-3) and there.memory == pytest.approx(8e-4)
    assert there.run == pytest.approx(5e-5 + 3e-3 + 1e-3)
    here = on_processor(PROFILE, HEAVY, 2)
    assert here.compute == pytest.approx(0.5) and here.memory == pytest.approx(8e8 / 8e9)


def test_the_level_that_holds_the_arrays() -> None:
    levels = PROFILE.bytes_a_second
    assert [bandwidth(levels, size) for size in (100.0, 2.0**14, 2.0**20, 2.0**30)] == [5e10, 5e10, 1e10, 4e9]


def taken(choice: Choice, work: Work, opened: set[str] = READY, seen: float = 0.0) -> str:
    processor = Option("cpu", compute=seen, factor=1.0) if seen else on_processor(PROFILE, work, 1)
    return choice.taken(work, processor, opened)


def test_what_should_end_first_is_taken() -> None:
    choice = Choice(PROFILE)
    assert taken(choice, HEAVY) == "gpu" and choice.last[0].name == "gpu"
    assert taken(choice, LIGHT) == "" and choice.last[0].name == "cpu"


def test_opening_and_compiling_have_to_pay() -> None:
    choice = Choice(PROFILE)
    work = Work(2e8, 1e6, 1e6, 1e6)  # 0.2 s here, next to nothing there
    assert [taken(choice, work, set()) for _ in range(4)] == ["", "", "", "gpu"]
    choice.ran("gpu", 1e-3)
    assert taken(Choice(PROFILE), work) == "gpu"


def test_runs_correct_what_was_expected() -> None:
    choice = Choice(PROFILE)
    assert taken(choice, HEAVY) == "gpu"
    choice.ran("gpu", 30.0)
    assert taken(choice, HEAVY, seen=0.5) == ""
    choice = Choice(PROFILE)
    assert taken(choice, HEAVY, seen=3e-3) == ""
    assert taken(choice, HEAVY, seen=6.0) == "gpu"


def test_a_processor_that_was_never_seen_is_tried() -> None:
    choice, ways = Choice(PROFILE), []
    for _ in range(5):
        ways.append(taken(choice, HEAVY))
        if ways[-1]:
            choice.ran("gpu", 4e-3)
    assert ways == ["gpu", "gpu", "", "gpu", "gpu"]


def test_what_does_not_run_there_is_left_alone() -> None:
    choice = Choice(PROFILE)
    for _ in range(2):
        assert taken(choice, HEAVY) == "gpu" and choice.is_open
        choice.refuse("gpu", "the iterations have an order")
    assert taken(choice, HEAVY) == "" and not choice.is_open
    assert [option.refused for option in choice.last] == ["", "the iterations have an order"]
