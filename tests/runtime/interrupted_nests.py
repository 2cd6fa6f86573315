"""Nests to be interrupted, each the body of `def f(a, b, m, p, o, n)`, with a loop first or after assignments.

a, b: floats (4000).  m: a matrix (60 x 60).  p: integers below 4000.  o: an object with `count` and `best`.  n: how often the outermost
loop turns, some hundred times; an iteration takes tens of microseconds compiled.
"""

from __future__ import annotations

_HELPERS = """
import math
import numpy as np

def halvings(x):
    k = 0
    while x > 1e-9:
        x *= 0.5
        k += 1
    return k

def distance(u, v):
    s = 0.0
    for j in range(len(u)):
        s += (u[j] - v[j]) ** 2
    return math.sqrt(s)
"""
_NESTS = {
    "a sum": """
        s = 1
        for i in range(n):
            for j in range(3000):
                s = (s * 5 + j) % 1000003
    """,
    "in place": """
        for i in range(n):
            for j in range(1, len(a) - 1):
                a[j] = (a[j - 1] + a[j] + a[j + 1]) / 3.0
    """,
    "arrays that are swapped": """
        old, new = a, b
        for i in range(n):
            for j in range(1, len(a) - 1):
                new[j] = (old[j - 1] + old[j + 1]) * 0.5 + i
            old, new = new, old
    """,
    "assigned now and then": """
        total = 0
        for i in range(n):
            if i == 3:
                rare = a[i] * 2.0
            if i % 20 == 7:
                often = i
            x = 1 if i % 2 else 0.5
            for j in range(len(b)):
                total = (total + i * j) & 0xffff
    """,
    "a type by the path": """
        s = 0
        for i in range(n):
            for j in range(len(a)):
                if a[j] > 1.3:
                    s = s * 0.5 + a[j]
    """,
    "an attribute": """
        for i in range(n):
            o.count = (o.count * 3 + i) % 1000003
            for j in range(len(a)):
                a[j] += o.count
    """,
    "backwards": """
        for i in range(5 * n, 0, -5):
            for j in range(3000):
                a[(i + j) % 4000] = a[(i + 2 * j) % 4000] * 0.5 + i
    """,
    "left early": """
        s = 0
        for i in range(n):
            for j in range(len(p)):
                s ^= p[j] * (i + j)
            if i == 150:
                break
    """,
    "returned from": """
        s = 0
        for i in range(n):
            for j in range(len(p)):
                s ^= p[j] * (i + j)
            if i == 150:
                return s, i
    """,
    "elements": """
        t = 0.0
        for i, x in enumerate(b[:n]):
            for j in range(1000):
                t = t * 0.5 + x
            a[i] = t
    """,
    "two arrays at once": """
        for x, y in zip(a[:n], b):
            for j in range(len(p)):
                b[p[j]] += x * y
    """,
    "a while inside": """
        for i in range(n):
            for j in range(i % 40 + 50):
                x = a[j] + i
                while x > 1e-3:
                    x = x * 0.75
                b[j] += x
    """,
    "a product of matrices": """
        for i in range(n):
            for j in range(60):
                for k in range(60):
                    m[i % 60, j] = m[i % 60, j] * 0.5 + m[i % 60, k] * m[k, j] * 1e-3
    """,
    "a histogram": """
        for i in range(n):
            for j in range(len(p)):
                b[p[(i + j) % 4000]] += 1.0
                p[j] = (p[j] * 7 + i) % 4000
    """,
    "functions": """
        total = 0
        for i in range(n):
            for j in range(100):
                total += halvings(a[j] + i)
            a[i % 4000] = total
    """,
    "complex numbers": """
        z = 0.5j
        for i in range(n):
            for j in range(400):
                z = z * z * 0.25 + a[j] * 1j
            b[i % 4000] = abs(z)
    """,
    "the best and where": """
        best = (-1, 0.0)
        for i in range(n):
            top = -1.0
            for j in range(len(a)):
                v = a[j] * ((i * 7 + j) % 13)
                if v > top:
                    top, at = v, j
            if top > best[1]:
                best = (i, top)
            o.best = top
    """,
    "flags that are watched": """
        for i in range(n):
            for j in range(1, len(a)):
                a[j] = a[j] / (b[j] + 1.0) + np.sqrt(a[j - 1])
    """,
    "calls for strips": """
        for i in range(n):
            for j in range(len(a)):
                b[j] = np.sin(a[j] + i) + b[j]
    """,
    "rows": """
        s = 0.0
        for i in range(n):
            row = m[i % 60]
            s += distance(row, m[(i * 7) % 60])
            for j in range(60):
                row[j] = row[j] * 0.99 + s
    """,
    "until something": """
        i = 0
        while i < n:
            for j in range(1, len(a)):
                a[j] = a[j] * 0.5 + a[j - 1] + i
            i += 1
    """,
    "until it is small": """
        x, turns = 1e6, 0
        while x > 1e-6:
            x = x * 0.9999 + a[turns % 4000] * 1e-9
            turns += 1
            if turns > 800 * n:
                break
    """,
    "for ever": """
        k = 0
        while True:
            if k % 100 == 99:
                rare = k
            if k >= n:
                last = a[0]
                break
            for j in range(1, len(a)):
                a[j] = a[j] * 0.5 + a[j - 1] + k
            k += 1
        else:
            never = k
    """,
    "with an else": """
        for i in range(n):
            for j in range(len(a)):
                a[j] = a[j] * 0.5 + i
        else:
            s = a[0]
    """,
    "a bound that moves": """
        k = n
        for i in range(k):
            k = i
            for j in range(len(a)):
                a[j] += k
    """,
}


def source(name: str) -> str:
    lines = [line[4:] for line in _NESTS[name].strip("\n").splitlines()]
    return f"{_HELPERS}\ndef f(a, b, m, p, o, n):\n" + "\n".join(lines).rstrip() + "\n    return locals()\n"


NAMES = [*_NESTS]
NOT_IN_PARTS = ("a bound that moves",)  # an interrupt puts back everything
