# alpyna: accelerate
"""Imperfect nests: statements before, between and after the inner loops."""
import numpy as np


def lu(a):
    n = len(a)
    for k in range(n):
        pivot = a[k, k]
        for i in range(k + 1, n):
            a[i, k] = a[i, k] / pivot
            factor = a[i, k]
            for j in range(k + 1, n):
                a[i, j] -= factor * a[k, j]
    return a, pivot


def floyd(d):
    n = len(d)
    for k in range(n):
        for i in range(n):
            via = d[i, k]
            for j in range(n):
                if via + d[k, j] < d[i, j]:
                    d[i, j] = via + d[k, j]
    return d


def gram(a):
    n, m = a.shape
    for k in range(m):
        norm = 0.0
        for i in range(n):
            norm += a[i, k] * a[i, k]
        norm = norm ** 0.5
        for i in range(n):
            a[i, k] /= norm
        for j in range(k + 1, m):
            dot = 0.0
            for i in range(n):
                dot += a[i, k] * a[i, j]
            for i in range(n):
                a[i, j] -= dot * a[i, k]
    return a, norm


rng = np.random.default_rng(4)
r = [lu(rng.normal(size=(6, 6)) + 6 * np.eye(6)), floyd(rng.integers(1, 20, (7, 7))), gram(rng.normal(size=(6, 4)))]
del rng
