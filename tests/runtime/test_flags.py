"""Floating-point flags in kernels that call NumPy's inner loops, which clear them."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.runtime.native import FLAGS, keeps_flags
from alpyna_hook.seam.site import all_sites
from tests.differential import Program, check
from tests.oracle import Conditions

HEAD = "import numpy as np\n"
ORDINARY = [0.5, 1.0, -2.0, 3.0] * 100


def function(*lines: str) -> str:
    body = "".join(f"        {line}\n" for line in lines)
    return f"{HEAD}def f(a, b, s):\n    for i in range(len(a)):\n{body}    return s\n"


PROGRAMS = {
    "before the call": function("x = a[i] * 1e10", "b[i] = np.exp(-abs(a[i])) + x"),
    "behind the call": function("b[i] = np.exp(-abs(a[i]))", "b[i] = a[i] * 1e10"),
    "its operand": function("b[i] = np.arctan(a[i] * 1e10)"),
    "one at a time": function("if a[i] > 0.75:", "    b[i] = np.arctan(a[i]) + a[i] * 1e10", "else:", "    b[i] = 1.0 / a[i]"),
    "a comparison": function("if a[i] * 1e10 >= 0.0:", "    b[i] = np.arctan(a[i])"),
    "the call itself": function("b[i] = np.exp(a[i])"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_quiet_values_run_compiled(name: str) -> None:
    check(PROGRAMS[name], np.array(ORDINARY), np.zeros(400), 1.0, expect="accelerated")


@pytest.mark.parametrize("place", [0, 17, 255, 256, 399])
@pytest.mark.parametrize("value", [1e305, -1e305, np.inf, np.nan, 0.0])
@pytest.mark.parametrize("name", PROGRAMS)
def test_warnings_stay(name: str, value: float, place: int) -> None:
    a = np.array(ORDINARY)
    a[place] = value
    check(PROGRAMS[name], a, np.zeros(400), 1.0, expect=None)


def test_flags_of_python_floats_are_no_warnings() -> None:
    """`s * s` overflows silently: a second kernel checks the operations of NumPy's floats one by one."""
    source = function("b[i] = np.exp(a[i]) + a[i]", "s = s * s")
    check(source, np.array(ORDINARY), np.zeros(400), 1e200, expect="accelerated")
    check(source, np.array([*ORDINARY, 1e4]), np.zeros(401), 1e200, expect="flagged")


def test_underflow_is_told_of_after_checks_have_replaced_the_flags() -> None:
    """Once a kernel checks each operation, which does not show underflow, np.errstate(under=...) leaves the loop to the interpreter."""
    program = Program(HEAD + "def f(a, b, s):\n    for i in range(len(a)):\n        s = s * s\n        b[i] = a[i] * 0.3\n    return b\n")
    program.load()
    a = np.array([1.0, 5e-324, 2.0])
    under = Conditions({"under": "warn"})
    flags = program.call("f", np.array([1.0, 2.0]), np.zeros(2), 0.3, conditions=under)
    assert flags.difference is None and flags.verdict == "accelerated"
    checked = program.call("f", np.ones(4), np.zeros(4), 1e200)  # s overflows silently
    assert checked.difference is None and checked.verdict == "accelerated"
    last = program.call("f", a, np.zeros(3), 0.3, conditions=under)
    assert last.difference is None and last.verdict == "inexact" and last.plain.warned


def test_another_check_leaves_the_flags_trusted() -> None:
    source = "def f(a, b, k):\n    for i in range(len(a)):\n        b[k[i]] = a[i] * 0.3\n    return b\n"
    program = Program(source)
    program.load()
    a = np.array([1.0, 5e-324, 2.0])
    failed = program.call("f", a, np.zeros(3), np.array([0, 1, 3]))
    assert failed.difference is None and failed.verdict == "flagged"
    for values, verdict in ((a, "flagged"), (np.ones(3), "accelerated")):
        under = program.call("f", values, np.zeros(3), np.arange(3), conditions=Conditions({"under": "warn"}))
        assert under.difference is None and under.verdict == verdict


def test_flags_are_trusted_again() -> None:
    """After a warning each operation is checked; after some runs without one the faster kernel is back, later each time."""
    program = Program(HEAD + "def f(a):\n    s = 0.0\n    for i in range(len(a)):\n        s += 1.0 / a[i]\n    return s\n")
    program.load()
    good, bad = np.array(ORDINARY), np.array([*ORDINARY, 0.0])
    (site,) = [s for s in all_sites() if s.module.filename == program.filename]

    def run(a: np.ndarray, verdict: str) -> bool:
        compared = program.call("f", a)
        assert (compared.difference, compared.verdict) == (None, verdict)
        (variant,) = site.state.variants.values()  # type: ignore[union-attr]
        return bool(variant.trust_flags)

    assert run(good, "accelerated")
    for runs_in_doubt in (16, 32):
        assert not run(bad, "flagged")
        assert [run(good, "accelerated") for _ in range(runs_in_doubt)] == [False] * (runs_in_doubt - 1) + [True]
    for _ in range(4 * 32 + 1):
        assert run(good, "accelerated")
    assert not run(bad, "flagged")
    assert [run(good, "accelerated") for _ in range(8)] == [False] * 7 + [True]


def test_flags_of_other_operations_are_not_trusted_for_long() -> None:
    program = Program(function("b[i] = np.exp(a[i]) + a[i]", "s = s * s"))
    program.load()
    for _ in range(40):
        compared = program.call("f", np.array(ORDINARY), np.zeros(400), 1e200)
        assert (compared.difference, compared.verdict) == (None, "accelerated")


@pytest.mark.parametrize("function", ["fmin", "fmax", "minimum", "maximum", "exp", "tanh", "hypot"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_flags_around_functions_that_clear_them(function: str, dtype: str) -> None:
    """The division may be moved to between the look at the flags and the call."""
    call = f"np.{function}(a[i], s)" if function in ("fmin", "fmax", "minimum", "maximum", "hypot") else f"np.{function}(a[i])"
    source = f"""
import math
import numpy as np
def f(a, s):
    for i in range(len(a)):
        x = ({call} / (1.5 + abs(a[i])) + a[i] / 3.0) / (2.0 + {call} * {call}) / (1.0 + a[i] * a[i])
        a[i] = math.atan(x)
"""
    for value in (np.inf, -np.inf, 3.0):
        check(source, np.array([1.0, value, 0.5], dtype), -2.4, expect=None, conditions=Conditions({"over": "raise"}))


def test_which_functions_clear_flags() -> None:
    if FLAGS.available:
        assert keeps_flags("exp", "f8") and keeps_flags("arctan2", "f4")
