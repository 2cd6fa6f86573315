"""Sparse matrix-vector product in CSR, inside a conjugate-gradient solver for a Poisson problem.

usage: spmv.py [points per side]
"""

import hashlib
import sys

import numpy as np


class Csr:
    """Compressed sparse rows: row i holds values[indptr[i]:indptr[i + 1]]."""

    def __init__(self, values, columns, indptr):
        self.values = values
        self.columns = columns
        self.indptr = indptr
        self.rows = len(indptr) - 1

    def multiply(self, x, y):
        for i in range(self.rows):
            s = 0.0
            for k in range(self.indptr[i], self.indptr[i + 1]):
                s += self.values[k] * x[self.columns[k]]
            y[i] = s


def poisson(n):
    """Five-point Laplacian on an n x n grid."""
    values = np.empty(5 * n * n)
    columns = np.empty(5 * n * n, dtype=np.int32)
    indptr = np.zeros(n * n + 1, dtype=np.int32)
    k = 0
    for y in range(n):
        for x in range(n):
            row = y * n + x
            if y > 0:
                values[k] = -1.0
                columns[k] = row - n
                k += 1
            if x > 0:
                values[k] = -1.0
                columns[k] = row - 1
                k += 1
            values[k] = 4.0
            columns[k] = row
            k += 1
            if x < n - 1:
                values[k] = -1.0
                columns[k] = row + 1
                k += 1
            if y < n - 1:
                values[k] = -1.0
                columns[k] = row + n
                k += 1
            indptr[row + 1] = k
    return Csr(values[:k].copy(), columns[:k].copy(), indptr)


def dot(a, b):
    s = 0.0
    for x, y in zip(a, b):
        s += x * y
    return s


def axpy(alpha, x, y):
    for i in range(len(x)):
        y[i] += alpha * x[i]


def conjugate_gradient(matrix, b, iterations):
    x = np.zeros_like(b)
    r = b.copy()
    p = b.copy()
    q = np.empty_like(b)
    rr = dot(r, r)
    for _ in range(iterations):
        matrix.multiply(p, q)
        alpha = rr / dot(p, q)
        axpy(alpha, p, x)
        axpy(-alpha, q, r)
        previous, rr = rr, dot(r, r)
        beta = rr / previous
        for i in range(len(p)):
            p[i] = r[i] + beta * p[i]
    return x, rr


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 84
    matrix = poisson(n)
    b = np.random.default_rng(4).random(n * n)
    x, rr = conjugate_gradient(matrix, b, 100)
    print("unknowns", n * n, "non-zeros", len(matrix.values))
    print("squared residual", repr(float(rr)), "largest value", repr(float(x.max())))
    print("solution", hashlib.sha256(x.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
