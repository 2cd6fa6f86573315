"""adi: alternating direction implicit method for the heat equation on a square."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 120}
DTYPES = FLOATS


def init(n, dtype):
    u = zeros((n, n), dtype)
    for i in range(n):
        for j in range(n):
            u[i, j] = (i + n - j) / n
    return max(2, n // 10), u, zeros((n, n), dtype), zeros((n, n), dtype), zeros((n, n), dtype)


def kernel(tsteps, u, v, p, q):
    n = u.shape[0]
    dx = 1.0 / n
    dt = 1.0 / tsteps
    mul1 = 2.0 * dt / (dx * dx)
    mul2 = 1.0 * dt / (dx * dx)
    a = c = -mul1 / 2.0
    b = 1.0 + mul1
    d = f = -mul2 / 2.0
    e = 1.0 + mul2
    for _ in range(1, tsteps + 1):
        # columns
        for i in range(1, n - 1):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = v[0, i]
            for j in range(1, n - 1):
                p[i, j] = -c / (a * p[i, j - 1] + b)
                q[i, j] = (-d * u[j, i - 1] + (1.0 + 2.0 * d) * u[j, i] - f * u[j, i + 1] - a * q[i, j - 1]) / (
                    a * p[i, j - 1] + b
                )
            v[n - 1, i] = 1.0
            for j in range(n - 2, 0, -1):
                v[j, i] = p[i, j] * v[j + 1, i] + q[i, j]
        # rows
        for i in range(1, n - 1):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = u[i, 0]
            for j in range(1, n - 1):
                p[i, j] = -f / (d * p[i, j - 1] + e)
                q[i, j] = (-a * v[i - 1, j] + (1.0 + 2.0 * a) * v[i, j] - c * v[i + 1, j] - d * q[i, j - 1]) / (
                    d * p[i, j - 1] + e
                )
            u[i, n - 1] = 1.0
            for j in range(n - 2, 0, -1):
                u[i, j] = p[i, j] * u[i, j + 1] + q[i, j]


class Kernel:
    def __init__(self, tsteps, u, v, p, q):
        self.n, self.tsteps = len(u), tsteps
        self.u, self.v, self.p, self.q = u, v, p, q
        dx, dt = 1.0 / self.n, 1.0 / tsteps
        self.a = self.c = -(2.0 * dt / (dx * dx)) / 2.0
        self.b = 1.0 + 2.0 * dt / (dx * dx)
        self.d = self.f = -(dt / (dx * dx)) / 2.0
        self.e = 1.0 + dt / (dx * dx)

    def columns(self):
        for i in range(1, self.n - 1):
            self.v[0][i] = 1.0
            self.p[i][0] = 0.0
            self.q[i][0] = self.v[0][i]
            for j in range(1, self.n - 1):
                pivot = self.a * self.p[i][j - 1] + self.b
                self.p[i][j] = -self.c / pivot
                here = (1.0 + 2.0 * self.d) * self.u[j][i]
                self.q[i][j] = (
                    -self.d * self.u[j][i - 1] + here - self.f * self.u[j][i + 1] - self.a * self.q[i][j - 1]
                ) / pivot
            self.v[self.n - 1][i] = 1.0
            for j in range(self.n - 2, 0, -1):
                self.v[j][i] = self.p[i][j] * self.v[j + 1][i] + self.q[i][j]

    def rows(self):
        for i in range(1, self.n - 1):
            self.u[i][0] = 1.0
            self.p[i][0] = 0.0
            self.q[i][0] = self.u[i][0]
            for j in range(1, self.n - 1):
                pivot = self.d * self.p[i][j - 1] + self.e
                self.p[i][j] = -self.f / pivot
                here = (1.0 + 2.0 * self.a) * self.v[i][j]
                self.q[i][j] = (
                    -self.a * self.v[i - 1][j] + here - self.c * self.v[i + 1][j] - self.d * self.q[i][j - 1]
                ) / pivot
            self.u[i][self.n - 1] = 1.0
            for j in range(self.n - 2, 0, -1):
                self.u[i][j] = self.p[i][j] * self.u[i][j + 1] + self.q[i][j]

    def run(self):
        for _ in range(self.tsteps):
            self.columns()
            self.rows()
