# alpyna: accelerate
"""Bounds and steps of every sort; triangles; lengths of arrays."""
import numpy as np


def triangles(a):
    n = len(a)
    for i in range(n):
        for j in range(i + 1, n):
            a[i, j] = i - j
        for j in range(i):
            a[i, j] += 2.0 * a[j, i]
    return a


def steps(a, first, last, step):
    total = 0
    for i in range(first, last, step):
        a[i] += i
        total += i
    return total, a


def lengths(a):
    count = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[1] - 1, -1, -1):
            count += 1
            a[i][j] = count
    for k in range(a.size):
        count += k
    return count, a


def bounds_that_change(a, s, n, step):
    """A range is made once, whatever its loop does to the variables in it."""
    seen = []
    for s in range(s, n):
        a[s] += 1
    seen.append(s)
    s = 0
    for k in range(s, n, step):
        s += 2
        n -= 1
        step = 7
        a[k] += s
    seen.append((k, s, n, step))
    n = 6
    for i in range(n):
        for i in range(i, n):
            a[i] *= 2
        for i in range(i, -1, -2):
            a[i] -= 1
    seen.append(i)
    while s > 0:
        for s in range(s, 0, -3):
            a[s % 5] += s
        s -= 4
    return a, seen, s


def exponentials(a, x, s, n):
    """Bounds that change in a loop whose calls are made strip by strip."""
    for s in range(s, n):
        a[s] = np.exp(x[s])
    for k in range(s - 3, n):
        n = 2
        a[k] += np.exp(x[k] * 0.5)
    return a, s, n


r1 = triangles(np.zeros((5, 5)))
r2 = [steps(np.zeros(10), *bounds) for bounds in ((0, 10, 3), (9, -1, -2), (5, 5, 1), (8, 2, 1), (2, -3, -1))]
r3 = lengths(np.zeros((3, 4)))
r4 = [bounds_that_change(np.arange(12), *bounds) for bounds in ((2, 9, 2), (0, 12, 3), (3, 10, 1))]
r5 = exponentials(np.zeros(600), np.linspace(-1, 1, 600), 7, 555)
