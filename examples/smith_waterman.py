"""Smith-Waterman local alignment of two DNA sequences, with linear gap costs and a traceback.

usage: smith_waterman.py [bases]
"""

import hashlib
import sys

import numpy as np

MATCH = 3
MISMATCH = -2
GAP = -4


def score(a, b, h):
    best = 0
    best_i = best_j = 0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            diagonal = int(h[i - 1, j - 1]) + (MATCH if a[i - 1] == b[j - 1] else MISMATCH)
            cell = max(0, diagonal, int(h[i - 1, j]) + GAP, int(h[i, j - 1]) + GAP)
            h[i, j] = cell
            if cell > best:
                best = cell
                best_i = i
                best_j = j
    return best, best_i, best_j


def traceback(a, b, h, i, j):
    """Length of the alignment that ends at (i, j), and how many of its bases agree."""
    length = same = 0
    while h[i, j] > 0:
        agree = a[i - 1] == b[j - 1]
        if h[i, j] == h[i - 1, j - 1] + (MATCH if agree else MISMATCH):
            i -= 1
            j -= 1
            if agree:
                same += 1
        elif h[i, j] == h[i - 1, j] + GAP:
            i -= 1
        else:
            j -= 1
        length += 1
    return length, same


def mutate(rng, a):
    """A copy with substitutions and a few deletions."""
    b = a.copy()
    changed = rng.random(len(b)) < 0.1
    b[changed] = rng.integers(0, 4, changed.sum())
    return b[rng.random(len(b)) > 0.03].copy()


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    rng = np.random.default_rng(31)
    a = rng.integers(0, 4, n).astype(np.uint8)
    b = mutate(rng, a)
    h = np.zeros((len(a) + 1, len(b) + 1), dtype=np.int32)
    best, i, j = score(a, b, h)
    length, same = traceback(a, b, h, i, j)
    print("bases", len(a), len(b))
    print("best score", best, "ending at", i, j)
    print("aligned", length, "identical", same)
    print("scores", hashlib.sha256(h.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
