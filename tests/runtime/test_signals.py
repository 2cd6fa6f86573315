"""Signals whose handlers raise exceptions, compute, or fork, at any moment: all is as it was before the loop, or as after it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and fork of POSIX")

HEAD = """
import os, random, signal, sys, time, warnings
import numpy as np
warnings.filterwarnings("ignore", "This process .* is multi-threaded")  # of 3.12 and newer, where it forks

class Timeout(Exception):
    pass

def handler(number, frame):
    raise Timeout("too long")

signal.signal(signal.SIGALRM, handler)
random.seed(1)

def after(seconds):
    signal.setitimer(signal.ITIMER_REAL, seconds)
"""


def output(tmp_path: Path, program: str, *, strict: bool = True) -> str:
    script = tmp_path / "script.py"
    script.write_text(HEAD + program, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "alpyna", "run", script], capture_output=True, text=True, timeout=120,
        env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1" if strict else "0"},
    )
    assert run.stderr == "", run.stderr
    return run.stdout


# a: what is written; the loop never fails in the first, so that nothing is kept to undo it, and may in the others
NESTS = {
    "sure": "for i in range(len(a)):\n    a[i] = a[i] + 1.0",
    "checked": "for i in range(len(a)):\n    a[i] = a[i] / 1.5 + 1.0",
    "with a return": "for i in range(len(a)):\n    a[i] = a[i] / 1.5 + 1.0\n    if i == len(a) - 1:\n        return i",
    "of attributes": "for i in range(len(a)):\n    a[i] = a[i] / 1.5 + 1.0\n    o.last = i",
}


def of_nest(name: str) -> str:
    """A program that runs one of the nests in `work`, compiled, and tells by `state` what its last call has left."""
    nest = NESTS[name].replace("\n", "\n        ")
    return f"""
class O:
    last = -1
o = O()

def work(a):
    i = -1
    try:
        {nest}
    except Timeout:
        return "timeout", i
    return i

def state(a, result):
    done, i = int((a != 0.0).sum()), result[1] if type(result) is tuple else result
    last = i if "attributes" in {name!r} else -1
    return (done, i) if o.last == last else ("attribute", o.last, i)

work(np.zeros(60))
seen = set()
"""

@pytest.mark.skipif(sys.version_info < (3, 11), reason="before 3.11 a handler may run after any instruction")
@pytest.mark.parametrize("name", NESTS)
def test_all_or_nothing(name: str, tmp_path: Path) -> None:
    stdout = output(tmp_path, of_nest(name) + """
def trial():
    a = np.zeros(60)
    after(random.uniform(1e-5, 8e-5))
    for _ in range(50):
        a[:] = 0.0
        o.last = -1
        result = work(a)
        if type(result) is tuple:
            break
    after(0)
    if type(result) is tuple:
        seen.add(state(a, result))

for _ in range(1500):
    try:
        trial()
    except Timeout:
        pass
print(sorted(seen))
""")
    states = eval(stdout)
    assert states
    assert set(states) <= {(0, -1), (60, 59)}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="before 3.11 a handler may run after any instruction")
@pytest.mark.parametrize("again", [0, 1, 2])
@pytest.mark.parametrize("name", NESTS)
def test_all_or_nothing_wherever_the_handler_runs(name: str, again: int, tmp_path: Path) -> None:
    """A signal is sent at the start of each function of ours that a call of a compiled loop enters, one after the other; and
    perhaps a second one in what is done for the first."""
    stdout = output(tmp_path, of_nest(name) + f"again = {again}" + """
from alpyna_hook.bind.binder import Binder
from alpyna_hook.runtime import engine, interrupts, judge, launch, memory, placing, variant

at, entered = -1, 0

def passes():
    global entered
    entered += 1
    if entered == at or (again and entered == at + again):
        signal.raise_signal(signal.SIGALRM)

def disturbed(function):
    def wrapper(*args, **kwargs):
        passes()
        return function(*args, **kwargs)
    return wrapper

for owner in (engine, launch, placing, judge.Judge, Binder, variant.Variant, memory.Transaction, interrupts.Work):
    for name, value in list(vars(owner).items()):
        if isinstance(value, property):
            setattr(owner, name, property(disturbed(value.fget), value.fset))
        elif type(value) is type(work) and getattr(value, "__module__", "").startswith("alpyna_hook"):
            setattr(owner, name, disturbed(value))

for _ in range(2):  # what a call costs is measured in some only
    at, entered = -1, 0
    while entered >= at:
        at, entered = max(at, 0) + 1, 0
        a = np.zeros(60)
        o.last = result = -1
        try:
            result = work(a)
        except Timeout:  # the second one
            assert again and result == -1
            result = "again", -1 if (a == 0.0).all() else 59
        seen.add(state(a, result))
    assert at > 20, at
print(sorted(seen))
""")
    states = eval(stdout)
    assert set(states) == {(0, -1), (60, 59)}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("length", [1000, 100_000])
def test_the_exception_of_an_alarm_goes_on(strict: bool, length: int, tmp_path: Path) -> None:
    stdout = output(tmp_path, f"""
def work(x, n):
    for k in range(n):
        for i in range(1, len(x)):
            x[i] = (x[i] + 1.0) / (x[i - 1] * 1e-200 + 1.0)

work(np.zeros(10), 2)
x = np.zeros({length})
after(0.1)
try:
    work(x, 10**6)
    print("ended")
except Timeout as error:
    done = error.__traceback__.tb_next.tb_frame.f_locals.get("k", -1) + 1  # iterations, which are kept
    print(error, set(x[1:]) == {{done}})
""", strict=strict)
    assert stdout == "too long True\n"


def test_an_alarm_while_a_kernel_is_compiled(tmp_path: Path) -> None:
    """All is imported before: Python itself may swallow an exception that a handler raises in an import, in a callback of its locks."""
    stdout = output(tmp_path, """
import alpyna_hook

def another(k):
    return alpyna_hook.static_analyse(f"def work(x):\\n    for i in range(1, len(x)):\\n        x[i] = x[i] / (x[i - 1] + {k}.5)\\n").work

another(0)(np.zeros(10))
caught = 0
for k in range(1, 13):
    work = another(k)
    after(0.004 * k)
    try:
        while True:
            work(np.zeros(10))
    except Timeout:
        caught += 1
print(caught)
""", strict=False)
    assert stdout == "12\n"


def test_flags_survive_a_handler(tmp_path: Path) -> None:
    stdout = output(tmp_path, """
import warnings
c = np.float64(3.0)
signal.signal(signal.SIGALRM, lambda number, frame: c * c)

def work(a, b, n):
    for k in range(n):
        for i in range(1, len(a)):
            b[i] = b[i - 1] / a[i]

a, b = np.ones(1000), np.ones(1000)
work(a, b, 2)
a[500] = 0.0
told = 0
for k in range(5):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        after(0.001)
        work(a, np.ones(1000), 1000)
        told += any("divide by zero" in str(one.message) for one in found)
print(told)
""")
    assert stdout == "5\n"


LONG = """
def work(x, n):
    for k in range(n):
        for i in range(1, len(x)):
            x[i] = (x[i] + 1.0) / (x[i - 1] * 1e-200 + 1.0)

x = np.zeros(1000)
work(x, 2)
"""


def test_a_handler_that_forks(tmp_path: Path) -> None:
    """The thread that runs the kernel is not in the child: it puts all back and runs the loop itself."""
    stdout = output(tmp_path, LONG + """
parent = os.getpid()
signal.signal(signal.SIGALRM, lambda number, frame: os.fork())
x[:] = 0.0
after(0.05)
work(x, 10**5)
if os.getpid() == parent:
    print(os.waitstatus_to_exitcode(os.wait()[1]), x[-1])
else:
    os._exit(7 if x[-1] == 10**5 else 8)
""")
    assert stdout == "7 100000.0\n"


def test_a_child_that_ends_in_the_handler(tmp_path: Path) -> None:
    stdout = output(tmp_path, LONG + """
def handler(number, frame):
    if not os.fork():
        sys.exit(5)

signal.signal(signal.SIGALRM, handler)
after(0.05)
work(x, 10**5)
print(os.waitstatus_to_exitcode(os.wait()[1]))
""")
    assert stdout == "5\n"


def test_an_exception_of_another_thread(tmp_path: Path) -> None:
    """As libraries for timeouts raise it."""
    stdout = output(tmp_path, LONG + """
import ctypes, threading

def raise_in(thread):
    time.sleep(0.2)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Timeout))

def task():
    threading.Thread(target=raise_in, args=(threading.get_ident(),)).start()
    try:
        work(x, 10**8)
    except Timeout as error:
        done = error.__traceback__.tb_next.tb_frame.f_locals.get("k", -1) + 1  # iterations, which are kept
        print("timeout", set(x[1:]) == {before[0] + done})
        before[0] += done

before = [0]
x[:] = 0.0
task()
other = threading.Thread(target=task)
other.start()
other.join()
""")
    assert stdout == "timeout True\ntimeout True\n"
