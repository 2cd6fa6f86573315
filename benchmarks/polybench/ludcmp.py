"""ludcmp: A x = b by LU decomposition, forward and backward substitution."""

from benchmarks.polybench.common import FLOATS, definite, filled

SIZES = {"MINI": 10, "SMALL": 45, "MEDIUM": 140}
DTYPES = FLOATS


def init(n, dtype):
    return definite(n, dtype), filled(n, dtype, 2), filled(n, dtype, 0), filled(n, dtype, 0)


def kernel(A, b, x, y):
    n = len(b)
    for i in range(n):
        for j in range(i):
            w = A[i, j]
            for k in range(j):
                w -= A[i, k] * A[k, j]
            A[i, j] = w / A[j, j]
        for j in range(i, n):
            w = A[i, j]
            for k in range(i):
                w -= A[i, k] * A[k, j]
            A[i, j] = w
    for i in range(n):
        w = b[i]
        for j in range(i):
            w -= A[i, j] * y[j]
        y[i] = w
    for i in range(n - 1, -1, -1):
        w = y[i]
        for j in range(i + 1, n):
            w -= A[i, j] * x[j]
        x[i] = w / A[i, i]


class Kernel:
    def __init__(self, A, b, x, y):
        self.A, self.b, self.x, self.y, self.n = A, b, x, y, len(b)

    def decompose(self):
        for i in range(self.n):
            for j in range(self.n):
                w = self.A[i][j]
                for k in range(min(i, j)):
                    w -= self.A[i][k] * self.A[k][j]
                if j < i:
                    w /= self.A[j][j]
                self.A[i][j] = w

    def run(self):
        self.decompose()
        for i in range(self.n):
            w = self.b[i]
            for j in range(i):
                w -= self.A[i][j] * self.y[j]
            self.y[i] = w
        for i in reversed(range(self.n)):
            w = self.y[i]
            for j in range(i + 1, self.n):
                w -= self.A[i][j] * self.x[j]
            self.x[i] = w / self.A[i][i]
