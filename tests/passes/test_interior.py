"""Loops without the tests that nearly all iterations answer alike: the same results, whichever iterations are at the borders."""

from __future__ import annotations

import re

import numpy as np
import pytest

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_check import problems
from alpyna_hook.ir.kernel_values import arithmetic, compared, i8
from alpyna_hook.ir.schema import walk
from alpyna_hook.passes.interior import without_tests
from tests.differential import Program, check
from tests.emit.golden_nests import NESTS
from tests.emit.test_golden import kernels

HEAD = "import math\nimport numpy as np\n"


@pytest.mark.parametrize("name", NESTS)
def test_what_was_rewritten_stays_well_formed(name: str) -> None:
    """All its variables are new, those of the loops that were made before too."""
    for kernel in kernels(name):
        assert problems(without_tests(kernel)) == []


BORDERS = {
    "wraps": "for i in range(n):\n    a[i] = b[i] + b[i - 1]",
    "wraps by a remainder": "for i in range(n):\n    a[i] = b[(i + 1) % n] - b[i] + b[(i - 2) % n]",
    "a remainder of a few": "for i in range(n):\n    a[i] = b[i % (k * k + 1)] + b[(3 * i - 7) % (k or 1)]",
    "a remainder of zero": "for i in range(n):\n    a[i] = b[(i - 3) % k]",
    "a remainder of what moves": "for i in range(n):\n    a[i] = b[(5 - i) % (2 * i + 1)]",
    "wraps from elsewhere": "for i in range(k, n):\n    a[i] = b[i] + b[i - 3]",
    "first": "for i in range(n):\n    if i == k:\n        a[i] = 1.0\n    else:\n        a[i] = b[i]",
    "all but one": "for i in range(n):\n    if i != k:\n        a[i] = b[i]",
    "both": "for i in range(n):\n    if i == 0 or i == n - 1:\n        a[i] = 0.0\n    else:\n        a[i] = b[i - 1] + b[i + 1]",
    "backwards": "for i in range(n):\n    a[n - 1 - i] = b[n - 2 - i]",
    "not below": "for i in range(n):\n    a[i] = b[i - 1 if i > 0 else 0]",
    "twice as far": "for i in range(n):\n    a[i] = b[2 * i - n]",
    "too far": "for i in range(n):\n    a[i] = b[i + k]",
    "by the index of a row": "for j in range(3):\n    for i in range(n):\n        a[i] = b[i - j] + b[i - k]",
    "a counter": "c = k\nfor i in range(n):\n    a[i] = b[c]\n    c += 1",
    "a counter that goes back": "c = k\nfor j in range(2):\n    for i in range(n):\n        c -= 1\n        a[i] += b[c]",
    "a counter that passes all integers": "c = 2**63 - 1 - k\nfor i in range(n):\n    a[i] = b[i]\n    c += 1",
    "a way out by the index": "for i in range(n):\n    if i == k:\n        return i\n    a[i] = b[i]",
    "far away": "for i in range(n):\n    if i == 2**62 + k or i - 2**62 < -2**62 + k:\n        a[i] = b[i]",
}


@pytest.mark.parametrize("name", BORDERS)
def test_borders(name: str) -> None:
    lines = "".join(f"    {line}\n" for line in BORDERS[name].split("\n"))
    source = f"{HEAD}def f(a, b, n, k):\n{lines}    return k\n"
    program = Program(source)
    program.load()
    for n in (0, 1, 7, 40):
        for shift in (-50, -1, 0, 1, 6, 40):
            assert program.call("f", np.zeros(40), np.arange(40.0), n, shift).difference is None, (n, shift)


AHEAD = {
    "whole parts": "a[i] = int(b[i]) + math.floor(b[i])",
    "a sum that overflows": "c[i] = c[i - i] * 0 + int(b[i]) + d[i]",
    "search": "if b[i] > s:\n    return i\na[i] = b[i]",
    "search in two steps": "if b[i] > s:\n    if d[i] > 3:\n        return i\na[i] = b[i] + 1.0",
    "a search that decides what is read": "if i >= k:\n    return i\nif b[i] > s:\n    return -i\na[i] = d[i]",
    "a search in what is written": "if a[i - 1] > s:\n    return i\na[i] = b[i]",
}


@pytest.mark.parametrize("name", AHEAD)
def test_ways_out(name: str) -> None:
    lines = "".join(f"        {line}\n" for line in AHEAD[name].split("\n"))
    source = f"{HEAD}def f(a, b, c, d, s, k):\n    for i in range(len(b)):\n{lines}    return None\n"
    program = Program(source)
    program.load()
    for n in (63, 64, 1025, 2100):
        for place in (0, n // 2, n - 1, None):
            b, d = np.linspace(-2.0, 2.0, n), np.arange(n)
            if place is not None and place < n:
                b[place], d[place] = 1e19, 2**62 + 2**61
            inputs = np.zeros(n), b, np.zeros(n, np.int64), d, 3.0, n // 3
            assert program.call("f", *inputs).difference is None, (n, place)


def test_nan_is_found_ahead() -> None:
    source = f"{HEAD}def f(a, b):\n    for i in range(len(b)):\n        a[i] = int(b[i])\n"
    for place in (0, 100, 1999):
        b = np.ones(2000)
        b[place] = np.nan
        assert check(source, np.zeros(2000), b, expect=None).plain.error is not None


VECTORS = {
    "wraps": "for i in range(len(a)):\n    a[i] = (b[i] + b[i - 1]) * 0.5",
    "a remainder": "for i in range(len(a)):\n    a[i] = b[(i + 1) % len(a)] * 0.5 - b[i]",
    "borders": "for i in range(len(a)):\n    if i == 0:\n        a[i] = 0.0\n    else:\n        a[i] = b[i] + b[i - 1]",
    "a counter": "k = 0\nfor j in range(1):\n    for i in range(len(a)):\n        a[i] = b[k] * 0.5\n        k += 1",
    "checks": "for i in range(len(a)):\n    a[i] = int(b[i] * 100.0) + int(b[i])",
    "a procedure": "for i in range(len(a)):\n    add(a, b, i)",
}


@pytest.mark.parametrize("name", VECTORS)
def test_llvm_makes_vectors(name: str) -> None:
    from alpyna_hook.kernels import llvm_engine

    lines = "".join(f"    {line}\n" for line in VECTORS[name].split("\n"))
    program = Program(f"{HEAD}def add(a, b, i):\n    a[i] += b[i]\n\ndef f(a, b):\n{lines}")
    program.load()
    assert program.call("f", np.zeros(3000), np.ones(3000)).verdict == "accelerated"
    for kernel in program.kernels():
        optimised = str(llvm_engine.machine().optimised(llvm_engine.text_of(kernel)))
        assert re.search(r"store <\d+ x double>", optimised)


def test_a_check_of_what_the_loop_writes_stays() -> None:
    """Nothing of it is known before the iteration."""
    frame, x, at, index = k.Local("frame", "p"), k.Local("x", "f8"), k.Local("a", "p"), k.Local("k", "i8")
    place = arithmetic("mul", index, i8(8))
    loop = k.Loop("k", i8(0), k.Load(frame, i8(104), "i8", None), 1, k.Mode.SEQUENTIAL, (
        k.Set("x", k.Load(at, place, "f8", 0)),
        k.If(compared("gt", x, k.Const(1.0, "f8")), (k.Return(i8(513)),), ()),
        k.Store(at, arithmetic("add", place, i8(8)), arithmetic("add", x, k.Const(1.0, "f8")), "f8", 0),
    ), ())
    given = k.Set("a", k.Cast(k.Load(frame, i8(96), "i8", None), "p"))
    function = k.Function("kernel", (frame,), "i8", (x, at, index), (), (given, loop, k.Return(i8(0))))
    kernel = without_tests(k.Kernel((function,), 1))
    (left,) = [x for x in walk(kernel) if isinstance(x, k.Loop)]
    assert any(isinstance(x, k.If) and isinstance(x.body[-1], k.Return) for x in left.body)
    assert not any(isinstance(x, k.While) for x in walk(kernel))
