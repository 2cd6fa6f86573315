"""cholesky: A = L L^T in place, for a symmetric positive definite matrix."""

import numpy as np

from benchmarks.polybench.common import FLOATS, definite

SIZES = {"MINI": 10, "SMALL": 50, "MEDIUM": 180}
DTYPES = FLOATS


def init(n, dtype):
    return (definite(n, dtype),)


def kernel(A):
    for i in range(len(A)):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[j, k]
            A[i, j] /= A[j, j]
        for k in range(i):
            A[i, i] -= A[i, k] * A[i, k]
        A[i, i] = np.sqrt(A[i, i])


class Kernel:
    def __init__(self, A):
        self.A, self.n = A, len(A)

    def run(self):
        for i in range(self.n):
            for j in range(i):
                for k in range(j):
                    self.A[i][j] -= self.A[i][k] * self.A[j][k]
                self.A[i][j] /= self.A[j][j]
            for k in range(i):
                self.A[i][i] -= self.A[i][k] * self.A[i][k]
            self.A[i][i] = np.sqrt(self.A[i][i])
