# alpyna: accelerate
"""Subscripts: a[i], a[i, j], a[i][j], negative, computed, indirect."""
import numpy as np


def stencil(a, b):
    n, m = a.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1][j] + a[i, j - 1] + a[i][j + 1])
    return b


def periodic(a, b):
    for i in range(len(a)):
        b[i] = a[i - 1] - a[(i + 1) % len(a)]
    return b


def gather(a, idx, out):
    for i in range(len(idx)):
        out[i] = a[idx[i]] + a[idx[idx[i]]]
    return out


def histogram(values, counts):
    for i in range(len(values)):
        counts[values[i]] += 1
    return counts


def sparse(data, columns, pointers, x, y):
    for i in range(len(y)):
        s = 0.0
        for k in range(pointers[i], pointers[i + 1]):
            s += data[k] * x[columns[k]]
        y[i] = s
    return y


def computed(a, b):
    n = len(a)
    for i in range(n):
        b[n - 1 - i] = a[i * 3 % n]
        b[i // 2] += a[i ^ 1] if i ^ 1 < n else a[-1]
    return b


def cube(a):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            for k in range(a.shape[2]):
                a[i][j][k] = a[i, -1, k] + i * j - k
    return a


idx = np.array([3, 1, 0, 2, 4, -1])
r = [stencil(np.arange(20.0).reshape(4, 5), np.zeros((4, 5))), periodic(np.arange(6.0), np.zeros(6)),
     gather(np.arange(6.0), idx, np.zeros(6)), histogram(np.array([1, 2, 1, 0, 3], np.uint8), np.zeros(4, np.int32)),
     sparse(np.arange(5.0), np.array([0, 2, 1, 0, 2]), np.array([0, 2, 3, 5]), np.ones(3), np.zeros(3)),
     computed(np.arange(7), np.zeros(7, int)), cube(np.arange(24.0).reshape(2, 3, 4))]
