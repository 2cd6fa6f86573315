"""Kernels as PTX: LLVM compiles them, nothing is contracted or rounded otherwise, and ptxas takes them where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from alpyna_hook.emit.opencl_values import NotOnDevices
from alpyna_hook.emit.ptx import ptx_module
from alpyna_hook.ir import kernel as k
from alpyna_hook.kernels.ptx import assembled
from tests.emit.golden_nests import NESTS
from tests.emit.test_opencl import kernels

REFUSED = {"calls_of_math", "calls_of_numpy_in_strips"}
COMPUTING = ("matrix_product", "dot_float32", "jacobi", "triangular_solve", "mandelbrot", "function_with_a_loop")
INEXACT = re.compile(r"\b(?:fma|mad\.\w*\.?f\d\d|\w+\.approx|\w+\.full|\S*\.ftz)\b")


@cache
def ptxas() -> str:
    """NVIDIA's assembler: on the path, or as `pip install nvidia-cuda-nvcc-cu12` puts it."""
    spec = find_spec("nvidia")
    folders = [Path(each) / "cuda_nvcc" / "bin" / "ptxas" for each in (spec.submodule_search_locations or [] if spec else [])]
    return next((str(path) for path in folders if path.is_file()), shutil.which("ptxas") or "")


@pytest.mark.parametrize("name", NESTS)
def test_every_nest_is_assembled_or_refused(name: str) -> None:
    made = kernels(name)
    assert made
    if name in REFUSED:
        with pytest.raises(NotOnDevices, match="functions of the C library or NumPy"):
            ptx_module(*made[0])
        return
    for each in made:
        text = assembled(ptx_module(*each))
        assert ".visible .entry alpyna(" in text
        assert not INEXACT.findall(text)


def test_arithmetic_is_rounded_step_by_step() -> None:
    text = "".join(assembled(ptx_module(*each)) for each in kernels("matrix_product"))
    assert "mul.rn.f64" in text and "add.rn.f64" in text
    text = "".join(assembled(ptx_module(*each)) for each in kernels("triangular_solve"))
    assert "div.rn.f64" in text


@pytest.mark.parametrize("op", ["floordiv", "mod"])
def test_remainders_of_floats_are_refused(op: str) -> None:
    value = k.Binary(op, k.Const(5.0, "f8"), k.Const(3.0, "f8"), "f8")
    body = (k.Evaluate(value), k.Return(k.Const(0, "i8")))
    kernel = k.Kernel((k.Function("kernel", (k.Local("frame", "p"),), "i8", (), (), body),), 1)
    with pytest.raises(NotOnDevices, match="remainders of floats"):
        ptx_module(kernel, {})


@pytest.mark.parametrize("processor", ["sm_70", "sm_80", "sm_90"])
def test_ptxas_takes_them(processor: str, tmp_path: Path) -> None:
    if not ptxas():
        pytest.skip("there is no ptxas: pip install nvidia-cuda-nvcc-cu12")
    for name in COMPUTING:
        for number, each in enumerate(kernels(name)):
            path = tmp_path / f"{name}{number}.ptx"
            path.write_text(assembled(ptx_module(*each), processor))
            done = subprocess.run([ptxas(), f"-arch={processor}", str(path), "-o", str(tmp_path / "out")], capture_output=True, text=True)
            if "is not defined for option" in done.stderr:
                pytest.skip(f"this ptxas does not know {processor}")
            assert done.returncode == 0, f"{name}: {done.stderr}"


def test_explain_shows_it() -> None:
    import alpyna_hook
    from alpyna_hook.explain.report import as_data

    source = "def f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device="cpu", strict=True))
    assert module.f(10) == 45
    (row,) = as_data(file=module.f.__code__.co_filename, kernels="ptx")
    assert [".visible .entry alpyna(" in text for text in row["kernels"]] == [True]
    (row,) = as_data(file=module.f.__code__.co_filename, kernels="opencl")
    assert ["kernel void alpyna(" in text for text in row["kernels"]] == [True]
