"""CUDA by a driver that is none (`fake_cuda.py`): what is launched, what comes back, and what fails.  No GPU is needed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from alpyna_hook import config
from alpyna_hook.devices import cuda, found
from alpyna_hook.devices.target import DeviceError
from tests.devices.fake_cuda import FakeDriver
from tests.devices.nests import FAILING, REFUSED, RUN
from tests.devices.running import compiler, run
from tests.emit.golden_nests import NESTS
from tests.generator.trial import draw, execute

ADDED = "def f(a, b):\n    for i in range(len(a)):\n        b[i] = a[i] + 1\n"
TEXTS: list[str] = []  # of PTX


def assembled(text: str) -> str:
    """What the fake driver takes; that LLVM makes PTX of it is seen to."""
    TEXTS.append(cuda_assembled(text))
    return text


cuda_assembled = cuda.assembled


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDriver]:
    made = FakeDriver()
    plug(monkeypatch, made)
    yield made
    assert not made.current, "a context was not given back"
    found.device.cache_clear()


def plug(monkeypatch: pytest.MonkeyPatch, driver: FakeDriver) -> None:
    monkeypatch.setattr(cuda, "_bindings", lambda: driver)
    monkeypatch.setattr(cuda, "assembled", assembled)
    monkeypatch.setattr(config, "_said", set())
    found.device.cache_clear()


@pytest.mark.parametrize("name", RUN)
def test_what_it_runs(name: str, driver: FakeDriver) -> None:
    TEXTS.clear()
    source, inputs = NESTS[name]
    ran = run("cuda", source, *inputs(), times=2)
    assert ran.there == 2 and not ran.elsewhere
    assert driver.launches == 4  # two of the probe
    assert all("fma" not in text and ".visible .entry alpyna(" in text for text in TEXTS)


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_refuses_the_cpu_runs(name: str, driver: FakeDriver) -> None:
    source, inputs = NESTS[name]
    ran = run("cuda", source, *inputs())
    assert ran.there == 0 and ran.compared.verdict == "accelerated"
    assert [why for why in ran.elsewhere if REFUSED[name] in why] == [*ran.elsewhere]


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_is_not_copied_back(name: str, driver: FakeDriver) -> None:
    source, inputs, _ = FAILING[name]
    assert run("cuda", source, *inputs()).there == 0


def test_memory_is_given_back(driver: FakeDriver) -> None:
    assert run("cuda", ADDED, np.zeros(40), np.zeros(40), times=3).there == 3
    assert not driver.memories


def test_random_nests(driver: FakeDriver) -> None:
    for seed in range(12):
        case, settings = draw(random.Random(seed), bindings=2)
        for trial in execute(case, settings, compiler("cuda")):
            assert trial.compared.difference is None, f"{trial.compared.difference}\n{case.source}\n{trial.inputs}"


@pytest.mark.parametrize(("function", "status"), [
    ("cuDeviceGetAttribute", "CUDA_ERROR_INVALID_VALUE"), ("cuMemAlloc", "CUDA_ERROR_OUT_OF_MEMORY"),
    ("cuLaunchKernel", "CUDA_ERROR_INVALID_VALUE"), ("cuModuleLoadData", "CUDA_ERROR_INVALID_VALUE"),
    ("cuMemcpyHtoD", "CUDA_ERROR_INVALID_VALUE"), ("cuMemcpyDtoH", "CUDA_ERROR_INVALID_VALUE"),
])
def test_what_the_driver_does_not_do(function: str, status: str, driver: FakeDriver) -> None:
    assert found.device("cuda").missing() == ""
    driver.fails[function] = status
    ran = run("cuda", ADDED, np.zeros(40), np.zeros(40), times=2)
    assert ran.elsewhere == {f"CUDA: {status}": 2} and ran.compared.verdict == "accelerated"
    driver.fails.clear()
    assert run("cuda", ADDED, np.zeros(40), np.zeros(40)).there == 1
    assert not driver.memories


def test_a_gpu_that_vanishes_is_told_of_once(driver: FakeDriver, capsys: pytest.CaptureFixture[str]) -> None:
    assert found.device("cuda").missing() == ""
    driver.fails["cuCtxSynchronize"] = "CUDA_ERROR_ILLEGAL_ADDRESS"
    why = "CUDA: CUDA_ERROR_ILLEGAL_ADDRESS"
    assert run("cuda", ADDED, np.zeros(40), np.zeros(40), times=2).elsewhere == {why: 2}
    driver.fails.clear()
    for _ in range(2):
        assert run("cuda", ADDED, np.zeros(40), np.zeros(40)).elsewhere == {why: 1}
    lines = [line for line in capsys.readouterr().err.splitlines() if "cuda" in line]
    assert [line.partition(";")[0] for line in lines] == [f"alpyna: device cuda cannot be used: {why}"]


@pytest.mark.parametrize(("driver_there", "why"), [
    (FakeDriver(gpus=0), "CUDA: CUDA_ERROR_NO_DEVICE"),
    (FakeDriver(COMPUTE_CAPABILITY_MAJOR=6), "the GPU is of compute capability 6.0; sm_70 is needed"),
    (FakeDriver(wrong=True), "A fake does not compute float64 and float32 exactly"),
])
def test_what_is_missing(driver_there: FakeDriver, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plug(monkeypatch, driver_there)
    device = found.device("cuda")
    assert device.missing() == why and device.facts() == {}
    with pytest.raises(DeviceError, match=r"CUDA|compute"):
        device.target()
    found.device.cache_clear()


def test_what_it_is(driver: FakeDriver) -> None:
    device = found.device("cuda")
    assert device.about() == "A fake; compute capability 9.0; 2 multiprocessors; CUDA 13.0"
    assert device.facts()["warp"] == 32


def test_without_the_bindings_or_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(cuda, "import_module", missing)
    assert cuda.Cuda().missing() == "cuda.bindings cannot be imported: No module named 'cuda.bindings.driver'"
    driver = FakeDriver()
    monkeypatch.setattr(cuda, "_bindings", lambda: driver)

    def no_library(flags: int) -> None:
        raise RuntimeError("not found")

    monkeypatch.setattr(driver, "cuInit", no_library)
    assert cuda.Cuda().missing() == "there is no CUDA driver, no libcuda"
