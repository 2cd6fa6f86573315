"""Which loops around a `while` loop run side by side, and that what they leave is what one after the other leaves."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.explain.report import as_data
from tests.differential import Program

LEFT = "x, y, k, steps, i"  # what the function returns: all variables as the loop leaves them


def kernel_of(body: str, overlapping: bool = False, n: int = 150) -> str:
    """The one kernel of a function of two arrays, a float and an int; it must give what plain Python gives."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    program = Program(
        f"import math\nimport numpy as np\n\ndef f(a, b, s, n):\n    x = y = 1.5\n    k = steps = i = 0\n{lines}    return {LEFT}\n"
    )
    program.load()
    whole = np.random.default_rng(7).uniform(0.1, 60.0, n + 1)
    inputs = (whole[1:], whole[:-1]) if overlapping else (whole[1:].copy(), whole[:-1].copy())
    compared = program.call("f", *inputs, 1.5, n)
    assert compared.difference is None
    assert compared.verdict == "accelerated", compared.runs
    kernels = [k for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
    assert len(kernels) == 1
    return str(kernels[0])


def nest(loop: str, before: str = "x = a[i]", behind: str = "b[i] = x", head: str = "for i in range(n):") -> str:
    parts = [line for part in (before, loop, behind) for line in part.splitlines()]
    return "\n".join([head, *(f"    {line}" for line in parts)])


HALVE = "while x > 1.0:\n    x = x / 3.0 + 0.5 / x"
SIDE_BY_SIDE = {
    "one variable": nest(HALVE),
    "two variables": nest("while abs(x - y) > 1e-9:\n    x, y = 0.5 * (x + y), math.sqrt(x * y)", "x = float(a[i])\ny = 1.0"),
    "a count": nest("while x > 1.0:\n    x = x / 2.0\n    steps += 1\n    k += 1", "x = a[i]\nk = 0", "b[i] = k"),
    "sums in every part": nest(HALVE + "\n    steps = 2 + steps", "x = a[i]\nsteps += 1", "b[i] = x\nsteps -= 3"),
    "a last value": nest("while x > 40.0:\n    y = x / 7.0\n    x = y * 0.5 / y"),
    "no last value": nest("while x > 1e9:\n    y = x / 7.0\n    x = y * 0.5 / y"),
    "stores before": nest(HALVE, "x = a[i]\nb[i] = x", "k = i"),
    "nothing behind": nest(HALVE, "x = a[i]\nb[i] = x * x", ""),
    "a choice": nest("while x > 1.0:\n    if x > 8.0:\n        x = x / 5.0 + x / 9.0\n    else:\n        y = x / 2.0\n        x = y - 0.125 / y",
                     "x = a[i]\ny = 0.5", "b[i] = x + y"),
    "set or not": nest("while x > 1.0:\n    x = x / 3.0 + 0.5 / x\n    if x > 4.0:\n        y = x", "x = a[i]\ny = 0.25", "b[i] = y"),
    "index": nest("while x > i:\n    x = x / 3.0 - i / 50.0\n    k = i", "x = a[i]"),
    "steps of two": nest(HALVE, head="for i in range(n - 1, -1, -2):"),
    "break": nest("while x > 1.0:\n    x = x / 3.0\n    if x > 9.0:\n        k = i\n        break\n    x = x + 0.1 / x", "x = a[i]\nk = 0"),
    "until a break": nest("while True:\n    y = x / 3.0 + 0.5 / x\n    if y < 1.0:\n        break\n    x = y", "x = a[i]", "b[i] = x - y"),
    "continue": nest("while x > 1.0:\n    x = x / 3.0 + 0.5 / x\n    if x > 6.0:\n        continue\n    y = x\n    steps += 1", "x = a[i]\ny = 1.0"),
    "a call that is kept": nest("while x > 1.0:\n    x = x / math.sqrt(x + math.exp(s)) + 0.25 * math.exp(a[i] * -0.5) / x"),
    "NumPy's function": nest("while x > 1.0:\n    x = x / 3.0 + 0.25 * np.exp(-a[i]) / x"),
    "complex": nest("while z.real < 100.0:\n    z = z * (0.75 + 0.25j) * (0.5 - 0.125j) + z", "z = complex(a[i], 1.0)", "b[i] = z.imag"),
    "inner loop": "for j in range(3):\n" + "\n".join(f"    {line}" for line in nest(HALVE, "x = a[i] + j").splitlines()),
    "for with break": nest("for k in range(50):\n    x = x / 3.0 + 0.5 / x\n    if x < 1.0:\n        break", "x = a[i]\nk = 3", "b[i] = x + k"),
    "for of no iterations": nest("for k in range(3, i % 6):\n    x = x / 3.0 + 0.5 / x\n    if x < 1.0:\n        break"),
}


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_side_by_side(name: str, n: int) -> None:
    assert "active_strip" in kernel_of(SIDE_BY_SIDE[name], n=n)


IN_TURN = {
    "an element of another iteration": nest(HALVE, "x = a[i]", "a[i - 1] = x"),
    "a store in the loop": nest(HALVE + "\n    b[i] = x", behind="k = i"),
    "stores before and behind": nest(HALVE, "x = a[i]\nb[i] = x", "b[i - 1] = x"),
    "a value of the iteration before": nest(HALVE, "x = a[i] + y", "b[i] = x\ny = x"),
    "starts as the last one ended": nest("while x > 1.0:\n    x = x / 3.0 + 0.5 / x\nx += a[i]", ""),
    "a sum of floats": nest(HALVE + "\n    y += x"),
    "a sum that is read": nest(HALVE + "\n    steps += 1", behind="b[i] = steps"),
    "a variable set on some paths": nest("while x > 1.0:\n    x = x / 3.0 + 0.5 / x\n    if x > 4.0:\n        y = x"),
    "else": nest(HALVE + "\nelse:\n    x = 0.0"),
    "a way out": nest(HALVE, behind="b[i] = x\nif x < 0.01:\n    break"),
    "two loops": nest(f"{HALVE}\n{HALVE}"),
    "quick operations": nest("while k > 1:\n    k = k // 2", "k = i", "b[i] = k"),
    "for without break": nest("for k in range(5):\n    x = x / 3.0 + 0.5 / x"),
}


@pytest.mark.parametrize("name", IN_TURN)
def test_one_after_the_other(name: str) -> None:
    assert "active_strip" not in kernel_of(IN_TURN[name])


def test_views_that_overlap() -> None:
    assert "active_strip" not in kernel_of(nest(HALVE), overlapping=True)


def test_in_a_function() -> None:
    program = Program("""
        def settled(a, m):
            steps = 0
            x = y = 0.0
            for j in range(m):
                x = a[j]
                while x > 1.0:
                    y = x / 3.0
                    x = y + 0.5 / x
                    steps += 1
            return steps + x - y

        def f(a, b):
            for i in range(len(b)):
                b[i] = settled(a, i)
    """)
    program.load()
    compared = program.call("f", np.linspace(0.5, 9.0, 100), np.zeros(100))
    assert compared.difference is None and compared.verdict == "accelerated"
    [text] = [k for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
    assert "active_strip" in text
