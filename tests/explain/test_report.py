"""What a site's history becomes in the report: runs that add up, and the reason to begin with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.explain import report
from alpyna_hook.runtime.trace import Trace
from tests.explain.test_text import rendered

LOOP = "def f(a, n):\n    for i in range(n):\n        a[i] = a[i] + 1\n"


def reported(source: str, *calls: tuple[object, ...], device: str = "cpu") -> dict[str, Any]:
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device=device, strict=True))
    for call in calls:
        module.f(*call)
    (found,) = alpyna_hook.report(module.__file__)
    return dict(found)


def adds_up(entry: dict[str, Any]) -> bool:
    return bool(entry["runs"] == entry["accelerated_runs"] + sum(entry["refusals"].values()))


def test_runs_add_up() -> None:
    a = np.zeros(9)
    calls = [(a, 9)] * 3 + [([0.0] * 9, 9)] * 2 + [(a, 9)]
    entry = reported(LOOP, *calls)
    assert (entry["runs"], entry["accelerated_runs"], entry["refusals"]) == (6, 4, {"value-type": 2})


@pytest.mark.parametrize("calls", [1, 70, 500, 3000])
def test_runs_that_nobody_looked_at_add_up(calls: int) -> None:
    entry = reported(LOOP, *[(np.zeros(2), 2)] * calls, device="auto")
    assert (entry["runs"], entry["accelerated_runs"], entry["refusals"]) == (calls, 0, {"too-small": calls})
    assert entry["counted"]


def test_runs_after_the_site_was_given_up_are_said_not_to_be_counted(tmp_path: Any) -> None:
    entry = reported(LOOP, *[([0.0] * 9, 9)] * 100)
    assert (entry["counted"], entry["reason"]) == (False, "value-type")
    assert adds_up(entry) and 0 < entry["runs"] < 100


def site(trace: Trace) -> Any:
    fields = {
        "module": type("M", (), {"filename": "f.py"}), "lineno": 1, "end_lineno": 3, "qualname": "f", "slept": False, "left_for_good": False, "unseen": lambda: 0,
        "state": type("S", (), {"trace": trace}),
    }
    return type("Site", (), fields)


def test_the_reason_is_what_is_in_the_way_and_not_what_came_of_it() -> None:
    """A check that failed makes the nest slow: that it was then left alone as slower is no reason."""
    trace = Trace()
    trace.runs, trace.accelerated = 12, 2
    for slug, times in (("flagged", 3), ("slower", 7)):
        for _ in range(times):
            trace.refuse(slug, f"a detail of {slug}", None)
    entry = report._site(site(trace))
    assert (entry["reason"], entry["detail"], entry["refusals"]) == ("flagged", "a detail of flagged", {"slower": 7, "flagged": 3})
    assert adds_up(entry)


def test_all_reasons_are_shown_with_their_runs(tmp_path: Any) -> None:
    path = tmp_path / "loops.py"
    path.write_text("for i in range(n):\n    x = names[i]\n")
    lines = rendered(
        str(path), runs=40, reason="value-type", detail="names is a list", hint="a hint", refusals={"too-small": 30, "value-type": 10}, counted=False,
        obstacles=[{"reason": "call", "detail": "g()", "place": [2, 8, 2, 13], "hint": "another"}],
    )
    assert lines[3:] == [
        "  >      1 | for i in range(n):",
        "    not compiled (10 runs, any later ones not counted): a value whose type is not supported: names is a list [value-type]",
        "    hint: a hint",
        "    30 runs besides: too little work to pay for compiling [too-small]",
        "    and besides:",
        "  >      2 |     x = names[i]",
        "           |         ^^^^^",
        "      a call of something other than a known numeric function or a plain user function: g() [call]",
        "      hint: another",
    ]


def test_no_more_graphs_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_GRAPH_SECONDS", (-1.0, -1.0))
    module = alpyna_hook.static_analyse(LOOP, alpyna_hook.Options(device="cpu"))
    module.f(np.zeros(9), 9)
    (short,) = report.as_data(loops=True, file=module.__file__)
    (whole,) = report.as_data(loops=True, whole=True, file=module.__file__)
    assert (short["loops"], len(short["words"]), len(whole["loops"])) == ([], 1, 1)
    assert "--graph" in short["words"][0]


def test_loops_of_called_functions_are_parts_of_the_nest() -> None:
    source = (
        "def total(a):\n    s = 0.0\n    for i in range(len(a)):\n        s += a[i]\n    return s\n\n"
        "def f(a, n):\n    t = 0.0\n    for k in range(n):\n        t += total(a)\n    return t\n"
    )
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device="cpu", strict=True))
    assert module.f(np.ones(9), 4) == 36.0
    inner, outer = alpyna_hook.report(module.__file__)
    assert (inner["runs"], inner["reason"], outer["part_of"]) == (0, None, None)
    assert inner["part_of"].endswith(":9, f")


def test_what_passed_by_is_no_reason_where_it_lost() -> None:
    trace = Trace()
    trace.runs, trace.accelerated = 4, 1
    for slug in ("slower", "too-small", "too-small"):
        trace.refuse(slug, "", None)
    assert report._site(site(trace))["reason"] == "slower"
