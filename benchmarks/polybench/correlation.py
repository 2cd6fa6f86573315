"""correlation: the correlation matrix of the columns of a table."""

import numpy as np

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 8, "SMALL": 40, "MEDIUM": 110}
DTYPES = FLOATS


def init(n, dtype):
    rows, columns = n + 4, n
    data = zeros((rows, columns), dtype)
    for i in range(rows):
        for j in range(columns):
            data[i, j] = (i * j) / columns + i
    return data, zeros((columns, columns), dtype), zeros(columns, dtype), zeros(columns, dtype)


def kernel(data, corr, mean, stddev):
    n, m = data.shape
    eps = 0.1
    for j in range(m):
        mean[j] = 0.0
        for i in range(n):
            mean[j] += data[i, j]
        mean[j] /= n
    for j in range(m):
        stddev[j] = 0.0
        for i in range(n):
            stddev[j] += (data[i, j] - mean[j]) * (data[i, j] - mean[j])
        stddev[j] /= n
        stddev[j] = np.sqrt(stddev[j])
        stddev[j] = 1.0 if stddev[j] <= eps else stddev[j]
    root = np.sqrt(data.dtype.type(n))
    for i in range(n):
        for j in range(m):
            data[i, j] -= mean[j]
            data[i, j] /= root * stddev[j]
    for i in range(m - 1):
        corr[i, i] = 1.0
        for j in range(i + 1, m):
            corr[i, j] = 0.0
            for k in range(n):
                corr[i, j] += data[k, i] * data[k, j]
            corr[j, i] = corr[i, j]
    corr[m - 1, m - 1] = 1.0


class Kernel:
    def __init__(self, data, corr, mean, stddev):
        self.data, self.corr, self.mean, self.stddev = data, corr, mean, stddev
        self.n, self.m = data.shape
        self.eps = 0.1
        self.root = np.sqrt(data.dtype.type(self.n))

    def moments(self):
        for j in range(self.m):
            self.mean[j] = 0.0
            for i in range(self.n):
                self.mean[j] += self.data[i][j]
            self.mean[j] /= self.n
        for j in range(self.m):
            self.stddev[j] = 0.0
            for i in range(self.n):
                self.stddev[j] += (self.data[i][j] - self.mean[j]) * (self.data[i][j] - self.mean[j])
            self.stddev[j] /= self.n
            self.stddev[j] = np.sqrt(self.stddev[j])
            if self.stddev[j] <= self.eps:
                self.stddev[j] = 1.0

    def run(self):
        self.moments()
        for i in range(self.n):
            for j in range(self.m):
                self.data[i][j] -= self.mean[j]
                self.data[i][j] /= self.root * self.stddev[j]
        for i in range(self.m - 1):
            self.corr[i][i] = 1.0
            for j in range(i + 1, self.m):
                self.corr[i][j] = 0.0
                for k in range(self.n):
                    self.corr[i][j] += self.data[k][i] * self.data[k][j]
                self.corr[j][i] = self.corr[i][j]
        self.corr[self.m - 1][self.m - 1] = 1.0
