"""PolyBench's kernels run compiled and give the same bits, in every element type and both forms."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import benchmarks.polybench
from benchmarks.polybench import KERNELS
from tests.differential import Program
from tests.programs.hot import assert_same_and_hot

FOLDER = Path(benchmarks.polybench.__file__).parent
METHODS = "\n\ndef methods(*arguments):\n    Kernel(*arguments).run()\n"
# Kernels whose `Kernel.run` has a loop that only calls methods.
DRIVERS = {"adi", "gramschmidt", "heat_3d", "jacobi_2d"}
SAMPLE = {name: ("kernel", "methods")[k % 2] for k, name in enumerate(KERNELS)}


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.polybench.{name}")


@functools.cache
def program(name: str) -> Program:
    made = Program((FOLDER / f"{name}.py").read_text() + METHODS)
    loaded = made.load()
    assert loaded.difference is None, loaded.difference
    return made


def check(name: str, form: str, dtype: str) -> None:
    module = module_of(name)
    arguments = module.init(module.SIZES["MINI"], dtype)
    drivers = {"Kernel.run"} if form == "methods" and name in DRIVERS else ()
    assert_same_and_hot(program(name).call(form, *arguments), drivers)


@pytest.mark.parametrize("name", KERNELS)
def test_each_kernel_in_one_form(name: str) -> None:
    check(name, SAMPLE[name], "float64")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["kernel", "methods"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32"])
@pytest.mark.parametrize("name", KERNELS)
def test_every_form_and_type(name: str, dtype: str, form: str) -> None:
    if dtype not in module_of(name).DTYPES:
        assert dtype == "int32", "every kernel works on floats"
        return
    check(name, form, dtype)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
@pytest.mark.parametrize("name", KERNELS)
def test_the_two_forms_agree(name: str, dtype: str) -> None:
    """Written apart, they check each other: the same results, but for the order of the operations."""
    module = module_of(name)
    if dtype not in module.DTYPES:
        assert dtype == "int32"
        return
    ours, theirs = (module.init(module.SIZES["MINI"], dtype) for _ in range(2))
    module.kernel(*ours)
    module.Kernel(*theirs).run()
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_the_thirty_kernels() -> None:
    assert len(set(KERNELS)) == 30
    assert {path.stem for path in FOLDER.glob("*.py")} == {"__init__", "common", *KERNELS}


def product_case() -> tuple[np.ndarray, np.ndarray]:
    alpha, beta, c, a, b = module_of("gemm").init(6, "float64")
    expected = alpha * a @ b + beta * c
    module_of("gemm").kernel(alpha, beta, c, a, b)
    return c, expected


def cholesky_case() -> tuple[np.ndarray, np.ndarray]:
    (a,) = module_of("cholesky").init(6, "float64")
    expected = np.linalg.cholesky(a)
    module_of("cholesky").kernel(a)
    return np.tril(a), expected


def ludcmp_case() -> tuple[np.ndarray, np.ndarray]:
    a, b, x, y = module_of("ludcmp").init(6, "float64")
    expected = np.linalg.solve(a, b)
    module_of("ludcmp").kernel(a, b, x, y)
    return x, expected


def covariance_case() -> tuple[np.ndarray, np.ndarray]:
    data, cov, mean = module_of("covariance").init(6, "float64")
    expected = np.cov(data, rowvar=False)
    module_of("covariance").kernel(data, cov, mean)
    return cov, expected


def correlation_case() -> tuple[np.ndarray, np.ndarray]:
    data, corr, mean, stddev = module_of("correlation").init(6, "float64")
    data[:, 0] += np.arange(len(data)) ** 2
    expected = np.corrcoef(data, rowvar=False)
    module_of("correlation").kernel(data, corr, mean, stddev)
    return corr, expected


def gramschmidt_case() -> tuple[np.ndarray, np.ndarray]:
    a, r, q = module_of("gramschmidt").init(6, "float64")
    expected = a.copy()
    module_of("gramschmidt").kernel(a, r, q)
    return q @ r, expected


def durbin_case() -> tuple[np.ndarray, np.ndarray]:
    """Yule-Walker: the Toeplitz matrix of (1, r) times y is -r."""
    r, y, z = module_of("durbin").init(8, "float64")
    column = np.concatenate([[1.0], r[:-1]])
    toeplitz = column[abs(np.subtract.outer(np.arange(8), np.arange(8)))]
    module_of("durbin").kernel(r, y, z)
    return toeplitz @ y, -r


CASES = [product_case, cholesky_case, ludcmp_case, covariance_case, correlation_case, gramschmidt_case, durbin_case]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_kernels_compute_what_they_are_named_for(case) -> None:  # type: ignore[no-untyped-def]
    computed, expected = case()
    np.testing.assert_allclose(computed, expected, rtol=1e-9, atol=1e-9)
