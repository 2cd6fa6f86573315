"""Objects die when they would without us: a site is a constant of a code object, which the collector does not look into."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
import warnings
import weakref
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from alpyna_hook import report
from tests.differential import Program, check

LOOP = "def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] + 1.0\n    return a\n"


# ------------------------------------------------------------- the program's end


@pytest.mark.parametrize("device", ["auto", "cpu", "interpreter"])
@pytest.mark.parametrize("end", ["", "raise SystemExit(3)", "1/0"])
def test_files_are_written_and_finalisers_run_at_exit(tmp_path: Path, device: str, end: str) -> None:
    (tmp_path / "main.py").write_text(
        f"import numpy as np\n{LOOP}\nclass Last:\n    def __del__(self):\n        print('deleted')\n"
        f"last, out = Last(), open('out.txt', 'w')\nout.write(str(f(np.zeros(2))))\n{end}\n"
    )
    outcomes = []
    for command in (["main.py"], ["-m", "alpyna", "run", "main.py"], ["-m", "alpyna", "run", "--report", "r.json", "main.py"]):
        (tmp_path / "out.txt").unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "ALPYNA_DEVICE": device, "ALPYNA_STRICT": "1",
                 "ALPYNA_CACHE_DIR": str(tmp_path / "cache")},
        )
        outcomes.append((done.returncode, done.stdout, done.stderr, (tmp_path / "out.txt").read_text()))
    assert outcomes[0][1:2] + outcomes[0][3:] == ("deleted\n", "[1. 1.]")
    assert outcomes[1] == outcomes[2] == outcomes[0]
    assert '"runs": 1' in (tmp_path / "r.json").read_text()


# ------------------------------------------------------------------ while it runs


def loaded(source: str) -> Program:
    program = Program(source)
    assert program.load().difference is None
    return program


def test_a_module_dies_with_its_last_reference_and_stays_in_the_report() -> None:
    program = loaded(f"import numpy as np\n{LOOP}\nbig = f(np.zeros(9))\n")
    big = weakref.ref(program.fast["big"])
    program.fast.clear()
    gc.collect()
    assert big() is None
    assert [e["accelerated_runs"] for e in report(program.filename)] == [1]


def test_a_namespace_dies_that_is_used_by_nobody() -> None:
    program = loaded(f"class Owner: pass\nowner = Owner()\n{LOOP}")
    program.fast["f"](np.zeros(3))  # type: ignore[operator]
    owner = weakref.ref(program.fast["owner"])
    program.fast = {}  # nothing is cleared: its functions and it are a cycle
    gc.collect()
    assert owner() is None


@pytest.mark.parametrize("source", [
    LOOP,
    LOOP.replace("+ 1.0", "** a[0]"),  # declined for complex numbers
    LOOP.replace("len(a)", "len(a) + 1"),  # replayed
    "def f(a):\n    b = a\n    def g(x):\n        return x + b[0]\n    for i in range(len(a)):\n        a[i] = g(a[i])\n",
], ids=["compiled", "declined", "replayed", "closure"])
@pytest.mark.parametrize("dtype", [float, complex])
@pytest.mark.parametrize("action", ["default", "error"])
def test_arrays_die_after_the_loop(source: str, dtype: type, action: str) -> None:
    program = loaded(source)
    for _ in range(3):
        a = np.ones(5, dtype)
        dead = weakref.ref(a)
        with warnings.catch_warnings(), suppress(IndexError):
            warnings.simplefilter(action)  # type: ignore[arg-type]
            program.fast["f"](a)  # type: ignore[operator]
        del a
        assert dead() is None  # without a collection


def test_the_objects_of_methods_die_after_the_loop() -> None:
    check("""
        import weakref
        class Box:
            def __init__(self): self.k = 2.0
            def scale(self, x): return x * self.k
            def run(self, a):
                for i in range(len(a)):
                    a[i] = self.scale(a[i])
        def f(a):
            box = Box()
            box.run(a)
            dead = weakref.ref(box)
            del box
            return dead() is None
    """, np.ones(3))


def test_a_loop_that_is_declined_again_and_again_takes_no_memory() -> None:
    program = loaded(LOOP.replace("+ 1.0", "** a[0]"))
    a = np.ones(1, complex)
    for _ in range(5):
        program.fast["f"](a)  # type: ignore[operator]
    tracemalloc.start()
    try:
        for _ in range(25):
            program.fast["f"](a)  # type: ignore[operator]
        assert tracemalloc.get_traced_memory()[0] < 20_000
    finally:
        tracemalloc.stop()
