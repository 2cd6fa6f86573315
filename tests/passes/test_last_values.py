"""What a loop leaves in its variables, when that is set after it: what plain Python leaves, however the loop ends."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_check import problems
from alpyna_hook.ir.kernel_values import compared, i8
from alpyna_hook.ir.schema import walk
from alpyna_hook.kernels.levels import has_fixed_tests
from alpyna_hook.passes.last_values import with_last_values
from tests.differential import Program
from tests.emit.golden_nests import NESTS
from tests.emit.test_golden import kernels

LOOPS = {
    "an index": "for i in range(n):\n    a[i] = b[i]",
    "by a step": "for i in range(3, n, 4):\n    a[i] = b[i]",
    "backwards": "for i in range(n - 1, -1, -1):\n    a[i] = b[i]",
    "two loops": "for j in range(m):\n    for i in range(j, n):\n        a[i] += b[j]",
    "an inner loop that does not run each time": "for j in range(n):\n    for i in range(n - 2 * j):\n        a[i] += b[j]",
    "bounds by the variable itself": "for i in range(n):\n    for i in range(i, n):\n        a[i] += b[i]",
    "bounds that the loop changes": "k = n\nfor i in range(k):\n    k = i // 2\n    a[i] += b[k]",
    "a bound that is read from what is stored": "c[0] = n\nfor j in range(m):\n    for i in range(c[0]):\n        c[0] = i\n        a[i] += 1.0",
    "set again": "for i in range(n):\n    a[i] = b[i]\n    if b[i] > m:\n        i = -1",
    "a number": "for i in range(n):\n    s = 5\n    a[i] = b[i] * s",
    "read before": "s = 1\nfor i in range(n):\n    a[i] = b[i] * s\n    s = 5",
    "by the index of a loop around": "for j in range(m):\n    for i in range(n):\n        s = 2 * j + 3 * i - m\n        a[i] += s",
    "left": "for i in range(n):\n    if b[i] > m:\n        break\n    a[i] = b[i]",
    "left, or not": "for i in range(n):\n    if b[i] > m:\n        break\n    a[i] = b[i]\nelse:\n    s = i - 7",
    "left in one of two ways": "for i in range(n):\n    s = i + 1\n    if b[i] > m:\n        break\n    elif b[i] < 0:\n        s = 9\n        break\n    a[i] = b[i]",
    "an inner loop that is left": "for j in range(m):\n    for i in range(n):\n        s = i * 2\n        if b[i] > j:\n            break\n        a[i] = b[i]",
    "left by what runs after an inner loop": "for j in range(m):\n    s = j * 2\n    for i in range(n):\n        if b[i] > 3 * j:\n            break\n        a[i] = b[i]\n    else:\n        break",
    "left there, or not": "for j in range(m):\n    s = j * 2\n    if n > 1:\n        for i in range(n):\n            if b[i] > 3 * j:\n                break\n            a[i] += 1.0\n        else:\n            if b[j] > 1:\n                break\nelse:\n    t = 9",
    "left at two depths": "for j in range(m):\n    for s in range(m):\n        for i in range(n):\n            if b[i] > 3 * j + s:\n                break\n            a[i] += 1.0\n        else:\n            break\n    else:\n        if b[j] > 2:\n            break",
    "gone on there": "for j in range(m):\n    s = j * 2\n    for i in range(n):\n        if b[i] > 3 * j:\n            break\n        a[i] = b[i]\n    else:\n        continue\n    t = j\n    break",
    "gone on": "for i in range(n):\n    s = i\n    if b[i] > m:\n        continue\n    t = i\n    a[i] = b[i]",
    "returned": "for j in range(m):\n    for i in range(n):\n        s = i\n        if b[i] > j + 1:\n            return i, s\n        a[i] = b[i]",
    "in a `while` loop": "while s < m:\n    for i in range(n - s):\n        a[i] += b[i]\n    s = s + 1",
    "a mean": "for j in range(m):\n    t = 0.0\n    for i in range(n):\n        t += b[i]\n    a[j] = t",
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_is_left(name: str) -> None:
    lines = "".join(f"    {line}\n" for line in LOOPS[name].split("\n"))
    program = Program(f"def f(a, b, c, n, m):\n    i, j, s, t = -1, -2, -3, -4\n{lines}    return i, j, s, t\n")
    program.load()
    for n in (0, 1, 2, 33):
        for m in (0, 1, 5):
            given = np.zeros(40), np.arange(40.0) - 2, np.zeros(2, int)
            assert program.call("f", *given, n, m).difference is None, (n, m)


@pytest.mark.parametrize("name", NESTS)
def test_what_was_rewritten_stays_well_formed(name: str) -> None:
    for kernel in kernels(name):
        assert problems(with_last_values(kernel)) == []


@pytest.mark.parametrize("name", ["an index", "by a step", "two loops", "by the index of a loop around", "left"])
def test_no_iteration_sets_them(name: str) -> None:
    lines = "".join(f"    {line}\n" for line in LOOPS[name].split("\n"))
    program = Program(f"def f(a, b, c, n, m):\n{lines}    return i\n")
    program.load()
    program.call("f", np.zeros(40), np.arange(40.0), np.zeros(2, int), 33, 50)
    for kernel in program.kernels():
        for loop in [x for x in walk(kernel) if isinstance(x, k.Loop)]:
            always = [s.name for s in loop.body if isinstance(s, k.Set) and s.name in ("i", "j", "s")]
            assert always == []


@pytest.mark.parametrize(("test", "fixed"), [
    (compared("lt", k.Local("n", "i8"), i8(3)), True),
    (compared("lt", k.Local("k", "i8"), k.Local("n", "i8")), False),
    (k.Select(compared("lt", k.Local("k", "i8"), i8(9)), k.Const(True, "b1"), compared("eq", k.Local("n", "i8"), i8(0)), "b1"), True),
    (compared("lt", k.Load(k.Local("frame", "p"), i8(96), "i8", None), i8(3)), False),
])  # fmt: skip
def test_tests_that_have_one_answer(test: k.Value, fixed: bool) -> None:
    frame, n, counter = k.Local("frame", "p"), k.Local("n", "i8"), k.Local("k", "i8")
    inner = k.Loop("k", i8(0), n, 1, k.Mode.SEQUENTIAL, (k.If(test, (k.Store(frame, i8(104), n, "i8", None),), ()),), ())
    for around in (False, True):
        body: tuple[k.Stmt, ...] = (k.Set("n", k.Load(frame, i8(96), "i8", None)), inner)
        if around:  # a test in a loop around is left alone
            body = (body[0], k.Loop("k", i8(0), n, 1, k.Mode.SEQUENTIAL, (
                k.If(test, (k.Return(i8(1)),), ()), k.Loop("k", i8(0), n, 1, k.Mode.SEQUENTIAL, (k.Set("n", n),), ())), ()))
        function = k.Function("kernel", (frame,), "i8", (n, counter), (), (*body, k.Return(i8(0))))
        assert has_fixed_tests(k.Kernel((function,), 1)) == (fixed and not around)
