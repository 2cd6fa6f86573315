"""Kernels from the store that are loaded without LLVM: they do what LLVM's own loading of them does, or are left to it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpyna_hook.kernels import build, image, ready, store
from alpyna_hook.runtime.earlier import loads_itself
from alpyna_hook.seam.site import all_sites
from tests.differential import Program

pytestmark = pytest.mark.skipif(not loads_itself(), reason="Linux on x86-64")
PROGRAMS = {
    "a sum": "for i in range(len(a)):\n        s = s + a[i]",
    "constants": "for i in range(len(a)):\n        a[i] = a[i] * 1.25 + 3.5 - 7.75 * i",
    "a function of the C library": "for i in range(len(a)):\n        a[i] = a[i] % 1.75 + round(a[i])",
    "what LLVM makes of filling": "for i in range(len(a)):\n        a[i] = 0.0",
    "a check": "for i in range(len(a)):\n        s = s + a[i] / (i - 5)",
    "two loops": "for i in range(1, len(a)):\n        for j in range(i):\n            a[i] = a[i] + a[j] * 0.5\n            s = s + j",
}


@pytest.fixture
def in_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A store of its own, from which kernels are loaded as if LLVM had not been imported."""
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(ready, "_LLVM", "no module")
    build.forget()
    from alpyna_hook.kernels.llvm_engine import machine

    ready.note(machine().compiler, machine().processor)
    yield
    build.forget()


def kernels_of(program: Program) -> list[Any]:
    states: list[Any] = [site.state for site in all_sites() if site.module.filename == program.filename]
    return [kernel for state in states if state for v in state.variants.values() for kernel in getattr(v, "kernels", {}).values()]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.usefixtures("in_store")
def test_the_second_time_llvm_is_not_asked(name: str) -> None:
    source = f"    def f(a, s):\n        {PROGRAMS[name].replace(chr(10), chr(10) + '    ')}\n        return s, a\n"
    inputs = [(np.arange(1.0, 60.0) * 0.7, 0.5), (np.arange(5.0), 0.0), (np.array([np.inf, np.nan, -0.0, 1e308] * 7), 1.0)]
    for time in range(2):
        program = Program(source)
        program.load()
        for arguments in inputs:
            compared = program.call("f", *arguments)
            assert compared.difference is None, compared.difference
        kernels = kernels_of(program)
        assert kernels
        assert all(isinstance(kernel.keep, image.Image) == bool(time) for kernel in kernels)
        build.forget()


@pytest.fixture(scope="module")
def code() -> bytes:
    """Of an object file that calls a function, with constants."""
    from alpyna_hook.kernels.llvm_engine import machine

    return bytes(machine().own.emit_object(machine().optimised("""
        declare double @fmod(double, double)
        declare double @nobody(double)
        define double @kernel(double %x, i64 %k) {
          %table = insertvalue [4 x double] zeroinitializer, double %x, 0
          %a = call double @fmod(double %x, double 3.25)
          %b = fmul double %a, 1.5
          ret double %b
        }
    """)))


def test_what_is_loaded_computes(code: bytes) -> None:
    import ctypes

    made = image.Image(code)
    function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_int64)(made.symbols["kernel"])
    assert function(10.0, 0) == 10.0 % 3.25 * 1.5


def test_another_function_is_unknown(code: bytes) -> None:
    with pytest.raises(image.Unknown, match="a function fmox"):
        image.Image(code.replace(b"fmod", b"fmox"))


def test_what_is_cut_off_is_unknown(code: bytes) -> None:
    for size in range(len(code) - 1):
        with pytest.raises(image.Unknown):
            image.Image(code[:size])


def test_nothing_else_comes_of_what_is_damaged(code: bytes) -> None:
    """Which the store's checksum does not let happen; none of it is run."""
    rng, unknown = random.Random(1), 0
    for _ in range(3000):
        damaged = bytearray(code)
        damaged[rng.randrange(len(code))] = rng.randrange(256)
        try:
            image.Image(bytes(damaged))
        except (image.Unknown, OSError):
            unknown += 1
    assert unknown > 100


@pytest.mark.usefixtures("in_store")
def test_what_is_not_understood_is_left_to_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_code: bytes) -> object:
        raise image.Unknown("relocation 9")

    monkeypatch.setattr(image, "Image", refused)
    for _ in range(2):
        program = Program("    def f(a):\n        for i in range(len(a)):\n            a[i] = a[i] + 1.5\n        return a\n")
        program.load()
        compared = program.call("f", np.zeros(9))
        assert (compared.difference, compared.verdict) == (None, "accelerated")
        build.forget()


@pytest.mark.parametrize("change", ["_BOOT", "_PROCESSOR"])
@pytest.mark.usefixtures("in_store")
def test_after_a_restart_and_on_another_processor_llvm_is_asked(change: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from alpyna_hook.kernels.llvm_engine import machine

    store.save(store.Key("a text", machine().compiler, machine().processor), b"no object")
    seen: list[bytes] = []
    monkeypatch.setattr(image, "Image", lambda found: seen.append(found) or _Made())
    assert ready.loaded("a text") and seen == [b"no object"]
    other = Path(getattr(ready, change)).read_text()
    for text in (other.replace("avx", "xva").replace("-", "+"), "", "flags"):
        (tmp_path / "other").write_text(text)
        monkeypatch.setattr(ready, change, str(tmp_path / "other"))
        ready._identity.cache_clear()
        assert ready.loaded("a text") is None
    monkeypatch.setattr(ready, change, str(tmp_path / "there is none"))
    ready._identity.cache_clear()
    assert ready.loaded("a text") is None
    ready._identity.cache_clear()


class _Made:
    symbols = {"kernel": 1}  # noqa: RUF012


def test_a_later_process_imports_neither_llvm_nor_numba(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("""
import sys
import numpy as np
def f(a, b):
    for i in range(1, len(a) - 1):
        b[i] = a[i - 1] % 3.0 + a[i + 1] * 0.5
    return b
def g(a, n):
    s = 0.0
    for i in range(n):
        s += a[i]
    return s
a = np.arange(200.0)
for k in range(80):
    f(a, np.zeros(200))
print(f(a, np.zeros(200)).sum(), g(a, 150))
print(*[name for name in ("alpyna_hook.kernels.bare", "llvmlite", "numba") if name in sys.modules])
""")
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "alpyna", "run", "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1",
                 "ALPYNA_CACHE_DIR": str(tmp_path / "cache")},
        )
        assert done.stderr == ""
        told.append(done.stdout.splitlines())
    assert told[0][0] == told[1][0]
    assert (told[0][1], told[1][1]) == ("alpyna_hook.kernels.bare", "")
