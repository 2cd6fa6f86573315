"""LLVM without llvmlite's binding: the same code as by it, and the binding where that cannot be had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from alpyna_hook.emit.llvm import Target, llvm_text
from alpyna_hook.kernels import bare, llvm_engine
from alpyna_hook.kernels.levels import level_of
from alpyna_hook.runtime.earlier import loads_itself
from tests.emit.test_golden import kernels

pytestmark = pytest.mark.skipif(not loads_itself(), reason="object code is loaded by LLVM here")
PROGRAM = """
import sys
import numpy as np

def f(a, b):
    for i in range(1, len(a)):
        b[i] = a[i] * 2.0 + a[i - 1] % 3.0
    return b

print(f(np.arange(9.0), np.zeros(9)).sum())
print("llvmlite.binding" in sys.modules)
"""


@pytest.fixture(scope="module")
def here() -> bare.Bare:
    found = bare._bare()
    assert found is not None
    return found


def test_names_of_the_machine(here: bare.Bare) -> None:
    machine = llvm_engine.machine()
    assert (here.compiler, here.processor, here.layout) == (machine.compiler, machine.processor, machine.layout)


@pytest.mark.parametrize("name", ["saxpy", "matrix_product", "mandelbrot", "calls_of_numpy_in_strips", "floyd_warshall"])
def test_the_same_code(here: bare.Bare, name: str) -> None:
    machine = llvm_engine.machine()
    for kernel in kernels(name):
        made = here.object(llvm_text(kernel, "kernel", Target(here.triple, here.layout)), level_of(kernel))
        assert made == machine.own.emit_object(llvm_engine.optimised(kernel))


@pytest.mark.parametrize("text", ["define i64 @kernel() { ret i32 }", "nonsense", "define i64 @kernel() {\na:\n br label %a\n}\ndefine"])
def test_what_llvm_refuses(here: bare.Bare, text: str) -> None:
    with pytest.raises(bare.Refused):
        here.object(text, 2)


def test_where_it_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "llvmlite.binding" in sys.modules
    assert bare.bare() is None
    monkeypatch.setattr(bare, "_VERSIONS", ("0.0.",))
    assert bare._bare.__wrapped__() is None


@pytest.mark.parametrize(("change", "binding"), [
    ("", False),
    ("b._VERSIONS = ('0.0.',)", True),
    ("b._FUNCTIONS['LinkInNothing'] = None, ()", True),
    ("b.Bare.object = lambda self, text, level: b'no object code'", True),
    ("def refuse(self, text, level):\n    raise b.Refused('so')\nb.Bare.object = refuse", True),
])  # fmt: skip
def test_a_first_run(tmp_path: Path, change: str, binding: bool) -> None:
    """Whatever is amiss with it, the binding is there."""
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    starter = f"import alpyna_hook.kernels.bare as b\n{change}\nfrom alpyna.cli import main\nraise SystemExit(main(['run', {str(path)!r}]))"
    environment = {**os.environ, "ALPYNA_CACHE_DIR": str(tmp_path), "ALPYNA_DEVICE": "cpu", "ALPYNA_JIT": "llvm"}
    done = subprocess.run([sys.executable, "-c", starter], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["79.0", str(binding)], done.stderr
