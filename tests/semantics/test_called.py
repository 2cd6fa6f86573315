"""Functions of the program that a nest calls: what Python makes of their parameters, defaults and names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.differential import check

ROOT = Path(__file__).resolve().parents[2]
MAIN = """
def f(a):
    for i in range(len(a)):
        a[i] = {call}
    return a
"""
A = np.arange(4.0)

CALLS = {
    "positional only": ("def g(x, /, y=2.0):\n    return x * y", "g(x=a[i], y=3.0)", "type-error"),
    "all positional only": ("def g(x, y=2.0, /):\n    return x * y", "g(a[i], y=3.0)", "type-error"),
    "after positional only": ("def g(x, /, y=2.0):\n    return x * y", "g(a[i], y=3.0)", "accelerated"),
    "a method's": ("class C:\n    def g(self, x, /, y=2.0):\n        return x * y\nc = C()", "c.g(x=a[i])", "type-error"),
    "annotated": ("s = 100.0\ndef g(x):\n    s: float\n    return x + s", "g(a[i])", "maybe-unbound"),
    "annotated, then assigned": ("s = 100.0\ndef g(x):\n    s: float\n    s = x\n    return x + s", "g(a[i])", "accelerated"),
    "in what is raised": ("s = 9.0\ndef g(x):\n    if x < 0:\n        raise ValueError(s := x)\n    return s", "g(a[i])", "maybe-unbound"),
    "of a comprehension": ("s = 9.0\ndef g(x):\n    if x < 0:\n        raise ValueError([t for t in (x,)])\n    return s", "g(a[i])", "accelerated"),
    "a cell": ("s = 9.0\ndef g(x):\n    if x < 0:\n        s = 2.0\n        raise ValueError(lambda: s)\n    return s", "g(a[i])", "maybe-unbound"),
    "nonlocal": ("def make():\n    s = 9.0\n    def g(x):\n        nonlocal s\n        s = x\n        return s\n    return g\ng = make()", "g(a[i])", "statement"),
    "global beyond a constant": ("s = 9.0\ndef g(x):\n    if 0:\n        global s\n    s = x\n    return s", "g(a[i])", "statement"),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    head, call, expected = CALLS[name]
    check(head + MAIN.format(call=call), A, expect=expected)


DEFAULTS = {
    "the same": ("(0.0,)", "accelerated"),
    "another sign": ("(-0.0,)", "call"),
    "another type": ("(0,)", "call"),
    "another value": ("(1.0,)", "call"),
    "none": ("None", "call"),
    "more than before": ("(2.0, 0.0)", "accelerated"),
    "more than parameters": ("(1.0, 2.0, 0.0)", None),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults(name: str) -> None:
    defaults, expected = DEFAULTS[name]
    head = f"def g(x, k=0.0):\n    return x * k\ng.__defaults__ = {defaults}\n"
    check(head + MAIN.format(call="g(a[i])"), A, expect=expected)


def test_parts_of_a_complex_default_have_signs() -> None:
    head = "def g(x, k=1j):\n    return (x * k).imag\ng.__defaults__ = (complex(-0.0, 1.0),)\n"
    check(head + MAIN.format(call="g(a[i])"), A, expect="call")


def test_an_assertion_that_is_left_out_makes_its_name_local_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    head = "# alpyna: accelerate\nimport numpy as np\ny = 7.0\ndef g(x):\n    assert (y := x) >= 0.0\n    return y\n"
    path.write_text(f"{head}{MAIN.format(call='g(a[i])')}\ntry:\n    print(f(np.arange(3.0)))\nexcept UnboundLocalError as e:\n    print(e)\n")
    for flags in ([], ["-O"]):
        plain, fast = (subprocess.run([sys.executable, *flags, *command], cwd=ROOT, capture_output=True, text=True, timeout=60,
                                      check=True, env={"ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "PYTHONPATH": str(ROOT)})
                       for command in ([str(path)], ["-m", "alpyna", "run", str(path)]))
        assert (plain.stdout, plain.stderr) == (fast.stdout, fast.stderr)
