"""doitgen: multiresolution analysis, A[r, q, :] = A[r, q, :] C4."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 6, "SMALL": 16, "MEDIUM": 32}
DTYPES = ALL


def init(n, dtype):
    nr, nq, np_ = n, n - 1, n + 2
    return filled((nr, nq, np_), dtype, 1), filled((np_, np_), dtype, 2), filled(np_, dtype, 0)


def kernel(A, C4, total):
    nr, nq, np_ = A.shape
    for r in range(nr):
        for q in range(nq):
            for p in range(np_):
                total[p] = 0
                for s in range(np_):
                    total[p] += A[r, q, s] * C4[s, p]
            for p in range(np_):
                A[r, q, p] = total[p]


class Kernel:
    def __init__(self, A, C4, total):
        self.A, self.C4, self.total = A, C4, total
        self.nr, self.nq, self.np = A.shape

    def run(self):
        for r in range(self.nr):
            for q in range(self.nq):
                for p in range(self.np):
                    self.total[p] = 0
                    for s in range(self.np):
                        self.total[p] += self.A[r][q][s] * self.C4[s][p]
                for p in range(self.np):
                    self.A[r][q][p] = self.total[p]
