"""The oracle finds every kind of difference that is planted, and none where there is none."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.copying import copy_inputs
from tests.differential import compile_plain
from tests.oracle import Conditions, Outcome, observe, same

NAN = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)[0]


@pytest.mark.parametrize("a, b", [
    (1, 1), (1.5, 1.5), (float("nan"), -float("nan")), (np.float64("nan"), NAN), (np.int8(3), np.int8(3)),
    (True, True), ((1, [2.0, {"a": 3j}]), (1, [2.0, {"a": 3j}])), (np.arange(3), np.arange(3)),
    (np.array([np.nan, 1, -0.0]), np.array([NAN, 1, -0.0])), (ValueError(1), ValueError(1)), (None, None),
    (np.complex64(1 - 2j), np.complex64(1 - 2j)), (np.zeros((0, 3)), np.zeros((0, 3))),
])
def test_same(a: object, b: object) -> None:
    assert same(a, b) is None


@pytest.mark.parametrize("a, b", [
    (1, 1.0), (1, True), (True, np.True_), (np.True_, np.False_), (0.0, -0.0), (1.0, np.float64(1)),
    (np.float32(1), np.float64(1)), (np.int64(1), np.intc(1)), (1, 2), (2**70, 2**70 + 1), ((1,), [1]), ((1,), (1, 2)),
    ({"a": 1}, {"b": 1}), (1j, complex(-0.0, 1)), (np.complex128(0), np.complex128(complex(0.0, -0.0))),
    (np.arange(3), np.arange(3.0)), (np.zeros((2, 3)), np.zeros((3, 2))), (np.zeros(3), -np.zeros(3)),
    (np.zeros((2, 2)), np.zeros((2, 2)).T.copy().T), (ValueError(1), ValueError(2)), (ValueError(1), TypeError(1)),
    (None, 0), (float("nan"), 1.0), (np.zeros(3), np.broadcast_to(0.0, 3)), ("a", "b"),
])
def test_different(a: object, b: object) -> None:
    assert same(a, b) is not None


def test_identity_of_results() -> None:
    x, y = np.zeros(2), np.zeros(2)
    assert same((x, x), (y, y)) is None
    assert same((x, x), (y, y.copy())) is not None
    assert same((x, x.copy()), (y, y)) is not None


def run(source: str, *inputs: object, conditions: Conditions | None = None) -> Outcome:
    namespace: dict[str, object] = {}
    exec(compile_plain(source, "<file>"), namespace)
    copies = copy_inputs(inputs)
    return observe(lambda: namespace["f"](*copies), copies, "<file>", conditions or Conditions())  # type: ignore[operator]


BASE = """
import warnings
def f(a):
    t = 1.5
    for i in range(len(a)):
        a[i] = a[i] / 2
        if a[i] > 10:
            warnings.warn("big")
        if a[i] < -10:
            raise ValueError(i)
    print(t)
    return locals()
"""


@pytest.mark.parametrize("old, new", [
    ("t = 1.5", "t = 1.25"), ("t = 1.5", "t = u = 1.5"), ("/ 2", "/ 3"),
    ('"big"', '"bigger"'), ("a[i] > 10", "a[i] > 20"),
    ("print(t)", "print(t); print(t)"), ("ValueError(i)", "ValueError(i + 1)"), ("ValueError(i)", "KeyError(i)"),
    ("        if a[i] < -10:", "        if a[i] < -10: t = 2.0\n        if a[i] < -10:"),
    ("            raise ValueError(i)", "            t = 7; raise ValueError(i)"), ("raise ValueError(i)", "pass"),
    ("warnings.warn(", "warnings.warn('big'); warnings.warn("), ("a[i] / 2", "a[i] / 2.0 + (0.0 if i < 2 else 1e-18)"),
])
def test_planted_differences_are_found(old: str, new: str) -> None:
    assert old in BASE
    found = set()
    for a in (np.array([1.0, 2.0, 30.0]), np.array([1.0, -50.0, 3.0]), np.array([-0.0, 1e-18, -1e-18])):
        plain, other = run(BASE, a), run(BASE.replace(old, new), a)
        assert plain.difference(run(BASE, a)) is None
        found.add(plain.difference(other) is not None)
    assert True in found


@pytest.mark.parametrize("before, read", [("for x in (1.5,):", "s"), ("x = 1.5; y = x", "y + s"), ("x = 1.5", "1.5 + s"), ("x = 1.5", "s")])
def test_variables_without_a_value_are_at_one_place_however_warm_the_code_is(before: str, read: str) -> None:
    """CPython 3.11 names the instruction before, which may be on another line, once there were eight iterations or calls."""
    body = [f"    {before}", f"        y = {read}"] if before.endswith(":") else [f"    {before}", f"    y = {read}"]
    source = "\n".join(["def f(n):", "    for i in range(n):", "        pass", *body, "    s = 2.0"])
    cold, warm = run(source, 0), run(source, 100)
    assert type(cold.error) is UnboundLocalError and same(cold.frames[0].position[:1], (5,)) is None
    assert cold.frames[0].position == warm.frames[0].position


def test_errstate_and_filter_reach_the_run() -> None:
    source = "import numpy as np\ndef f(a):\n    return a[0] / a[1]\n"
    a = np.array([1.0, 0.0])
    assert run(source, a).warned == [("RuntimeWarning", "divide by zero encountered in scalar divide", 3)]
    assert run(source, a, conditions=Conditions({"divide": "ignore"})).warned == []
    assert isinstance(run(source, a, conditions=Conditions({"divide": "raise"})).error, FloatingPointError)
    assert isinstance(run(source, a, conditions=Conditions(filter="error")).error, RuntimeWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(source, a).error is None


def test_copies_keep_what_arrays_share() -> None:
    base = np.arange(12.0)
    a, b, c = base[2:8], base[::-2], base.reshape(3, 4).T
    d = np.broadcast_to(np.float32(2), (2, 3))
    x, y, z, w, x2 = copy_inputs((a, b, c, d, a))
    for old, new in ((a, x), (b, y), (c, z), (d, w)):
        assert same(old, new) is None
        assert not np.shares_memory(old, new)
    assert x2 is x
    x[0] = 99.0
    assert z[2, 0] == 99.0 and a[0] == 2.0
    assert not w.flags.writeable
