"""What is said of a run whose check failed: which check, where, on what value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alpyna_hook.explain.report import as_data
from alpyna_hook.seam.site import all_sites
from tests.differential import Program
from tests.oracle import Conditions

A = np.arange(6.0)
I = np.array([0, 1, 5, 2, 12, -7])  # noqa: E741
HEAD = "import math\nimport numpy as np\ndef g(x, a):\n    y = a[int(x)]\n    return y\ndef f(a, b, k, s, n):\n    for i in range(n):\n"
LINE = 8  # of the body
CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {  # body, inputs, detail, the construct that is marked
    "index": ("s += a[k[i]]", {"k": I}, "index 12 out of range for axis 0 of a, line 8", "k[i]"),
    "index below": ("s += a[k[i] - 5]", {"k": I - 2}, "index -7 out of range for axis 0 of a, line 8", "k[i] - 5"),
    "stored": ("b[k[i]] = a[i]", {"k": I}, "index 12 out of range for axis 0 of b, line 8", "k[i]"),
    "second axis": ("s += b[0, k[i]]", {"k": I, "b": np.zeros((2, 6))}, "index 12 out of range for axis 1 of b, line 8", "k[i]"),
    "in a function": ("s += g(k[i], a)", {"k": I}, "index 12 out of range for axis 0 of a, line 4 in g()", ""),
    "big integer": ("s = s * 3", {"s": 2**60}, "an integer that outgrows its type, line 8", "s * 3"),
    "division": ("s = i // (i - 3)", {"s": 1}, "division by zero, line 8", "i // (i - 3)"),
    "fit": ("b[i] = k[i]", {"b": np.zeros(6, "int8"), "k": I + 300}, "a number outside the range of its type, line 8", "k[i]"),
    "exponent": ("s = i ** (2 - i)", {"s": 1}, "a negative exponent, line 8", "i ** (2 - i)"),
    "raise": ("if a[i] > 3.0: raise ValueError(i)", {}, "an exception is raised, line 8", "raise ValueError(i)"),
    "unbound": ("if a[i] > 3.0: w = a[i]\n        b[i] = w", {}, "w has no value, line 9", "w"),
    "domain": ("s = math.sqrt(a[i] - 2.0)", {}, "a floating-point operation, line 8", "math.sqrt(a[i] - 2.0)"),
    "warning": ("b[i] = a[i] / b[i]", {}, "a floating-point operation, line 8", "a[i] / b[i]"),
    "one of two": ("b[i] = a[i] / b[i]\n        s += b[i] * a[i]", {}, "a floating-point operation, line 8 or line 9", ""),
}


def detail_of(source: str, inputs: dict[str, Any], conditions: Conditions | None = None) -> tuple[str, str]:
    """The detail, and the text of the construct that is marked."""
    program = Program(source)
    program.load()
    given = {"a": A, "b": np.zeros(6), "k": np.arange(6), "s": 0.0, "n": 6, **inputs}
    compared = program.call("f", *given.values(), conditions=conditions)
    assert compared.difference is None, compared.difference
    assert compared.verdict == "flagged", compared.runs
    (site,) = [s for s in all_sites() if s.module.filename == program.filename]
    trace = site.state.trace  # type: ignore[union-attr]
    loc = trace.loc
    return trace.detail, source.splitlines()[loc.line - 1][loc.col : loc.end_col] if loc else ""


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name][2]])
def test_which_check_failed(name: str) -> None:
    body, inputs, detail, marked = CASES[name]
    assert detail_of(f"{HEAD}        {body}\n    return a, b, s\n", inputs) == (detail, marked)


@pytest.mark.parametrize(("values", "flag"), [([5e-324], "underflow"), ([1e308, 5e-324], "overflow and underflow")])
def test_flags_of_the_unit(values: list[float], flag: str) -> None:
    source = "def f(a, *rest):\n    for i in range(len(a)):\n        a[i] = a[i] * a[i]\n    return a\n"
    found = detail_of(source, {"a": np.array(values)}, Conditions({"under": "warn"}))
    assert found == (f"floating-point: {flag}, line 3", "a[i] * a[i]")


def test_the_report_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    source = HEAD + "        s += a[k[i]]\n    return s\n"
    detail_of(source, {"k": I})
    entries = [e for e in as_data() if e["reason"] == "flagged"]
    assert entries[-1]["detail"] == "index 12 out of range for axis 0 of a, line 8"
    assert entries[-1]["place"][0] == LINE


