"""The words of the report, for entries written by hand."""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import Any

import pytest

from alpyna_hook.explain import text
from alpyna_hook.explain.report import entry_of

SOURCE = "for i in range(n):\n    x = names[i]\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "loops.py"
    path.write_text(SOURCE)
    linecache.clearcache()
    return str(path)


def rendered(file: str, *, static: bool = False, **changes: Any) -> list[str]:
    entry = {**entry_of(file, 1, "<module>"), **changes}
    return text.render([entry], str(Path(file).parent), static=static).splitlines()


def test_a_nest_that_ran_compiled_each_time(file: str) -> None:
    assert rendered(
        file, runs=4, accelerated_runs=4, device="cpu", seconds=0.25, compile_seconds=1.0, interpreter_seconds=21.25,
        saved_seconds=20.0,
    ) == [
        "1 loop nest, 1 ran compiled; about 20 s saved",
        "",
        "loops.py:1, <module>",
        "         1 | for i in range(n):",
        "    ran compiled on the cpu, 4 runs: 250 ms, and 1 s to compile; about 20 s saved",
    ]


def test_a_nest_that_ran_compiled_at_last(file: str) -> None:
    assert rendered(
        file, runs=5, accelerated_runs=3, device="cpu", seconds=0.25, compile_seconds=1.0, interpreter_seconds=0.5,
        reason="value-type", detail="a is a list\nof lists", hint="a hint", refusals={"too-small": 1, "value-type": 1},
    )[3:] == [
        "         1 | for i in range(n):",
        "    ran compiled on the cpu, 3 of 5 runs: 250 ms, and 1 s to compile; no time saved",
        "    1 run in the interpreter: too little work to pay for compiling [too-small]",
        "    1 run in the interpreter: a value whose type is not supported: a is a list [value-type]",
        "    hint: a hint",
    ]


def test_what_kept_some_runs_of_a_compiled_nest_in_the_interpreter_is_marked(file: str) -> None:
    flagged: dict[str, Any] = {"runs": 5, "accelerated_runs": 3, "device": "cpu", "reason": "flagged", "detail": "index 9 out of range for names",
                               "place": [2, 8, 2, 16], "hint": "a hint", "refusals": {"flagged": 2}}
    assert rendered(file, **flagged)[3:] == [
        "         1 | for i in range(n):",
        "  >      2 |     x = names[i]",
        "           |         ^^^^^^^^",
        "    ran compiled on the cpu, 3 of 5 runs: 0 us",
        "    2 runs in the interpreter: a run-time check failed and the interpreter replayed the loop: index 9 out of range for names [flagged]",
        "    hint: a hint",
    ]


def test_a_nest_that_did_not_run_compiled(file: str) -> None:
    assert rendered(
        file, runs=2, reason="value-type", detail="names is a list", place=[2, 8, 2, 16], hint="a hint", refusals={"value-type": 2}
    ) == [
        "1 loop nest, 0 ran compiled",
        "",
        "loops.py:1, <module>",
        "         1 | for i in range(n):",
        "  >      2 |     x = names[i]",
        "           |         ^^^^^^^^",
        "    not compiled (2 runs): a value whose type is not supported: names is a list [value-type]",
        "    hint: a hint",
    ]


def test_the_first_lines_sum_up(file: str) -> None:
    lines = rendered(
        file, runs=4, accelerated_runs=3, device="cpu", seconds=0.25, compile_seconds=1.0, interpreter_seconds=9.0, saved_seconds=7.75,
        interpreted_seconds=1.0, refusals={"too-small": 1}, reason="too-small",
    )
    assert lines[:4] == [
        "1 loop nest, 1 ran compiled, with 90 % of the 10 s that plain Python needs for the loops; about 7.75 s saved",
        "in the interpreter most of the time goes to loops.py:1, <module>: 1 s",
        "",
        "loops.py:1, <module>: 1 s in the interpreter",
    ]


def test_loops_in_loops_count_once(file: str) -> None:
    outer = {**entry_of(file, 1, "f", 9), "interpreted_seconds": 2.0}
    inner = {**entry_of(file, 2, "f", 5), "interpreted_seconds": 1.5}
    assert text.render([outer, inner], "").splitlines()[0] == (
        "2 loop nests, 0 ran compiled, with 0 % of the 2 s that plain Python needs for the loops")


def test_a_nest_that_was_not_reached(file: str) -> None:
    assert rendered(file)[-1] == "    not reached"


def test_a_nest_that_may_run_compiled(file: str) -> None:
    assert rendered(file, static=True, reads=["n", "names"])[::4] == [
        "1 loop nest, 1 can run compiled if the values allow it",
        "    can run compiled, if the values of n, names allow it",
    ]


def test_a_source_that_is_gone(tmp_path: Path) -> None:
    assert rendered(str(tmp_path / "gone.py"))[-2:] == ["gone.py:1, <module>", "    not reached"]


def test_files_elsewhere_keep_their_whole_name(file: str, tmp_path: Path) -> None:
    entry = entry_of(file, 1, "f")
    assert f"{file}:1, f" in text.render([entry], str(tmp_path / "other"))


def test_nothing_to_report() -> None:
    assert text.render([], "") == "no loops in marked modules\n"
    assert text.render([], "", static=True) == "no loops\n"


@pytest.mark.parametrize(("value", "shown"), [
    (123.4, "123 s"), (1.0, "1 s"), (0.0123, "12.3 ms"), (4.56e-5, "45.6 us"), (0.0, "0 us"), (12345.6, "1.23e+04 s"),
])
def test_seconds(value: float, shown: str) -> None:
    assert text.seconds(value) == shown


@pytest.mark.parametrize(("stage", "head"), [("run-time", "dependences:"), ("static", "dependences, for any bounds:")])
def test_what_is_said_of_the_dependences(file: str, stage: str, head: str) -> None:
    graph: dict[str, Any] = {"loops": [{}], "graph": {"stage": stage}, "words": ["loop i: a", "flow 1"]}
    assert rendered(file, **graph)[4:] == ["    not reached", f"    {head}", "      loop i: a", "      flow 1"]
