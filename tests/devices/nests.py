"""Nests for devices: what they run, what they refuse, and what fails on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.oracle import Conditions

Inputs = tuple[object, ...]

RUN = ("saxpy", "sum_of_integers", "matrix_product", "transposition", "strided", "gcd", "collatz", "mandelbrot", "argmax",
       "inlined_function", "function_with_a_loop", "narrow_integers", "rows_and_zip")
REFUSED = {
    "jacobi": "the iterations of the outermost loop have an order: ",
    "overlapping_views": "the iterations of the outermost loop have an order: ",
    "histogram": "the iterations of the outermost loop have an order: ",
    "break_and_else": "the iterations of the outermost loop have an order: ",
    "calls_of_math": " is computed by a library of the host, whose bits the device does not give",
    "calls_of_numpy_in_strips": " is computed by a library of the host, whose bits the device does not give",
}

EDGES: dict[str, list[object]] = {
    "f8": [0.0, -0.0, 1.0, -1.5, 3.0, 0.1, 1e308, -1e-308, 5e-324, 2.5, -7.25, 1e16, np.inf, -np.inf, np.nan],
    "f4": [0.0, -0.0, 1.0, -1.5, 3.0, 0.1, 3e38, -1e-38, 1e-45, 2.5, -7.25, 1e8, np.inf, -np.inf, np.nan],
    "i8": [0, 1, -1, 2, -7, 3, 2**31, -(2**62), 2**63 - 1, -(2**63)],
    "i4": [0, 1, -1, 2, -7, 3, 2**16, 2**31 - 1, -(2**31)],
    "i2": [0, 1, -1, 2, -7, 3, 2**15 - 1, -(2**15)],
    "i1": [0, 1, -1, 2, -7, 3, 127, -128],
    "u8": [0, 1, 2, 3, 7, 2**63, 2**64 - 1],
    "u2": [0, 1, 2, 3, 7, 2**15, 2**16 - 1],
    "u1": [0, 1, 2, 3, 7, 128, 255],
}
FLOATS = """
def f(x, y, out, few):
    for i in range(len(x)):
        out[0, i] = x[i] + y[i]
        out[1, i] = x[i] * y[i] - x[i]
        out[2, i] = x[i] / y[i]
        out[3, i] = x[i] // y[i]
        out[4, i] = x[i] % y[i]
        out[5, i] = abs(x[i])
        out[6, i] = -y[i]
        few[i] = (x[i] < y[i]) + 2 * (x[i] == y[i]) + 4 * (x[i] != y[i]) + 8 * (x[i] >= y[i])
"""
INTEGERS = """
def f(x, y, out, few):
    for i in range(len(x)):
        out[0, i] = x[i] // 4 + y[i] // 4
        out[1, i] = (x[i] >> 4) * (y[i] >> 60)
        out[2, i] = x[i] & y[i]
        out[3, i] = x[i] // y[i]
        out[4, i] = x[i] % y[i]
        out[5, i] = x[i] | y[i]
        out[6, i] = x[i] ^ y[i]
        out[7, i] = x[i] << (y[i] & 7)
        out[8, i] = x[i] >> (y[i] & 7)
        out[9, i] = ~y[i]
        few[i] = (x[i] < y[i]) + 2 * (x[i] == y[i]) + 4 * (x[i] != y[i]) + 8 * (x[i] >= y[i])
"""


def silent(dtype: str) -> Conditions:
    return Conditions(errstate=dict.fromkeys(("over", "divide", "invalid"), "ignore") if dtype[0] == "f" else {})


def pairs(dtype: str) -> Inputs:
    """All pairs of edge values, and where the results go; of integers, without those that NumPy warns of."""
    edges = np.array(EDGES[dtype], dtype)
    x, y = (each.reshape(-1) for each in np.meshgrid(edges, edges))
    quiet = [dtype[0] == "f" or (y[k] != 0 and not (y[k] == -1 and x[k] == edges.min())) for k in range(len(x))]
    x, y = x[quiet], y[quiet]
    return x, y, np.zeros((10, len(x)), dtype), np.zeros(len(x), "i8")


# by name: source, inputs, and what stands against the device
FAILING: dict[str, tuple[str, Callable[[], Inputs], str]] = {
    "division_by_zero": ("""
def f(a, b, k):
    for i in range(len(a)):
        b[i] = a[i] / k
""", lambda: (np.ones(40), np.zeros(40), 0.0), "a check failed, and nothing was copied back"),
    "a_warning_in_one_iteration": ("""
def f(a, b):
    for i in range(len(a)):
        b[i] = a[i] * a[i]
""", lambda: (np.r_[np.ones(77), 1e300, np.ones(3)], np.zeros(81)), "a check failed, and nothing was copied back"),
    "an_index_from_an_array": ("""
def f(a, p, b):
    for i in range(len(p)):
        b[i] = a[p[i]]
""", lambda: (np.ones(40), np.r_[np.arange(39), 40], np.zeros(40)), "a check failed, and nothing was copied back"),
    "a_sum_of_chunks_that_outgrows": ("""
def f(a):
    s = 0
    for i in range(len(a)):
        s += a[i] // 2
    return s
""", lambda: (np.full(40, 2**62),), ""),
}
