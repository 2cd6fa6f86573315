"""Two engines compile the kernels, to the same bits; what one does not take is left to the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alpyna_hook.config import settings
from alpyna_hook.hook.loader import prepare
from alpyna_hook.ir.kernel import Untaken
from alpyna_hook.kernels import build, llvm_engine
from alpyna_hook.kernels.kernel import CompileError, Kernel
from alpyna_hook.log import configure
from alpyna_hook.seam.site import all_sites
from tests.differential import Program
from tests.emit.golden_nests import NESTS

SOME = ("argmax", "calls_of_numpy_in_strips", "complex_numbers", "function_of_two_results", "gcd", "matrix_product", "narrow_integers",
        "return_in_the_nest")
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 7.0, -7.0, 3.0, 1e300, -1e-300, 5e-324, 6.5, float("inf"), float("-inf"), float("nan")]


def by(jit: str, strict: bool = True):  # type: ignore[no-untyped-def]
    def compiler(source: str, filename: str):  # type: ignore[no-untyped-def]
        prepared = prepare(source.encode(), filename, marked=True, cached=False)
        assert prepared is not None
        return prepared.code(filename, filename, settings(device="cpu", strict=strict, jit=jit))

    return compiler


def kernels(program: Program) -> list[Kernel]:
    sites = [site for site in all_sites() if site.module.filename == program.filename and site.state is not None]
    variants = [variant for site in sites for variant in site.state.variants.values()]  # type: ignore[attr-defined]
    return [kernel for variant in variants for kernel in variant.kernels.values()]


def ran(source: str, jit: str, *inputs: object, strict: bool = True) -> Kernel:
    """The kernel of a program that gave what plain Python gives."""
    program = Program(source, by(jit, strict))
    program.load()
    compared = program.call("f", *inputs)
    assert compared.difference is None, compared.difference
    assert compared.verdict == "accelerated", compared.runs
    (kernel,) = kernels(program)
    return kernel


@pytest.mark.parametrize("name", SOME)
def test_numba_gives_the_same(name: str) -> None:
    """That LLVM does is seen with the recorded kernels."""
    source, inputs = NESTS[name]
    assert ran(source, "numba", *inputs()).engine == "numba"


def test_llvm_is_the_engine_unless_another_is_chosen() -> None:
    source, inputs = NESTS["saxpy"]
    assert ran(source, "llvm", *inputs()).engine == "llvm"


HELPED = """
import math
def f(x, y, n, z, roots, rounded, norms, powers, quotients):
    for i in range(len(x)):
        roots[i] = math.isqrt(n[i]) + math.gcd(n[i], i)
        norms[i] = math.hypot(x[i], y[i])
        powers[i] = n[i] ** 3
        quotients[i] = z[i] / (z[i] + 1.0)
        rounded[i] = round(float(x[i]), 2)
"""


@pytest.mark.parametrize("jit", ["llvm", "numba"])
def test_helpers(jit: str) -> None:
    x = np.array([0.0, 3.0, 1e-310, 0.125, 2.675, 1.005, 12345.675, 1e3])
    n = np.array([0, 1, 2, 15, 16, 17, 2**20 - 1, 3 * 2**18])
    source, outs = HELPED, (np.zeros(8, int), np.zeros(8), np.zeros(8), np.zeros(8, int), np.zeros(8, complex))
    assert ran(source, jit, x, x[::-1].copy(), n, x[:8] * 1e-5 + 2j, *outs).engine == jit


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("jit", ["llvm", "numba"])
def test_floor_division_of_floats(dtype: str, jit: str) -> None:
    with np.errstate(all="ignore"):
        x = np.array(EDGES).astype(dtype)
        whole, rest = np.zeros((2, 16, 16), dtype)
        source = ("import numpy as np\ndef f(x, whole, rest):\n    with np.errstate(all='ignore'):\n        for i in range(len(x)):\n"
                  "            for j in range(len(x)):\n                whole[i, j] = x[i] // x[j]\n                rest[i, j] = x[i] % x[j]\n")
        assert ran(source, jit, x, whole, rest).engine == jit


@pytest.mark.parametrize("dtype", ["i1", "i8", "u8"])
def test_floor_division_of_integers(dtype: str) -> None:
    info = np.iinfo(dtype)
    x = np.array([0, 1, 2, 3, 7, 8, 100, info.max, info.max - 1, info.min, info.min + 1], dtype)
    y = np.array([1, 2, 3, 7, 8, info.max, max(info.min + 1, -1) or 5], dtype)
    out = np.zeros((4, len(x), len(y)), dtype)
    source = ("def f(x, y, out, least):\n    for i in range(len(x)):\n        for j in range(len(y)):\n"
              "            if x[i] != least:\n                out[0, i, j] = x[i] // y[j]\n                out[1, i, j] = x[i] % y[j]\n"
              "            out[2, i, j] = x[i] // 8\n            out[3, i, j] = x[i] % 7\n")
    assert ran(source, "llvm", x, y, out, x[9]).engine == "llvm"


def _planted(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> Kernel:
        raise error

    build._built.cache_clear()
    monkeypatch.setattr(llvm_engine, "built", fail)


def test_what_llvm_does_not_take_is_left_to_numba(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _planted(Untaken("a form that is not known"), monkeypatch)
    configure(str(tmp_path / "log"))
    try:
        assert ran("def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] * 1.75\n", "llvm", np.ones(4)).engine == "numba"
    finally:
        configure("")
    assert "a kernel is left to Numba, for a form that is not known" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("strict", [False, True])
def test_what_llvm_refuses(strict: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    build._built.cache_clear()
    monkeypatch.setattr(llvm_engine, "text_of", lambda source: "define i64 @kernel() { ret i32 }")
    source = "def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] * 2.75\n"
    if not strict:
        assert ran(source, "llvm", np.ones(4), strict=False).engine == "numba"
        return
    program = Program(source, by("llvm"))
    program.load()
    error = program.call("f", np.ones(4)).fast.error
    assert isinstance(error, CompileError)
    assert "ret i32" in str(error)


@pytest.mark.parametrize(("jit", "loaded"), [("llvm", "False"), ("numba", "True")])
def test_numba_is_imported_where_it_compiles(jit: str, loaded: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nimport numpy as np\ndef f(a):\n    for i in range(len(a)):\n        a[i] = a[i] * 2.0\n    return a.sum()\n"
        "print(f(np.ones(9)), 'numba' in sys.modules)\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "alpyna", "run", script], capture_output=True, text=True, timeout=120,
        env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "ALPYNA_JIT": jit})
    assert (done.returncode, done.stdout) == (0, f"18.0 {loaded}\n"), done.stderr
