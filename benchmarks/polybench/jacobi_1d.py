"""jacobi-1d: three-point stencil, two half steps between two buffers."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 16, "SMALL": 400, "MEDIUM": 2000}
DTYPES = FLOATS


def init(n, dtype):
    A, B = zeros(n, dtype), zeros(n, dtype)
    for i in range(n):
        A[i] = (i + 2) / n
        B[i] = (i + 3) / n
    return max(2, n // 20), A, B


def kernel(tsteps, A, B):
    n = len(A)
    for _ in range(tsteps):
        for i in range(1, n - 1):
            B[i] = 0.33333 * (A[i - 1] + A[i] + A[i + 1])
        for i in range(1, n - 1):
            A[i] = 0.33333 * (B[i - 1] + B[i] + B[i + 1])


class Kernel:
    def __init__(self, tsteps, A, B):
        self.tsteps, self.A, self.B, self.n = tsteps, A, B, len(A)

    def run(self):
        for _ in range(self.tsteps):
            for i in range(1, self.n - 1):
                self.B[i] = 0.33333 * (self.A[i - 1] + self.A[i] + self.A[i + 1])
            for i in range(1, self.n - 1):
                self.A[i] = 0.33333 * (self.B[i - 1] + self.B[i] + self.B[i + 1])
