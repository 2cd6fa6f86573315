"""The graph of a site: with live bounds where a call is known, for any bounds else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.explain.report import as_data

SHIFT = "def f(a, b, n, m):\n    for i in range(n):\n        a[i + m] = a[i] + b[i]\n"
FORCED = alpyna_hook.Options(device="cpu", strict=True)


def entry(source: str, *calls: tuple[object, ...], options: alpyna_hook.Options = FORCED) -> dict[str, Any]:
    """The report of the one nest of a function, after some calls of it."""
    module = alpyna_hook.static_analyse(source, options)
    for call in calls:
        module.f(*call)
    found, = alpyna_hook.report(module.__file__)
    return dict(found)


def test_the_bounds_of_the_latest_call_decide() -> None:
    a, b = np.ones(20), np.ones(20)
    carried, apart = entry(SHIFT, (a, b, 10, 1)), entry(SHIFT, (a, b, 10, 1), (a, b, 10, 10))
    assert carried["graph"]["stage"] == apart["graph"]["stage"] == "run-time"
    assert [loop["verdict"] for loop in carried["loops"]] == ["carried"]
    assert carried["loops"][0]["line"] == 2
    assert "flow a" in carried["loops"][0]["carried_by"][0]
    assert [loop["verdict"] for loop in apart["loops"]] == ["parallel"]


def test_arrays_that_share_memory_are_not_taken_for_others() -> None:
    a = np.ones(30)
    found = entry("def f(a, b, n):\n    for i in range(n):\n        a[i] = b[i]\n", (a[1:], a[:-1], 10))
    assert found["accelerated_runs"] == 1
    assert found["graph"]["stage"] == "run-time"
    assert [loop["verdict"] for loop in found["loops"]] == ["carried"]


def test_a_nest_that_is_too_large_to_analyse_has_none() -> None:
    lines = "".join(f"        a[i + {k}, i] = a[i, i + {k}]\n" for k in range(220))
    found = entry(f"def f(a, n):\n    for i in range(n):\n{lines}", (np.ones((230, 230)), 1))
    assert found["accelerated_runs"] == 1
    assert found["loops"] == []


def test_the_text_says_why_a_nest_has_no_graph() -> None:
    loops = "".join(f"{' ' * (k + 1)}for i{k} in range(n):\n" for k in range(7))
    module = alpyna_hook.static_analyse(f"def f(a, n):\n{loops}{' ' * 8}a[i0] = 1.0\n", FORCED)
    module.f(np.ones(1), 1)
    found, = as_data(loops=True, file=module.__file__)
    assert found["words"] == ["dependences not analysed: 7 loops in one another"]


def test_a_nest_that_was_left_alone_has_its_static_graph() -> None:
    found = entry(SHIFT, (np.ones(20), np.ones(20), 10, 1), options=alpyna_hook.Options())
    assert (found["reason"], found["graph"]["stage"]) == ("too-small", "static")
    assert [loop["index"] for loop in found["loops"]] == ["i"]


def test_a_nest_that_cannot_run_compiled_has_none() -> None:
    found = entry(SHIFT, ([1.0] * 20, [1.0] * 20, 10, 1))
    assert (found["reason"], found["loops"]) == ("value-type", [])
    assert "graph" not in found


def test_functions_that_are_called_are_looked_into() -> None:
    found = entry(
        "def g(a, i):\n    a[i] = 2.0\n\ndef f(a, n):\n    for i in range(n):\n        g(a, i)\n", (np.ones(9), 9)
    )
    assert found["accelerated_runs"] == 1
    assert found["graph"]["stage"] == "run-time"


def test_functions_that_functions_call_are_looked_into() -> None:
    """Scalar parameters with the names of the caller's arrays are no arrays."""
    source = (
        "from math import erf\n\ndef h(b):\n    return erf(b)\n\ndef g(a, b):\n    a = a + h(b)\n    return a\n\n"
        "def f(a, b, c, n):\n    for i in range(n):\n        c[i] = g(a[i], b[i])\n"
    )
    found = entry(source, (np.ones(9), np.ones(9), np.ones(9), 9))
    assert found["accelerated_runs"] == 1
    assert [loop["verdict"] for loop in found["loops"]] == ["parallel"]


SCATTER = "def f(a, b, idx, n):\n    for i in range(n):\n        {body}\n"
DISTINCT = {
    "a scatter": ("a[idx[i]] = b[i]", ["loop i (line 2): parallel if no two elements of idx are the same, and none is below 0"]),
    "an update": ("a[idx[i]] = a[idx[i]] * b[i] + 1", ["loop i (line 2): parallel if no two elements of idx are the same, and none is below 0"]),
    "a gather is parallel anyway": ("a[i] = b[idx[i]]", []),
    "carried all the same": ("a[idx[i]] = a[i] + b[i]", []),
    "a sum is one anyway": ("a[idx[i]] += b[i]", []),
}


@pytest.mark.parametrize("name", DISTINCT)
def test_what_distinct_elements_of_index_arrays_would_allow(name: str) -> None:
    body, expected = DISTINCT[name]
    module = alpyna_hook.static_analyse(SCATTER.format(body=body), FORCED)
    module.f(np.ones(9), np.ones(9), np.arange(9)[::-1].copy(), 9)
    found, = as_data(loops=True, file=module.__file__)
    assert found["graph"]["stage"] == "run-time"
    assert [line for line in found["words"] if " if no two " in line] == expected
