"""mvt: x1 += A y1 and x2 += A^T y2."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 10, "SMALL": 130, "MEDIUM": 480}
DTYPES = ALL


def init(n, dtype):
    x1, x2, y1, y2 = (filled(n, dtype, seed) for seed in range(2, 6))
    return x1, x2, y1, y2, filled((n, n), dtype, 1)


def kernel(x1, x2, y1, y2, A):
    n = len(A)
    for i in range(n):
        for j in range(n):
            x1[i] = x1[i] + A[i, j] * y1[j]
    for i in range(n):
        for j in range(n):
            x2[i] = x2[i] + A[j, i] * y2[j]


class Kernel:
    def __init__(self, x1, x2, y1, y2, A):
        self.x1, self.x2, self.y1, self.y2, self.A, self.n = x1, x2, y1, y2, A, len(A)

    def run(self):
        for i in range(self.n):
            for j in range(self.n):
                self.x1[i] += self.A[i][j] * self.y1[j]
        for i in range(self.n):
            for j in range(self.n):
                self.x2[i] += self.A[j][i] * self.y2[j]
