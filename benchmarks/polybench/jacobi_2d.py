"""jacobi-2d: five-point stencil, two half steps between two buffers."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 110}
DTYPES = FLOATS


def init(n, dtype):
    A, B = zeros((n, n), dtype), zeros((n, n), dtype)
    for i in range(n):
        for j in range(n):
            A[i, j] = (i * (j + 2) + 2) / n
            B[i, j] = (i * (j + 3) + 3) / n
    return max(2, n // 5), A, B


def kernel(tsteps, A, B):
    n = A.shape[0]
    for _ in range(tsteps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                B[i, j] = 0.2 * (A[i, j] + A[i, j - 1] + A[i, 1 + j] + A[1 + i, j] + A[i - 1, j])
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                A[i, j] = 0.2 * (B[i, j] + B[i, j - 1] + B[i, 1 + j] + B[1 + i, j] + B[i - 1, j])


class Kernel:
    def __init__(self, tsteps, A, B):
        self.tsteps, self.A, self.B, self.n = tsteps, A, B, len(A)

    def step(self):
        for i in range(1, self.n - 1):
            for j in range(1, self.n - 1):
                self.B[i][j] = 0.2 * (
                    self.A[i][j] + self.A[i][j - 1] + self.A[i][j + 1] + self.A[i + 1][j] + self.A[i - 1][j]
                )

    def run(self):
        for _ in range(2 * self.tsteps):
            self.step()
            self.A, self.B = self.B, self.A
