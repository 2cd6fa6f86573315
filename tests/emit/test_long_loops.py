"""Loops that look now and then whether they are to be left: what they compute is the same, with steps made tiny here."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.emit import iterations, loops
from alpyna_hook.explain.report import as_data
from alpyna_hook.prove import values
from tests.differential import Program

BODIES = {
    "flat": "for i in range(n):\n    b[i] = a[i] * 2.0",
    "downwards": "for i in range(n - 1, -1, -2):\n    b[i] = a[i] * 2.0\n    s += i",
    "a running value": "for i in range(n):\n    s += a[i]\n    b[i] = s",
    "continue": "for i in range(n):\n    if a[i] > 0.5:\n        continue\n    s += 1\n    b[i] = s",
    "break": "for i in range(n):\n    s += a[i]\n    if s > 2.0:\n        break\nelse:\n    s = -1.0",
    "else": "for i in range(n):\n    s += a[i]\nelse:\n    s = s * 2.0",
    "inner": "for i in range(n):\n    for j in range(i, n):\n        b[j] += a[i] * 0.25\n    else:\n        s += j",
    "while": "while s < 30.0:\n    s = s * 1.25 + a[0]\n    for i in range(3):\n        b[i] += s",
    "a function": "for i in range(n):\n    b[i] = folded(a[i], i)",
    "return": "for i in range(n):\n    if a[i] > 0.75:\n        return i, s\n    s += 1.0",
}


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 9, 40])
@pytest.mark.parametrize("name", BODIES)
def test_the_same(name: str, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "SHORT", -1)
    monkeypatch.setattr(loops, "LONG", 3)
    monkeypatch.setattr(iterations, "TURNS", 2)
    lines = "".join(f"    {line}\n" for line in BODIES[name].splitlines())
    program = Program(f"""
def folded(x, k):
    for r in range(k):
        x = x * 0.5 + r
    return x

def f(a, b, n):
    s = 0.5
    i = j = -1
{lines}    return s, i, j
""")
    program.load()
    compared = program.call("f", np.random.default_rng(n).random(max(n, 3)), np.zeros(max(n, 3)), n)
    assert compared.difference is None
    for entry in as_data(file=program.filename, kernels=True):
        assert all("poll(frame" in kernel for kernel in entry["kernels"])
