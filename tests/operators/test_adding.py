"""What it takes to add a function, a method, a statement: here each is added, tried against the interpreter, and gone again.

A device is added by `tests/devices/dummy.py`, a class of its own, and a line that names it (`tests/devices/test_devices.py`).
"""

from __future__ import annotations

import ast

import numpy as np
import pytest

from alpyna_hook.capture.statements import Statements
from alpyna_hook.infer import made_calls
from alpyna_hook.operators import helpers
from alpyna_hook.operators.functions import LIBM, MATH, METHODS, REAL, Function
from tests.differential import Program

# CPython's algorithm, but for the bits instead of nextafter (Modules/mathmodule.c, math_ulp_impl)
ULP = """
def ulp_f8(a: f8) -> f8:
    x = fabs_f8(a)
    if x != x or x == inf:
        return x
    above = from_bits_f8(bits_f8(x) + 1)
    return above - x if above != inf else x - from_bits_f8(bits_f8(x) - 1)
"""
EDGES = np.array([0.0, -0.0, 1.0, -1.5, 3e-310, 1.7976931348623157e308, np.inf, -np.inf, np.nan, 12345.678])


def verdict(body: str) -> str:
    """Of a loop over edge values; the results are the interpreter's."""
    program = Program(f"import math\ndef f(n, a, b, out):\n    for i in range(n):\n{body}")
    program.load()
    compared = program.call("f", EDGES.size, EDGES, EDGES[::-1].copy(), np.zeros(EDGES.size))
    assert compared.difference is None, compared.difference
    return compared.verdict


def test_a_function_of_libm(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = "        out[i] = math.nextafter(a[i], b[i])\n"
    assert verdict(loop) == "call"
    monkeypatch.setitem(MATH, "nextafter", Function((REAL, REAL), "float", LIBM))
    assert verdict(loop) == "accelerated"


def test_a_function_with_an_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = "        out[i] = math.ulp(a[i])\n"
    assert verdict(loop) == "call"
    monkeypatch.setitem(MATH, "ulp", Function((REAL,), "float", "ulp"))
    monkeypatch.setitem(helpers._TEXTS, "ulp_f8", ULP)
    assert verdict(loop) == "accelerated"


def test_a_method(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row for the capture, and what it is made of."""
    loop = "        out[i] = (a[i] + 1.0).mean()\n"
    with np.errstate(all="ignore"):
        assert verdict(loop) != "accelerated"
        monkeypatch.setitem(METHODS, "mean", (0,))
        monkeypatch.setitem(made_calls._RULES, "@mean", lambda make, args, e: make.binary("/", *args, make.constant(1, e.loc), e.loc))
        assert verdict(loop) == "accelerated"


def test_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method of the capture, where the grammar that is there can say it."""
    loop = "        try:\n            out[i] = a[i]\n        finally:\n            pass\n"
    assert verdict(loop) == "statement"

    def stmt_try(self: Statements, node: ast.Try) -> None:
        assert not node.handlers and all(isinstance(s, ast.Pass) for s in node.finalbody)
        for inner in node.body:
            self.statement(inner)

    monkeypatch.setattr(Statements, "_stmt_Try", stmt_try, raising=False)
    assert verdict(loop) == "accelerated"
