"""Repeated calls, which a plan serves: whatever changes between two calls, or happens in one, all is as without one."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from alpyna_hook.seam.site import Site, all_sites
from tests.differential import Program
from tests.planning import SERVED, at_once

ADD = """
    def f(a, b, c):
        for i in range(len(a)):
            c[i] = a[i] + b[i]
        return c
"""
PART = """
    def f(a, low, high, x):
        s = 0.0
        for i in range(low, high):
            s += a[i] * x
        return s
"""
GRID = """
    def f(a, b):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                b[i, j] = a[i - 1, j] + a[i + 1, j] - a[i, j - 1]
        return b
"""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch.setattr)


def names_of(plan: Any) -> dict[str, Any]:
    """What its text knows."""
    names: dict[str, Any] = plan.names
    return names


def loaded(source: str) -> Program:
    program = Program(source)
    program.load()
    return program


def site_of(program: Program) -> Site:
    (site,) = [site for site in all_sites() if site.module.filename == program.filename and site.parent is None]
    return site


class Served:
    """Counts what the plans of a program answer from now on."""

    def __init__(self, program: Program) -> None:
        self.site = site_of(program)
        self._before = SERVED[program.filename]

    @property
    def calls(self) -> int:
        return SERVED[self.site.module.filename] - self._before


def same(program: Program, *inputs: object) -> None:
    compared = program.call("f", *inputs)
    assert compared.difference is None, (compared.difference, inputs)


def vector(n: int = 40, dtype: str = "f8") -> np.ndarray:
    return np.arange(1, n + 1).astype(dtype)


# ------------------------------------------------------------------ what changes between two calls


def test_a_repeated_call_is_served_by_its_plan() -> None:
    program = loaded(ADD)
    same(program, vector(), vector(), vector())
    served = Served(program)
    for _ in range(50):
        same(program, vector(), vector(), vector())
    assert served.calls == 50
    state: Any = served.site.state
    assert (state.trace.runs, state.trace.accelerated) == (51, 51)
    assert state.trace.seconds > 0 and state.trace.predicted > 0 and served.site.judge.runs == 51


READ_ONLY = vector()
READ_ONLY.flags.writeable = False
SHARED = vector(80)
OTHERS: dict[str, tuple[object, object, object]] = {
    "dtype": (vector(), vector(40, "f4"), vector()),
    "dtype of the result": (vector(), vector(), vector(40, "i4")),
    "byte order": (vector(), vector(40, ">f8"), vector()),
    "length": (vector(39), vector(), vector()),
    "too short": (vector(), vector(39), vector()),
    "strides": (vector(80)[::2], vector(), vector()),
    "backwards": (vector()[::-1], vector(), vector()),
    "dimensions": (vector(), vector(), np.ones((40, 2))),
    "overlap": (SHARED[:40], SHARED[:40], SHARED[3:43]),
    "in place": (SHARED[:40], SHARED[40:], SHARED[:40]),
    "neighbours": (SHARED[:40], vector(), SHARED[40:]),
    "read-only": (vector(), vector(), READ_ONLY),
    "not aligned": (vector(), np.frombuffer(b"x" + vector().tobytes(), "f8", 40, 1), vector()),
    "a list": (vector(), [1.0] * 40, vector()),
    "a subclass": (vector(), np.ma.masked_array(vector()), vector()),
    "a warning": (np.full(40, 1e308), np.full(40, 1e308), vector()),
    "empty": (vector(0), vector(0), vector(0)),
    "nothing": (vector(), None, vector()),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_arrays(other: tuple[object, object, object]) -> None:
    program = loaded(ADD)
    usual = vector(), vector(), vector()
    same(program, *usual)
    served = Served(program)
    for _ in range(3):
        same(program, *other)
        same(program, *usual)
    assert served.calls >= 2 or np.max(other[0]) > 1e300  # after a warning another kernel serves for a while


@pytest.mark.parametrize("change", [
    "a.shape = (20, 2)", "a.dtype = 'i8'", "a.flags.writeable = False", "a.resize(60, refcheck=False)", "a.strides = (16,)",
    "a[:] = 1e308",
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Setting the .* attribute:DeprecationWarning")
def test_the_very_array_changes(change: str) -> None:
    """The same object, which is another array at the next call."""
    source = f"""
    import warnings
    def work(a):
        for i in range(20):
            a[i] = a[i] * 2.0
    def f():
        a = np.arange(40.0)
        for _ in range(4):
            work(a)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            {change}
        try:
            work(a)
        except Exception as error:
            return a, repr(error)
        return a
    """
    program = loaded("    import numpy as np" + source)
    for _ in range(2):
        same(program)


INTEGERS = [(5, 30), (6, 31), (0, 40), (30, 5), (39, 40), (-3, 2), (5, 41), (0, 2**62), (2**70, 3), (True, 7), (np.int32(3), 9),
            (200, 230), (-(2**63), -(2**63) + 1), (7, np.int64(12)), (2.0, 5)]  # fmt: skip


def test_other_integers() -> None:
    """Also those for which no recorded proof holds."""
    program = loaded(PART)
    for _ in range(4):
        for low, high in INTEGERS:
            for x in (0.5, 0.1, 1e-40, 2, 200, np.float32(0.1), True, 1j):
                same(program, vector(), low, high, x)
    served = Served(program)
    assert served.site.plans
    for low, high in INTEGERS:
        same(program, vector(), low, high, 0.5)


def test_ever_new_integers_are_served() -> None:
    program = loaded(PART)
    for k in range(200, 208):
        same(program, vector(1000), k, k + 20, 0.5)
    served = Served(program)
    for k in range(208, 258):
        same(program, vector(1000), k, k + 20 + k % 3, 0.5)
    assert served.calls == 50


def test_ever_new_shapes_are_served() -> None:
    program = loaded(GRID)
    whole = np.arange(32.0 * 64).reshape(32, 64)
    for k in range(3, 16):
        same(program, whole[:k, : k + 2], np.zeros((k, k + 2)))
    served = Served(program)
    for k in range(16, 30):
        same(program, whole[:k, : k + 3], np.zeros((k, k + 3)))
    same(program, whole[:9, ::2], np.zeros((9, 32)))
    same(program, whole[:9, 8::-1], np.zeros((9, 9)))
    shared = np.arange(400.0)
    same(program, shared[:200].reshape(10, 20), shared[40:240].reshape(10, 20))
    assert served.calls >= 14


ERRORS = """
    import numpy as np
    def work(a):
        for i in range(len(a)):
            a[i] = 1.0 / a[i]
    def f(a, modes):
        for mode in modes:
            with np.errstate(**mode):
                work(a)
        return a
    """


def test_the_error_state() -> None:
    program = loaded(ERRORS)
    modes: list[dict[str, str]] = [{}, {"divide": "ignore"}, {"all": "ignore"}, {"divide": "raise"}, {"under": "warn"}, {}]
    for a in (vector(), np.array([1.0, 0.0, 2.0]), np.array([1e-310, 1.0, 1e308])):
        for mode in modes:
            same(program, a, [mode] * 4)
        same(program, a, modes)


def test_an_error_state_that_is_set_anew_is_known_again() -> None:
    program = loaded(ERRORS)
    same(program, vector(), [{"divide": "ignore"}])
    served = Served(program)
    same(program, vector(), [{"divide": "ignore"}] * 3)
    assert served.calls == 3


def test_what_names_stand_for() -> None:
    program = loaded("""
    import math
    import types
    import numpy as np
    scale, table, own = 2.0, np.arange(40.0), types.SimpleNamespace(n=3, w=None)
    def g(x, k=2.0):
        return x * k + scale
    def work(a, w=None):
        for i in range(len(a)):
            if w is not None:
                a[i] = a[i] + w[i]
            a[i] = math.sqrt(a[i]) + g(np.exp(-a[i])) * scale + table[i] + own.n
    def f(a, step):
        global scale, table, g, len, math
        work(a)
        work(a)
        exec(step, globals())
        work(a, a if step == "w" else None)
        work(a, a if step == "w" else None)
        for name in "len math np".split():
            globals().pop(name, None)
        exec("import math, numpy as np", globals())
        return a
    """)
    for step in (
        "scale = 3.0", "scale = 3", "scale = 0.1", "table = table[::-1]", "table = [1.0] * 40", "len = lambda a: 3", "w = 1",
        "math = types.SimpleNamespace(sqrt=abs)", "np = types.SimpleNamespace(exp=np.tanh)", "np = types.ModuleType('m'); np.exp = abs",
        "g.__defaults__ = (3.0,)", "g.__code__ = (lambda x, k=2.0: x - k).__code__", "own.n = 4", "own.n = 2.5",
        "own = types.SimpleNamespace(n=200)", "del own.n; own.__class__ = type('C', (types.SimpleNamespace,), {'n': property(lambda s: 7)})",
        "own = 3", "del scale",
    ):  # fmt: skip
        compared = program.call("f", vector() / 100.0, step)
        assert compared.difference is None, (step, compared.difference)
        program.load()


def test_targets_keep_their_types_and_may_have_no_value() -> None:
    program = loaded("""
    import numpy as np
    def f(a, n, s):
        last = k = None
        for i in range(n):
            for k in range(i):
                s = s + a[k] * k
            last = i
        return s, last, k, i
    """)
    for _ in range(3):
        for n in (5, 1, 0, 5):
            for s in (0, 0.0, np.float32(1), 1j, np.int64(3), True):
                for dtype in ("f8", "f4", "i2", "c8", "?"):
                    same(program, vector(9, dtype), n, s)
    assert site_of(program).plans


# ------------------------------------------------------------------ what happens in a call


class Timeout(Exception):
    pass


@pytest.fixture
def alarms() -> Iterator[None]:
    def handler(_number: int, _frame: object) -> None:
        raise Timeout

    before = signal.signal(signal.SIGUSR1, handler)
    yield
    signal.signal(signal.SIGUSR1, before)


NESTS = {
    "sure": "a[i] = a[i] + 1",  # of integers that wrap around: nothing can fail, and nothing is kept
    "checked": "a[i] = a[i] / 2 + 1.0",
}


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="signals of POSIX")
@pytest.mark.parametrize("name", NESTS)
@pytest.mark.parametrize("size", [40, 2**16])
@pytest.mark.usefixtures("alarms")
def test_a_handler_raises_at_each_step_of_a_plan(name: str, size: int) -> None:
    program = loaded(f"    def f(a):\n        i = -1\n        for i in range(len(a)):\n            {NESTS[name]}\n        return i\n")
    f: Any = program.fast["f"]
    dtype = "f4" if name == "checked" else "i1"
    for _ in range(3):
        f(np.zeros(size, dtype))
    (plan,) = site_of(program).plans
    names = names_of(plan)
    steps = ["pack", "launch", "unpack", "clock", "Transaction", "new_block", "at", "errors"]
    at, seen, states = 0, [0], set()
    for measured in (False, True):
        at = 0
        while True:
            at, seen[0] = at + 1, 0
            a, originals = np.zeros(size, dtype), {step: names[step] for step in steps}
            names["tally"].left = 0 if measured else 5

            def disturbed(function: Callable[..., Any], at: int = at) -> Callable[..., Any]:
                def call(*args: Any) -> Any:
                    result = function(*args)
                    seen[0] += 1
                    if seen[0] == at:
                        signal.raise_signal(signal.SIGUSR1)
                    return result

                return call

            names.update({step: disturbed(function) for step, function in originals.items()})
            try:
                f(a)
                left = "run"
            except Timeout:
                left = "timeout"
            finally:
                names.update(originals)
            states.add((left, int((a != 0).sum())))
            if seen[0] < at:
                break
        assert at > 4
        assert site_of(program).plans == (plan,)
    assert states <= {("run", size), ("timeout", 0), ("timeout", size)}
    assert ("run", size) in states and ("timeout", 0) in states


def test_a_call_in_a_call() -> None:
    """A finaliser, or a signal's handler, runs the very loop between two steps of its plan."""
    program = loaded(ADD)
    f: Any = program.fast["f"]
    a, b, c = vector(), vector(), vector()
    for _ in range(3):
        f(a, b, c)
    (plan,) = site_of(program).plans
    names = names_of(plan)
    for step in ("pack", "launch", "unpack", "at"):
        original, inner = names[step], [2]

        def again(*args: Any, original: Any = original, inner: list[int] = inner) -> Any:
            result = original(*args)
            if inner[0]:
                inner[0] -= 1
                other = f(np.full(40, 5.0), np.full(40, 6.0), np.zeros(40))
                assert (other == 11.0).all()
            return result

        names[step] = again
        try:
            assert (f(a, b, np.zeros(40)) == a + b).all()
        finally:
            names[step] = original
    assert len(names["blocks"]) == 3  # as deep as the calls were


def test_threads_at_one_site() -> None:
    program = loaded(PART)
    f: Any = program.fast["f"]
    for k in range(4):
        f(vector(1000), 200 + k, 800, 0.5)
    wrong: list[object] = []

    def work(number: int) -> None:
        a = np.full(1000, float(number))
        for k in range(3000):
            low = 200 + (k * number) % 300
            if f(a, low, low + 300, 0.5) != 150.0 * number:
                wrong.append((number, k))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
    state: Any = site_of(program).state
    assert state.trace.runs <= 12004


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork of POSIX")
def test_a_forked_child_goes_on(tmp_path: Any) -> None:
    script = tmp_path / "script.py"
    script.write_text("""
import os, warnings
import numpy as np
from alpyna_hook.runtime import variant
warnings.filterwarnings("ignore", "This process .* is multi-threaded")
variant.FIRST_CALLS = 0
def f(a):
    for i in range(len(a)):
        a[i] = a[i] / 2.0 + 1.0
a = np.zeros(10)
for _ in range(4):
    f(a)
child = os.fork()
for _ in range(4):
    f(a)
assert a[0] == 1.9921875, a
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("done")
""")
    done = subprocess.run(
        [sys.executable, "-m", "alpyna", "run", script], capture_output=True, text=True, timeout=60,
        env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1"},
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


@pytest.mark.parametrize("how", ["settrace", "setprofile", "monitoring"])
def test_a_tool_that_is_switched_on_sees_the_loop(how: str) -> None:
    program = loaded(ADD)
    f: Any = program.fast["f"]
    a, b, c = vector(), vector(), vector()
    for _ in range(3):
        f(a, b, c)
    served = Served(program)
    f(a, b, c)
    assert served.calls == 1
    lines: list[int] = []
    if how == "monitoring":
        monitoring: Any = getattr(sys, "monitoring", None)
        if monitoring is None:
            pytest.skip("from 3.12 on")
        monitoring.use_tool_id(5, "test")
        monitoring.register_callback(5, monitoring.events.LINE, lambda code, line: lines.append(line))
        monitoring.set_local_events(5, f.__code__, monitoring.events.LINE)
        try:
            f(a, b, c)
        finally:
            monitoring.set_local_events(5, f.__code__, 0)
            monitoring.free_tool_id(5)
    else:

        def tool(frame: Any, event: str, _argument: object) -> Any:
            lines.append(frame.f_lineno)
            return tool

        before = getattr(sys, how.replace("set", "get"))()
        getattr(sys, how)(tool)
        try:
            f(a, b, c)
        finally:
            getattr(sys, how)(before)
    assert served.calls == 1
    assert how == "setprofile" or len(lines) >= 80
    f(a, b, c)
    assert served.calls == 2


# ------------------------------------------------------------------ what is kept, and what is counted


def test_a_plan_whose_checks_fail_goes() -> None:
    program = loaded("    def f(a):\n        for i in range(len(a)):\n            a[i] = 1.0 / a[i]\n        return a\n")
    good, bad = vector(), np.array([0.0] * 40)
    same(program, good)
    served = Served(program)
    same(program, bad)
    assert served.calls == 0
    for _ in range(40):
        same(program, good)
        same(program, bad)
    assert (bad == 0.0).all()


def test_nothing_of_a_call_is_kept() -> None:
    program = loaded(ADD)
    f: Any = program.fast["f"]
    arrays = [vector() for _ in range(3)]
    for _ in range(30):
        f(*arrays)
    assert site_of(program).plans
    dead = [weakref.ref(a) for a in arrays]
    arrays.clear()
    gc.collect()
    assert [ref() for ref in dead] == [None] * 3


def test_no_class_of_the_program_is_kept() -> None:
    """A plan is reached from a constant of code, where the garbage collector does not look."""
    program = loaded("""
    class Offset:
        def __init__(self):
            self.by = 0.5
    def work(a, w):
        for i in range(len(a)):
            if w is not None:
                a[i] = a[i] + w.by
            a[i] = a[i] * 2.0
    def f(a, times, n):
        w = Offset()
        for _ in range(times):
            work(a[:n], None)
            work(a[:n], w)
        return a
    """)
    for n in (40, 30, 0):
        same(program, vector(), 3, n)
    site = next(site for site in all_sites() if site.module.filename == program.filename)
    assert len(site.plans) >= 2
    del site
    dead = weakref.ref(program.fast["Offset"])  # type: ignore[arg-type]
    program.fast = {}  # nothing is cleared: its functions and it are a cycle
    gc.collect()
    assert dead() is None


def test_an_error_state_that_a_handler_sets_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken for the same state is one of which the meaning was asked."""
    program = loaded("""
    import numpy as np
    def f(a):
        for i in range(len(a)):
            a[i] = a[i] * 1e10
        return a
    """)
    f: Any = program.fast["f"]
    small, large = np.ones(8), np.full(8, 1e305)
    with np.errstate(over="ignore"):
        for _ in range(3):
            f(small.copy())
        (plan,) = site_of(program).plans
        meaning, errors = names_of(plan)["same_errors"], np.geterr

        def geterr() -> dict[str, str]:
            found = errors()
            np.seterr(over="raise")  # as a signal's handler may, after the question
            return found

        np.seterr(over="ignore")  # set anew, so that it is asked
        monkeypatch.setattr(np, "geterr", geterr)
        meaning()
        monkeypatch.undo()
        with pytest.raises(FloatingPointError):
            f(large.copy())


def test_many_calls_do_not_grow() -> None:
    program = loaded(PART)
    f: Any = program.fast["f"]
    a = vector(3000)

    def calls(first: int, count: int) -> None:
        for k in range(first, first + count):
            f(a, 200 + k % 700, 240 + k % 1500, 0.5)

    calls(0, 3000)
    gc.collect()
    tracemalloc.start()
    try:
        calls(0, 500)
        before = tracemalloc.get_traced_memory()[0]
        calls(500, 10000)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 20_000
