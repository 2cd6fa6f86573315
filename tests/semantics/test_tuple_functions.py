"""Functions that return tuples, unpacked where they are called."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.explain.report import as_data
from tests.differential import Program, check

HEAD = """
import math
import numpy as np

def turned(x, y, c=0.6, s=0.8):
    return c * x - s * y, s * x + c * y

def ordered(x, y):
    if x > y:
        return y, x
    return x, y

def split(x):
    whole = int(x)
    while whole > 9:
        whole //= 10
    return whole, x - whole, x > 3

def mixed(x, k):
    n = 0
    if k % 2:
        n = x
    return k, n

def single(x):
    return x * 2,

def nested(x):
    a, b = turned(x, 1.0)
    c, d = ordered(b, a)
    return d, c, a

def moved(a, i):
    a[i] += 1.0
    return i, a[i]

def number(x):
    return x

class Model:
    def __init__(self, n):
        self.n = n

    def both(self, x):
        return x + self.n, x - self.n
"""
BODIES = {
    "straight": "x, y = turned(a[i], b[i])\na[i] = x\nb[i] = y",
    "into elements": "a[i], b[-1 - i] = turned(a[i], b[i])",
    "keywords and defaults": "a[i], b[i] = turned(a[i], y=b[i], s=0.5)",
    "several returns": "a[i], b[i] = ordered(a[i], b[i])",
    "a loop, an int, a bool": "k, a[i], flag = split(a[i])\nb[i] = k + flag",
    "an item of two types": "k, s = mixed(a[i], i)\nb[i] += s\nt = k",
    "one item": "a[i], = single(b[i])\n[b[i]] = single(a[i])",
    "one calls another": "x, y, z = nested(a[i])\nb[i] = x - y * z",
    "the same variables": "x = y = 1.0\nfor j in range(3):\n    x, y = turned(x, y)\n    y, x = ordered(x, y)\nb[i] = x - y",
    "swapped": "x, y = 1.0, a[i]\ny, x = turned(x, y)\nx, y = turned(y, x)\nb[i] = x / (2.0 + abs(y))",
    "stores": "k, x = moved(a, i)\nb[k] = x",
    "result unused": "turned(a[i], b[i])\nmoved(a, i)",
    "in a branch": "if a[i] > 1.0:\n    x, y = ordered(1.0, a[i])\nelse:\n    x, y = turned(a[i], 1.0)\nb[i] = x * y",
    "a running value": "s, t = ordered(s, a[i])\nb[i] = s + t",
    "a method": "a[i], b[i] = m.both(a[i])",
}


def program(body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{HEAD}\nm = Model(2.5)\n\ndef f(a, b):\n    s, t = 0.5, 0\n    for i in range(len(a)):\n{lines}    return a, b, s, t\n"


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("name", BODIES)
def test_unpacked(name: str, dtype: str) -> None:
    a = np.array([1.0, -2.0, 37.0, 4.5, 0.0, 128.0])
    b = np.array([0.5, 3.0, -1.0, 2.0, 9.0, 1.5])
    check(program(BODIES[name]), a.astype(dtype), b.astype(dtype), expect="accelerated")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e308, -1e308])
@pytest.mark.parametrize("name", BODIES)
def test_what_warns_or_raises_stays(name: str, value: float) -> None:
    a = np.array([1.0, -2.0, value, 4.5])
    check(program(BODIES[name]), a, a[::-1].copy(), expect=None)


@pytest.mark.parametrize(("body", "reason"), [
    ("x = turned(a[i], 1.0)", "call"),  # a tuple as a value
    ("x = turned(a[i], 1.0)[0]", "expression"),
    ("x, y = nested(a[i])", "call"),  # three items
    ("x, y = number(a[i])", "call"),  # no tuple
    ("x, *y = turned(a[i], 1.0)", "statement"),
    ("x, y, z = divmod(a[i], 2.0)", "statement"),
    ("(x, y), z = turned(a[i], 1.0), 2.0", "statement"),
])
def test_declined(body: str, reason: str) -> None:
    check(program(body), np.array([1.5, 2.5]), np.zeros(2), expect=reason)


@pytest.mark.parametrize("name", ["straight", "a loop, an int, a bool", "one calls another"])
def test_no_call_is_left(name: str) -> None:
    compiled = Program(program(BODIES[name]))
    compiled.load()
    assert compiled.call("f", np.linspace(1.0, 50.0, 30), np.zeros(30)).difference is None
    kernels = [k for entry in as_data(kernels=True, file=compiled.filename) for k in entry["kernels"]]
    assert len(kernels) == 1 and (kernels[0].count("def ") == 1 or name == "one calls another")
