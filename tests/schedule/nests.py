"""Nests, with what is expected of their outermost loop: a part of what its schedule says.

Each is the body of `f(a, b, w, n)`: int64 arrays a (24 x 10) and w (24), float64 b (24 x 10), n = 24.
"""

from __future__ import annotations

PARALLEL = {
    "each element": ("for i in range(n):\n    for j in range(10):\n        b[i, j] = b[i, j] * 2.0", "threads over i"),
    "triangular": ("for i in range(n):\n    for j in range(min(i, 10)):\n        b[i, j] += 1.0", "threads over i"),
    "backwards": ("for i in range(n - 1, -1, -1):\n    b[i, 0] = i", "threads over i"),
    "steps": ("for i in range(1, n, 3):\n    b[i, 0] = b[i - 1, 0]", "threads over i"),
    "private scalar": ("for i in range(n):\n    t = b[i, 1]\n    b[i, 0] = t * t\nb[0, 1] = t", "threads over i"),
    "last value under a condition": ("for i in range(n):\n    if w[i] > 7:\n        last = i\nb[0, 1] = last", "threads over i"),
    "count": ("c = 0\nfor i in range(n):\n    if w[i] > 7:\n        c += 1\nb[0, 1] = c", "sum c"),
    "difference": ("c = 1000\nfor i in range(n):\n    c -= i\nb[0, 1] = c", "sum c"),
    "maximum": ("m = w[0]\nfor i in range(n):\n    if w[i] > m:\n        m = w[i]\nb[0, 1] = m", "maximum m"),
    "argmin": ("m = 99\nat = -1\nfor i in range(n):\n    if w[i] < m:\n        m = w[i]\n        at = i\nb[0, 1] = m + at",
               "minimum m (with at)"),
    "maximum of floats": ("m = b[0, 0]\nfor i in range(n):\n    for j in range(10):\n        m = max(m, b[i, j])\nb[0, 1] = m",
                          "maximum m"),
    "flag": ("found = False\nfor i in range(n):\n    if w[i] == 5:\n        found = True\nb[0, 1] = found", "threads over i"),
    "any": ("found = False\nfor i in range(n):\n    found = found or w[i] == 5\nb[0, 1] = found", "disjunction found"),
    "all": ("good = True\nfor i in range(n):\n    for j in range(10):\n        good = good and a[i, j] < 8\nb[0, 1] = good", "conjunction good"),
    "any, by a bool that is there": ("found = n > 3\nfor i in range(n):\n    found = found or w[i] == 5\nb[0, 1] = found", "disjunction found"),
    "any of NumPy's bools": ("found = np.bool_(False)\nfor i in range(n):\n    found |= w[i] == 5\nb[0, 1] = found", "disjunction found"),
    "all, under a condition": ("good = True\nfor i in range(n):\n    if i > 5:\n        good = good and i < 20\nb[0, 1] = good", "conjunction good"),
    "bits that are set": ("m = 64\nfor i in range(n):\n    m |= i\nb[0, 1] = m", "disjunction m"),
    "bits that all have": ("m = 127\nfor i in range(7, n):\n    m &= i * 4 + 3\nb[0, 1] = m", "conjunction m"),
    "parity": ("m = 99\nfor i in range(n):\n    if w[i] > 3:\n        m ^= i\nb[0, 1] = m", "exclusive disjunction m"),
    "induction variable": ("k = 1\nfor i in range(n // 3):\n    k += 2\n    b[k, 0] = b[k, 1]\nb[0, 1] = k",
                           "induction variable k"),
    "induction in the bound": ("k = 0\nfor i in range(k, n, k + 1):\n    k += 1\nb[0, 1] = k", "sum k"),
    "the bound is assigned": ("k = 0\nfor i in range(k, n):\n    k = i\n    b[i, 0] = k", "threads over i"),
    "disjoint halves": ("for i in range(n // 2):\n    b[i, 0] = b[i + n // 2, 0]", "threads over i"),
    "rows of one array": ("for i in range(n):\n    for j in range(1, 10):\n        b[i, j] += b[i, j - 1]", "threads over i"),
    "while inside": ("for i in range(n):\n    k = 0\n    while k < w[i]:\n        k += 1\n    b[i, 0] = k", "threads over i"),
    "continue": ("for i in range(n):\n    if w[i] > 5:\n        continue\n    b[i, 0] = 1.0", "threads over i"),
    "a store that is never reached": ("for i in range(n):\n    continue\n    b[i, 0] = 1.0", "threads over i"),
    "continue that is known": ("for i in range(n):\n    if i > 5:\n        continue\n    b[i, 0] = 1.0", "threads over i"),
    "a call": ("for i in range(n):\n    b[i, 0] = twice(b[i, 1])", "threads over i"),
}

IN_ORDER = {
    "recurrence": ("for i in range(1, n):\n    b[i, 0] = b[i - 1, 0] + 1.0", "flow dependence of b"),
    "anti dependence": ("for i in range(n - 1):\n    b[i, 0] = b[i + 1, 0]", "anti dependence of b"),
    "output dependence": ("for i in range(n):\n    b[i // 2, 0] = i", "output dependence of b"),
    "one element": ("for i in range(n):\n    b[0, 0] += b[i, 1]", "dependence of b"),
    "indirect store": ("for i in range(n):\n    b[w[i] % 24, 0] = i", "output dependence of b"),
    "float sum": ("s = 0.0\nfor i in range(n):\n    s += b[i, 0]\nb[0, 1] = s", "s carries its value"),
    "carried scalar": ("p = 0.0\nfor i in range(n):\n    b[i, 0] = p\n    p = b[i, 1]", "p carries its value"),
    "sum that is read": ("c = 0\nfor i in range(n):\n    if w[i] > 7:\n        c += 1\n    b[i, 0] = c", "c carries its value"),
    "maximum that is read": ("m = 0\nfor i in range(n):\n    m = max(m, w[i])\n    b[i, 0] = m", "m carries its value"),
    "two operations on bits": ("m = 99\nfor i in range(n):\n    m |= i\n    m &= 77\nb[0, 1] = m", "m carries its value"),
    "bits that are read": ("m = 0\nfor i in range(n):\n    m |= i\n    b[i, 0] = m", "m carries its value"),
    "break": ("for i in range(n):\n    if w[i] > 20:\n        break\n    b[i, 0] = i", "break"),
    "return": ("for i in range(n):\n    if w[i] > 20:\n        return i\n    b[i, 0] = i", "return"),
    "while": ("i = 0\nwhile i < n:\n    b[i, 0] = i\n    i += 1", "while loop"),
    "else": ("for i in range(n):\n    b[i, 0] = i\nelse:\n    b[0, 0] = 7.0", "else clause"),
    "numpy sum": ("s = w[0]\nfor i in range(n):\n    s += a[i, 0] * w[i]\nb[0, 1] = s", "whether the sum s overflows"),
    "argmax, last of equals": ("m = 0\nat = -1\nfor i in range(n):\n    if w[i] >= m:\n        m = w[i]\n        at = i\nb[0, 1] = at",
                               "m carries its value"),
    "conditional induction": ("k = 0\nfor i in range(n):\n    if w[i] > 3:\n        b[k, 0] = i\n        k += 1", "k carries"),
    "a call that stores": ("for i in range(n):\n    put(b, i)", "dependence of b"),
}

HEAD = """
import numpy as np

def twice(x):
    return x + x

def put(b, i):
    b[0, 0] += i

def f(a, b, w, n):
"""


def source(body: str) -> str:
    return HEAD + "\n".join(f"    {line}" for line in body.splitlines()) + "\n"
