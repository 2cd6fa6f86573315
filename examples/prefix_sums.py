"""Prefix sums, as a script: serial, in place, by Blelloch's two sweeps, segmented, and a summed-area table.

usage: prefix_sums.py [log2 of the length]
"""

import hashlib
import sys

import numpy as np

bits = int(sys.argv[1]) if len(sys.argv) > 1 else 20
n = 1 << bits
data = np.random.default_rng(8).integers(-1000, 1000, n)
weights = np.random.default_rng(9).random(n)

# inclusive, with a running scalar
inclusive = np.empty_like(data)
running = 0
for i, value in enumerate(data):
    running += value
    inclusive[i] = running

# in place, in floating point
scan = weights.copy()
for i in range(1, n):
    scan[i] += scan[i - 1]

# exclusive, by up-sweep and down-sweep
tree = data.copy()
d = 1
while d < n:
    for i in range(2 * d - 1, n, 2 * d):
        tree[i] += tree[i - d]
    d *= 2
tree[n - 1] = 0
while d > 1:
    d //= 2
    for i in range(2 * d - 1, n, 2 * d):
        tree[i - d], tree[i] = tree[i], tree[i] + tree[i - d]

# segmented: the sum starts anew where the weight is small
segments = np.zeros(n, dtype=np.int64)
total = 0
for i in range(n):
    if weights[i] < 0.01:
        total = 0
    total += int(data[i])
    segments[i] = total

# summed-area table
side = 1 << (bits // 2)
area = np.zeros((side + 1, side + 1))
for y in range(side):
    for x in range(side):
        area[y + 1, x + 1] = weights[y * side + x] + area[y, x + 1] + area[y + 1, x] - area[y, x]

mismatches = 0
for i in range(n):
    if tree[i] + data[i] != inclusive[i]:
        mismatches += 1

print("length", n, "sweeps differ from serial at", mismatches)
print("total", int(inclusive[-1]), "weights", repr(float(scan[-1])), "area", repr(float(area[-1, -1])))
for name, array in (("inclusive", inclusive), ("scan", scan), ("segments", segments), ("area", area)):
    print(name, hashlib.sha256(array.tobytes()).hexdigest())
