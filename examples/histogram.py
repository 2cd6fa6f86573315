"""Histograms of a sample: counts in one and two dimensions, and moments in one pass.

usage: histogram.py [samples]
"""

import hashlib
import sys

import numpy as np


def histogram(data, lo, hi, counts):
    """Count the values in equal bins; what lies outside is returned as a number."""
    scale = len(counts) / (hi - lo)
    outside = 0
    for x in data:
        if lo <= x < hi:
            counts[int((x - lo) * scale)] += 1
        else:
            outside += 1
    return outside


def joint(xs, ys, lo, hi, counts):
    rows, columns = counts.shape
    for x, y in zip(xs, ys):
        if x < lo or x >= hi or y < lo or y >= hi:
            continue
        counts[int((x - lo) / (hi - lo) * rows), int((y - lo) / (hi - lo) * columns)] += 1


def moments(data):
    """Welford's recurrence."""
    mean = 0.0
    m2 = 0.0
    for i, x in enumerate(data):
        delta = x - mean
        mean += delta / (i + 1)
        m2 += delta * (x - mean)
    return mean, m2 / len(data)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_500_000
    rng = np.random.default_rng(23)
    xs = rng.normal(size=n)
    ys = 0.6 * xs + 0.8 * rng.normal(size=n)
    counts = np.zeros(64, dtype=np.int64)
    counts2 = np.zeros((32, 32), dtype=np.int64)
    outside = histogram(xs, -3.0, 3.0, counts)
    joint(xs, ys, -3.0, 3.0, counts2)
    mean, variance = moments(ys)
    print("samples", n, "outside", outside)
    print("fullest bin", int(counts.argmax()), "with", int(counts.max()))
    print("mean", repr(float(mean)), "variance", repr(float(variance)))
    print("counts", hashlib.sha256(counts.tobytes() + counts2.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
