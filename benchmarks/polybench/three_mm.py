"""3mm: G = (A B) (C D)."""

from benchmarks.polybench.common import ALL, filled

SIZES = {"MINI": 8, "SMALL": 28, "MEDIUM": 90}
DTYPES = ALL


def init(n, dtype):
    ni, nj, nk, nl, nm = n, n + 1, n + 2, n + 3, n + 4
    results = [filled(shape, dtype, 0) for shape in ((ni, nj), (nj, nl), (ni, nl))]
    shapes = (ni, nk), (nk, nj), (nj, nm), (nm, nl)
    return (*results, *(filled(shape, dtype, seed) for seed, shape in enumerate(shapes, 1)))


def kernel(E, F, G, A, B, C, D):
    ni, nk = A.shape
    nj, nm = C.shape
    nl = D.shape[1]
    for i in range(ni):
        for j in range(nj):
            E[i, j] = 0
            for k in range(nk):
                E[i, j] += A[i, k] * B[k, j]
    for i in range(nj):
        for j in range(nl):
            F[i, j] = 0
            for k in range(nm):
                F[i, j] += C[i, k] * D[k, j]
    for i in range(ni):
        for j in range(nl):
            G[i, j] = 0
            for k in range(nj):
                G[i, j] += E[i, k] * F[k, j]


class Kernel:
    def __init__(self, E, F, G, A, B, C, D):
        self.E, self.F, self.G, self.A, self.B, self.C, self.D = E, F, G, A, B, C, D
        self.ni, self.nk = A.shape
        self.nj, self.nm = C.shape
        self.nl = D.shape[1]

    def run(self):
        for i in range(self.ni):
            for j in range(self.nj):
                self.E[i][j] = 0
                for k in range(self.nk):
                    self.E[i][j] += self.A[i][k] * self.B[k][j]
        for i in range(self.nj):
            for j in range(self.nl):
                self.F[i][j] = 0
                for k in range(self.nm):
                    self.F[i][j] += self.C[i][k] * self.D[k][j]
        for i in range(self.ni):
            for j in range(self.nl):
                self.G[i][j] = 0
                for k in range(self.nj):
                    self.G[i][j] += self.E[i][k] * self.F[k][j]
