"""LU factorisation with partial pivoting, and the solution of a linear system with it.

usage: lu.py [unknowns]
"""

import hashlib
import sys

import numpy as np


def factorise(a, pivot):
    n = a.shape[0]
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[p, k]):
                p = i
        pivot[k] = p
        if p != k:
            for j in range(n):
                a[k, j], a[p, j] = a[p, j], a[k, j]
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]


def solve(a, pivot, b):
    n = len(b)
    for k in range(n):
        p = pivot[k]
        if p != k:
            b[k], b[p] = b[p], b[k]
    for i in range(n):
        for j in range(i):
            b[i] -= a[i, j] * b[j]
    for i in reversed(range(n)):
        for j in range(i + 1, n):
            b[i] -= a[i, j] * b[j]
        b[i] /= a[i, i]


def residual(a, x, b):
    worst = 0.0
    for i in range(len(b)):
        s = -b[i]
        for j in range(len(x)):
            s += a[i, j] * x[j]
        worst = max(worst, abs(s))
    return worst


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    rng = np.random.default_rng(11)
    a = rng.normal(size=(n, n))
    b = rng.normal(size=n)
    factors = a.copy()
    x = b.copy()
    pivot = np.zeros(n, dtype=np.int64)
    factorise(factors, pivot)
    solve(factors, pivot, x)
    print("unknowns", n)
    print("largest residual", repr(float(residual(a, x, b))))
    print("factors", hashlib.sha256(factors.tobytes()).hexdigest())
    print("solution", hashlib.sha256(x.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
