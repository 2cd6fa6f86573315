"""The graph as data and in words."""

from __future__ import annotations

import json

from alpyna_hook.explain.dependences import describe, summary, words
from tests.dependence.sources import analysis_of
from tests.dependence.test_staging import fresh


def test_words() -> None:
    analysis = analysis_of("for i in range(1, n):\n    for j in range(n):\n        a[i, j] = a[i - 1, j] + b[2 * i]\n")
    assert words(analysis) == [
        "loop i (line 1): carried: carried by flow a: line 3 -> line 3 (<, =): "
        "i: strong SIV: distance -1/1 = -1; j: strong SIV: distance 0/1 = 0",
        "loop j (line 2): parallel: no dependence is carried",
        "flow a[i, j] (line 3) -> a[i - 1, j] (line 3) (<, =), distance (1, 0): i: strong SIV: distance -1/1 = -1; "
        "j: strong SIV: distance 0/1 = 0 (static); independent if n <= 2",
        "assuming that a and b share no memory",
    ]


def test_independence_in_words() -> None:
    analysis = analysis_of("for i in range(n):\n    a[2 * i + k] = a[2 * i + k + 1]\n")
    graph = analysis.at({"n": 4, "k": 0}, {"a": fresh(20)})
    assert words(graph)[0] == "loop i (line 1): parallel: no dependence is carried"
    assert any(line.startswith("no dependence a[2 * i + k + 1] (line 2) / a[2 * i + k] (line 2): ") for line in words(graph))


def test_data() -> None:
    source = "for i in range(n):\n    t = b[i]\n    s += t\n    a[i] = a[i] + t\n"
    data = describe(analysis_of(source))
    assert json.loads(json.dumps(data)) == data
    (loop,) = data["loops"]
    assert (loop["line"], loop["verdict"], loop["carried_by"]) == (1, "reduction", [])
    assert loop["reductions"] == [{"name": "s", "operation": "sum", "exact_for": "integers", "with": []}]
    assert loop["private"] == [{"name": "t", "array": False, "live_out": True, "definite": True}]
    anti = next(d for d in data["dependences"] if d["variable"] == "a")
    assert (anti["kind"], anti["directions"], anti["distance"], anti["level"]) == ("anti", [["="]], [0], 0)
    assert anti["source"] == {"line": 4, "column": 11, "access": "a[i]"}


def test_run_time_stage_is_named() -> None:
    analysis = analysis_of("for i in range(n):\n    x[i] = y[i]\n    z[2 * i] = z[2 * i + 1]\n")
    x = fresh(30)
    graph = analysis.at({"n": 9}, {"x": x, "y": x, "z": fresh(20)})
    assert {d["stage"] for d in describe(graph)["dependences"]} == {"run-time"}
    assert {d["stage"] for d in describe(analysis)["independent"]} == {"static"}


def test_branches_that_exclude_each_other_are_named_as_the_reason() -> None:
    found = words(analysis_of("for i in range(n):\n    if c[i]:\n        a[i] = 1.0\n    else:\n        a[i] = 2.0\n"))
    assert "no dependence a[i] (line 3) / a[i] (line 5): control: only one of the branches runs in an iteration (static)" in found


def test_temporaries_are_not_shown() -> None:
    """Element loops, counted loops and unknown values in the words of the source."""
    source = (
        "for x, y in zip(a, b):\n    k = idx[p]\n    p = int(x)\n    c[p] = c[k % 3] + y\n"
        "    for q in reversed(range(0, n, 2)):\n        d[q + 1] = d[q] if x < y < 2.0 else d[p * p]\n"
    )
    analysis = analysis_of(source)
    shown = [*words(analysis), json.dumps(describe(analysis))]
    assert [line for line in shown if set("@#?~") & set(line)] == []
    assert any(line.startswith("loop x (line 1): carried") for line in shown)
    assert any(line.startswith("anti c[k % 3] (line 4) -> c[p] (line 4) (<=): ") for line in shown)
    assert any(line.startswith("output d[q + 1] (line 6) -> d[q + 1] (line 6) (<, =): q: strong SIV") for line in shown)
    assert "assuming that c and d share no memory" in shown
    assert not any(line.startswith("assuming") and " n " in line for line in shown)


def test_a_reduction_is_said_once() -> None:
    (loop, *_) = words(analysis_of("for x in a:\n    s += x\n"))
    assert loop == "loop x (line 1): reduction: sum into s (exact for integers); private: x"


def test_a_summary_has_the_verdicts_and_the_first_dependences_that_a_loop_carries() -> None:
    stores = "".join(f"    a[i + {k}] = a[i] + s\n" for k in range(6))
    lines = summary(analysis_of(f"for i in range(n):\n    s = b[i]\n{stores}").static, 4)
    assert lines[0].startswith("loop i (line 1): carried")
    assert all(" -> " in line for line in lines[1:-1])
    assert len(set(lines)) == len(lines) == 6
    assert lines[-1].endswith(" more; --graph shows all")


def test_a_limited_list_says_what_it_leaves_out() -> None:
    analysis = analysis_of("for i in range(n):\n    s = b[i]\n    a[i] = a[i - 1] + s\n    a[i + 2] = s\n    c[2 * i] = c[2 * i + 1]\n")
    whole, short = describe(analysis), describe(analysis, 1)
    assert (whole["left_out"], len(short["dependences"]), len(short["independent"])) == (0, 1, 1)
    assert short["left_out"] == len(whole["dependences"]) + len(whole["independent"]) - 2
    assert short["dependences"][0]["level"] > 0
