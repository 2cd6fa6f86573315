"""Operations whose results only a comparison asks for: the compiler may drop them, their warnings must stay."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import check

HEAD = "import math\nimport numpy as np\n"
BODIES = {
    "never infinite": "if np.isinf(a[i] * 0.0):\n    b[i] = 1",
    "never NaN alone": "if np.isnan(a[i] * a[i]):\n    b[i] = 1",
    "never negative": "if a[i] * a[i] >= 0.0:\n    b[i] = 1",
    "of a known sign": "t = a[i] * 2.0\nif a[i] > 0.0:\n    if t >= 0.0:\n        b[i] = 1",
    "a variable": "t = a[i] * 0.0\nu = t\nb[i] = 2 if np.isinf(u) else 3",
    "minimum": "b[i] = min(a[i] * a[i], -1.0)",
    "maximum": "b[i] = max(a[i] * a[i], 3.0) > -1.0",
    "truth": "b[i] = bool(a[i] * 0.0)",
    "count": "n += int(a[i] * a[i] >= 0.0)",
    "while": "k = 0\nwhile a[i] * a[i] >= 0.0 and k < 2:\n    k += 1\nb[i] = k",
    "chain": "if -1.0 < a[i] * a[i] >= 0.0:\n    b[i] = 1",
    "sign": "b[i] = np.copysign(1.0, a[i] * a[i])",
    "straight function": "if square(a[i]) >= -1.0:\n    b[i] = 1",
    "argument": "b[i] = above(a[i] * a[i])",
    "result of a function": "if chosen(a[i]) >= -1.0:\n    b[i] = 1",
    "condition in a function": "b[i] = above(a[i]) + inside(a[i])",
}
FUNCTIONS = """
def square(x):
    return x * x

def above(x):
    if x >= 0.0:
        return 1.0
    return 2.0

def chosen(x):
    if x > 2.0:
        return x * x
    return x * 0.0

def inside(x):
    if x * x >= 0.0:
        return 1.0
    return 2.0
"""


def program(body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body.split("\n"))
    return f"{HEAD}{FUNCTIONS}\ndef f(a, b):\n    n = 0\n    for i in range(len(a)):\n{lines}    return n\n"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", BODIES)
def test_warnings_stay(name: str, dtype: str) -> None:
    large = 1e300 if dtype == "float64" else 1e38
    for values in ([1.0, large, 2.0], [1.0, -large], [np.inf, 1.0], [1.0, -np.inf], [np.nan, 2.0], [1.0, 0.5, -2.0]):
        a = np.array(values, dtype)
        check(program(BODIES[name]), a, np.zeros(len(a)), expect=None)


@pytest.mark.parametrize("name", BODIES)
def test_quiet_values_run_compiled(name: str) -> None:
    check(program(BODIES[name]), np.array([1.0, 0.5, -2.0]), np.zeros(3), expect="accelerated")


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("part", ["(z[i] * w[i]).real", "(z[i] * w[i]).imag", "abs((z[i] * w[i]).imag) < 2.0", "z[i] * w[i] == w[i]"])
def test_parts_of_complex_products(part: str, dtype: str) -> None:
    large = 1e200 if dtype == "complex128" else 1e30
    source = f"{HEAD}def f(z, w, b):\n    for i in range(len(z)):\n        b[i] = {part}\n"
    for z, w in ((large, large * 1j), (large, large), (large * 1j, 2.0), (complex(np.inf, 0), 1 + 0j)):
        check(source, np.array([1, z], dtype), np.array([1j, w], dtype), np.zeros(2), expect=None)
