"""Values that are computed and then used by nothing: what their computation raises or warns of is not lost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import check
from tests.oracle import Conditions

HEAD = "import numpy as np\n"
CALLS = [
    "np.multiply(x, y)", "np.divide(x, 0.0 * y)", "np.add(x, x)", "np.subtract(x, -x)", "np.negative(x * y)", "np.sqrt(-x)",
    "np.power(x, y)", "np.floor(x * y)", "np.rint(x / (y - y))", "np.round(x * y)", "np.exp(x)", "np.float32(x)", "np.complex64(x)",
    "float(x * y)", "np.float64(x * y)", "complex(x * y, 1.0)", "round(x * y, 2)", "max(x * y, 1.0)", "min(1.0, float(x * y))",
    "abs(x * y)",
]


@pytest.mark.parametrize("mode", ["raise", "warn"])
@pytest.mark.parametrize("call", CALLS)
def test_calls_as_statements(call: str, mode: str) -> None:
    called = f"{HEAD}def g(x, y):\n    {call}\n    return 1.0\n"
    for source in (
        f"{HEAD}def f(a, b):\n    for i in range(len(a)):\n        x, y = a[i], b[i]\n        {call}\n",
        f"{called}def f(a, b):\n    for i in range(len(a)):\n        b[i] = g(a[i], b[i])\n",
        f"{called}def f(a, b):\n    for i in range(len(a)):\n        g(a[i], b[i])\n",
    ):
        for value in (1.5e308, 2.0):
            compared = check(source, np.array([1.0, value]), np.full(2, 10.0), conditions=Conditions(errstate={"all": mode}), expect=None)
            assert value == 2.0 or compared.plain.warned or compared.plain.error is not None


def test_quiet_calls_run_compiled() -> None:
    check(f"{HEAD}def f(a, b):\n    for i in range(len(a)):\n        np.multiply(a[i], b[i])\n        np.float32(a[i])\n",
          np.ones(3), np.ones(3))


def test_the_imaginary_part_of_a_real_number() -> None:
    source = "def f(a, b):\n    for i in range(len(b)):\n        b[i] = a[i].imag\n"
    check(source, np.ones(3), np.ones(3))
    check(source, np.ones(3), np.ones(4), expect="flagged")
