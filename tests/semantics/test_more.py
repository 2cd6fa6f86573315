"""Constructs beside the contract's rows: NumPy's arithmetic by name, wrapping stores, complex numbers, tags, methods."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import check
from tests.oracle import Conditions

F8 = np.array([1.5, -2.0, 0.0, -0.0, 1e300, 3.25])
F4 = F8[[0, 1, 2, 3, 5]].astype(np.float32)
I8 = np.array([3, -1, 2**62, 0, -(2**63), 7])
U4 = np.array([0, 1, 2**32 - 1, 5, 9, 77], dtype=np.uint32)
C16 = np.array([1 + 2j, -0.5j, 3 - 1j, 0.25 + 0j, 2j, -1 - 1j])


@pytest.mark.parametrize("name", ["add", "subtract", "multiply"])
@pytest.mark.parametrize(("a", "b"), [(F4, F4), (I8, I8), (U4, U4), (I8, U4)], ids=["f4", "i8", "u4", "i8-u4"])
def test_arithmetic_ufuncs_wrap_silently(name: str, a: np.ndarray, b: np.ndarray) -> None:  # type: ignore[type-arg]
    source = f"import numpy as np\ndef f(a, b):\n    for i in range(len(a)):\n        t = np.{name}(a[i], b[-1 - i])\n    return t"
    check(source, a, b)


def test_negative_and_divide() -> None:
    source = "import numpy as np\ndef f(a, b):\n    for i in range(len(a)):\n        b[i] = np.negative(a[i])\n    return b"
    check(source, F8, F8.copy())
    check(source, I8, I8.copy())
    source = "import numpy as np\ndef f(a, b):\n    for i in range(len(a)):\n        b[i] = np.divide(a[i], 2.0)\n    return b"
    check(source, F8, F8.copy())
    source = "import numpy as np\ndef f(a, b):\n    for i in range(len(a)):\n        b[i] = np.divide(1.0, a[i])\n    return b"
    check(source, F8, F8.copy(), expect="flagged")  # warns of the division by zero


def test_numpy_integers_wrap_into_unsigned_arrays() -> None:
    source = "import numpy as np\ndef f(a, b):\n    for i in range(len(a)):\n        b[i] = a[i]\n    return b"
    check(source, I8, np.zeros(6, np.uint8))
    check(source, U4, np.zeros(6, np.uint16))
    check(source, np.arange(6), np.zeros(6, np.int8))
    check(source, I8, np.zeros(6, np.int8), expect="flagged")  # signed ones refuse


def test_python_integers_do_not_wrap() -> None:
    check("def f(b, n):\n    for i in range(n):\n        b[i] = 250 + i\n    return b", np.zeros(9, np.uint8), 9, expect="flagged")


def test_complex_division_and_minus() -> None:
    source = "def f(a, b, c):\n    for i in range(len(a)):\n        c[i] = -a[i] / b[-1 - i]\n    return c"
    check(source, C16, C16[::-1].copy(), C16 * 0)
    check(source, C16.astype(np.complex64), C16.astype(np.complex64), (C16 * 0).astype(np.complex64))


def test_a_value_of_one_type_or_another_keeps_its_type() -> None:
    source = """
def f(a, limit):
    s = 0
    for i in range(len(a)):
        s = max(s, a[i])
        t = s / 2
        if i >= limit:
            break
    return s, t
"""
    for limit in (0, 3, 99):
        check(source, -np.abs(F8), limit)
        check(source, F8, limit)
        check(source, F4, limit)
        check(source, I8[:2], limit)


def test_a_function_that_returns_one_type_or_another() -> None:
    source = """
def g(x):
    if x > 1:
        return x
    return 0.0

def f(a):
    for i in range(len(a)):
        t = g(a[i])
        a[i] = g(a[i]) + 1.0
    return t
"""
    check(source, F8[:4])
    check(source, F8)


def test_methods_and_attributes_of_the_object() -> None:
    source = """
class Grid:
    scale = 0.5

    def __init__(self, a):
        self.a = a
        self.n = len(a)

    def at(self, i, d=1):
        return self.a[i] * self.scale + self.shift(d)

    @staticmethod
    def shift(d):
        return d * 2

    def run(self):
        for i in range(self.n):
            self.a[i] = self.at(i) - self.at(0, d=3)
        return self.a

def f(a):
    return Grid(a).run()
"""
    check(source, F8)


def test_search_loops_return_values_and_tuples() -> None:
    source = """
def f(a, x):
    for i in range(len(a)):
        for j in range(i):
            if a[i] + a[j] == x:
                return i, j, a[i]
    return None
"""
    check(source, F8, -0.5)
    check(source, F8, 99.0)


def test_rows_and_their_last_value() -> None:
    source = """
def f(m):
    s = 0.0
    for row in m:
        for x in row:
            s += x
    for i in range(len(m)):
        r = m[i]
        r[0] = s
    return s, row, r
"""
    check(source, F8.reshape(2, 3))


def test_a_variable_that_is_complex_or_real_by_the_path() -> None:
    source = """
def f(a, c):
    x = 0.5
    for i, x in enumerate(c):
        if i % 2:
            x = a[i] * 2.0
        a[i] = abs(a[i]) + x.real
    return locals()
"""
    for n in (1, 2, 3):
        check(source, F8[:n].copy(), C16[:n])


LAMBDAS = """
import numpy as np
{functions}

def f(a, b):
    for i in range(len(a)):
        b[i] = up(a[i]) + down(a[i])
"""


def test_lambdas_are_told_apart_by_their_lines() -> None:
    alone = LAMBDAS.format(functions="up = lambda x: x + 1\ndown = lambda x, k=3: x - k")
    check(alone, np.arange(4.0), np.zeros(4))
    check(LAMBDAS.format(functions="up, down = (lambda x: x + 1), (lambda x: x - 1)"), np.arange(4.0), np.zeros(4), expect="call")


@pytest.mark.parametrize("expression", ["round(t, 3)", "round(t, 0)", "round(t)", "np.round(t, 2)", "abs(t)", "t.conjugate()", "np.rint(t)"])
def test_functions_of_a_variable_with_several_types(expression: str) -> None:
    source = f"""
import numpy as np
def f(a):
    t = np.float64(0.125)
    for i in range(len(a)):
        s = {expression}
        t = a[i] if i > 2 else t
    return s, t
"""
    for dtype in (np.float32, np.float64):
        for n in (1, 3, 6):
            check(source, np.arange(n, dtype=dtype) / dtype(7), expect=None)


@pytest.mark.parametrize("operand", ["-0.0 - a[i]", "a[i] + a[i]", "a[i] * -1.0", "-a[i]", "a[i]", "a[i] - 1.0", "np.sqrt(a[i])"])
@pytest.mark.parametrize("function", ["np.copysign(1.5, {})", "np.copysign(np.float64(2), {})", "float(np.signbit({}))"])
def test_signs_of_nan(function: str, operand: str) -> None:
    source = f"import numpy as np\ndef f(a, b):\n    for i in range(len(a)):\n        b[i] = {function.format(operand)}\n"
    quiet = Conditions({"all": "ignore"})
    for dtype in (np.float64, np.float32):
        a = np.array([1.0, np.nan, -np.nan, -2.0, 0.0, -0.0, np.inf], dtype)
        for n in (1, 7):
            check(source, a[:n], np.zeros(n), expect=None, conditions=quiet)


STARTS = [np.bool_(True), True, 3, 0.5, np.int8(5), np.uint8(200), np.float32(0.1), np.complex64(1 - 2j), np.float64(2.0**60)]


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i8", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("start", STARTS, ids=lambda s: f"{type(s).__name__}_{s}")
def test_a_sum_that_starts_with_a_number_of_any_type(start: object, dtype: str) -> None:
    source = "def f(a, s, n):\n    for i in range(n):\n        s = s + a[i]\n    return s"
    for n in (3, 1):
        check(source, np.array([1, 2, 1]).astype(dtype), start, n, expect=None, conditions=Conditions({"all": "ignore"}))
