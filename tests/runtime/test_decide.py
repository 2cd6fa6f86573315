"""The decision between the interpreter and a kernel, by what was predicted."""

from __future__ import annotations

import ast
import itertools

import numpy as np
import pytest

from alpyna_hook import Options, static_analyse
from alpyna_hook.capture import capture_function, capture_nest
from alpyna_hook.cost.outline import outline
from alpyna_hook.explain.report import as_data
from alpyna_hook.ir.facts import UserFunction
from alpyna_hook.profile import Profile
from alpyna_hook.runtime import decide
from alpyna_hook.runtime.decide import Estimate

_NUMBER = itertools.count()


def entry(qualname: str, line: int) -> dict[str, object]:
    return [e for e in as_data() if e["qualname"] == qualname and e["line"] == line][-1]


def load(source: str, device: str = "auto"):  # type: ignore[no-untyped-def]
    return static_analyse(f"{source}\n# {next(_NUMBER)}\n", Options(device=device, strict=True))


SOURCE = """def f(a, b):
    for i in range(len(a)):
        b[i] = a[i] * 2.0
    return i
"""


def test_a_long_loop_is_compiled_at_once_and_a_tiny_one_is_not_even_launched() -> None:
    module = load(SOURCE)
    long, tiny = np.ones(20_000_000), np.ones(3)
    assert module.f(long, long) == 19_999_999 and long[-1] == 2.0
    assert entry("f", 2)["accelerated_runs"] == 1
    assert module.f(tiny, tiny) == 2 and tiny[-1] == 2.0
    found = entry("f", 2)
    assert (found["runs"], found["accelerated_runs"], found["reason"]) == (2, 1, "too-small")


def test_a_tiny_loop_that_is_met_often_is_looked_at_seldom_and_counted_right() -> None:
    module = load(SOURCE)
    tiny = np.ones(3)
    for _ in range(500):
        module.f(tiny, tiny.copy())
    found = entry("f", 2)
    assert (found["runs"], found["accelerated_runs"], found["reason"]) == (500, 0, "too-small")


def test_forced_compilation_launches_tiny_loops_too() -> None:
    module = load(SOURCE, device="cpu")
    tiny = np.ones(3)
    module.f(tiny, tiny.copy())
    assert entry("f", 2)["accelerated_runs"] == 1


def test_loops_met_often_are_compiled_in_the_end() -> None:
    module = load(SOURCE)
    a = np.ones(100_000)
    for _ in range(400):
        module.f(a, a.copy())
        if entry("f", 2)["accelerated_runs"]:
            break
    assert entry("f", 2)["accelerated_runs"]


RECURSIVE = """def place(full, columns, left, right):
    if columns == full:
        return 1
    total = 0
    free = full & ~(columns | left | right)
    while free:
        bit = free & -free
        free ^= bit
        total += place(full, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return total
"""


def test_a_loop_in_a_recursive_function_is_estimated_and_declined() -> None:
    for device, reason in (("auto", "too-small"), ("cpu", "recursion")):
        module = load(RECURSIVE, device)
        assert module.place(63, 0, 0, 0) == 4
        assert entry("place", 6)["reason"] == reason


@pytest.mark.parametrize(("loop", "sure"), [
    ("for i in range(n):\n    for j in range(i, len(a)):\n        a[j] = i", True),
    ("for i in range(n):\n    for j in range(min(i, k, 7)):\n        a[j] = i", True),
    ("for i in range(n):\n    a[i] = one(i)", True),
    ("for i in range(n):\n    for j in range(p[i]):\n        a[j] = i", False),  # known when it is reached
    ("for i in range(n):\n    if a[i] > 0:\n        k = k * 2\n    for j in range(k):\n        a[j] = i", False),
    ("for i in range(n):\n    for j in range(max(i, p[i])):\n        a[j] = i", False),
    ("for i in range(n):\n    while a[i] > 1:\n        a[i] = 0", False),
    ("for i in range(n):\n    a[i] = many(i)", False),
    ("for i in range(n, k, -2):\n    a[i] = 0", True),
    ("for i in range(0, n, k - 2):\n    a[i] = 0", False),  # for k = 2
    ("for i in range(n):\n    if n > 3:\n        for j in range(a.size // k):\n            a[j] = 1\n    else:\n        a[i] = 2", True),
    ("for i in range(n):\n    m = n - 2 * i\n    for j in range(m, n):\n        a[j] = -j\n    else:\n        a[m] = 2", False),
])
def test_what_is_known_of_the_time_that_a_nest_takes(loop: str, sure: bool) -> None:
    statement = ast.parse(loop).body[0]
    assert isinstance(statement, ast.For)
    functions = {}
    for text in ("def one(v):\n    return v\n", "def many(v):\n    for r in range(v):\n        v += r\n    return v\n"):
        node = ast.parse(text).body[0]
        assert isinstance(node, ast.FunctionDef)
        functions[node.name] = UserFunction(node.name, capture_function(node, filename="", name=node.name))
    nest = capture_nest(statement, filename="", qualname="f")
    called = {name: f for name, f in functions.items() if name in loop}
    estimate = Estimate(outline(nest, called))
    numbers, shapes = {"n": 9.0, "k": 2.0}, {"a": (9,), "p": (9,)}
    assert estimate.of(numbers.get, shapes.get) > 0.0
    assert estimate.sure == sure
    for n in range(1, 100):  # the same, when it is asked for often
        numbers = {"n": float(n), "k": float(n % 9 - 3)}
        known = Estimate(outline(nest, called))
        assert estimate.of_new(numbers.get, shapes.get) == pytest.approx(known.of(numbers.get, shapes.get), rel=1e-9)
        assert (estimate.sure, estimate.exact) == (known.sure, known.exact)


def test_what_one_loop_takes_by_its_turns() -> None:
    nest = capture_nest(ast.parse("for i in range(k, n, 2):\n    a[i] = i\nelse:\n    a[0] = 1").body[0], filename="", qualname="f")
    estimate, known = Estimate(outline(nest, {})), Estimate(outline(nest, {}))
    for n in range(5, 50, 2):
        assert estimate.of_turns((n - 5) // 2) == pytest.approx(known.of({"n": float(n), "k": 5.0}.get, {}.get), rel=1e-9)
        assert (estimate.sure, estimate.exact) == (known.sure, known.exact) == (True, True)
    two = capture_nest(ast.parse("for i in range(n):\n    for j in range(n):\n        a[i] = j").body[0], filename="", qualname="f")
    assert Estimate(outline(two, {})).of_turns(7) is None


def test_constants_follow_the_pace_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    nest = capture_nest(ast.parse("for i in range(n):\n    a[i] = i").body[0], filename="", qualname="f")

    def costs(pace: float) -> tuple[float, float, float]:
        monkeypatch.setattr(decide, "_pace", [pace])
        estimate = Estimate(outline(nest, {}))
        return estimate.of({"n": 100.0}.get, {}.get), decide.compile_seconds(10), decide.launch_seconds()

    usual, slow, quick = costs(1.0), costs(3.0), costs(0.5)
    assert slow == pytest.approx(tuple(3 * each for each in usual))
    assert quick == pytest.approx((usual[0] / 2, *usual[1:]))  # that much faster in short loops, which says little of LLVM


def test_the_pace_is_found_once_and_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for seconds in (1e-9, 100 * 14 * 24e-9, 1.0):
        monkeypatch.setattr(decide, "_pace", [])
        monkeypatch.setattr(decide, "_loop", lambda seconds=seconds: lambda turns: seconds)
        found.append(decide.pace())
    monkeypatch.setattr(decide, "_loop", lambda: lambda turns: 1e-9)
    assert [*found, decide.pace()] == [0.5, pytest.approx(2.0), 16.0, 16.0]


def test_a_profile_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Profile(load_seconds=0.001, load_seconds_per_node=1e-5, launch_seconds=4e-5)
    monkeypatch.setattr(decide, "measured", lambda: known)
    monkeypatch.setattr(decide, "_pace", [1.0])
    assert decide.launch_seconds() == 4e-5
    assert decide.compile_seconds(100, stored=True) == pytest.approx(0.002)
    assert decide.compile_seconds(100) == decide.COMPILE_SECONDS["llvm"] + 100 * decide.COMPILE_SECONDS_PER_NODE["llvm"]


def test_whether_there_is_a_profile_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    asked: list[str] = []
    monkeypatch.delitem(sys.modules, "alpyna_hook.profile", raising=False)
    monkeypatch.setattr(decide, "_profile_is_there", [])
    monkeypatch.setattr(decide, "profile_file", lambda: asked.append("") or "/none")
    for size in range(10):
        decide.compile_seconds(size)
    assert len(asked) == 1
