"""Devices as plug-ins: how they are found, told of and chosen, and what the runtime does with one that is a dummy."""

from __future__ import annotations

import configparser
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import alpyna.devices
from alpyna_hook import config
from alpyna_hook.devices import found
from alpyna_hook.devices.target import DeviceError
from tests.devices.dummy import Dummy
from tests.devices.nests import FAILING, FLOATS, INTEGERS, REFUSED, RUN, pairs, silent
from tests.devices.running import run
from tests.emit.golden_nests import NESTS
from tests.oracle import Conditions

ROOT = Path(__file__).resolve().parents[2]
PLUGGED = {"dummy": "tests.devices.dummy:Dummy", "missing": "tests.devices.dummy:Missing", "broken": "tests.devices.nowhere:Broken"}


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other packages have registered devices."""
    for module in (config, found):
        monkeypatch.setattr(module, "entry_points", lambda group: dict(PLUGGED) if group == "alpyna.devices" else {})
    monkeypatch.setattr(config, "_said", set())
    found.device.cache_clear()
    yield
    found.device.cache_clear()


def test_ours_are_registered_as_entry_points() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lines = parser["options.entry_points"]["alpyna.devices"].split("\n")
    assert {name.strip(): place.strip() for name, place in (line.split("=") for line in lines if line)} == found.OWN


def test_entry_points_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    info = tmp_path / "plugged-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[alpyna.devices]\nown = plugged.own:Own\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert config.entry_points("alpyna.devices")["own"] == "plugged.own:Own"
    assert config.parse("device", "own") == "own"


def test_the_names() -> None:
    assert found.names() == ["interpreter", "cpu", "cuda", "opencl", "broken", "dummy", "missing"]
    assert config.parse("device", "dummy") == "dummy"
    with pytest.raises(config.BadOption, match=r"device cannot be 'dumy'; did you mean 'dummy'\?"):
        config.parse("device", "dumy")
    with pytest.raises(DeviceError, match="nowhere"):
        found.device("broken")


def test_the_command_tells_what_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cuda", "opencl"):
        monkeypatch.setitem(found.OWN, name, "tests.devices.dummy:Missing")
    rows = {row["name"]: row for row in alpyna.devices.devices()}
    assert [name for name, row in rows.items() if row["usable"]] == ["interpreter", "cpu", "dummy"]
    assert rows["missing"]["remedy"] == "plug it in"
    assert 1 <= rows["cpu"]["allowed"] <= rows["cpu"]["cores"]
    json.dumps(rows)


@pytest.mark.parametrize("name", RUN)
def test_what_it_runs(name: str) -> None:
    source, inputs = NESTS[name]
    ran = run("dummy", source, *inputs(), times=2)
    assert ran.there == 2 and not ran.elsewhere


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_refuses_the_cpu_runs(name: str) -> None:
    source, inputs = NESTS[name]
    ran = run("dummy", source, *inputs())
    assert ran.there == 0 and ran.compared.verdict == "accelerated"
    assert [why for why in ran.elsewhere if REFUSED[name] in why] == [*ran.elsewhere]


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_is_not_copied_back(name: str) -> None:
    source, inputs, why = FAILING[name]
    ran = run("dummy", source, *inputs(), times=2)
    assert ran.there == 0
    assert not why or ran.elsewhere == {why: 2}


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i1", "u8", "u1"])
def test_arithmetic_of_edge_values(dtype: str) -> None:
    ran = run("dummy", FLOATS if dtype[0] == "f" else INTEGERS, *pairs(dtype), conditions=silent(dtype))
    assert ran.there == 1, ran.elsewhere


def test_what_errstate_asks_for_beyond_it() -> None:
    source, inputs = NESTS["saxpy"]
    ran = run("dummy", source, *inputs(), conditions=Conditions(errstate={"under": "warn"}))
    assert ran.elsewhere == {"np.errstate(under=...) asks for what no device tells": 1}


ADDED = "def f(a, b):\n    for i in range(len(a)):\n        b[i] = a[i] + 1\n"


def test_arrays_that_share_memory() -> None:
    base = np.arange(400.0)
    assert run("dummy", ADDED, base[::2], base[1::2]).there == 1
    assert run("dummy", ADDED, base[100::-1], base[399:298:-1]).there == 1
    mixed = run("dummy", ADDED, base[:8].view("i4")[::2], base[:8])
    assert mixed.there == 0
    spread = run("dummy", ADDED, np.zeros(40000)[::1000], np.zeros(40))
    assert [*spread.elsewhere] == ["the elements of an array are spread over much more memory than they need"]


def test_out_of_memory_is_remembered() -> None:
    dummy = found.device("dummy")
    assert isinstance(dummy, Dummy)
    dummy.made.limit = 100
    ran = run("dummy", ADDED, np.zeros(40), np.zeros(40), times=6)
    assert ran.elsewhere == {"out of memory": 3, "it failed there too often": 3}
    assert not dummy.made.memories


def test_a_device_that_is_missing_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run("missing", ADDED, np.zeros(40), np.zeros(40), times=2)
    assert ran.elsewhere == {"it is not plugged in": 2} and ran.compared.verdict == "accelerated"
    lines = [line for line in capsys.readouterr().err.splitlines() if "missing" in line]
    assert lines == ["alpyna: device missing cannot be used: it is not plugged in; loops run on the cpu (plug it in)"]


def test_a_signal_while_it_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a handler raises comes out of the loop, before anything is copied back."""
    dummy = found.device("dummy")
    assert isinstance(dummy, Dummy)
    namespace = loaded("dummy", "interrupted")
    launch = dummy.made.launch

    def interrupting(*args: object) -> None:
        launch(*args)  # type: ignore[arg-type]
        os.kill(os.getpid(), 2)

    a, b = np.zeros(40), np.zeros(40)
    monkeypatch.setattr(dummy.made, "launch", interrupting)
    assert namespace["g"](a, b) is True  # type: ignore[operator]
    assert not b.any()
    monkeypatch.undo()


def loaded(device: str, name: str) -> dict[str, object]:
    """`f`, and `g`, which tells whether Ctrl-C came out of it.  name: what is of the same name goes on where that has ended."""
    from alpyna_hook.hook.loader import prepare

    source = ADDED + "def g(a, b):\n    try:\n        f(a, b)\n    except KeyboardInterrupt:\n        return True\n"
    prepared = prepare(source.encode(), f"<{name}>", marked=True, cached=False)
    assert prepared is not None
    namespace: dict[str, object] = {"__name__": "program"}
    exec(prepared.code(f"<{name}>", f"<{name}>", config.settings(device=device, strict=True)), namespace)
    return namespace


def test_ctrl_c_in_a_kernel_that_runs_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes out at once, and until the device has ended the CPU runs what is asked of it."""
    dummy = found.device("dummy")
    assert isinstance(dummy, Dummy)
    launch, may_end, has_ended = dummy.made.launch, threading.Event(), threading.Event()

    def lasting(*args: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert may_end.wait(60)
        launch(*args)  # type: ignore[arg-type]
        has_ended.set()

    program, a, b = loaded("dummy", "interrupted for minutes"), np.zeros(40), np.zeros(40)
    monkeypatch.setattr(dummy.made, "launch", lasting)
    try:
        assert program["g"](a, b) is True  # type: ignore[operator]
        assert not b.any() and not has_ended.is_set()
        monkeypatch.setattr(dummy.made, "launch", launch)
        ran = run("dummy", ADDED, np.zeros(40), np.zeros(40))
        assert ran.elsewhere == {"it has not ended yet what was interrupted": 1}
    finally:
        may_end.set()
    assert has_ended.wait(60)
    assert not b.any()
    for _ in range(100):  # the thread has something left to note
        if run("dummy", ADDED, np.zeros(40), np.zeros(40)).there:
            break
    else:
        raise AssertionError("the device is not used again")


@pytest.mark.parametrize("method", ["text", "compile", "chunks", "allocate", "send", "launch", "fetch"])
def test_whatever_a_driver_raises(method: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    dummy = found.device("dummy")
    assert isinstance(dummy, Dummy)

    def raising(*args: object) -> None:
        raise ZeroDivisionError("in the driver\nand more of it")

    monkeypatch.setattr(dummy.made, method, raising)
    ran = run("dummy", ADDED, np.zeros(40), np.zeros(40), times=2)
    assert ran.elsewhere == {"ZeroDivisionError: in the driver": 2} and ran.compared.verdict == "accelerated"
    lines = [line for line in capsys.readouterr().err.splitlines() if "dummy" in line]
    assert lines == ["alpyna: device dummy: ZeroDivisionError: in the driver; what fails there runs on the cpu"]
    assert not dummy.made.memories


@pytest.mark.parametrize("method", ["__init__", "missing", "target"])
def test_whatever_is_raised_before_it_is_used(method: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def raising(*args: object) -> None:
        raise OSError("libdummy.so is not there")

    monkeypatch.setattr(Dummy, method, raising)
    ran = run("dummy", ADDED, np.zeros(40), np.zeros(40), times=2)
    assert ran.elsewhere == {"OSError: libdummy.so is not there": 2} and ran.compared.verdict == "accelerated"
    assert capsys.readouterr().err.count("libdummy.so") == 1


def test_the_report_says_where() -> None:
    import alpyna_hook

    module = alpyna_hook.static_analyse(ADDED, alpyna_hook.Options(device="dummy", strict=True))
    module.f(np.zeros(40), np.zeros(40))
    (row,) = [row for row in alpyna_hook.report() if row["file"] == module.f.__code__.co_filename]
    assert (row["device"], row["elsewhere"], row["accelerated_runs"]) == ("dummy", {}, 1)
