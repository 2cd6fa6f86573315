"""NUMBA_DISABLE_JIT is for the program's own use of Numba: kernels are compiled all the same, and its functions are Python's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hook.processes import ROOT, Program

SCRIPT = """
import math
import numba
import numpy as np
import alpyna_hook

@numba.njit(fastmath=True)
def scaled(x, k):
    s = 0.0
    for i in range(3):
        s += x * i
    return s + k

@numba.jit("float64[:](float64[:])")
def called(a):
    for i in range(len(a)):
        a[i] = scaled(a[i], i) + math.hypot(a[i], 2.5)
    return a

@numba.njit(parallel=True)
def helped(n, z, out):
    t = 0
    for i in numba.prange(1, n):
        t += math.gcd(i, 12) + math.isqrt(i * 7) + i % 5
        out[i] = round(out[i] * 1.37, 2)
        z[i] = z[i] / (z[i] + 1j)
        t = abs(t - 20) % 1000 + max(i, 3)
        out[i] += float(i) ** 3
    return t

@numba.vectorize(["float64(float64)"])
def still_a_ufunc(x):
    for _ in range(3):
        x = x * 0.5
    return x

@numba.guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")
def generalised(a, out):
    for i in range(a.shape[0]):
        out[i] = a[i] + 1.0

a, z = np.arange(300.0), np.arange(300) * (1.5 - 0.5j)
print(called(a).tolist(), helped(300, z, a), z.tolist(), a.tolist())
print(type(called).__name__, still_a_ufunc(a).sum(), generalised(a).sum())
"""
REPORT = "print(sorted((e['qualname'], e['accelerated_runs'] > 0, e['reason']) for e in alpyna_hook.report()))\n"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")


def environment(program: Program) -> dict[str, str]:
    """With the engine itself."""
    path = os.pathsep.join([str(ROOT), str(program.folder)])
    return {"PYTHONPATH": path, "NUMBA_DISABLE_JIT": "1", "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1"}


def test_kernels_are_compiled_all_the_same(program: Program) -> None:
    program.write("main.py", SCRIPT)
    plain = program.python("main.py", check=True, NUMBA_DISABLE_JIT="1")
    program.write("main.py", SCRIPT + REPORT)
    *lines, ran = program.python("-m", "alpyna", "run", "main.py", check=True, **environment(program)).out.splitlines()
    assert lines == plain.out.splitlines()
    assert ran == (
        "[('called', True, None), ('generalised', False, 'other-compiler'), ('helped', True, None), ('scaled', False, None), "
        "('still_a_ufunc', False, 'other-compiler')]")


def test_switched_off_while_the_program_runs(program: Program) -> None:
    program.write("main.py", (
        "import numba\nimport numpy as np\nimport numba.core.config\n@numba.njit\ndef f(x): return x + 1.0\n"
        "numba.core.config.DISABLE_JIT = 1\n@numba.njit\ndef g(x): return x + 2.0\n"
        "def h(a):\n    for i in range(len(a)):\n        a[i] = g(a[i])\n    for i in range(len(a)):\n        a[i] = f(a[i])\n    return a\n"
        "print(type(f).__name__, type(g).__name__, h(np.arange(50.0)).tolist())\n"))
    options = {**environment(program), "NUMBA_DISABLE_JIT": "0"}
    assert program.python("-m", "alpyna", "run", "main.py", check=True, **options) == program.python("main.py", **options)
