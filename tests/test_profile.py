"""The profile: what is measured, how it is stored, and what is read of it."""

from __future__ import annotations

import argparse
import json
import math
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from alpyna import profile as alpyna_profile
from alpyna_hook import profile
from alpyna_hook.config import PROFILE, profile_file
from alpyna_hook.profile import Profile
from profiler import compiler, exactness, flags, interpreter, programs, store
from profiler.exactness import Function
from tests.cli.commands import alpyna


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A user without a profile, and no memory of any."""
    monkeypatch.setenv("ALPYNA_PROFILE", str(tmp_path / "data" / PROFILE))
    profile._loaded.clear()
    yield
    profile._loaded.clear()


def data(**changes: Any) -> dict[str, Any]:
    return {
        "schema": profile.SCHEMA,
        "measured_at": "2026-11-22T12:00:00+00:00",
        "machine": profile.machine(),
        "interpreter": {
            "seconds_per_node": 1e-8, "seconds_per_element": 5e-8, "seconds_per_call": {"math": 4e-8, "numpy": None},
        },
        "compiler": {"seconds": 0.25, "seconds_per_node": 0.001, "import_seconds": 1.5, "load_seconds": 0.004, "launch_seconds": 2e-5},
        "functions": {
            "math.exp": {"inputs": 10, "differences": 0}, "numpy.tanh:f4": {"inputs": 10, "differences": 3},
            "numpy.cbrt:f8": {"inputs": 0, "differences": 0, "declined": "call"},
        },
        "flags": {"divide": True, "over": True},
        **changes,
    }


# ------------------------------------------------------------------- reading


def test_what_was_written_is_read() -> None:
    assert profile.load() is None
    store.write(data(), profile.path())
    profile._loaded.clear()
    found = profile.load()
    assert found == Profile(
        machine=profile.machine(), measured_at="2026-11-22T12:00:00+00:00", seconds_per_node=1e-8,
        seconds_per_element=5e-8, seconds_per_call={"math": 4e-8}, compile_seconds=0.25, compile_seconds_per_node=0.001, compiler_import_seconds=1.5,
        load_seconds=0.004, launch_seconds=2e-5, different=frozenset({"numpy.tanh:f4"}), flags=True,
    )
    assert found is not None
    assert found.inexact("numpy", "tanh", "f4")
    assert not found.inexact("numpy", "tanh", "f8")
    assert not found.inexact("math", "exp")


def test_it_is_read_once() -> None:
    assert profile.load() is None
    store.write(data(), profile.path())
    assert profile.load() is None


def test_one_may_be_put_in_its_place() -> None:
    mine = Profile(flags=False)
    profile.use(mine)
    assert profile.load() is mine


def test_flags_work_if_all_do() -> None:
    store.write(data(flags={"divide": True, "over": False}), profile.path())
    found = profile.load()
    assert found is not None
    assert found.flags is False


@pytest.mark.parametrize(("text", "problem"), [
    ("{", "Expecting property name"),
    ("[]", "TypeError"),
    (json.dumps({"schema": 99}), "schema 99, expected 2"),
    (json.dumps({"schema": 2}), "KeyError"),
    (json.dumps(data(interpreter={"seconds_per_node": -1.0})), "seconds_per_node is -1.0"),
    (json.dumps(data(interpreter={"seconds_per_node": float("nan")})), "seconds_per_node is nan"),
    (json.dumps(data(compiler={"seconds": "soon"})), "seconds is 'soon'"),
    (json.dumps(data(functions={"math.exp": 3})), "TypeError"),
    (json.dumps(data(flags={"divide": "yes"})), "flags are"),
    (json.dumps(data(functions={"math.exp": {"differences": float("inf")}})), "OverflowError"),
    ("[" * 100_000, "RecursionError"),
    ("\0" * 100, "Expecting value"),
])
def test_a_broken_file_is_ignored_with_one_line(text: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    profile.path().parent.mkdir()
    profile.path().write_text(text)
    assert profile.load() is None
    error = capsys.readouterr().err
    assert problem in error
    assert str(profile.path()) in error
    assert error.count("\n") == 1
    assert profile.load() is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("change", "field"), [
    ({"compiler": {"seconds": 11.0, "seconds_per_node": 0.001, "import_seconds": 1.5}}, "compile_seconds"),
    ({"compiler": {"seconds": 0.2, "seconds_per_node": 0.5, "import_seconds": 1.5}}, "compile_seconds_per_node"),
    ({"compiler": {"seconds": 0.2, "seconds_per_node": 0.001, "import_seconds": 40.0}}, "compiler_import_seconds"),
    ({"interpreter": {"seconds_per_node": 1e-3}}, "seconds_per_node"),
    ({"interpreter": {"seconds_per_call": {"math": 1e-8, "numpy": 1.0}}}, "seconds_per_call"),
])
def test_a_suspect_value_is_not_used(change: dict[str, Any], field: str, tmp_path: Path) -> None:
    store.write(data(), tmp_path / "good.json")
    store.write(data(**change), tmp_path / "suspect.json")
    good, found = profile.read(tmp_path / "good.json"), profile.read(tmp_path / "suspect.json")
    assert good is not None and found is not None
    assert getattr(good, field) or field.startswith("seconds_per")
    assert not getattr(found, field)
    assert found.different == good.different and found.flags == good.flags
    shown = alpyna(tmp_path, "profile", "--show", "-o", "suspect.json")
    assert shown.returncode == 0
    assert shown.stderr == f"alpyna profile: {field}: more than a machine may need, not used; measure again\n"


@pytest.mark.skipif(sys.platform == "win32", reason="process_time is too coarse there")
def test_what_others_take_meanwhile_is_not_measured() -> None:
    assert programs.clock(time.sleep, 0.2) < 0.1


def test_a_file_that_is_not_text(capsys: pytest.CaptureFixture[str]) -> None:
    profile.path().parent.mkdir()
    profile.path().write_bytes(b"\xff\xfe\xfa")
    assert profile.load() is None
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("key", ["model", "python", "libc", "numpy"])
def test_that_of_another_machine_is_not_used(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    store.write(data(machine={**profile.machine(), key: "other"}), profile.path())
    assert profile.load() is None
    assert capsys.readouterr().err == ""


def test_reading_needs_the_standard_library_alone(tmp_path: Path) -> None:
    done = alpyna(tmp_path, "profile", "--show")
    assert done.returncode == 1
    assert done.stderr.startswith("alpyna profile: ")
    assert done.stderr.count("\n") == 1


def test_what_is_set_by_hand_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.write(data(overrides={"compile_seconds": 0.5, "seconds_per_call": {"numpy": 3e-7}}), profile.path())
    found = profile.load()
    assert found is not None
    assert (found.compile_seconds, found.seconds_per_call, found.seconds_per_node) == (0.5, {"numpy": 3e-7}, 1e-8)
    store.write(data(overrides={"compile_secs": 1.0}), tmp_path / "other.json")
    assert profile.read(tmp_path / "other.json") is None
    assert "overrides: 'compile_secs' is not known; known are seconds_per_node, " in capsys.readouterr().err


def test_it_is_kept_when_the_machine_is_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alpyna.profile._profiler", lambda: SimpleNamespace(measure=lambda _: data(), write=store.write))
    file = tmp_path / PROFILE
    store.write(data(measured_at="long ago", overrides={"load_seconds": 0.01}), file)
    arguments = argparse.Namespace(show=False, check=False, json=False, output=str(file))
    assert alpyna_profile.main(arguments) == 0
    written = json.loads(file.read_text())
    assert (written["measured_at"], written["overrides"]) == (data()["measured_at"], {"load_seconds": 0.01})
    file.write_text("{")
    assert alpyna_profile.main(arguments) == 0
    assert json.loads(file.read_text()) == data()


def test_the_project_s_wins_and_the_environment_s_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "project" / "inner"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert profile_file() == str(tmp_path / "data" / PROFILE)
    monkeypatch.delenv("ALPYNA_PROFILE")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    own = profile_file()
    assert own.startswith(str(tmp_path / "home")) and own.endswith(PROFILE)
    (tmp_path / "project" / PROFILE).write_text("{}")
    assert profile_file() == str(tmp_path / "project" / PROFILE)
    assert str(profile.own_path()) == own


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX owners")
def test_somebody_else_s_in_a_folder_above_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / PROFILE).write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALPYNA_PROFILE")
    assert profile_file() == str(tmp_path / PROFILE)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(os, "stat", lambda path: SimpleNamespace(st_uid=4712))
    assert profile_file() != str(tmp_path / PROFILE)


def test_check(tmp_path: Path) -> None:
    store.write(data(), tmp_path / "own.json")
    good = alpyna(tmp_path, "profile", "--check", "-o", "own.json")
    assert (good.returncode, good.stdout) == (0, f"{tmp_path / 'own.json'}: measured {data()['measured_at']}, holds for this machine\n"), good.stderr
    store.write(data(machine={**profile.machine(), "libc": "other"}), tmp_path / "own.json")
    other = alpyna(tmp_path, "profile", "--check", "-o", "own.json")
    assert (other.returncode, other.stdout) == (
        1, f"{tmp_path / 'own.json'}: measured with another libc; not used, measure again with `alpyna profile`\n")
    assert alpyna(tmp_path, "profile", "--check").returncode == 1


# ------------------------------------------------------------------- writing


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "profile.json"
    old = os.umask(0)
    try:
        store.write({"a": 1}, file)
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_it_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    store.write({"a": 1}, file)
    with pytest.raises(TypeError):
        store.write({"a": object()}, file)
    assert json.loads(file.read_text()) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["profile.json"]


# ----------------------------------------------------------------- measuring


def test_the_parts_are_those_of_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """With made-up costs, the loops that are timed cost what decide.Estimate says; so the costs are found again."""
    import ast

    from alpyna_hook.capture import capture_function, capture_nest
    from alpyna_hook.cost.outline import outline
    from alpyna_hook.ir.facts import Known, UserFunction
    from alpyna_hook.runtime import decide

    def function(text: str) -> ast.FunctionDef:
        node = ast.parse(text).body[-1]
        assert isinstance(node, ast.FunctionDef)
        return node

    monkeypatch.setattr(decide, "_pace", [1.0])
    costs = {"NODE": 3.0, "ELEMENT": 50.0, "SCALAR": 70.0, "USER_CALL": 90.0}
    for name, value in costs.items():
        monkeypatch.setattr(decide, f"SECONDS_PER_{name}", value)
    calls = {"builtin": 11.0, "math": 13.0, "numpy": 17.0, "type": 19.0}
    monkeypatch.setattr(decide, "SECONDS_PER_CALL", calls)
    user = UserFunction("g", capture_function(function("def g(v):\n    return v\n"), filename="", name="g"))
    functions = {
        "abs": Known("builtin", "abs"), "math.sqrt": Known("math", "sqrt"), "np.exp": Known("numpy", "exp"),
        "np.float64": Known("type", "f8"), "g": user,
    }

    def seconds_of(body: str) -> float:
        loop = function(f"def f():\n    for i in range(1000):\n        {body}\n").body[0]
        assert isinstance(loop, ast.For)
        nest = capture_nest(loop, filename="", qualname="f")
        return decide.Estimate(outline(nest, functions)).of({}.get, {}.get) / 1000

    node = seconds_of(interpreter._NODES[0]) / interpreter._NODES[1]
    assert node == costs["NODE"]
    assert seconds_of(interpreter._ELEMENT[0]) - interpreter._ELEMENT[1] * node == costs["ELEMENT"]
    assert seconds_of(interpreter._USER_CALL[0]) - interpreter._USER_CALL[1] * node == costs["USER_CALL"]
    for family, body in interpreter._CALLS.items():
        assert seconds_of(body) - interpreter._CALL_NODES * node == calls[family]


@pytest.mark.parametrize("truth", [(3.0, 5.0), (0.5, 0.0), (0.0, 2.0)])
def test_fit(truth: tuple[float, float]) -> None:
    points = [(11.0, 0.0), (18.0, 0.0), (5.0, 1.0), (20.0, 3.0)] if truth[0] else [(5.0, 1.0), (20.0, 3.0)]
    rows = [((x, y), truth[0] * x + truth[1] * y) for x, y in points]
    assert programs.fit(rows) == pytest.approx(truth)


def test_fit_is_never_negative() -> None:
    assert programs.fit([((1.0, 0.0), 1.0), ((1.0, 1.0), 0.5)])[1] == 0.0
    assert programs.fit([((0.1, 1.0), 1.0), ((1.0, 1.0), 0.5)])[0] == 0.0


def test_the_interpreters_speed() -> None:
    found = interpreter.seconds(n=200, rounds=1)
    calls = found.pop("seconds_per_call")
    assert set(calls) == {"builtin", "math", "numpy", "type"}
    assert {key.removeprefix("seconds_per_") for key in found} == {"node", "element", "scalar", "user_call"}
    assert all(0 < value < 1e-3 for value in (*found.values(), *calls.values()))


def test_functions_are_compared_with_the_interpreter() -> None:
    chosen = [Function("math", "sin", "f8", 1), Function("math", "fmod", "f8", 2), Function("numpy", "exp", "f8", 1)]
    found = exactness.differences(chosen, n=500)
    assert found == {key: {"inputs": 500, "differences": 0} for key in ("math.sin", "math.fmod", "numpy.exp:f8")}


def test_a_difference_is_counted() -> None:
    a = np.array([1.0, -0.0, np.nan, 2.0])
    b = np.array([1.0, 0.0, -np.nan, np.nextafter(2.0, 3.0)])
    assert exactness._different(a, b) == 2


def test_a_function_that_is_not_compiled_says_why() -> None:
    good, bad = Function("numpy", "exp", "f8", 1), Function("numpy", "i0", "f8", 1)
    found = exactness.differences([good, bad], n=100)
    assert found["numpy.exp:f8"] == {"inputs": 100, "differences": 0}
    assert found["numpy.i0:f8"]["declined"] == "call"


def test_every_function_that_kernels_call_by_address_is_measured() -> None:
    known = {function.key for function in exactness.functions()}
    assert {"math.exp", "math.pow", "numpy.exp:f4", "numpy.arctan2:f8", "operator.pow:f4"} <= known
    assert all(hasattr(math if f.family == "math" else np, f.name) for f in exactness.functions() if f.name != "pow")


def test_inputs_lie_in_the_domain() -> None:
    rng = np.random.default_rng(1)
    for function in exactness.functions():
        for values in function.inputs(100, rng):
            assert values.dtype == function.rep
            assert np.isfinite(values).all()
    assert np.abs(Function("math", "acos", "f8", 1).inputs(1000, rng)[0]).max() <= 1.0


def test_flags_give_the_interpreters_warnings() -> None:
    assert flags.work() == {"divide": True, "over": True, "invalid": True, "under": True}


@pytest.mark.slow
def test_the_command_measures_and_stores(tmp_path: Path) -> None:
    done = alpyna(tmp_path, "profile")
    assert done.returncode == 0, done.stderr
    file = tmp_path / "data" / PROFILE
    assert done.stdout.startswith(f"{file}\n")
    found = profile.read(file)
    assert found is not None
    assert found.flags
    assert not found.different
    assert found.compile_seconds is not None and found.compile_seconds > 0
    assert alpyna(tmp_path, "profile", "--show").stdout == done.stdout


def test_what_is_compiled_to_measure_was_not_compiled_before() -> None:
    """Kernels are remembered by their text: one that was compiled before would cost nothing."""
    assert compiler._of_size(2) != compiler._of_size(2)
    assert len(set(compiler._SOURCES)) == 2
