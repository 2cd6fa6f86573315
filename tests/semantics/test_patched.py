"""Functions of the standard library and of NumPy that the program has put its own in the place of."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
    import builtins, math
    import numba  # looks into all of these modules when it is first used
    import numpy as np
    from numpy import exp, sin

    def own(x, *more):
        return 42.0

    def warm(a):
        for i in range(len(a)):
            a[i] = a[i] + 1.0
        return a
"""

# What is patched, and an expression of x; an expression that starts with "=" must run compiled.
PROGRAMS = {
    "math.sqrt": ("math.sqrt = own", "math.sqrt(x)"),
    "one function of math for another": ("math.sqrt = math.exp", "= math.sqrt(x)"),
    "abs": ("builtins.abs = own", "abs(x)"),
    "round": ("builtins.round = own", "round(x)"),
    "pow": ("builtins.pow = own", "pow(x, 2.0)"),
    "np.round": ("np.round = own", "np.round(x)"),
    "np.exp": ("np.exp = np.frompyfunc(lambda x: x + 1, 1, 1)", "np.exp(x)"),
    "np.exp by a function": ("np.exp = own", "np.exp(x)"),
    "np.float32": ("np.float32 = own", "np.float32(x)"),
    "a genuine function under its own name": ("math.sqrt = math.floor = np.sin = np.exp = own", "= sin(x) + exp(x)"),
    "a function that an operator needs": ("np.power = own", "= np.int64(3) ** x"),
}


def run(tmp_path: Path, text: str) -> str:
    """What a marked script prints, which must be the same plain and accelerated, and how its loops ran."""
    path = tmp_path / "program.py"
    path.write_text("# alpyna: accelerate\n" + text)
    printed = []
    for command in ([str(path)], ["-m", "alpyna", "run", str(path)]):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
                              env={"PATH": "", "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "ALPYNA_LOG": str(tmp_path / "log"),
                                   "PYTHONPATH": str(ROOT)})
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout + done.stderr)
    assert printed[0] == printed[1]
    log = tmp_path / "log"
    return log.read_text() if log.exists() else ""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_patched(name: str, when: str, tmp_path: Path) -> None:
    patch, expression = PROGRAMS[name]
    first = "numba.njit(lambda x: x + 1.0)(1.0)" if when == "before" else "warm(np.zeros(3))"
    body = f"{first}\n{patch}\n\ndef f(a):\n    for i in range(len(a)):\n        x = a[i]\n        a[i] = {expression.lstrip('= ')}\n    return a\n"
    log = run(tmp_path, textwrap.dedent(HEAD) + body + "print(f(np.arange(1.0, 5.0)))\n")
    if expression.startswith("="):
        assert "<Site f " not in log, log


def test_a_patched_function_is_not_called_for_its_type(tmp_path: Path) -> None:
    patch = "def loud(*args):\n    print('called', args)\n    return 1.0\nwarm(np.zeros(3))\nsaved, np.sin, builtins.round = round, loud, loud\n"
    body = "def f(a):\n    for i in range(len(a)):\n        a[i] = sin(a[i]) + saved(a[i], 2)\n    return a\n"
    run(tmp_path, textwrap.dedent(HEAD) + patch + body + "print(f(np.arange(4.0)))\n")
