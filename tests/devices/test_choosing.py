"""`auto` takes a device where the profile says that it is quicker, with a dummy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook import config, profile
from alpyna_hook.devices import found
from alpyna_hook.explain.text import render
from alpyna_hook.profile import Costs, Profile
from alpyna_hook.runtime import choosing
from tests.devices.dummy import Dummy
from tests.devices.running import run

FAST = Costs(1e-6, 1e-6, 1e-6, 1e15, 1e15, 1e15, 1e15)
SLOW = Costs(1.0, 1.0, 1.0, 1e3, 1e3, 1e3, 1e3)
HEAVY = "def f(a, b):\n    for i in range(len(a)):\n        for k in range(200):\n            b[i] = b[i] + a[i]\n"
ORDERED = "def f(a, b):\n    for i in range(1, len(a)):\n        for k in range(200):\n            b[i] = b[i - 1] + a[k]\n"


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in (config, found):
        monkeypatch.setattr(module, "entry_points", lambda group: {"dummy": "tests.devices.dummy:Dummy"} if group == config.DEVICE_GROUP else {})
    found.device.cache_clear()
    before = list(profile._loaded)
    yield
    profile._loaded[:] = before
    found.device.cache_clear()


def known(**devices: Costs) -> None:
    profile.use(Profile(operations_a_second=1e9, bytes_a_second={2.0**14: 1e10}, launch_seconds=1e-5, devices=devices))


def arrays() -> tuple[object, object]:
    return np.arange(3000.0), np.zeros(3000)


def test_what_is_quicker_there() -> None:
    known(dummy=FAST)
    assert run("auto", HEAVY, *arrays(), times=2).there == 2


@pytest.mark.parametrize("devices", [{}, {"dummy": SLOW}])
def test_what_is_not(devices: dict[str, Costs]) -> None:
    known(**devices)
    ran = run("auto", HEAVY, *arrays(), times=3)
    assert ran.there == 0 and not ran.elsewhere and ran.compared.verdict == "accelerated"


def test_without_a_profile_no_device_is_looked_for() -> None:
    profile.use(None)
    assert run("auto", HEAVY, *arrays()).there == 0
    assert found.device.cache_info().currsize == 0


def test_what_has_an_order_is_left_to_the_cpu() -> None:
    known(dummy=FAST)
    ran = run("auto", ORDERED, *arrays(), times=5)
    assert ran.there == 0 and ran.compared.verdict == "accelerated"


def test_the_cpu_is_tried_and_what_was_seen_decides() -> None:
    """The dummy is as quick as the CPU, and has to copy besides."""
    known(dummy=FAST)
    ran = run("auto", HEAVY, *arrays(), times=12)
    assert 2 <= ran.there <= 11


def test_a_device_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    known(dummy=FAST)
    dummy = found.device("dummy")
    assert isinstance(dummy, Dummy)
    dummy.made.limit = 10
    ran = run("auto", HEAVY, *arrays(), times=4)
    assert ran.there == 0 and ran.compared.verdict == "accelerated"


def test_the_report_tells_the_options() -> None:
    known(dummy=FAST, gone=SLOW)
    module = alpyna_hook.static_analyse(HEAVY, alpyna_hook.Options(strict=True))
    module.f(*arrays())
    (row,) = [row for row in alpyna_hook.report() if row["file"] == module.f.__code__.co_filename]
    assert row["device"] == "dummy"
    assert [(option["name"], option["chosen"]) for option in row["options"]] == [
        ("interpreter", False), ("dummy", True), ("cpu", False), ("gone", False)]
    text = render([row], "")
    assert "option dummy: " in text and ", taken" in text and "option cpu: " in text


@pytest.mark.parametrize(("devices", "asked"), [({}, 0), ({"dummy": SLOW}, 0), ({"dummy": FAST}, 2)])
def test_where_no_device_can_pay_nothing_is_weighed(devices: dict[str, Costs], asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What weighs them takes a while to import."""
    known(**devices)
    weighed: list[object] = []
    monkeypatch.setattr(choosing, "run_chosen", lambda variant, *rest: weighed.append(variant))
    assert run("auto", HEAVY, *arrays(), times=2).compared.verdict == "accelerated"
    assert len(weighed) == asked
