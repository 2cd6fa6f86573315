"""Typical nests, each with inputs, whose kernels are recorded (see `test_golden`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Inputs = tuple[object, ...]


def _line(n: int = 40, dtype: str = "f8") -> np.ndarray:
    return np.linspace(0.1, 2.0, n).astype(dtype)


def _grid(n: int = 6, m: int = 7) -> np.ndarray:
    return np.linspace(0.1, 2.0, n * m).reshape(n, m)


NESTS: dict[str, tuple[str, Callable[[], Inputs]]] = {
    "saxpy": ("""
def f(a, x, y):
    for i in range(len(x)):
        y[i] = a * x[i] + y[i]
""", lambda: (1.5, _line(), _line())),
    "dot_float32": ("""
def f(x, y):
    s = 0
    for i in range(x.shape[0]):
        s += x[i] * y[i]
    return s
""", lambda: (_line(dtype="f4"), _line(dtype="f4"))),
    "sum_of_integers": ("""
def f(x):
    s = 0
    for v in x:
        s += int(v)
    return s
""", lambda: (np.arange(40),)),
    "matrix_product": ("""
def f(a, b, c):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            c[i, j] = s
""", lambda: (_grid(), _grid(7, 6), _grid(6, 6))),
    "transposition": ("""
def f(a, b):
    for i in range(len(a)):
        for j in range(len(a[i])):
            b[j][i] = a[i][j]
""", lambda: (_grid(), _grid(7, 6))),
    "jacobi": ("""
def f(a, b, steps):
    for t in range(steps):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                a[i, j] = b[i, j]
""", lambda: (_grid(), _grid(), 3)),
    "prefix_sum_backwards": ("""
def f(a):
    for i in range(len(a) - 2, -1, -1):
        a[i] += a[i + 1]
""", lambda: (_line(),)),
    "overlapping_views": ("""
def f(a):
    x, y = a[1:], a[:-1]
    for i in range(len(x)):
        x[i] = y[i] * 0.5
""", lambda: (_line(),)),
    "strided": ("""
def f(a, b):
    for i in range(len(a)):
        b[i] = a[i] - 1.0
""", lambda: (_line()[::2], _line(80)[::-4])),
    "histogram": ("""
def f(values, counts):
    for v in values:
        counts[v] += 1
""", lambda: (np.arange(40) % 7, np.zeros(7, "i8"))),
    "gather_and_scatter": ("""
def f(a, p, b):
    for i in range(len(p)):
        b[p[i]] = a[p[i] - 1]
""", lambda: (_line(), np.arange(40)[::-1].copy(), _line())),
    "triangular_solve": ("""
def f(a, x):
    for i in range(len(x)):
        for j in range(i):
            x[i] = x[i] - a[i, j] * x[j]
        x[i] = x[i] / a[i, i]
""", lambda: (_grid(6, 6), _line(6))),
    "gcd": ("""
def f(a, b, out):
    for i in range(len(a)):
        x, y = int(a[i]), int(b[i])
        while y != 0:
            x, y = y, x % y
        out[i] = x
""", lambda: (np.arange(1, 41), np.arange(41, 1, -1), np.zeros(40, "i8"))),
    "collatz": ("""
def f(n):
    longest = 0
    for start in range(1, n):
        k, steps = start, 0
        while k > 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            steps += 1
        longest = max(longest, steps)
    return longest
""", lambda: (40,)),
    "mandelbrot": ("""
def f(xs, ys, out):
    for i in range(len(ys)):
        for j in range(len(xs)):
            x = y = 0.0
            k = 0
            while k < 50 and x * x + y * y < 4.0:
                x, y = x * x - y * y + xs[j], 2.0 * x * y + ys[i]
                k += 1
            out[i, j] = k
""", lambda: (_line(12), _line(9), np.zeros((9, 12), "i4"))),
    "argmax": ("""
def f(a):
    best, place = a[0], 0
    for i in range(1, len(a)):
        if a[i] > best:
            best, place = a[i], i
    return best, place
""", lambda: (np.sin(np.arange(40.0)),)),
    "first_bound_in_a_branch": ("""
def f(a, b):
    s = 0.0
    for i in range(len(a)):
        d = abs(a[i] - b[i])
        if d > 1.0:
            hi = max(a[i], b[i])
            s += hi
    return s
""", lambda: (_line(), _line()[::-1].copy())),
    "read_of_the_iteration_before": ("""
def f(a):
    s = 0.0
    for i in range(len(a)):
        if i > 0:
            s += abs(a[i] - last)
        last = a[i]
    return s
""", lambda: (_line(),)),
    "sieve": ("""
def f(flags):
    for p in range(2, len(flags)):
        if flags[p]:
            for k in range(p * p, len(flags), p):
                flags[k] = False
""", lambda: (np.ones(60, "?"),)),
    "longest_common_subsequence": ("""
def f(x, y, t):
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            if x[i - 1] == y[j - 1]:
                t[i, j] = t[i - 1, j - 1] + 1
            else:
                t[i, j] = max(t[i - 1, j], t[i, j - 1])
""", lambda: (np.arange(9) % 3, np.arange(12) % 4, np.zeros((10, 13), "i8"))),
    "floyd_warshall": ("""
def f(d):
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
""", lambda: (_grid(6, 6),)),
    "calls_of_numpy_in_strips": ("""
import numpy as np
def f(a, b):
    for i in range(len(a)):
        b[i] = np.exp(-a[i]) * np.sqrt(a[i])
""", lambda: (_line(), _line())),
    "calls_of_math": ("""
import math
def f(a, b):
    for i in range(len(a)):
        b[i] = math.sin(a[i]) + math.sqrt(a[i]) ** 2
""", lambda: (_line(), _line())),
    "inlined_function": ("""
def scaled(x, k=2.0):
    y = x * k
    return y + 1.0
def f(a):
    for i in range(len(a)):
        a[i] = scaled(a[i])
""", lambda: (_line(),)),
    "function_with_a_loop": ("""
def horner(x, c):
    s = 0.0
    for k in range(len(c)):
        s = s * x + c[k]
    return s
def f(a, c):
    for i in range(len(a)):
        a[i] = horner(a[i], c)
""", lambda: (_line(), _line(4))),
    "function_of_two_results": ("""
def both(x, y):
    if x > y:
        return x - y, True
    return y - x, False
def f(a):
    n = 0
    for i in range(1, len(a)):
        d, more = both(a[i], a[i - 1])
        if more:
            n += 1
        a[i] = d
    return n
""", lambda: (_line(),)),
    "complex_numbers": ("""
def f(z, w):
    for i in range(len(z)):
        w[i] = z[i] * z[i] / (1.0 + z[i].conjugate())
""", lambda: (_line() + 1j, _line() * 1j)),
    "narrow_integers": ("""
def f(a, b):
    for i in range(len(a)):
        b[i] = a[i] // 3 + (b[i] << 1)
""", lambda: (np.arange(40, dtype="i1"), np.arange(40, dtype="i1"))),
    "break_and_else": ("""
def f(a, limit):
    for i in range(len(a)):
        if a[i] > limit:
            found = i
            break
    else:
        found = -1
    return found
""", lambda: (_line(), 1.0)),
    "return_in_the_nest": ("""
def f(a, x):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] >= x:
                return i, j
    return None
""", lambda: (_grid(), 1.0)),
    "rows_and_zip": ("""
def f(a, w, out):
    for k, row in enumerate(a):
        s = 0.0
        for x, y in zip(row, w):
            s += x * y
        out[k] = s
""", lambda: (_grid(), _line(7), _line(6))),
    "an_attribute": ("""
class Sum:
    total = 0.0
def f(a):
    box = Sum()
    box.total = 0.0
    for i in range(len(a)):
        box.total += a[i]
    return box.total
""", lambda: (_line(),)),
    "conditions_on_options": ("""
def f(a, w=None, mode="sum"):
    s = 0.0
    for i in range(len(a)):
        x = a[i] if w is None else a[i] * w[i]
        if mode == "sum":
            s += x
        else:
            s = max(s, x)
    return s
""", lambda: (_line(),)),
}
