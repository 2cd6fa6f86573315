"""Interrupts: answered soon, whatever the loop; and loops that would not end where the interpreter raises."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from alpyna_hook.runtime import interrupts
from tests.differential import check
from tests.oracle import Conditions

LOOPS = {
    "flat": "for i in range(3 * 10**11):\n    s ^= i * 3",
    "flat with break": "for i in range(3 * 10**11):\n    s ^= i * 3\n    if s == -1:\n        break",
    "inner": "for j in range(3):\n    for i in range(3 * 10**11):\n        s ^= i * j",
    "calls for strips": "for i in range(3 * 10**11):\n    a[i % 100] = np.exp(i * 1e-12)",
    "while": "while s != -1:\n    s = (s * 5 + 3) % 1000003",
    "inner while": "for j in range(3):\n    while s != -1:\n        s = (s * 5 + 3) % 1000003",
    "side by side": "for j in range(len(a)):\n    x = a[j]\n    while x < 9.0:\n        x = x / 1.5 + 1.0 / x\n    a[j] = x",
    "of a function": "for j in range(3):\n    s += endless(j)",
    "by data": "for j in range(len(counts)):\n    for i in range(counts[j]):\n        s ^= i * j",
}


SCRIPT = """
import os, signal, sys, threading, time, traceback
import numpy as np

def endless(k):
    while k != -1:
        k = (k * 5 + 3) % 1000003
    return k

{functions}

def interrupt(main):
    while True:  # until the kernel runs
        time.sleep(0.02)
        frame = sys._current_frames()[main]
        while frame is not None and frame.f_code.co_name not in ("_in_thread", "perform"):
            frame = frame.f_back
        if frame is not None:
            time.sleep(0.05)
            return os.kill(os.getpid(), signal.SIGINT)

for f in ({names}):
    a, counts = np.linspace(1.0, 2.0, 100), np.full(5, 10**12)
    thread = threading.Thread(target=interrupt, args=(threading.get_ident(),))
    thread.start()
    try:
        f(a, counts, 1)
    except KeyboardInterrupt as error:
        place, = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.name == f.__name__]
        undone = (a == np.linspace(1.0, 2.0, 100)).all()
        print(f.__name__, undone, 0 < place.lineno - f.__code__.co_firstlineno <= f.lines, flush=True)
    thread.join()
"""


def test_an_interrupt_is_answered(tmp_path: Path) -> None:
    """In a process that sends itself SIGINT when the loop has begun; arrays are left as they were, where no iteration was finished
    that writes to them."""
    functions = [
        f"def f{k}(a, counts, s):\n{textwrap.indent(loop, '    ')}\n    return s\nf{k}.lines = {loop.count(chr(10)) + 1}\n"
        for k, loop in enumerate(LOOPS.values())
    ]
    names = [f"f{k}" for k in range(len(LOOPS))]
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.format(functions="\n".join(functions), names=", ".join(names)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "alpyna", "run", path], capture_output=True, text=True, timeout=300,
        env={**os.environ, "ALPYNA_DEVICE": "cpu"},
    )
    expected = [f"{name} {loop != 'calls for strips'} True" for name, loop in zip(names, LOOPS, strict=True)]
    assert run.stdout.splitlines() == expected, run.stderr


ENDLESS = {
    "of math": "x = float(a[i])\nwhile x != 0.0:\n    x = math.sqrt(x) - 1.0\na[i] = x",
    "warned of": "x = a[i]\nwhile x != 0.0:\n    x = x / 0.5 - 1e308\na[i] = x",
    "in a function": "a[i] = roots(float(a[i]))",
    "behind the check": "x = math.sqrt(float(a[i]) - 0.75)\na[i] = until(x)",
    "behind the check, two calls down": "x = math.sqrt(float(a[i]) - 0.75)\na[i] = around(x)",
    "a bound": "x = 1.0 / (float(a[i]) - 0.5)\nm = int(min(x, 1e18))\nfor j in range(m):\n    a[j & 3] = a[j & 3] * 0.5 + 1.0",
    "a bound, NumPy's": "x = 1.0 / (a[i] - 0.5)\nm = int(min(x, 1e18))\nfor j in range(m):\n    a[j & 3] = a[j & 3] * 0.5 + 1.0",
    "a bound, of calls for strips": "x = 1.0 / (float(a[i]) - 0.5)\nm = int(min(x, 1e18))\nfor j in range(m):\n    a[j & 3] = np.sin(a[j & 3])",
    "a bound, around a loop": "x = 1.0 / (float(a[i]) - 0.5)\nm = int(min(x, 1e18))\nfor j in range(m):\n    for k in range(2):\n        a[k] = a[k] * 0.5 + 1.0",
    "a bound, with break": "x = 1.0 / (float(a[i]) - 0.5)\nm = int(min(x, 1e18))\nfor j in range(m):\n    a[j & 3] = a[j & 3] * 0.5 + 1.0\n    if a[1] < -1.0:\n        break",
    "a bound, side by side": "x = 1.0 / (float(a[i]) - 0.5)\nm = int(min(x, 1e18))\nfor j in range(m):\n    y, k = a[i], 0\n    while y < 4.0 and k < 9:\n        y = y * 1.5 + 0.5 / y\n        k += 1\n    t = y",
    "outside the loop": "x = math.sqrt(float(a[i]) - 0.75)\nk = 0\nwhile not x + k >= 0.0:\n    k += 1\na[i] = k",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_loops_that_only_an_exception_ends(name: str) -> None:
    lines = textwrap.indent(ENDLESS[name], "        ")
    source = f"""
import math
import numpy as np

def roots(x):
    while x != 0.0:
        x = math.sqrt(x) - 1.0
    return x

def until(x):
    k = 0
    while not x + k >= 0.0:
        k += 1
    return k

def around(x):
    if x > 7.0:
        return 7
    return until(x)

def f(a):
    for i in range(len(a)):
{lines}
    return a
"""
    conditions = Conditions({"over": "raise", "invalid": "raise", "divide": "raise"})
    check(source, np.array([1.0, 1.0, 0.5, 1.0]), expect="flagged", conditions=conditions)


def test_the_program_does_not_see_the_thread() -> None:
    source = """
import threading

def f(a, n):
    for j in range(n):
        k = int(a[j])
        while k > 0:
            k -= 1
        a[j] = k
    return threading.active_count(), [t.name for t in threading.enumerate()]
"""
    check(source, np.full(3, 2e6), 3)


def test_how_much_is_run_before_ctrl_c_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not known how long a nest takes: what takes long for some thousand iterations goes to another thread soon."""
    budgets: list[int] = []
    plain = interrupts._ends
    monkeypatch.setattr(interrupts, "_ends", lambda work, budget: budgets.append(budget) or plain(work, budget))  # type: ignore[func-returns-value]
    source = "def f(a, n):\n    s = 0\n    while s < n:\n        for j in range(1, len(a)):\n            a[j] += a[j - 1] * 0.5\n        s += 1\n    return s\n"
    check(source, np.zeros(2000), 10)
    assert budgets == [interrupts._TRIAL]
    budgets.clear()
    monkeypatch.setattr(interrupts, "_AT_ONCE", 0.0)
    check(source, np.zeros(3), 50_000)
    assert budgets == [interrupts._TRIAL]
    budgets.clear()
    monkeypatch.setattr(interrupts, "_AT_ONCE", 1e9)
    check(source, np.zeros(3), 50_000)
    assert budgets == [interrupts._TRIAL, interrupts.FEW]
