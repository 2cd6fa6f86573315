"""Floating-point flags in kernels that call NumPy's inner loops, which clear them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import check

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
