"""seidel-2d: nine-point Gauss-Seidel smoothing in place."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 110}
DTYPES = FLOATS


def init(n, dtype):
    A = zeros((n, n), dtype)
    for i in range(n):
        for j in range(n):
            A[i, j] = (i * (j + 2) + 2) / n
    return max(2, n // 8), A


def kernel(tsteps, A):
    n = A.shape[0]
    for _ in range(tsteps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                A[i, j] = (
                    A[i - 1, j - 1] + A[i - 1, j] + A[i - 1, j + 1]
                    + A[i, j - 1] + A[i, j] + A[i, j + 1]
                    + A[i + 1, j - 1] + A[i + 1, j] + A[i + 1, j + 1]
                ) / 9.0


class Kernel:
    def __init__(self, tsteps, A):
        self.tsteps, self.A, self.n = tsteps, A, len(A)

    def run(self):
        for _ in range(self.tsteps):
            for i in range(1, self.n - 1):
                for j in range(1, self.n - 1):
                    total = self.A[i - 1][j - 1] + self.A[i - 1][j] + self.A[i - 1][j + 1]
                    total += self.A[i][j - 1] + self.A[i][j] + self.A[i][j + 1]
                    total += self.A[i + 1][j - 1] + self.A[i + 1][j] + self.A[i + 1][j + 1]
                    self.A[i][j] = total / 9.0
