"""fdtd-2d: finite-difference time domain, electric and magnetic field on a grid."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 110}
DTYPES = FLOATS


def init(n, dtype):
    nx, ny, steps = n, n + 3, max(2, n // 4)
    source = zeros(steps, dtype)
    ex, ey, hz = zeros((nx, ny), dtype), zeros((nx, ny), dtype), zeros((nx, ny), dtype)
    for t in range(steps):
        source[t] = t
    for i in range(nx):
        for j in range(ny):
            ex[i, j] = i * (j + 1) / nx
            ey[i, j] = i * (j + 2) / ny
            hz[i, j] = i * (j + 3) / nx
    return ex, ey, hz, source


def kernel(ex, ey, hz, source):
    nx, ny = hz.shape
    for t in range(len(source)):
        for j in range(ny):
            ey[0, j] = source[t]
        for i in range(1, nx):
            for j in range(ny):
                ey[i, j] = ey[i, j] - 0.5 * (hz[i, j] - hz[i - 1, j])
        for i in range(nx):
            for j in range(1, ny):
                ex[i, j] = ex[i, j] - 0.5 * (hz[i, j] - hz[i, j - 1])
        for i in range(nx - 1):
            for j in range(ny - 1):
                hz[i, j] = hz[i, j] - 0.7 * (ex[i, j + 1] - ex[i, j] + ey[i + 1, j] - ey[i, j])


class Kernel:
    def __init__(self, ex, ey, hz, source):
        self.ex, self.ey, self.hz, self.source = ex, ey, hz, source
        self.nx, self.ny = hz.shape

    def run(self):
        for value in self.source:
            for j in range(self.ny):
                self.ey[0][j] = value
            for i in range(1, self.nx):
                for j in range(self.ny):
                    self.ey[i][j] -= 0.5 * (self.hz[i][j] - self.hz[i - 1][j])
            for i in range(self.nx):
                for j in range(1, self.ny):
                    self.ex[i][j] -= 0.5 * (self.hz[i][j] - self.hz[i][j - 1])
            for i in range(self.nx - 1):
                for j in range(self.ny - 1):
                    curl = self.ex[i][j + 1] - self.ex[i][j] + self.ey[i + 1][j] - self.ey[i][j]
                    self.hz[i][j] -= 0.7 * curl
