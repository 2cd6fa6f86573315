"""Failures that pass: the deepest recursion, memory, Ctrl-C.  Nothing of ours is seen, and nothing is for ever."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.guest.outside import Raising, came_from_outside
from alpyna_hook.runtime import launch
from alpyna_hook.seam.resting import Countdown
from alpyna_hook.seam.site import all_sites

OPTIONS = alpyna_hook.Options(device="cpu", strict=True)
RECURSION = """
def f(depth, a):
    for i in range(len(a)):
        a[i] = a[i] / 1.5 + 1.0
    return f(depth - 1, a) if depth else depth

def deepest(a):
    low, high = 100, 1000
    while high - low > 1:
        k = (low + high) // 2
        try:
            f(k, a)
            low = k
        except RecursionError:
            high = k
    return low
"""


def load(source: str) -> Any:
    return alpyna_hook.static_analyse(source, OPTIONS)


def test_the_deepest_recursion() -> None:
    plain: dict[str, Any] = {}
    exec(RECURSION, plain)
    fast = load(RECURSION)
    site = next(site for site in reversed(all_sites()) if site.qualname == "f")
    fast.f(1, np.ones(3))
    assert plain["deepest"](np.ones(3)) - fast.deepest(np.ones(3)) in (0, 1)  # the call of `Site.run`
    one, other = np.ones(3), np.ones(3)
    with pytest.raises(RecursionError):
        plain["f"](10_000, one)
    with pytest.raises(RecursionError):
        fast.f(10_000, other)
    assert other[0] in (one[0], one[0] / 1.5 + 1.0, (one[0] - 1.0) * 1.5)
    trace = site.state.trace  # type: ignore[union-attr]
    before = trace.accelerated
    for _ in range(30):
        fast.f(99, np.ones(3))
    assert site.live and trace.accelerated > before


@pytest.mark.parametrize("slack", range(1, 16))
def test_undoing_has_room_on_the_stack(slack: int) -> None:
    """A kernel that is flagged as deep as it can run at all."""
    source = """
def f(a):
    for i in range(len(a)):
        a[i + 1] = a[i] + 1.0

def at(depth, a):
    if depth:
        return at(depth - 1, a)
    try:
        f(a)
    except IndexError:
        return "IndexError"
"""
    fast = load(source)
    plain: dict[str, Any] = {}
    exec(source, plain)
    a = np.zeros(5)
    assert fast.at(0, a) == "IndexError"
    depth = 100
    while True:  # to where the plain program ends
        try:
            plain["at"](depth + 1, np.zeros(5))
        except RecursionError:
            break
        depth += 1
    b, c = np.zeros(5), np.zeros(5)
    assert fast.at(depth - slack, b) == plain["at"](depth - slack, c) == "IndexError"
    assert b.tolist() == c.tolist()


def test_memory_for_the_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load("def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] / 1.5 + 1.0\n    return a\n")
    (site,) = all_sites()[-1:]
    fast.f(np.ones(3))

    def no_memory(arrays: object) -> object:
        raise MemoryError

    with monkeypatch.context() as short:
        short.setattr(launch, "Transaction", no_memory)
        assert fast.f(np.ones(3)).tolist() == [1.0 / 1.5 + 1.0] * 3
    (entry,) = alpyna_hook.report(site.module.filename)
    assert (entry["refusals"], site.failures) == ({"unavailable": 1}, 1)
    for _ in range(40):
        fast.f(np.ones(3))
    assert site.state.trace.accelerated >= 20  # type: ignore[union-attr]


HANDLERS = {
    "signal.default_int_handler": [], "handler": ["handler"], "Handler()": ["__call__"], "functools.partial(more, 1)": ["more"],
    "bare": ["bare"],
}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals of POSIX")
@pytest.mark.parametrize("loop", ["for k in range(10**13):\n        s += k * 0.5", "for k in range(10**13):\n        a[0] += 1.0"])
def test_tracebacks_hold_no_frame_of_ours(loop: str, tmp_path: Path) -> None:
    (tmp_path / "marked.py").write_text(f"# alpyna: accelerate\ndef f(a):\n    s = 0.0\n    {loop}\n    return s\n")
    (tmp_path / "script.py").write_text(f"""
import alpyna_hook, functools, signal, sys, traceback
alpyna_hook.install(device="cpu", strict=True)
import numpy as np
import marked
def handler(number, frame): raise ValueError("late")
def bare(*_): raise ValueError("late")
def more(first, number, frame):
    number = frame = None
    raise ValueError("late")
class Handler:
    def __call__(self, number, frame): number = str(number); raise ValueError("late")
for handles in ({", ".join(HANDLERS)}):
    signal.signal(signal.SIGALRM, handles)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        try:
            raise LookupError("before")
        except LookupError as before:
            marked.f(np.ones(3))
    except (ValueError, KeyboardInterrupt) as error:
        print(type(error.__context__).__name__, [frame.name for frame in traceback.extract_tb(error.__traceback__)])
""")
    environment = {**os.environ, "PYTHONPATH": str(Path(alpyna_hook.__file__).parents[1])}
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    expected = [f"LookupError {['<module>', 'f', *last]}" for last in HANDLERS.values()]
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")


def test_raising() -> None:
    def inner() -> None:
        raise ValueError("x")

    for error in (ValueError("x"), KeyboardInterrupt(), StopIteration(3)):
        for attempt in (lambda answer: [*answer], len):
            with pytest.raises(type(error)) as caught:
                attempt(Raising(error))
            assert caught.value is error and len(caught.traceback) <= 2
        with pytest.raises(type(error)):
            match Raising(error):
                case ((_,),):
                    pass
    with pytest.raises(ValueError, match="x") as found:
        inner()
    assert not came_from_outside(found.value)


def test_a_rest_that_the_recursion_limit_cuts_short_is_over() -> None:
    """It asks the clock from time to time, for which there may be no room on the stack."""
    rest = Countdown(100_000, 1000.0, 1e-6)

    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        else:
            [bool(rest) for _ in range(200)]

    room = sys.getrecursionlimit() - len(inspect.stack(0))
    for levels in range(room - 12, room + 1):
        with suppress(RecursionError):
            deep(levels)
    assert bool(rest) in (True, False)
