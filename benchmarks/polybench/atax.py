"""atax: y = A^T (A x)."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 10, "SMALL": 150, "MEDIUM": 600}
DTYPES = ALL


def init(n, dtype):
    m = n + 3
    return filled((m, n), dtype, 1), filled(n, dtype, 2), filled(n, dtype, 0), filled(m, dtype, 0)


def kernel(A, x, y, tmp):
    m, n = A.shape
    for i in range(n):
        y[i] = 0
    for i in range(m):
        tmp[i] = 0
        for j in range(n):
            tmp[i] = tmp[i] + A[i, j] * x[j]
        for j in range(n):
            y[j] = y[j] + A[i, j] * tmp[i]


class Kernel:
    def __init__(self, A, x, y, tmp):
        self.A, self.x, self.y, self.tmp = A, x, y, tmp
        self.m, self.n = A.shape

    def run(self):
        for i in range(self.n):
            self.y[i] = 0
        for i in range(self.m):
            self.tmp[i] = 0
            for j in range(self.n):
                self.tmp[i] = self.tmp[i] + self.A[i][j] * self.x[j]
            for j in range(self.n):
                self.y[j] = self.y[j] + self.A[i][j] * self.tmp[i]
