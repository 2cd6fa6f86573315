"""Functions that store, whose statements stand in the loop that calls them."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.explain.report import as_data
from tests.differential import Program, check

FUNCTIONS = """
def put(to, k, x):
    to[k] = x
    to[k + 1] = to[k] * 2.0
    return to[k] + to[k + 1]

def add(to, k, x):
    to[k] += x

def two(to, k, x):
    to[k] = x
    return x + 1.0, to[k] * 0.5

def early(to, k, x):
    if x > 2.0:
        return 0.0
    to[k] = x
    return x

def around(to, k, x):
    add(to, k, x)
    add(to, k + 1, x * 0.5)
"""


def source_of(body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body.split("\n"))
    return f"{FUNCTIONS}\ndef f(a, b, s, t):\n    for i in range(len(a) - 1):\n{lines}    return locals()\n"


@pytest.mark.parametrize("body", [
    "add(a, i, b[i])", "s = put(a, i, s + b[i])", "s, t = two(a, i, b[i])", "around(a, i, s)",
    "add(a, i, a[i])\nadd(a, i + 1, a[i])", "s = 2.0\ns = put(a, i, s)\nadd(b, i, s)",
])
def test_they_are_put_in(body: str) -> None:
    program = Program(source_of(body))
    program.load()
    compared = program.call("f", np.linspace(0.5, 2.0, 9), np.linspace(-1.0, 3.0, 9), 0.5, 0.25)
    assert compared.difference is None and compared.verdict == "accelerated", compared
    (kernel,) = [str(k) for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
    assert kernel.count("def ") == 1, kernel


@pytest.mark.parametrize("body", [
    "add(a, i, b[i])", "s = put(a, i, s + b[i])", "s += put(a, i, b[i])", "a[i] = put(a, i, b[i])", "s = a[i] + put(a, i, b[i])",
    "s = put(a, len(a) - 2 - i, put(a, i, b[i]))", "s = early(a, i, b[i])", "around(a, i, b[i + 1])", "add(a, i + 2, b[i])",
    "put(a, i * 3, b[i])", "s, t = two(a, i * 2, b[i])",
])
@pytest.mark.parametrize("overlapping", [False, True])
def test_what_they_do_keeps_its_place(body: str, overlapping: bool) -> None:
    """Also where an index fails in the middle of a call, and where the arrays share memory."""
    whole = np.linspace(0.5, 4.0, 12)
    arrays = (whole[1:], whole[:-1]) if overlapping else (whole[1:].copy(), whole[:-1].copy())
    check(source_of(body), *arrays, 0.5, 0.25, expect=None)
