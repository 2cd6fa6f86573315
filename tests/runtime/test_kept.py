"""A later process finds what an earlier one has kept of a nest; what does not fit any more, or is damaged, is made anew."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from alpyna_hook.runtime.earlier import loads_itself

pytestmark = pytest.mark.skipif(not loads_itself(), reason="kernels are loaded without LLVM on Linux on x86-64 alone")
HALF = ("numba", "llvmlite", *[f"alpyna_hook.{name}" for name in (
    "capture", "bind", "infer", "prove", "emit", "passes", "schedule", "dependence", "pipeline", "ir.typed", "ir.kernel",
    "runtime.plans")])
SOURCE = """
    # alpyna: accelerate device=cpu
    import math
    import numpy as np

    K = 2
    OTHER = math.sqrt

    def f(a, b, n, x):
        s = x
        for i in range(n):
            b[i] = a[i] * K + OTHER(a[i])
            s += b[i]
        return s, i

    a, b = np.arange(12.0), np.zeros(12)
    CALLS
    import sys
    from alpyna_hook import report
    half = [m for m in sys.modules if m.startswith(HALF)]
    print([SHOWN, not half, [e["accelerated_runs"] for e in report()]])
"""
SHOWN = "(type(result[0]).__name__, float(result[0]), result[1], b.tolist())"
CALL = "result = f(a, b, 10, 0.5)"


class Runs:
    """Runs of one program, each in a process, over one cache."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        self.log = ""

    def __call__(self, source: str = SOURCE, calls: str = CALL, setup: str = "", compiled: bool = True, **settings: str) -> tuple[object, bool]:
        """What the program gives, and whether it ran without the compiler half."""
        text = textwrap.dedent(source).replace("CALLS", calls).replace("HALF", repr(HALF)).replace("SHOWN", SHOWN)
        (self.folder / "program.py").write_text(text)
        start = f"{setup}\nimport sys; from alpyna_hook import run_program; run_program('program.py', [])"
        environment = {**os.environ, "ALPYNA_CACHE_DIR": str(self.cache), "ALPYNA_LOG": "1", **settings}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        run = subprocess.run(
            [sys.executable, "-c", start], cwd=self.folder, capture_output=True, text=True, check=False, env=environment)
        self.log = run.stderr
        assert not run.returncode, run.stderr
        result, light, ran = ast.literal_eval(run.stdout)
        assert all(ran) is compiled, run.stderr
        return result, light

    def plans(self) -> list[Path]:
        return sorted(self.cache.rglob("*.plan"))


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    runs = Runs(tmp_path)
    assert runs() == (plain(CALL), False)
    assert len(runs.plans()) == 2
    return runs


def plain(calls: str, source: str = SOURCE) -> object:
    namespace: dict[str, object] = {}
    exec(textwrap.dedent(source).partition("CALLS")[0] + calls, namespace)
    return eval(SHOWN, namespace)


def test_a_later_run_needs_no_compiler(run: Runs) -> None:
    assert run() == (plain(CALL), True)


OTHERS = {
    "a shorter array": "a = a[:11]; b = b[::-1][1:]; result = f(a, b, 10, 0.5)",
    "of another type": "a = a.astype(np.float32); result = f(a, b, 10, 0.5)",
    "of integers": "a = np.arange(12); result = f(a, b, 10, 0.5)",
    "strided": "a, b = np.arange(24.0)[::2], np.zeros((12, 3))[:, 1]; result = f(a, b, 10, 0.5)",
    "one array": "b = a; result = f(a, b, 10, 0.5)",
    "overlapping": "a = np.arange(13.0); a, b = a[:-1], a[1:]; result = f(a, b, 10, 0.5)",
    "another integer": "result = f(a, b, 12, 0.5)",
    "another scalar": "result = f(a, b, 10, 1)",
    "a large scalar": "result = f(a, b, 10, 1e300)",
    "NumPy's scalar": "result = f(a, b, 10, np.float32(0.1))",
    "another number": "K = 3; result = f(a, b, 10, 0.5)",
    "a number of another type": "K = 2.5; result = f(a, b, 10, 0.5)",
    "another function": "OTHER = math.exp; result = f(a, b, 10, 0.5)",
    "NumPy's function": "OTHER = np.sqrt; result = f(a, b, 10, 0.5)",
    "an error state": "with np.errstate(all='ignore'): result = f(a, b, 10, 0.5)",
    "errors that are raised": "with np.errstate(all='raise'): result = f(a, b, 10, 0.5)",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_differs_is_seen(name: str, run: Runs) -> None:
    expected = plain(OTHERS[name])
    assert run(calls=OTHERS[name])[0] == expected
    assert run(calls=OTHERS[name]) == (expected, True)  # and kept in its turn
    assert run()[0] == plain(CALL)


def test_an_index_out_of_range_is_one(run: Runs) -> None:
    calls = "try: f(a, b, 13, 0.5)\nexcept IndexError: result = 1.0, 'raised'"
    assert run(calls=calls, compiled=False)[0] == plain(calls)


def test_another_source_is_another_nest(run: Runs) -> None:
    edited = SOURCE.replace("a[i] * K +", "a[i] * K -")
    assert run(edited)[0] == plain(CALL, edited)
    assert run(edited) == (plain(CALL, edited), True)


CHANGES = {
    "of ALPyNA": "import alpyna_hook; alpyna_hook.__version__ = '0.0.1'",
    "of NumPy": "import numpy; numpy.__version__ = '2.9.9'",
    "of Python": "import sys; sys.version = '3.99'",
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_version_makes_its_own(name: str, run: Runs) -> None:
    assert run(setup=CHANGES[name]) == (plain(CALL), False)
    assert run() == (plain(CALL), True)


def test_other_options_make_their_own(run: Runs) -> None:
    assert run(SOURCE.replace("device=cpu", "device=cpu threads=2")) == (plain(CALL), False)
    assert run(ALPYNA_STRICT="1") == (plain(CALL), False)
    assert run(NPY_DISABLE_CPU_FEATURES="") == (plain(CALL), False)
    assert run() == (plain(CALL), True)


def test_a_name_that_means_something_else(run: Runs) -> None:
    calls = "def range(n): return [0, 2]\nresult = f(a, b, 10, 0.5)"
    assert run(calls=calls, compiled=False)[0] == plain(calls)


ADDS = """
    # alpyna: accelerate device=cpu
    import sys
    import numpy as np
    from alpyna_hook import report

    def f(a):
        for i in range(len(a)):
            a[i] += 1.0
        return i

    def hook(event, args):
        if event == "open" and args[0].endswith(".tmp"):
            raise RAISED

    a, raised = np.zeros(3), False
    sys.addaudithook(hook)
    try:
        f(a)
    except KeyboardInterrupt:
        raised = True
    print([(a.tolist(), raised), False, [e["accelerated_runs"] for e in report()]])
"""


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "RuntimeError", "MemoryError", "RecursionError"])
def test_what_is_raised_while_a_nest_is_kept_finds_it_undone(raised: str, tmp_path: Path) -> None:
    """It was kept after it had run: the interpreter then ran it once more."""
    interrupted = raised == "KeyboardInterrupt"
    result, _ = Runs(tmp_path)(ADDS.replace("RAISED", raised), compiled=False)
    assert result == ([0.0 if interrupted else 1.0] * 3, interrupted)


def _flip(place: int) -> Callable[[Path], object]:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)

    return flip


DAMAGES: dict[str, Callable[[Path], object]] = {
    "removed": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "a bit of the key": _flip(20),
    "a bit of the values": _flip(-1),
    "writable by all": lambda path: path.chmod(0o666),
    "another's": lambda path: os.chown(path, 12345, -1),
    "not readable": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_not_there(name: str, run: Runs) -> None:
    if name == "another's" and os.geteuid():
        pytest.skip("only root gives files away")
    for path in run.plans():
        DAMAGES[name](path)
    assert run() == (plain(CALL), False)
    assert name == "removed" or "plan not read" in run.log
    again = run()
    assert again[0] == plain(CALL) and (again[1] or name == "not readable")
