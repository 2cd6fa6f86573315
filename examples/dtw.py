"""Dynamic time warping: distances between all pairs of a set of series, and the nearest neighbours.

usage: dtw.py [length of a series]
"""

import hashlib
import sys

import numpy as np


class Warping:
    """Banded DTW with one table that all comparisons use again."""

    def __init__(self, length, band):
        self.length = length
        self.band = band
        self.table = np.empty((length + 1, length + 1))

    def distance(self, a, b):
        n = self.length
        for i in range(n + 1):
            for j in range(n + 1):
                self.table[i][j] = np.inf
        self.table[0][0] = 0.0
        for i in range(1, n + 1):
            for j in range(max(1, i - self.band), min(n, i + self.band) + 1):
                cost = abs(a[i - 1] - b[j - 1])
                self.table[i][j] = cost + min(self.table[i - 1][j], self.table[i][j - 1], self.table[i - 1][j - 1])
        return self.table[n][n]


def nearest(distances):
    """For each series the one that is closest to it."""
    n = distances.shape[0]
    result = np.zeros(n, dtype=np.int64)
    for i in range(n):
        best = -1
        for j in range(n):
            if j == i:
                continue
            if best < 0 or distances[i, j] < distances[i, best]:
                best = j
        result[i] = best
    return result


def main():
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 170
    count = 20
    rng = np.random.default_rng(77)
    t = np.linspace(0.0, 6.0, length)
    series = [np.sin(t * rng.uniform(0.8, 1.2) + (k % 4)) + 0.1 * rng.normal(size=length) for k in range(count)]
    warping = Warping(length, length // 8)
    distances = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            distances[i, j] = distances[j, i] = warping.distance(series[i], series[j])
    neighbours = nearest(distances)
    right = sum(1 for k in range(count) if neighbours[k] % 4 == k % 4)
    print("series", count, "of", length, "classified right", right)
    print("largest distance", repr(float(distances.max())))
    print("distances", hashlib.sha256(distances.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
