"""Debuggers, profilers and coverage tools see the program and nothing of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.guest.watching import Watched, was_shown, watched, watched_at
from alpyna_hook.seam.site import all_sites

SOURCE = """
import numpy as np

def f(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    return s

def g(a, late):
    if late: k = 2.0
    for i in range(len(a)):
        if late: a[i] = k
    return a

def h(a):
    for i in range(len(a)):
        if a[i] > 2.0:
            return i
    return -1
"""
OURS = os.path.dirname(alpyna_hook.__file__)
pytestmark = pytest.mark.skipif(watched(), reason="a tool looks on already")
CALLS = [("f", (np.ones(4),)), ("g", (np.ones(4), True)), ("g", (np.ones(4), False)), ("h", (np.arange(4.0),))]


def functions(fast: bool) -> dict[str, Callable[..., Any]]:
    if fast:
        module = alpyna_hook.static_analyse(SOURCE, alpyna_hook.Options(device="cpu", strict=True))
        return vars(module)
    space: dict[str, Any] = {"__name__": "plain"}
    exec(compile(SOURCE, "<plain>", "exec", dont_inherit=True), space)
    return space


def traced(space: dict[str, Callable[..., Any]]) -> list[tuple[str, str, int]]:
    events: list[tuple[str, str, int]] = []

    def trace(frame: Any, event: str, arg: object) -> Any:
        events.append((event, frame.f_code.co_name, frame.f_lineno))
        return trace

    for name, arguments in CALLS:
        sys.settrace(trace)
        try:
            space[name](*arguments)
        finally:
            sys.settrace(None)
    return events


def profiled(space: dict[str, Callable[..., Any]]) -> list[tuple[str, str]]:
    events: list[tuple[str, str]] = []

    def profile(frame: Any, event: str, arg: object) -> None:
        events.append((event, getattr(arg, "__name__", frame.f_code.co_name) if event.startswith("c_") else frame.f_code.co_name))

    for name, arguments in CALLS:
        sys.setprofile(profile)
        try:
            space[name](*arguments)
        finally:
            sys.setprofile(None)
    return events


@pytest.mark.parametrize("events", [traced, profiled])
@pytest.mark.parametrize("warm", [True, False])
def test_events_are_those_of_the_plain_program(events: Callable[[dict[str, Callable[..., Any]]], object], warm: bool) -> None:
    fast = functions(fast=True)
    if warm:
        for name, arguments in CALLS:
            fast[name](*arguments)
    assert events(fast) == events(functions(fast=False))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is of 3.12")
@pytest.mark.parametrize("local", [True, False])
def test_monitoring(local: bool) -> None:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    events = monitoring.events

    def seen(space: dict[str, Callable[..., Any]]) -> list[object]:
        found: list[object] = []
        monitoring.use_tool_id(3, "test")
        try:
            for event in (events.PY_START, events.CALL, events.LINE):
                monitoring.register_callback(3, event, lambda code, *what: found.append((code.co_name, code.co_filename)))
            codes = [space[name].__code__ for name, _ in CALLS]
            if local:
                for code in codes:
                    monitoring.set_local_events(3, code, events.LINE)
                assert all(map(watched_at, codes))
            else:
                monitoring.set_events(3, events.PY_START | events.CALL | events.LINE)
            for name, arguments in CALLS:
                space[name](*arguments)
        finally:
            monitoring.set_events(3, 0)
            monitoring.free_tool_id(3)
        return [name for name, file in found if file.startswith(("<alpyna", "<plain", OURS))]

    assert seen(functions(fast=True)) == seen(functions(fast=False))


def test_the_report_says_so() -> None:
    fast = functions(fast=True)
    before = len(alpyna_hook.report())
    traced(fast)
    entries = alpyna_hook.report()[before - 3:]
    assert [(entry["qualname"], entry["reason"], entry["refusals"]) for entry in entries] == [
        (name, "tracing", {"tracing": 1}) for name in "fgh"
    ]
    assert [was_shown(site) for site in all_sites()[-3:]] == [True] * 3


def test_nobody_looks_on() -> None:
    assert not watched()
    assert not watched_at(test_nobody_looks_on.__code__)
    if sys.version_info < (3, 12):
        site = Watched()
        assert (site.profiled, site.traced) == (None, None)


def test_pdb_steps_over_the_loop_line_by_line(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "# alpyna: accelerate\ndef f(n):\n    s = 0.0\n    for i in range(n):\n        s += i * 0.5\n    return s\n"
        "import pdb\npdb.Pdb(nosigint=True).set_trace()\nr = f(2)\nprint(r)\n"
    )

    def steps(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command, str(script)], input="s\n" * 9 + "c\n", capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    assert steps("-m", "alpyna", "run") == steps()
