"""nussinov: RNA secondary structure with the most base pairs, by dynamic programming."""

from benchmarks.polybench.common import ALL, zeros

SIZES = {"MINI": 14, "SMALL": 60, "MEDIUM": 180}
DTYPES = ALL


def init(n, dtype):
    sequence = zeros(n, dtype)
    for i in range(n):
        sequence[i] = (i + 1) % 4
    return sequence, zeros((n, n), dtype)


def match(b1, b2):
    return 1 if b1 + b2 == 3 else 0


def kernel(sequence, table):
    n = len(sequence)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < n:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < n:
                if i < j - 1:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1] + match(sequence[i], sequence[j]))
                else:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])


class Kernel:
    def __init__(self, sequence, table):
        self.sequence, self.table, self.n = sequence, table, len(sequence)

    def run(self):
        for i in reversed(range(self.n)):
            for j in range(i + 1, self.n):
                best = max(self.table[i][j], self.table[i][j - 1])
                if i + 1 < self.n:
                    best = max(best, self.table[i + 1][j])
                    inner = self.table[i + 1][j - 1]
                    if i < j - 1:
                        inner = inner + match(self.sequence[i], self.sequence[j])
                    best = max(best, inner)
                for k in range(i + 1, j):
                    split = self.table[i][k] + self.table[k + 1][j]
                    if split > best:
                        best = split
                self.table[i][j] = best
