"""The rows of the contract on complex numbers, NumPy's and Python's own."""

from __future__ import annotations

import itertools
import math
import sys

import numpy as np

from tests.semantics.example import ERRORS, QUIET, Example, arr, each
from tests.semantics.numbers import F8, outer, zeros

# CPython 3.14 computes these as C's Annex G has it
PYTHON_COMPLEX = "accelerated" if sys.version_info < (3, 14) else "inexact"
MANDELBROT = """\
def f(a, b, out):
    for i in range(len(a)):
        z, c, n = 0j, complex(a[i]), 0
        while abs(z) <= 2.0 and n < b:
            z = z**2 + c
            n += 1
        out[i] = n
    return z, c, n
"""


def _arithmetic() -> list[Example]:
    rng = np.random.default_rng(8)
    z, w = (rng.normal(size=60) + 1j * rng.normal(size=60) for _ in range(2))
    row, out = "complex /", zeros(z)
    special = arr([0, 1j, 1 + 1j, complex(np.inf, 0), complex(np.nan, 1), 1e300 + 1e300j, complex(-0.0, 0.0)], complex)
    a, b = outer(special, special)
    found = [Example(row, f"{op} complex128", each(f"a[i] {op} b[i]"), (z, w, out)) for op in "+-*/"]
    found += [
        Example(row, f"{op} complex64", each(f"a[i] {op} b[i]"), (z.astype("c8"), w.astype("c8"), zeros(z, "c8"))) for op in "+-*/"
    ]
    found += [
        Example(row, f"{op} special", each(f"a[i] {op} b[i]"), (a, b, zeros(a)), "accelerated flagged", QUIET) for op in "+-*/"
    ]
    found += [
        Example(row, "warns", each("a[i] / b[i]"), (a, b, zeros(a)), "accelerated flagged"),
        Example(row, "with a float", each("a[i] * 2.0 + b[i] * i"), (z, w.real.copy(), out)),
        Example(row, "Python complex", each("a[i] * b + 1j"), (z, 2 - 1j, out)),
        Example(row, "Python complex only", each("(b * i) / (b + 1)"), (z, 2 - 1j, out), PYTHON_COMPLEX),
        Example(row, "equality", each("a[i] == b[i] or a[i] != a[i]"), (a, b, zeros(a, bool)), "accelerated"),
        Example(
            row,
            "sqrt complex64",
            each("np.sqrt(a[i])"),
            (z.astype("c8"), 0, zeros(z, "c8")),
            "accelerated inexact call",
        ),
        Example(row, "parts", each("a[i].real - a[i].imag"), (z, 0, zeros(z, F8)), "accelerated expression"),
        Example(row, "order", each("a[i] < b[i]"), (z, w, zeros(z, bool)), "accelerated type-error inexact"),
        Example(
            row,
            "raises",
            each("a[i] / b[i]"),
            (arr([1j], complex), arr([0], complex), arr([0], complex)),
            "flagged",
            ERRORS,
        ),
    ]
    inf, nan = float("inf"), float("nan")
    parts = (complex(nan, 0.7), complex(0.7, nan), complex(inf, 1), complex(1, -inf), complex(inf, inf), complex(nan, nan), -0j)
    # one by one: each warns, or not, on its own
    for k, (x, y, dtype) in enumerate(itertools.product((1, *parts, 1 - 2j), (*parts, 3 + 1j), (complex, "c8"))):
        divided = "(i + 1) / b[i]" if x == 1 else "a[i] / b[i]"
        inputs = (arr([x], dtype), arr([y], dtype), arr([0], dtype))
        found.append(Example(row, f"{x} / {y}, {np.dtype(dtype)}", each(divided), inputs, "accelerated flagged", rare=k % 3 > 0))
    return found


def _functions() -> list[Example]:
    """`abs`, powers, `complex()`, and comparison, of NumPy's and of Python's own numbers, on edge values too."""
    row = "complex functions"
    parts = arr([0.0, -0.0, 1.0, -2.5, 1e200, -1.7e308, 5e-324, 1e-160, math.inf, -math.inf, math.nan, 3e38, 1e-30, 0.1])
    real, imag = outer(parts, parts)
    special = np.empty(len(real), complex)
    special.real, special.imag = real, imag
    rng = np.random.default_rng(9)
    plain = rng.normal(size=300) + 1j * rng.normal(size=300)
    found: list[Example] = []
    for name, dtype in (("complex128", "c16"), ("complex64", "c8")):
        with np.errstate(all="ignore"):
            z, edges = plain.astype(dtype), special.astype(dtype)
        found += [
            Example(row, f"abs {name}", each("abs(a[i])"), (z, 0, zeros(z, z.real.dtype)), "accelerated"),
            Example(row, f"abs {name} special", each("abs(a[i])"), (edges, 0, zeros(edges, z.real.dtype)), "accelerated flagged", QUIET),
            Example(row, f"abs {name} warns", each("abs(a[i])"), (edges[::-1], 0, zeros(edges, z.real.dtype)), "flagged"),
        ]
        for n in (0, 1, 2, 3, 4, 5, 8, 99, 100, -1):
            expected = "accelerated" if 1 <= n <= 8 else "accelerated flagged inexact"
            found += [
                Example(row, f"{name} ** {n}", each(f"a[i] ** {n}"), (z, 0, zeros(z, dtype)), expected),
                Example(row, f"{name} ** {n} special", each(f"a[i] ** {n}"), (edges, 0, zeros(edges, dtype)), "accelerated flagged inexact", QUIET),
            ]
    for n in (0, 1, 2, 3, 5, 100, 101, -1):
        expected = PYTHON_COMPLEX if 1 <= n <= 5 else "accelerated flagged inexact"
        found.append(Example(row, f"Python ** {n}", each(f"complex(a[i]) ** {n}"), (plain, 0, zeros(plain)), expected))
    real, both = "accelerated flagged", f"{PYTHON_COMPLEX} flagged"
    for k, (x, y) in enumerate(itertools.product(parts, (0.0, -0.0, 1.5, 1e308, math.inf, math.nan))):
        one, out = arr([complex(x, y)], complex), arr([0], complex)
        for n, (name, e, into, wanted) in enumerate((
            ("powers", "complex(a[i]) ** 3 + complex(a[i]) ** 4", out, both),
            ("abs", "abs(complex(a[i])) + abs(complex(a[i].real, 2.0))", arr([0.0]), real),
            ("/", "(2.5 - 1j) / complex(a[i]) + complex(a[i]) / complex(1, a[i].imag)", out, both),
        )):
            found.append(Example(row, f"Python {name} {k}", each(e), (one, 0, into), wanted, rare=(k + k // 6 + n) % 3 > 0))
    found += [
        Example(row, "complex of two", each("complex(a[i].real, b[i]) + complex(i, True)"), (plain, plain.imag.copy(), zeros(plain))),
        Example(row, "complex of a text", each("complex('1j')"), (plain, 0, zeros(plain)), "call expression"),
        Example(row, "complex of complex parts", each("complex(a[i], 1j)"), (plain, 0, zeros(plain)), "inexact"),
        Example(row, "equal", each("complex(a[i]) == b or a[i] != i or b == i"), (plain, 2 - 1j, zeros(plain, bool)), "accelerated"),
        Example(row, "equal to a large integer", each("complex(a[i]) == b"), (arr([2.0**53], complex), 2**53 + 1, arr([False])), "flagged"),
        Example(row, "Python divides by zero", each("(1 + 2j) / complex(a[i])"), (arr([0j], complex), 0, arr([0j], complex)), "flagged inexact"),
        Example(row, "Mandelbrot", MANDELBROT, (plain, 30, zeros(plain, int)), PYTHON_COMPLEX),
    ]
    return found


EXAMPLES = [*_arithmetic(), *_functions()]
