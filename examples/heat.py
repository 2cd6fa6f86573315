"""Heat equation on a plate, explicit Euler with two buffers; the edges keep their temperature.

usage: heat.py [points per side]
"""

import hashlib
import sys

import numpy as np


def step(u, out, r):
    n, m = u.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = u[i, j] + r * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j])


def largest_change(u, v):
    worst = 0.0
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            change = abs(u[i, j] - v[i, j])
            if change > worst:
                worst = change
    return worst


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    u = np.zeros((n, n))
    u[0, :] = 100.0
    u[:, 0] = np.linspace(100.0, 0.0, n)
    u[n // 3 : n // 2, n // 3 : n // 2] = 60.0
    v = u.copy()
    for t in range(200):
        step(u, v, 0.2)
        u, v = v, u
        if t % 50 == 49:
            print("step", t + 1, "largest change", repr(float(largest_change(u, v))))
    print("mean", repr(float(u.mean())))
    print("plate", hashlib.sha256(u.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
