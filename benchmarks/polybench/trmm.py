"""trmm: B = alpha A^T B, where A is lower triangular with a unit diagonal."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 130}
DTYPES = ALL


def init(n, dtype):
    return 2 if dtype == "int32" else 1.5, filled((n, n), dtype, 1), filled((n, n + 2), dtype, 2)


def kernel(alpha, A, B):
    m, n = B.shape
    for i in range(m):
        for j in range(n):
            for k in range(i + 1, m):
                B[i, j] += A[k, i] * B[k, j]
            B[i, j] = alpha * B[i, j]


class Kernel:
    def __init__(self, alpha, A, B):
        self.alpha, self.A, self.B = alpha, A, B
        self.m, self.n = B.shape

    def run(self):
        for i in range(self.m):
            for j in range(self.n):
                for k in range(i + 1, self.m):
                    self.B[i][j] += self.A[k][i] * self.B[k][j]
                self.B[i][j] = self.alpha * self.B[i][j]
