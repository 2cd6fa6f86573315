"""syrk: C = alpha A A^T + beta C, lower triangle."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 130}
DTYPES = ALL


def init(n, dtype):
    m = n - 2
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    return alpha, beta, filled((n, n), dtype, 1), filled((n, m), dtype, 2)


def kernel(alpha, beta, C, A):
    n, m = A.shape
    for i in range(n):
        for j in range(i + 1):
            C[i, j] *= beta
        for k in range(m):
            for j in range(i + 1):
                C[i, j] += alpha * A[i, k] * A[j, k]


class Kernel:
    def __init__(self, alpha, beta, C, A):
        self.alpha, self.beta, self.C, self.A = alpha, beta, C, A
        self.n, self.m = A.shape

    def run(self):
        for i in range(self.n):
            for j in range(i + 1):
                self.C[i][j] *= self.beta
            for k in range(self.m):
                for j in range(i + 1):
                    self.C[i][j] += self.alpha * self.A[i][k] * self.A[j][k]
