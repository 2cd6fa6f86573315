"""bicg: s = A^T r and q = A p, the two products of BiCGStab."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 10, "SMALL": 150, "MEDIUM": 600}
DTYPES = ALL


def init(n, dtype):
    m = n + 3
    return filled((m, n), dtype, 1), filled(n, dtype, 0), filled(m, dtype, 0), filled(n, dtype, 2), filled(m, dtype, 3)


def kernel(A, s, q, p, r):
    for i in range(len(s)):
        s[i] = 0
    for i in range(A.shape[0]):
        q[i] = 0
        for j in range(A.shape[1]):
            s[j] = s[j] + r[i] * A[i, j]
            q[i] = q[i] + A[i, j] * p[j]


class Kernel:
    def __init__(self, A, s, q, p, r):
        self.A, self.s, self.q, self.p, self.r = A, s, q, p, r
        self.m, self.n = A.shape

    def run(self):
        for i in range(self.n):
            self.s[i] = 0
        for i in range(self.m):
            self.q[i] = 0
            for j in range(self.n):
                self.s[j] = self.s[j] + self.r[i] * self.A[i][j]
                self.q[i] = self.q[i] + self.A[i][j] * self.p[j]
