"""trisolv: L x = b for a lower triangular matrix."""

from benchmarks.polybench.common import FLOATS, definite, filled

SIZES = {"MINI": 10, "SMALL": 180, "MEDIUM": 700}
DTYPES = FLOATS


def init(n, dtype):
    return definite(n, dtype), filled(n, dtype, 0), filled(n, dtype, 2)


def kernel(L, x, b):
    for i in range(len(b)):
        x[i] = b[i]
        for j in range(i):
            x[i] -= L[i, j] * x[j]
        x[i] = x[i] / L[i, i]


class Kernel:
    def __init__(self, L, x, b):
        self.L, self.x, self.b, self.n = L, x, b, len(b)

    def run(self):
        for i in range(self.n):
            self.x[i] = self.b[i]
            for j in range(i):
                self.x[i] -= self.L[i][j] * self.x[j]
            self.x[i] /= self.L[i][i]
