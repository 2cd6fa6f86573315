"""gemver: A += u1 v1^T + u2 v2^T, then x = beta A^T y + z and w = alpha A x."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 10, "SMALL": 110, "MEDIUM": 400}
DTYPES = ALL


def init(n, dtype):
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    u1, v1, u2, v2, y, z = (filled(n, dtype, seed) for seed in range(2, 8))
    return alpha, beta, filled((n, n), dtype, 1), u1, v1, u2, v2, filled(n, dtype, 0), filled(n, dtype, 0), y, z


def kernel(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    n = len(A)
    for i in range(n):
        for j in range(n):
            A[i, j] = A[i, j] + u1[i] * v1[j] + u2[i] * v2[j]
    for i in range(n):
        for j in range(n):
            x[i] = x[i] + beta * A[j, i] * y[j]
    for i in range(n):
        x[i] = x[i] + z[i]
    for i in range(n):
        for j in range(n):
            w[i] = w[i] + alpha * A[i, j] * x[j]


class Kernel:
    def __init__(self, alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
        self.alpha, self.beta, self.A, self.n = alpha, beta, A, len(A)
        self.u1, self.v1, self.u2, self.v2 = u1, v1, u2, v2
        self.w, self.x, self.y, self.z = w, x, y, z

    def run(self):
        for i in range(self.n):
            for j in range(self.n):
                self.A[i][j] += self.u1[i] * self.v1[j] + self.u2[i] * self.v2[j]
        for i in range(self.n):
            for j in range(self.n):
                self.x[i] += self.beta * self.A[j][i] * self.y[j]
        for i in range(self.n):
            self.x[i] += self.z[i]
        for i in range(self.n):
            for j in range(self.n):
                self.w[i] += self.alpha * self.A[i][j] * self.x[j]
