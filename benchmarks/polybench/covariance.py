"""covariance: the covariance matrix of the columns of a table."""

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 110}
DTYPES = FLOATS


def init(n, dtype):
    rows, columns = n + 4, n
    data = zeros((rows, columns), dtype)
    for i in range(rows):
        for j in range(columns):
            data[i, j] = (i * j) / columns
    return data, zeros((columns, columns), dtype), zeros(columns, dtype)


def kernel(data, cov, mean):
    n, m = data.shape
    for j in range(m):
        mean[j] = 0.0
        for i in range(n):
            mean[j] += data[i, j]
        mean[j] /= n
    for i in range(n):
        for j in range(m):
            data[i, j] -= mean[j]
    for i in range(m):
        for j in range(i, m):
            cov[i, j] = 0.0
            for k in range(n):
                cov[i, j] += data[k, i] * data[k, j]
            cov[i, j] /= n - 1.0
            cov[j, i] = cov[i, j]


class Kernel:
    def __init__(self, data, cov, mean):
        self.data, self.cov, self.mean = data, cov, mean
        self.n, self.m = data.shape

    def run(self):
        for j in range(self.m):
            self.mean[j] = 0.0
            for i in range(self.n):
                self.mean[j] += self.data[i][j]
            self.mean[j] /= self.n
        for i in range(self.n):
            for j in range(self.m):
                self.data[i][j] -= self.mean[j]
        for i in range(self.m):
            for j in range(i, self.m):
                self.cov[i][j] = 0.0
                for k in range(self.n):
                    self.cov[i][j] += self.data[k][i] * self.data[k][j]
                self.cov[i][j] /= self.n - 1.0
                self.cov[j][i] = self.cov[i][j]
