"""What is still to come, by the loops that the interpreter runs around a call."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from alpyna_hook import Options, static_analyse
from alpyna_hook.runtime import around, front
from alpyna_hook.runtime.averages import Launches
from alpyna_hook.runtime.investments import INVESTMENTS, Investments
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.seam import site as sites
from alpyna_hook.seam.site import Site, all_sites

_NUMBER = itertools.count()
SOURCE = """def update(x, n):
    s = x
    for i in range(n):
        s = s + i
    return s
def steps(count, n):
    s = 0
    for step in range(count):
        s = update(s, n)
    return s
def until(count, n):
    s = step = 0
    while step < count:
        s = update(s, n)
        step += 1
    return s
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """By the front alone, at each call that is looked at: of which site, and how many calls are still to come."""
    found: list[tuple[str, float]] = []

    def calls_to_come(site: Site, judge: Judge, calls: int) -> float:
        found.append((site.qualname, around.calls_to_come(site, judge, calls)))
        return found[-1][1]

    def leaves(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> Any:
        assert front.leaves(site, values, namespace)
        return ()

    monkeypatch.setattr(front, "calls_to_come", calls_to_come)
    monkeypatch.setattr(front, "INVESTMENTS", Investments(lambda: 0.0))
    monkeypatch.setattr(sites, "_execute", leaves)
    monkeypatch.setattr(Judge, "_short_rest", lambda judge: 0)  # each call is looked at
    monkeypatch.setattr(around, "_running", [])
    return found


def made() -> Any:
    return static_analyse(f"{SOURCE}\n# around {next(_NUMBER)}\n", Options(strict=True))


def test_the_turns_of_the_loop_around_tell_how_many_calls_are_to_come(asked: list[tuple[str, float]]) -> None:
    module = made()
    module.steps(5, 3)
    assert asked == [("steps", 0.0), *[("update", float(left)) for left in (4, 3, 2, 1, 0)]]
    del asked[:]
    module.steps(3, 3)  # the outer one is not estimated anew: it costs too little
    assert [left for name, left in asked if name == "update"] == [0.0, 0.0, 0.0]


def test_a_loop_that_has_ended_tells_nothing(asked: list[tuple[str, float]]) -> None:
    module = made()
    module.steps(5, 3)
    del asked[:]
    module.update(0, 3)
    assert asked == [("update", 0.0)]


def test_of_a_while_loop_nothing_is_known(asked: list[tuple[str, float]]) -> None:
    made().until(3, 3)
    assert {left for _, left in asked} == {0.0}


def test_a_loop_that_was_left_by_an_exception_is_forgotten_when_it_has_run_again(asked: list[tuple[str, float]]) -> None:
    module = made()
    with pytest.raises(TypeError):
        module.steps(5, None)
    site = next(each for each in all_sites()[-3:] if each.qualname == "steps")
    assert site.timed is not None
    module.steps(0, 3)
    assert site.timed is None
    for _ in range(40):  # the first are not looked at
        module.update(0, 3)
    assert asked[1] == ("update", 4.0) and asked[2:] and {left for _, left in asked[2:]} == {0.0}


def test_what_is_to_come_counts_three_times_what_was_seen_at_the_most() -> None:
    judge = Judge(lambda: 0.0, lambda: 0.0, Launches(lambda: 0.0))
    for _ in range(4):
        judge.end(0.1)
    assert judge.ahead(0.0) == 0.0
    assert judge.ahead(2.0) == pytest.approx(0.2, rel=1e-3)
    assert judge.ahead(1e6) == pytest.approx(1.2, rel=1e-3)


def test_with_more_to_come_a_loop_is_compiled_after_fewer_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    from alpyna_hook.runtime import investments
    from alpyna_hook.runtime.decide import Estimate

    monkeypatch.setattr(investments, "import_seconds", lambda jit, stored: 1.0)
    known = Investments(lambda: 0.4)
    nest = Estimate((100, False, False, ((0.0,) * 8, ()), ()))
    assert not known.worth_all_runs(1, 0.3, nest)
    assert not known.worth_all_runs(1, 0.3, nest, ahead=0.5)
    assert known.worth_all_runs(1, 0.3, nest, ahead=0.9)
    assert INVESTMENTS is not known


class Emptied(list[Any]):
    """Another thread empties it at each look."""

    def __bool__(self) -> bool:
        found = len(self) > 0
        self.clear()
        return found

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.clear()
        return found


def test_other_threads_may_change_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    program = made()
    outer, inner = all_sites()[-2:]
    outer.timed = around.get_ident(), 0, 0.0, 0
    monkeypatch.setattr(around, "_running", Emptied([(outer, outer.timed, 10.0)]))
    assert around.calls_to_come(inner, Judge(), 1) == 9.0
    assert around.calls_to_come(inner, Judge(), 1) == 0.0
    assert program.update(1, 3) == 4
