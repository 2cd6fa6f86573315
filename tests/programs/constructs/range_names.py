# alpyna: accelerate
"""range under other names, Numba's prange, and what gives an extent: np.size, np.shape, np.ndim."""
from builtins import range as counted

import numba as nb
import numpy as np
from numba import prange, prange as parallel
from numpy import shape, size


def named(a, sequence=range):
    s = 0.0
    r = range
    for i in r(len(a)):
        for j in sequence(i, -1, -2):
            s += a[i] * a[j]
    for i in counted(3):
        s += i
    return s, i, j


def of_numba(a):
    s = 0
    for i in prange(len(a)):
        for j in nb.prange(i):
            s += a[j]
    for i in parallel(1, len(a), 3):
        s -= i
    return s, i, j


def chosen(a, quick):
    numbers = prange if quick else range
    t = 0
    for i in numbers(a.size):
        t += i * a[i]
    return t


def given(a, prange):
    """What is given decides, not what it is called."""
    s = 0.0
    for i in prange(len(a)):  # expect: loop-iterable
        s += a[i]
    return s


def twice(n):
    return range(0, n, 2)


def hidden(a):
    def range(n):
        return (n - 1, 0)

    s = 0.0
    for i in range(len(a)):  # expect: loop-iterable
        s += a[i]
    return s


def extents(m, x):
    total = 0
    for i in range(np.size(x)):
        total += np.ndim(m) * i
    for i in range(np.shape(m)[0]):
        for j in range(shape(m)[-1]):
            m[i, j] += j
    for i in range(np.shape(m)[0]):
        n, k = np.shape(m)
        for j in range(size(m)):
            total += n * j - k
        total += size(m[i])
    return total, m


def rows(m, n):
    total = 0.0
    for j in prange(n):
        total += m[j]
    return total


def in_functions(x):
    s = 0.0
    for i in prange(np.size(x)):
        s += rows(x, i)
    return s


x = np.linspace(-1, 2, 12)
r1 = named(x)
r2 = of_numba(x)
r3 = [chosen(x, quick) for quick in (True, False)]
r4 = given(x, twice), hidden(x)
r5 = extents(x.reshape(3, 4).copy(), x)
r6 = in_functions(x)
