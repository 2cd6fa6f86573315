"""Nests that several threads run: failures in the middle of a chunk, forks, callers from many threads, signals, and how many threads."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.config import Options
from alpyna_hook.runtime import threads
from alpyna_hook.runtime.chunks import divided
from tests.differential import Program
from tests.oracle import Conditions
from tests.programs.test_programs import FILES
from tests.schedule.test_schedule import compiled_for

SOURCE = """
import numpy as np

def divide(a, b, n):
    last = -1
    for i in range(n):
        for j in range(n):
            a[i, j] = a[i, j] / b[i]
        last = i
    return last

def store(a, idx, n):
    for i in range(n):
        for j in range(n):
            a[i, idx[j, i]] = i + j

def total(w, n):
    s = 0
    for i in range(n):
        for j in range(n):
            if w[i] > j:
                s += 2 ** 61
    return s

def checked(a, n):
    for i in range(n):
        if a[i, 0] < 0:
            raise ValueError(i)
        a[i, 1] = i

def escape(a, n, most):
    for i in range(n):
        for j in range(n):
            x = y = 0.0
            k = 0
            while k < most and x * x + y * y < 4.0:
                x, y = x * x - y * y - 1.0 + j * 1e-3, 2.0 * x * y + i * 1e-3
                k += 1
            a[i, j] = k

def endless(w, n):
    for i in range(n):
        k = 0
        while w[i] != k:
            k += 1
        if w[i] == 7:
            raise ValueError(i)
"""
FIRST = (1, 2, 3, 7)


def program(count: int) -> Program:
    made = Program(SOURCE, compiled_for(count))
    assert made.load().difference is None
    return made


def same(count: int, function: str, *arguments: object, conditions: Conditions | None = None) -> Any:
    compared = program(count).call(function, *arguments, conditions=conditions)
    assert compared.difference is None, compared.difference
    return compared


@pytest.mark.parametrize("count", FIRST)
@pytest.mark.parametrize("place", [None, 0, 11, 29])
def test_a_division_by_zero_in_a_chunk_warns_as_in_order(count: int, place: int | None) -> None:
    b = np.ones(30)
    if place is not None:
        b[place] = 0.0
    compared = same(count, "divide", np.arange(900.0).reshape(30, 30) + 1, b, 30)
    assert bool(compared.plain.warned) == (place is not None)


@pytest.mark.parametrize("count", FIRST)
def test_an_error_by_np_errstate_leaves_what_came_before_it(count: int) -> None:
    b = np.ones(30)
    b[17] = 0.0
    compared = same(count, "divide", np.ones((30, 30)), b, 30, conditions=Conditions({"divide": "raise"}))
    assert isinstance(compared.plain.error, FloatingPointError)


@pytest.mark.parametrize("count", FIRST)
def test_an_index_out_of_range_in_a_chunk(count: int) -> None:
    idx = np.zeros((30, 30), np.int64)
    idx[3, 22] = 30
    compared = same(count, "store", np.zeros((30, 30)), idx, 30)
    assert isinstance(compared.plain.error, IndexError)


@pytest.mark.parametrize("count", FIRST)
def test_a_raise_in_a_chunk(count: int) -> None:
    a = np.zeros((40, 2))
    a[31, 0] = -1.0
    assert isinstance(same(count, "checked", a, 40).plain.error, ValueError)


@pytest.mark.parametrize("count", FIRST)
def test_sums_of_chunks_that_need_more_than_64_bits(count: int) -> None:
    few, many = np.zeros(30, np.int64), np.full(30, 1)
    few[[2, 28]] = 1
    assert same(count, "total", few, 30).plain.value == 2**62
    many[:] = 0
    many[[1, 9, 19, 28]] = 1  # no chunk overflows, but all together do
    assert same(count, "total", many, 30).plain.value == 2**63


def test_an_iteration_without_end_after_one_that_raises() -> None:
    w = np.full(12, 7)
    w[9] = -1
    with pytest.raises(ValueError, match="0"):
        program(3).fast["endless"](w, 12)  # type: ignore[operator]


def test_callers_from_eight_threads() -> None:
    fast = program(3).fast
    expected = np.zeros((24, 24))
    program(1).fast["escape"](expected, 24, 300)  # type: ignore[operator]
    wrong: list[object] = []

    def call() -> None:
        for _ in range(20):
            a = np.zeros((24, 24))
            fast["escape"](a, 24, 300)  # type: ignore[operator]
            if a.tobytes() != expected.tobytes():
                wrong.append(a)

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_threads_of_its_own() -> None:
    fast = program(3).fast
    expected = np.zeros((24, 24))
    fast["escape"](expected, 24, 100)  # type: ignore[operator]
    child = os.fork()
    if not child:
        a = np.zeros((24, 24))
        try:
            fast["escape"](a, 24, 100)  # type: ignore[operator]
        finally:
            os._exit(0 if a.tobytes() == expected.tobytes() else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
def test_a_signal_stops_all_threads_soon_and_all_is_put_back() -> None:
    fast = program(3).fast
    small = np.zeros((4, 4))
    fast["escape"](small, 4, 10)  # type: ignore[operator]  # compiled
    a = np.full((400, 400), 5.0)
    at: list[float] = []

    class Alarm(Exception):
        pass

    def handler(_number: int, _frame: object) -> None:
        at.append(time.perf_counter())
        raise Alarm

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(Alarm):
            fast["escape"](a, 400, 10**7)  # type: ignore[operator]
        late = time.perf_counter() - at[0]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert late < 2.0  # 0.2 s where nobody else is at work
    assert (a == 5.0).all()
    assert threads.free_threads(3) == 3


def test_divided() -> None:
    for trips in (2, 3, 7, 100, 5000, 123_457):
        for count in (2, 3, 7):
            for seconds in (0.0, 1e-3, 1.0):
                lows = divided(trips, count, seconds)
                assert lows[0] == 0 and lows[-1] == trips and lows == sorted(set(lows))
                assert len(lows) <= 64 * count + 1


def test_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "processors", lambda: 8)
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert threads.free_threads(0) == 8
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.setenv("NUMBA_NUM_THREADS", "4")
    assert threads.free_threads(0) == 4
    assert threads.free_threads(7) == 7
    with threads.engaged(3):
        assert threads.free_threads(0) == 1
        with threads.engaged(3):
            assert threads.free_threads(0) == 1
    assert threads.free_threads(0) == 4
    monkeypatch.setattr(multiprocessing.process.current_process(), "_name", "LokyProcess-1")
    assert threads.free_threads(0) == 1


def test_the_limits_of_threadpoolctl(monkeypatch: pytest.MonkeyPatch) -> None:
    blas, openmp = SimpleNamespace(num_threads=8), SimpleNamespace(num_threads=None)
    monkeypatch.setattr(threads, "processors", lambda: 4)
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert threads.free_threads(0) == 4
    module = ModuleType("threadpoolctl")
    module.__dict__["ThreadpoolController"] = lambda: SimpleNamespace(lib_controllers=[blas, openmp])
    monkeypatch.setitem(sys.modules, "threadpoolctl", module)
    threads._pools.cache_clear()
    assert threads.free_threads(0) == 4
    blas.num_threads = 1  # with threadpool_limits(1)
    assert threads.free_threads(0) == 1
    assert threads.free_threads(3) == 3
    threads._pools.cache_clear()


@pytest.mark.parametrize(("text", "quota"), [("200000 100000", 2), ("150000 100000", 2), ("max 100000", None), ("", None)])
def test_the_quota_of_a_control_group(text: str, quota: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_words", lambda path: text.split() if path.endswith("cpu.max") else [])
    threads.quota.cache_clear()
    try:
        assert threads.quota() == quota or (quota is None and threads.quota() > 10**6)
    finally:
        threads.quota.cache_clear()


def test_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Options(threads="auto").threads, Options(threads="3").threads) == (0, 3)
    with pytest.raises(ValueError, match="valid: auto"):
        Options(threads="many")
    monkeypatch.setenv("ALPYNA_THREADS", "4")
    assert alpyna_hook.config.settings().options().threads == 4
    assert alpyna_hook.config.settings().options({"threads": 2}).threads == 4


WORKERS = """
import sys
import numpy as np

def rows(a, n):
    for i in range(n):
        for j in range(n):
            a[i, j] = i * j + 1.0
    return a

def work(n):
    import alpyna_hook.runtime.threads as threads
    return threads.free_threads(0), float(rows(np.zeros((n, n)), n).sum())

def spawned(method):
    import multiprocessing
    with multiprocessing.get_context(method).Pool(2) as pool:
        return pool.map(work, [40] * 4)

def loky():
    import joblib
    return joblib.Parallel(2)(joblib.delayed(work)(40) for _ in range(4))

def at_exit():
    import atexit, threading, time
    def late():
        rows(np.zeros((50, 50)), 50)
        print("late", flush=True)
    atexit.register(late)
    def going_on():
        for k in range(200):
            rows(np.zeros((50, 50)), 50)
        print("ended", flush=True)
    threading.Thread(target=going_on).start()
    def daemon():
        while True:
            rows(np.zeros((50, 50)), 50)
    threading.Thread(target=daemon, daemon=True).start()
    rows(np.zeros((50, 50)), 50)

if __name__ == "__main__":
    here = work(40)
    kind = sys.argv[1]
    if kind == "exit":
        at_exit()
    else:
        assert here[0] == 2, here
        found = loky() if kind == "loky" else spawned(kind)
        assert found == [(1, here[1])] * 4, found
        print("one thread each")
"""


def _script(tmp_path: Any, kind: str) -> str:
    path = tmp_path / "workers.py"
    path.write_text(WORKERS, encoding="utf-8")
    prologue = "import sys, alpyna_hook.runtime.threads as t; t.processors = lambda: 2; import alpyna_hook; "
    run = subprocess.run(
        [sys.executable, "-c", prologue + "alpyna_hook.run_program(sys.argv[1], sys.argv[2:])", path, kind],
        capture_output=True, text=True, timeout=120, env={
            **{k: v for k, v in os.environ.items() if k not in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")},
            "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "ALPYNA_THREADS": "2" if kind == "exit" else "auto",
        },
    )
    assert run.returncode == 0, run.stderr
    assert "Error" not in run.stderr, run.stderr
    return run.stdout


@pytest.mark.parametrize("kind", ["fork", "spawn", "forkserver", "loky"])
def test_workers_take_one_thread(kind: str, tmp_path: Any) -> None:
    if kind == "loky":
        pytest.importorskip("joblib")
    elif kind not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    assert _script(tmp_path, kind) == "one thread each\n"


def test_the_end_of_the_interpreter(tmp_path: Any) -> None:
    """A handler of `atexit`, a thread that is awaited and one that is not, all with nests of several threads."""
    assert sorted(_script(tmp_path, "exit").split()) == ["ended", "late"]


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_programs_are_the_same_whatever_the_number_of_threads(path: Any, count: int) -> None:
    compared = Program(path.read_text(encoding="utf-8"), compiled_for(count)).load()
    assert compared.difference is None, compared.difference
