"""Which calls of NumPy's and C's functions a kernel makes for a strip of iterations, or once for a loop."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.explain.report import as_data
from alpyna_hook.operators.elementwise import elementwise
from alpyna_hook.operators.genuine import UFUNCS
from tests.differential import Program, check

HEAD = "import math\nimport numpy as np\n\ndef f(a, b, s, n):\n"


def kernel_of(body: str, overlapping: bool = False) -> str:
    """The one kernel of a function of two arrays, a float and an int; it must give what plain Python gives."""
    program = Program(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))
    program.load()
    whole = np.linspace(0.1, 2.0, 601)
    inputs = (whole[1:], whole[:-1]) if overlapping else (whole[1:].copy(), whole[:-1].copy())
    compared = program.call("f", *inputs, 1.5, 300)
    assert compared.difference is None
    assert compared.verdict == "accelerated", compared.runs
    kernels = [k for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
    assert len(kernels) == 1
    return str(kernels[0])


@pytest.mark.parametrize("body", [
    "for i in range(n):\n    b[i] = np.exp(a[i])",
    "for i in range(n - 1, 0, -2):\n    b[i] = np.exp(a[i]) + b[i - 1]",
    "for i in range(n):\n    x = a[i] * s\n    b[i] = np.exp(x + 1.0)",
    "for i in range(n):\n    b[i] = a[i] + np.exp(s) if i < 3 else 0.5 * np.exp(a[0])\n    b[i] += np.exp(i)",
    "for i in range(n):\n    b[i] = np.exp(np.sin(a[i]))",
])
def test_made_in_strips(body: str) -> None:
    assert "ufunc1_strip_f8(exp_f8_loop" in kernel_of(body)


@pytest.mark.parametrize("body", [
    "for i in range(n):\n    a[i] = np.exp(-a[i - 1])",  # needs what the loop stores
    "for i in range(n):\n    if i > 3:\n        b[i] = np.exp(a[i])",  # not made in each iteration
    "for i in range(n):\n    b[i] = np.exp(a[i])\n    if b[i] > 5.0:\n        break",
    "for i in range(n):\n    if b[i] > 5.0:\n        continue\n    b[i] = np.exp(a[i])",
    "for i in range(n):\n    b[i] = np.exp(s)\n    s = a[i]",  # of the iteration before
    "for i in range(n):\n    if i > 5:\n        s = a[i]\n    b[i] = np.exp(s)",
])
def test_made_one_by_one(body: str) -> None:
    text = kernel_of(body)
    assert "_strip" not in text and "ufunc1_f8(exp_f8_loop" in text


def test_views_that_overlap() -> None:
    body = "for i in range(n):\n    b[i] = np.exp(a[i])"
    assert "_strip" not in kernel_of(body, overlapping=True)


@pytest.mark.parametrize(("body", "kept"), [
    ("while s > 0.5:\n    s = s - 0.25\n    for i in range(n):\n        if a[i] > s:\n            b[i] = math.exp(a[0] * 0.5)", True),
    ("for i in range(n):\n    b[i] = a[i] * math.exp(-s * 2.0)", True),
    ("for i in range(n):\n    b[i] = a[i] ** 2.5 + s ** 2.5", True),
    ("for i in range(n):\n    b[i] = math.exp(a[i])", False),
    ("for i in range(n):\n    b[i] = math.exp(s)\n    s = s * 0.5", False),
    ("for i in range(n):\n    a[i] = math.exp(a[0])", False),
])
def test_kept_for_a_loop(body: str, kept: bool) -> None:
    assert ("_known" in kernel_of(body)) == kept


WORK = "x = (a[i] / s + 1.0 / (a[i] + s)) / (2.0 + a[i] * a[i])\n"


@pytest.mark.parametrize(("body", "apart"), [
    ("for i in range(n):\n    " + WORK + "    b[i] = math.erf(x) / s + x", True),
    ("for i in range(n):\n    " + WORK + "    b[i] = math.log(x) / s + (x / s + a[i] / x) ** 0.75", True),
    ("for i in range(n):\n    " + WORK + "    b[i] = np.exp(x) + math.erf(np.exp(x) / s)", True),
    ("for i in range(n):\n    b[i] = math.erf(a[i])", False),
    ("for i in range(n):\n    " + WORK + "    b[i] = math.erf(x) + math.erf(s)", True),  # the second is made once
    ("for i in range(n):\n    " + WORK + "    if x > 0.25:\n        x = math.erf(x) / s\n    b[i] = x", False),
])
def test_calls_of_the_c_library_have_a_loop_of_their_own(body: str, apart: bool) -> None:
    assert ("_strip" in kernel_of(body)) == apart


@pytest.mark.parametrize(("body", "calls"), [
    ("for i in range(n):\n    x = -s * a[i]\n    b[i] = np.exp(x) + i / np.exp(-s * a[i])", 1),
    ("for i in range(n):\n    x = -s * a[i]\n    b[i] = np.sin(np.exp(x)) + np.cos(np.exp(x))", 3),
    ("for i in range(n):\n    b[i] = np.exp(a[i]) + np.exp(-a[i])", 2),
    ("for i in range(n):\n    b[i] = np.exp(a[i]) + np.exp(a[i - 1])", 2),
    ("for i in range(n):\n    b[i] = np.exp(a[i] * 2.0) + np.exp(a[i] * 2)", 1),
    ("for i in range(n):\n    b[i] = np.hypot(a[i], s) + np.hypot(s, a[i])", 2),
])
def test_calls_that_give_the_same_are_made_once(body: str, calls: int) -> None:
    assert kernel_of(body).count("_strip_f8(") == calls


def test_what_the_calls_raise_and_warn_of_stays() -> None:
    source = HEAD + "    for i in range(n):\n        " + WORK + "        b[i] = math.log(x) / s + np.log(x - 0.5)\n    return b\n"
    for value in (0.4, -1.5, -3.0, np.inf, np.nan):
        a = np.linspace(0.1, 0.3, 300)
        a[277] = value
        check(source, a, np.zeros(300), 1.5, 300, expect=None)


def test_straight_functions_are_inlined() -> None:
    program = Program("""
        import numpy as np

        def scaled(x, k):
            y = x * k
            return np.exp(y) + y

        def twice(x):
            return scaled(x, 2.0) - scaled(x, 0.5)

        def f(a, b):
            for i in range(len(a)):
                b[i] = twice(a[i])
    """)
    program.load()
    compared = program.call("f", np.linspace(0.0, 1.0, 300), np.zeros(300))
    assert compared.difference is None and compared.verdict == "accelerated"
    [text] = [k for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
    assert text.count("def ") == 1 and text.count("ufunc1_strip_f8(") == 2


def test_functions_that_depend_on_the_neighbours_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sum:
        nin = 1

        def __call__(self, x: np.ndarray) -> np.ndarray:
            return x + x.max()

    monkeypatch.setitem(UFUNCS, "exp", Sum())
    elementwise.cache_clear()
    assert not elementwise("exp", "f8")
    elementwise.cache_clear()


@pytest.mark.parametrize("rep", ["f4", "f8"])
@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tanh", "arctan2"])
def test_common_functions_are_elementwise(name: str, rep: str) -> None:
    assert elementwise(name, rep)
