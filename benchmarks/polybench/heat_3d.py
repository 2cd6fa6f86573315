"""heat-3d: the heat equation in a cube, two half steps between two buffers."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 6, "SMALL": 14, "MEDIUM": 30}
DTYPES = FLOATS


def init(n, dtype):
    A = zeros((n, n, n), dtype)
    for i in range(n):
        for j in range(n):
            for k in range(n):
                A[i, j, k] = (i + j + (n - k)) * 10 / n
    return max(2, n // 5), A, A.copy()


def kernel(tsteps, A, B):
    n = A.shape[0]
    for _ in range(tsteps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                for k in range(1, n - 1):
                    B[i, j, k] = (
                        0.125 * (A[i + 1, j, k] - 2.0 * A[i, j, k] + A[i - 1, j, k])
                        + 0.125 * (A[i, j + 1, k] - 2.0 * A[i, j, k] + A[i, j - 1, k])
                        + 0.125 * (A[i, j, k + 1] - 2.0 * A[i, j, k] + A[i, j, k - 1])
                        + A[i, j, k]
                    )
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                for k in range(1, n - 1):
                    A[i, j, k] = (
                        0.125 * (B[i + 1, j, k] - 2.0 * B[i, j, k] + B[i - 1, j, k])
                        + 0.125 * (B[i, j + 1, k] - 2.0 * B[i, j, k] + B[i, j - 1, k])
                        + 0.125 * (B[i, j, k + 1] - 2.0 * B[i, j, k] + B[i, j, k - 1])
                        + B[i, j, k]
                    )


class Kernel:
    def __init__(self, tsteps, A, B):
        self.tsteps, self.A, self.B, self.n = tsteps, A, B, len(A)

    def half_step(self, A, B):
        for i in range(1, self.n - 1):
            for j in range(1, self.n - 1):
                for k in range(1, self.n - 1):
                    twice = 2.0 * A[i][j][k]
                    B[i][j][k] = (
                        0.125 * (A[i + 1][j][k] - twice + A[i - 1][j][k])
                        + 0.125 * (A[i][j + 1][k] - twice + A[i][j - 1][k])
                        + 0.125 * (A[i][j][k + 1] - twice + A[i][j][k - 1])
                        + A[i][j][k]
                    )

    def run(self):
        for _ in range(self.tsteps):
            self.half_step(self.A, self.B)
            self.half_step(self.B, self.A)
