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


r1 = triangles(np.zeros((5, 5)))
r2 = [steps(np.zeros(10), *bounds) for bounds in ((0, 10, 3), (9, -1, -2), (5, 5, 1), (8, 2, 1), (2, -3, -1))]
r3 = lengths(np.zeros((3, 4)))
