"""symm: C = alpha A B + beta C, where A is symmetric and stored in its lower triangle."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 35, "MEDIUM": 110}
DTYPES = ALL


def init(n, dtype):
    m = n + 2
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    return alpha, beta, filled((m, n), dtype, 1), filled((m, m), dtype, 2), filled((m, n), dtype, 3)


def kernel(alpha, beta, C, A, B):
    m, n = C.shape
    for i in range(m):
        for j in range(n):
            temp2 = 0
            for k in range(i):
                C[k, j] += alpha * B[i, j] * A[i, k]
                temp2 += B[k, j] * A[i, k]
            C[i, j] = beta * C[i, j] + alpha * B[i, j] * A[i, i] + alpha * temp2


class Kernel:
    def __init__(self, alpha, beta, C, A, B):
        self.alpha, self.beta = alpha, beta
        self.C, self.A, self.B = C, A, B
        self.m, self.n = C.shape
        self.zero = C.dtype.type(0)

    def run(self):
        for i in range(self.m):
            for j in range(self.n):
                temp2 = self.zero
                for k in range(i):
                    self.C[k][j] += self.alpha * self.B[i][j] * self.A[i][k]
                    temp2 += self.B[k][j] * self.A[i][k]
                own = self.alpha * self.B[i][j] * self.A[i][i]
                self.C[i][j] = self.beta * self.C[i][j] + own + self.alpha * temp2
