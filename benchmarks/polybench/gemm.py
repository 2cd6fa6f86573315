"""gemm: C = alpha A B + beta C."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 130}
DTYPES = ALL


def init(n, dtype):
    ni, nj, nk = n, n + 2, n + 3
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    return alpha, beta, filled((ni, nj), dtype, 1), filled((ni, nk), dtype, 2), filled((nk, nj), dtype, 3)


def kernel(alpha, beta, C, A, B):
    ni, nj = C.shape
    nk = A.shape[1]
    for i in range(ni):
        for j in range(nj):
            C[i, j] *= beta
        for k in range(nk):
            for j in range(nj):
                C[i, j] += alpha * A[i, k] * B[k, j]


class Kernel:
    def __init__(self, alpha, beta, C, A, B):
        self.alpha, self.beta = alpha, beta
        self.C, self.A, self.B = C, A, B
        self.ni, self.nj = C.shape
        self.nk = len(B)

    def run(self):
        for i in range(self.ni):
            for j in range(self.nj):
                self.C[i][j] *= self.beta
            for k in range(self.nk):
                for j in range(self.nj):
                    self.C[i][j] += self.alpha * self.A[i][k] * self.B[k][j]
