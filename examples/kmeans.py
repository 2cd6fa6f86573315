"""k-means clustering (Lloyd's algorithm) until no point changes its cluster.

usage: kmeans.py [points]
"""

import hashlib
import sys

import numpy as np


def assign(points, centres, labels):
    """Give each point the label of the nearest centre; return how many labels changed."""
    changed = 0
    for i in range(points.shape[0]):
        best = np.inf
        label = -1
        for c in range(centres.shape[0]):
            distance = 0.0
            for k in range(points.shape[1]):
                diff = points[i, k] - centres[c, k]
                distance += diff * diff
            if distance < best:
                best = distance
                label = c
        if labels[i] != label:
            labels[i] = label
            changed += 1
    return changed


def update(points, centres, labels, counts):
    """Move each centre to the mean of its points; an empty cluster stays where it is."""
    for c in range(len(counts)):
        counts[c] = 0
    for label in labels:
        counts[label] += 1
    for c in range(len(counts)):
        if counts[c] > 0:
            for k in range(centres.shape[1]):
                centres[c, k] = 0.0
    for i, label in enumerate(labels):
        for k in range(points.shape[1]):
            centres[label, k] += points[i, k] / counts[label]


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rng = np.random.default_rng(12)
    blobs = rng.uniform(-10.0, 10.0, (8, 3))
    points = blobs[rng.integers(0, 8, n)] + rng.normal(size=(n, 3))
    centres = points[:8].copy()
    labels = np.full(n, -1, dtype=np.int32)
    counts = np.zeros(8, dtype=np.int64)
    for iteration in range(1, 31):
        changed = assign(points, centres, labels)
        update(points, centres, labels, counts)
        if iteration <= 5:
            print("iteration", iteration, "changed", changed)
        if changed == 0:
            break
    print("points", n, "iterations", iteration)
    print("sizes", counts.tolist())
    print("centres", hashlib.sha256(centres.tobytes()).hexdigest())
    print("labels", hashlib.sha256(labels.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
