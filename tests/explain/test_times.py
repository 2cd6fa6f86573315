"""Seconds of interpreted loops: what is seen of a stack, and which loops it counts for."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import alpyna_hook
from alpyna_hook.explain import report, text
from alpyna_hook.explain.sampler import Sampler, Stack
from alpyna_hook.explain.times import Times
from alpyna_hook.seam.source import ModuleSource

SOURCE = """\
def work(n):
    s = 0
    for i in range(n):
        s += helper(i)
        for k in range(3):
            s += k
    return s


def helper(i):
    return i % 7


class C:
    def run(self):
        while self.on:
            self.step()
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "loops.py"
    path.write_text(SOURCE)
    return str(path)


def times(*seen: tuple[list[tuple[str, int]], float], ours: bool = False) -> Times:
    sampler = Sampler()
    sampler.seconds = {Stack(tuple(lines), ours): seconds for lines, seconds in seen}
    return Times(sampler)


def test_a_look_counts_for_the_innermost_loop_on_the_stack(file: str) -> None:
    found = times(
        ([(file, 6), (file, 20)], 1.0), ([(file, 4)], 2.0), ([(file, 11), (file, 4)], 4.0), ([(file, 2)], 8.0), ([("gone.py", 3)], 16.0),
    ).by_loop()
    assert found == {(file, 5): 1.0, (file, 3): 6.0}


def test_the_time_of_a_seam_is_no_interpreted_time(file: str) -> None:
    assert times(([(file, 4)], 1.0), ours=True).by_loop() == {}


def test_the_loops_around_a_line_are_those_of_its_function(file: str) -> None:
    seen = times()
    assert [(loop.line, loop.qualname, loop.outermost) for loop in seen.loops_of(file)] == [
        (3, "work", True), (5, "work", False), (16, "C.run", True),
    ]
    assert [loop.line for loop in seen.around(file, 6)] == [3, 5]


def entries(file: str, seen: Times, monkeypatch: pytest.MonkeyPatch, *modules: Any) -> list[dict[str, Any]]:
    monkeypatch.setattr(report, "all_modules", lambda: list(modules))
    return report.as_data(times=seen)


def test_hot_loops_of_a_module_that_is_not_marked(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = times(([(file, 6)], 1.0), ([(file, 4)], 0.5), ([(file, 16)], 0.001))
    monkeypatch.setitem(sys.modules, "some.loops", type("Module", (), {"__file__": file}))
    (entry,) = entries(file, seen, monkeypatch)
    assert (entry["line"], entry["qualname"], entry["reason"], entry["interpreted_seconds"]) == (3, "work", "unmarked", 1.5)
    lines = text.render([entry], str(Path(file).parent)).splitlines()
    assert lines[:3] == [
        "0 loop nests, 0 ran compiled, with 0 % of the 1.5 s that plain Python needs for the loops",
        "in the interpreter most of the time goes to loops.py:3, work: 1.5 s",
        "loops.py has a loop that takes 1.5 s, and is not marked: --accelerate some.loops, or the line `# alpyna: accelerate` in it",
    ]


def test_the_most_expensive_nests_come_first(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alpyna_hook.hook.loader import prepare
    from alpyna_hook.seam.site import registered

    prepared = prepare(SOURCE.encode(), file, marked=True, cached=False)
    assert prepared is not None
    module = ModuleSource("loops", file, SOURCE.encode(), options=alpyna_hook.Options())
    module = registered(module, prepared.entry.table)
    found = entries(file, times(([(file, 16)], 3.0), ([(file, 6)], 1.0)), monkeypatch, module)
    assert [(e["line"], e["interpreted_seconds"]) for e in found][:2] == [(16, 3.0), (3, 1.0)]
    assert "most of the time goes to loops.py:16, C.run: 3 s" in text.render(found, str(Path(file).parent)).splitlines()[1]


def test_a_running_program_is_seen() -> None:
    sampler = Sampler()
    before = threading.active_count()
    sampler.start()
    assert threading.active_count() == before
    end = time.process_time() + 0.3
    while time.process_time() < end:
        sum(range(100))
    sampler.stop()
    seen = sum(seconds for stack, seconds in sampler.seconds.items() if any(file == __file__ for file, _ in stack.lines))
    assert 0.1 < seen < 3.0
    after = dict(sampler.seconds)
    time.sleep(0.05)
    assert sampler.seconds == after


@pytest.mark.skipif(not hasattr(sys, "_current_frames"), reason="no frames of other threads")
def test_an_audit_hook_that_raises_ends_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("audit")

    sampler = Sampler()
    monkeypatch.setattr(sys, "_current_frames", fail)
    sampler.start()
    time.sleep(0.1)
    sampler.stop()
    assert (sampler.seconds, sampler.cut_short) == ({}, True)
