"""durbin: the Yule-Walker equations of a Toeplitz matrix by Levinson and Durbin's recursion."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 12, "SMALL": 300, "MEDIUM": 1200}
DTYPES = FLOATS


def init(n, dtype):
    r = zeros(n, dtype)
    for i in range(n):
        r[i] = 0.5 ** (i + 1) + 0.01 / (i + 1)
    return r, zeros(n, dtype), zeros(n, dtype)


def kernel(r, y, z):
    y[0] = -r[0]
    alpha = -r[0]
    beta = 1.0
    for k in range(1, len(r)):
        beta = (1.0 - alpha * alpha) * beta
        total = 0.0
        for i in range(k):
            total += r[k - i - 1] * y[i]
        alpha = -(r[k] + total) / beta
        for i in range(k):
            z[i] = y[i] + alpha * y[k - i - 1]
        for i in range(k):
            y[i] = z[i]
        y[k] = alpha


class Kernel:
    def __init__(self, r, y, z):
        self.r, self.y, self.z = r, y, z
        self.n = len(r)

    def run(self):
        alpha = -self.r[0]
        self.y[0] = alpha
        beta = 1.0
        for k in range(1, self.n):
            beta *= 1.0 - alpha * alpha
            total = 0.0
            for i in range(k):
                total += self.r[k - i - 1] * self.y[i]
            alpha = -(self.r[k] + total) / beta
            for i in range(k):
                self.z[i] = self.y[i] + alpha * self.y[k - i - 1]
            for i in range(k):
                self.y[i] = self.z[i]
            self.y[k] = alpha
