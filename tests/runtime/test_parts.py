"""An interrupted nest keeps the iterations of its outermost loop that are finished."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alpyna_hook.runtime.parts import Parts
from tests.differential import Program, check
from tests.generator.trial import trials
from tests.parting import one_at_a_time

# Each function is given how often its outermost loop turns.
PROGRAM = """
import os, signal, sys, threading, time
import numpy as np

class Counter:
    def __init__(self):
        self.count = 0

def flat(a, most, keep):
    s = 1
    for i in range(most):
        s = (s * 5 + i) % 1000003
    return locals()

def steps(a, most, keep):
    for i in range(most):
        for j in range(1, len(a) - 1):
            a[j] = (a[j - 1] + a[j] + a[j + 1]) / 3.0
    return locals()

def swapped(a, most, keep):
    old, new = a, a * 0.5
    for i in range(most):
        for j in range(1, len(a) - 1):
            new[j] = (old[j - 1] + old[j + 1]) * 0.5
        old, new = new, old
    return locals()

def seldom(a, most, keep):
    total = 0
    for i in range(most):
        if i == 3:
            rare = a[i] * 2.0
        if i % 1000 == 7:
            often = i
        x = 1 if i % 2 else 0.5
        total = (total + i) & 0xffff
    return locals()

def typed_by_path(a, most, keep):
    s = 0
    for i in range(most):
        for j in range(50):
            if a[j] > 1.3:
                s = s * 0.5 + a[j]
    return locals()

def counted(a, most, keep):
    c = keep
    for i in range(most):
        c.count = (c.count * 3 + i) % 1000003
        for j in range(20):
            a[j] += c.count
    return locals()

def backwards(a, most, keep):
    for i in range(0, -5 * most, -5):
        a[i % 7] = a[(i + 1) % 7] * 0.5 + i
    return locals()

def leaves(a, most, keep):
    s = 0
    for i in range(most):
        s ^= i * 3
        if s == -1:
            break
    return locals()

def returns(a, most, keep):
    s = 0
    for i in range(most):
        s ^= i * 5
        if s == -1:
            return s, i
    return locals()

def elements(a, most, keep):
    t = 0.0
    for i, x in enumerate(keep[:most]):
        for j in range(3000):
            t = t * 0.5 + x
    return locals()

def long_iterations(a, most, keep):
    s = 0
    for i in range(most):
        for j in range(1, 3 * 10**8):
            s = (s * 3 + j) & 0xfffff
        a[i % 7] += s
    return locals()

def moving_bound(a, most, keep):
    n = most
    for i in range(n):
        n = i
        for j in range(100):
            a[j] += 1.0
    return locals()

def a_while(a, most, keep):
    i = -1
    while i < most - 1:
        i += 1
        for j in range(1, len(a) - 1):
            a[j] = (a[j - 1] + a[j] + a[j + 1]) / 3.0
    return locals()

def a_flat_while(a, most, keep):
    x, i = 1e6, -1
    while i < most - 1:
        x = x * 0.9999 + 1.0
        i += 1
        a[i % 100] += x
    return locals()

def for_ever(a, most, keep):
    i = -1
    while True:
        if i >= most - 1:
            break
        i += 1
        if i % 1000 == 7:
            often = i
        for j in range(1, len(a) - 1):
            a[j] = (a[j - 1] + a[j] + a[j + 1]) / 3.0
    return locals()

def a_long_one(a, most, keep):
    for i in range(2):
        for j in range(most):
            a[j % 5] += i
    return locals()

def rows(a, most, keep):
    c = 5
    m = -1.0
    for i in range(most):
        x = a[i % 100]
        for j in range(1000):
            x = x * 0.5 + j
        c += i % 7
        if x - i * 1e-9 > m:
            m = x - i * 1e-9
            at = i
        if i % 1000 == 3:
            often = i
    return locals()

def stepped(a, most, keep):
    k = 7
    x = 0.0
    for i in range(most):
        k += 3
        for j in range(2000):
            x = a[j % 100] * j + k
    return locals()

def filled(a, most, keep):
    for i in range(most):
        for j in range(200):
            x = keep[i, j]
            for l in range(4000):
                x = x * 0.5 + 1.0
            keep[i, j] = x
    return locals()

def long_rows(a, most, keep):
    for i in range(most):
        s = i
        for j in range(1, 3 * 10**8):
            s = (s * 3 + j) & 0xfffff
        t = s
    return locals()

def inputs(f):
    a = np.linspace(1.0, 2.0, 3000 if f in (steps, swapped) else 100)
    if f is filled:
        return a, np.linspace(0.0, 1.0, 2 * 10**6).reshape(10**4, 200)
    return a, np.linspace(0.0, 1.0, 10**7) if f is elements else Counter()

def interrupt(main, wait):
    while True:  # until the kernel runs
        time.sleep(0.02)
        frame = sys._current_frames()[main]
        while frame is not None and frame.f_code.co_name != "_in_thread":
            frame = frame.f_back
        if frame is not None:
            time.sleep(wait)
            sent.append(time.perf_counter())
            return os.kill(os.getpid(), signal.SIGINT)

def same(x, y):
    if isinstance(x, Counter):
        return x.count == y.count
    return type(x) is type(y) and np.array_equal(x, y)

def interrupted(f, most, wait):
    a, keep = inputs(f)
    thread = threading.Thread(target=interrupt, args=(threading.get_ident(), wait))
    thread.start()
    try:
        f(a, most, keep)
    except KeyboardInterrupt as error:
        took = time.perf_counter() - sent[0]
        place = error.__traceback__.tb_next
        assert place.tb_next is None and place.tb_frame.f_code is f.__code__, place.tb_frame
        return place.tb_frame.f_locals, took
    finally:
        thread.join()

sent = []
f = globals()[sys.argv[1]]
left, took = interrupted(f, 10**7 if f is elements else 10**4 if f is filled else 10**11, float(sys.argv[2]))
done = abs(left["i"]) // (5 if f is backwards else 1) + 1 if "i" in left else 0
again, other = inputs(f)
expected = f(again, done, other) if done else {**dict(left), "a": again, "keep": other}
expected["most"] = left["most"]
assert left.keys() == expected.keys(), (left, expected)
for name in left:
    assert same(left[name], expected[name]), (done, name, left[name], expected[name])
print(done > 0, f"{took:.3f}")
"""

SEVERAL = ["rows", "stepped", "filled"]  # threads may run these
KEPT = ["flat", "steps", "swapped", "seldom", "typed_by_path", "counted", "backwards", "leaves", "returns", "elements", "a_while", "a_flat_while", "for_ever"]


def _run(tmp_path: Path, name: str, wait: float, threads: int = 1) -> list[str]:
    path = tmp_path / "script.py"
    path.write_text(PROGRAM, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "alpyna", "run", path, name, str(wait)], capture_output=True, text=True, timeout=60,
        env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "ALPYNA_THREADS": str(threads)},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.parametrize("name", KEPT)
def test_finished_iterations_are_kept(name: str, tmp_path: Path) -> None:
    kept, _ = _run(tmp_path, name, 0.3)
    assert kept == "True"


def test_an_iteration_that_takes_too_long_is_put_back(tmp_path: Path) -> None:
    """But for the first one, of which it is not known yet how long it takes."""
    kept, _ = _run(tmp_path, "long_iterations", 3.0)
    assert kept == "True"


@pytest.mark.parametrize("threads", [2, 3, 7])
@pytest.mark.parametrize("name", SEVERAL)
def test_finished_rounds_of_several_threads_are_kept(name: str, threads: int, tmp_path: Path) -> None:
    kept, took = _run(tmp_path, name, 0.3, threads)
    assert kept == "True"
    assert float(took) < 1.0  # 0.2 s where nobody else is at work


def test_a_round_that_takes_too_long_is_put_back(tmp_path: Path) -> None:
    kept, took = _run(tmp_path, "long_rows", 3.0, 2)
    assert kept == "True"
    assert float(took) < 1.0


@pytest.mark.parametrize("name", ["moving_bound", "a_long_one"])
def test_all_is_put_back_where_parts_are_not_known(name: str, tmp_path: Path) -> None:
    kept, _ = _run(tmp_path, name, 0.3)
    assert kept == "False"


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every kernel runs in parts of one iteration; how many iterations those that could be parted ran."""
    one_at_a_time(monkeypatch.setattr)
    run, finished = Parts.run, []

    def noting(self: Parts, work: object) -> None:
        run(self, work)  # type: ignore[arg-type]
        finished.append(self.finished or 0)

    monkeypatch.setattr(Parts, "run", noting)
    return finished


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1000), marks=pytest.mark.slow)], ids=str)
def test_random_nests_one_iteration_at_a_time(seeds: range, parted: list[int]) -> None:
    for seed in seeds:
        for trial in trials(random.Random(seed), bindings=1):
            assert trial.compared.difference is None, f"{trial.compared.difference}\n{trial.case.source}\n{trial.inputs}"
    assert sum(count > 1 for count in parted) > len(seeds) / 10, parted


BODIES = {
    "assigned early": "if i == 1:\n    t = a[i]",
    "assigned early and late": "if i % 3 == 1:\n    t = a[i] + i",
    "of two types": "s = s + 1 if a[i] < 2.0 else s * 0.5",
    "of one type at last": "x = 1 if i % 2 else 0.5",
    "left": "s += i\nif i == 4:\n    break",
    "returned": "s += i\nif i == 4:\n    return s, i",
    "a check that fails late": "s += b[i + 1]",
    "a warning late": "a[i] = a[i] * 1e307",
    "a complex sum": "z = z * 1j + a[i]",
    "the last one": "m = max(a[i], a[0])\nj = i",
}


@pytest.mark.parametrize("name", BODIES)
def test_variables_go_from_part_to_part(name: str, parted: list[int]) -> None:
    lines = "".join(f"        {line}\n" for line in BODIES[name].split("\n"))
    source = f"def f(a, b, s, z):\n    for i in range(len(a)):\n{lines}    return locals()\n"
    check(source, np.array([1.0, 2.0, 0.5, 3.0, 9.0, 30.0, 2.0]), np.arange(7.0), 0, 1j, expect=None)
    assert parted


def test_bounds_that_the_loop_may_change_under_another_name(parted: list[int]) -> None:
    """Seven iterations, whatever the array holds after the first."""
    source = "def f(a, n):\n    for i in range(min(len(a), n[0])):\n        a[i] = 2\n    return a\n"
    a = np.full(7, 7)
    for n in (a, a[:1], a.copy()):
        check(source, a, n, expect=None)


@pytest.mark.parametrize("step", ["_keep", "_merge"])
def test_what_fails_between_two_parts_is_no_interrupt(step: str, parted: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The iterations that are finished then are put back: nobody would run the others."""
    usual, calls = getattr(Parts, step), []

    def failing(*args: object) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise MemoryError
        usual(*args)

    program = Program("def f(a):\n    s = 0\n    for i in range(len(a)):\n        s += i\n        a[i] += s\n    return s\n")
    program.load()
    monkeypatch.setattr(Parts, step, failing)
    assert program.call("f", np.arange(7)).difference is None
    assert len(calls) == 3


def test_who_would_lose_all_waits_longer_for_the_end_of_a_part() -> None:
    parts, waited = Parts(None, 9, ()), []  # type: ignore[arg-type]
    for done, copies in ((0, None), (3, None), (3, [])):
        parts.done, parts._copies = done, copies
        parts.end_soon(lambda seconds: waited.append(seconds) or True)  # type: ignore[func-returns-value]
    assert waited == [0.15, 2.0, 0.15] and parts.stop
