"""floyd-warshall: the lengths of all shortest paths."""

from benchmarks.polybench.common import ALL, zeros

SIZES = {"MINI": 10, "SMALL": 40, "MEDIUM": 130}
DTYPES = ALL


def init(n, dtype):
    paths = zeros((n, n), dtype)
    for i in range(n):
        for j in range(n):
            paths[i, j] = i * j % 7 + 1 if (i + j) % 13 and (i + j) % 7 and (i + j) % 11 else 999
    return (paths,)


def kernel(paths):
    n = paths.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                paths[i, j] = min(paths[i, j], paths[i, k] + paths[k, j])


class Kernel:
    def __init__(self, paths):
        self.paths, self.n = paths, len(paths)

    def run(self):
        for k in range(self.n):
            for i in range(self.n):
                for j in range(self.n):
                    through = self.paths[i][k] + self.paths[k][j]
                    if through < self.paths[i][j]:
                        self.paths[i][j] = through
