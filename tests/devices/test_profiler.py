"""What `alpyna profile` measures of devices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alpyna_hook.devices import found
from profiler import devices
from tests.devices.dummy import DummyTarget
from tests.devices.running import opencl


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    found.device.cache_clear()
    yield
    found.device.cache_clear()


def measured(monkeypatch: pytest.MonkeyPatch, **own: str) -> dict[str, dict[str, float]]:
    monkeypatch.setattr(found, "OWN", {"cpu": found.OWN["cpu"], **own})
    monkeypatch.setattr(found, "entry_points", lambda group: {})
    return devices.seconds()


def test_a_device_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    (name, costs), = measured(monkeypatch, dummy="tests.devices.dummy:Dummy", missing="tests.devices.dummy:Missing").items()
    assert name == "dummy" and costs["launches"] == 0
    assert 0 < costs["seconds_to_launch"] < 0.1 and costs["bytes_a_second_there"] > 1e6 and costs["bytes_a_second_back"] > 1e6


def test_what_does_not_run_there_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rates of the CPU are not the device's."""
    monkeypatch.setattr(DummyTarget, "chunks", lambda *_: 1 // 0)
    costs = measured(monkeypatch, dummy="tests.devices.dummy:Dummy")["dummy"]
    assert "seconds_to_launch" in costs and "operations_a_second" not in costs


def test_whatever_a_driver_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DummyTarget, "send", lambda *_: 1 // 0)
    assert measured(monkeypatch, dummy="tests.devices.dummy:Dummy") == {}


def test_what_cannot_be_loaded_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured(monkeypatch, broken="tests.devices.nowhere:Broken") == {}


def test_opencl(monkeypatch: pytest.MonkeyPatch) -> None:
    opencl()
    costs = measured(monkeypatch, opencl=found.OWN["opencl"])["opencl"]
    assert 0 < costs["seconds_to_launch"] < 1.0 and costs["units"] >= 1


def test_the_line_for_people() -> None:
    from alpyna.profile import _device

    found = {"seconds_to_launch": 52e-6, "seconds_to_compile": 0.125, "bytes_a_second_there": 2.0**30, "bytes_a_second_back": 2.0**31}
    assert _device(found) == "52 us to launch, 0.12 s to compile, 1024 MiB/s there, 2048 MiB/s back"
