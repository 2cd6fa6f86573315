"""syr2k: C = alpha (A B^T + B A^T) + beta C, lower triangle."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 35, "MEDIUM": 110}
DTYPES = ALL


def init(n, dtype):
    m = n - 2
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    return alpha, beta, filled((n, n), dtype, 1), filled((n, m), dtype, 2), filled((n, m), dtype, 3)


def kernel(alpha, beta, C, A, B):
    n, m = A.shape
    for i in range(n):
        for j in range(i + 1):
            C[i, j] *= beta
        for k in range(m):
            for j in range(i + 1):
                C[i, j] += A[j, k] * alpha * B[i, k] + B[j, k] * alpha * A[i, k]


class Kernel:
    def __init__(self, alpha, beta, C, A, B):
        self.alpha, self.beta = alpha, beta
        self.C, self.A, self.B = C, A, B
        self.n, self.m = A.shape

    def run(self):
        for i in range(self.n):
            for j in range(i + 1):
                self.C[i][j] *= self.beta
            for k in range(self.m):
                for j in range(i + 1):
                    left = self.A[j][k] * self.alpha * self.B[i][k]
                    self.C[i][j] += left + self.B[j][k] * self.alpha * self.A[i][k]
