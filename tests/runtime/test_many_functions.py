"""Functions that call functions that call functions, each several times: compiled in a time that does not explode."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.differential import check

STEPS = {
    "straight": "return f{k}(x) + f{k}(x * 0.5)",
    "branches": "if x > 2.0:\n    return f{k}(x - 1.0)\nreturn f{k}(x) - f{k}(x * 0.5)",
    "loops": "s = 0\nfor j in range(2):\n    s += f{k}(x + j)\nreturn s",
    "mixed": "y = f{k}(x) if x > 1.0 else 1\nreturn f{k}(0.25) + y",
    "tuples": "y, z = p{k}(x)\nu, v = p{k}(z)\nreturn y + u",
}


def tower(step: str, height: int, first: str = "x * 0.5 + 0.25") -> str:
    lines = ["def f0(x):", f"    return {first}", ""]
    for k in range(height):
        body = "".join(f"    {line}\n" for line in step.format(k=k).split("\n"))
        lines += [f"def p{k}(x):", f"    return f{k}(x), x * 0.5", "", f"def f{k + 1}(x):", body]
    return "\n".join([*lines, "def f(a):", "    for i in range(len(a)):", f"        a[i] = f{height}(a[i])", ""])


HEIGHTS = [6, pytest.param(9, marks=pytest.mark.slow)]  # of 64 calls a part is shared, as of 512


@pytest.mark.parametrize("height", HEIGHTS)
@pytest.mark.parametrize("name", STEPS)
def test_a_tower_of_calls(name: str, height: int) -> None:
    before = time.process_time()
    check(tower(STEPS[name], height), np.linspace(0.0, 3.0, 5))
    assert time.process_time() - before < 60.0, "it was minutes, and doubled or worse with each level"


def test_what_many_calls_share_is_checked_for_all_of_them() -> None:
    """The first calls are proved by themselves; that the last ones leave the array must be seen."""
    terms = " + ".join(f"at(a, i + {k})" for k in range(40))
    source = f"def at(a, i):\n    return a[i]\n\ndef f(a, b, n):\n    for i in range(n):\n        b[i] = {terms}\n"
    check(source, np.arange(60.0), np.zeros(60), 21)
    check(source, np.arange(60.0), np.zeros(60), 22, expect="flagged")
    backwards = source.replace("at(a, i + 39)", "at(a, -i - 1)")
    check(backwards, np.arange(60.0), np.zeros(60), 22)


def test_warnings_in_what_many_calls_share() -> None:
    terms = " + ".join(f"scaled(a[i] + {k})" for k in range(40))
    source = f"def scaled(x):\n    return x * 1e300\n\ndef f(a):\n    for i in range(len(a)):\n        a[i] = {terms}\n"
    check(source, np.array([1.0, 2.0]))
    assert check(source, np.array([1.0, 1e8]), expect=None).plain.warned


@pytest.mark.parametrize("dtype", ["f8", pytest.param("i8", marks=pytest.mark.slow)])
def test_shared_functions_that_store(dtype: str) -> None:
    terms = " + ".join(f"change(a, {k % 5})" for k in range(36))
    source = f"def change(a, k):\n    a[k] += 1\n    return a[k] * 2\n\ndef f(a, b):\n    for i in range(len(a)):\n        b[i] = a[i] + {terms}\n"
    check(source, np.arange(5, dtype=dtype), np.zeros(5))


@pytest.mark.parametrize("form", ["s + {}", "{} * s", "min(s, {})", "s < {} < s"])
def test_deep_expressions_of_a_variable_of_two_types(form: str) -> None:
    """Each operation is written for each type: its operands must not be."""
    text = "s"
    for _ in range(16):
        text = f"({form.format(text)})"
    check(f"def f(a, b):\n    s = 0\n    for i in range(len(a)):\n        b[i] = {text}\n        if i == 2:\n            s = a[i]\n",
          np.array([0.5, 1.0, 0.25, 2.0]), np.zeros(4))
