# alpyna: accelerate
"""Loops over elements: arrays, enumerate, zip, reversed."""
import numpy as np


def total(a):
    s = 0.0
    for x in a:
        s += x
    return s, x


def positions(a, b):
    best, where = a[0], 0
    for k, x in enumerate(a):
        if x > best:
            best, where = x, k
        b[k] = best
    return best, where


def dot(a, b):
    s = 0.0
    for x, y in zip(a, b):  # noqa: B905
        s += x * y
    return s


def numbered(a, b):
    s = 0
    for k, (x, y) in enumerate(zip(a, b), 3):  # noqa: B905
        s += k * (x - y)
    return s, k, x, y


def backwards(a):
    s = 0.0
    for i in reversed(range(1, len(a), 2)):
        a[i] += s
        s = a[i] - a[i - 1]
    return s, i


def rows(m):
    s = 0.0
    for i in range(m.shape[0]):
        for x in m[i]:
            s += x
    return s


def growing(a):
    """The array changes under the loop that runs over it."""
    k = 0
    for x in a:
        k += 1  # noqa: SIM113
        if k < len(a):
            a[k] = x + a[k]
    return a


a = np.array([0.5, -1.5, 3.25, 2.0, 3.25])
b = np.arange(4.0)
results = [total(a), positions(a, np.zeros(5)), dot(a, b), numbered(a, b), backwards(a.copy()),
           rows(np.arange(6.0).reshape(2, 3)), growing(a.copy())]
