"""gramschmidt: A = Q R by the modified Gram-Schmidt process."""

import math

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 35, "MEDIUM": 110}
DTYPES = FLOATS


def init(n, dtype):
    m = n + 4
    A = zeros((m, n), dtype)
    for i in range(m):
        for j in range(n):
            A[i, j] = (i * j + 3 * i) % m / m + (2.0 if i == j else 0.0)
    return A, zeros((n, n), dtype), zeros((m, n), dtype)


def kernel(A, R, Q):
    m, n = A.shape
    for k in range(n):
        norm = 0.0
        for i in range(m):
            norm += A[i, k] * A[i, k]
        R[k, k] = math.sqrt(norm)
        for i in range(m):
            Q[i, k] = A[i, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = 0.0
            for i in range(m):
                R[k, j] += Q[i, k] * A[i, j]
            for i in range(m):
                A[i, j] = A[i, j] - Q[i, k] * R[k, j]


class Kernel:
    def __init__(self, A, R, Q):
        self.A, self.R, self.Q = A, R, Q
        self.m, self.n = A.shape

    def normalise(self, k):
        norm = 0.0
        for i in range(self.m):
            norm += self.A[i][k] * self.A[i][k]
        self.R[k][k] = math.sqrt(norm)
        for i in range(self.m):
            self.Q[i][k] = self.A[i][k] / self.R[k][k]

    def run(self):
        for k in range(self.n):
            self.normalise(k)
            for j in range(k + 1, self.n):
                self.R[k][j] = 0.0
                for i in range(self.m):
                    self.R[k][j] += self.Q[i][k] * self.A[i][j]
                for i in range(self.m):
                    self.A[i][j] -= self.Q[i][k] * self.R[k][j]
