"""gesummv: y = alpha A x + beta B x."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 10, "SMALL": 120, "MEDIUM": 450}
DTYPES = ALL


def init(n, dtype):
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    matrices = filled((n, n), dtype, 1), filled((n, n), dtype, 2)
    return alpha, beta, *matrices, filled(n, dtype, 0), filled(n, dtype, 3), filled(n, dtype, 0)


def kernel(alpha, beta, A, B, tmp, x, y):
    for i in range(len(x)):
        tmp[i] = 0
        y[i] = 0
        for j in range(len(x)):
            tmp[i] = A[i, j] * x[j] + tmp[i]
            y[i] = B[i, j] * x[j] + y[i]
        y[i] = alpha * tmp[i] + beta * y[i]


class Kernel:
    def __init__(self, alpha, beta, A, B, tmp, x, y):
        self.alpha, self.beta, self.A, self.B = alpha, beta, A, B
        self.tmp, self.x, self.y, self.n = tmp, x, y, len(x)

    def run(self):
        for i in range(self.n):
            self.tmp[i] = 0
            self.y[i] = 0
            for j in range(self.n):
                self.tmp[i] = self.A[i][j] * self.x[j] + self.tmp[i]
                self.y[i] = self.B[i][j] * self.x[j] + self.y[i]
            self.y[i] = self.alpha * self.tmp[i] + self.beta * self.y[i]
