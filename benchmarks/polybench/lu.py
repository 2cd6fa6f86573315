"""lu: A = L U in place, without pivoting."""

from benchmarks.polybench.common import FLOATS, definite

SIZES = {"MINI": 10, "SMALL": 45, "MEDIUM": 140}
DTYPES = FLOATS


def init(n, dtype):
    return (definite(n, dtype),)


def kernel(A):
    n = len(A)
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]


class Kernel:
    def __init__(self, A):
        self.A, self.n = A, len(A)

    def run(self):
        for i in range(self.n):
            for j in range(i):
                for k in range(j):
                    self.A[i][j] -= self.A[i][k] * self.A[k][j]
                self.A[i][j] /= self.A[j][j]
            for j in range(i, self.n):
                for k in range(i):
                    self.A[i][j] -= self.A[i][k] * self.A[k][j]
