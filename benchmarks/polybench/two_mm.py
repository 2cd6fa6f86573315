"""2mm: D = alpha A B C + beta D."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 30, "MEDIUM": 100}
DTYPES = ALL


def init(n, dtype):
    ni, nj, nk, nl = n, n + 1, n + 3, n + 2
    alpha, beta = (2, 3) if dtype == "int32" else (1.5, 1.2)
    tmp = filled((ni, nj), dtype, 0)
    return alpha, beta, tmp, filled((ni, nk), dtype, 1), filled((nk, nj), dtype, 2), filled((nj, nl), dtype, 3), filled(
        (ni, nl), dtype, 4
    )


def kernel(alpha, beta, tmp, A, B, C, D):
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            tmp[i, j] = 0
            for k in range(A.shape[1]):
                tmp[i, j] += alpha * A[i, k] * B[k, j]
    for i in range(D.shape[0]):
        for j in range(D.shape[1]):
            D[i, j] *= beta
            for k in range(tmp.shape[1]):
                D[i, j] += tmp[i, k] * C[k, j]


class Kernel:
    def __init__(self, alpha, beta, tmp, A, B, C, D):
        self.alpha, self.beta = alpha, beta
        self.tmp, self.A, self.B, self.C, self.D = tmp, A, B, C, D
        self.ni, self.nk = A.shape
        self.nj, self.nl = C.shape

    def run(self):
        for i in range(self.ni):
            for j in range(self.nj):
                self.tmp[i][j] = 0
                for k in range(self.nk):
                    self.tmp[i][j] += self.alpha * self.A[i][k] * self.B[k][j]
        for i in range(self.ni):
            for j in range(self.nl):
                self.D[i][j] *= self.beta
                for k in range(self.nj):
                    self.D[i][j] += self.tmp[i][k] * self.C[k][j]
