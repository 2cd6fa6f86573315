"""The two-dimensional Ising model by Metropolis' algorithm, int8 spins on a torus.

usage: ising.py [spins per side]
"""

import hashlib
import math
import sys

import numpy as np


class Ising:
    def __init__(self, n, temperature):
        self.n = n
        self.spins = np.ones((n, n), dtype=np.int8)
        self.seed = 12345
        # the chance to accept a flip that costs 2 * k, for k = 0 ... 4
        self.accept = np.array([math.exp(-2.0 * k / temperature) for k in range(5)])

    def sweep(self):
        """Visit every spin once; returns the number of flips."""
        n = self.n
        spins = self.spins
        accept = self.accept
        seed = self.seed
        flips = 0
        for i in range(n):
            down = i + 1 if i + 1 < n else 0
            for j in range(n):
                right = j + 1 if j + 1 < n else 0
                around = spins[i - 1, j] + spins[down, j] + spins[i, j - 1] + spins[i, right]
                cost = int(spins[i, j] * around)
                # Park and Miller's generator: every product fits 64 bits
                seed = seed * 48271 % 2147483647
                if cost <= 0 or seed / 2147483647.0 < accept[cost]:
                    spins[i, j] = -spins[i, j]
                    flips += 1
        self.seed = seed
        return flips

    def energy(self):
        total = 0
        for i in range(self.n):
            for j in range(self.n):
                total -= int(self.spins[i, j]) * (int(self.spins[i - 1, j]) + int(self.spins[i, j - 1]))
        return total

    def magnetisation(self):
        total = 0
        for i in range(self.n):
            for j in range(self.n):
                total += int(self.spins[i][j])
        return total / (self.n * self.n)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 140
    for temperature in (1.5, 2.2, 3.5):
        model = Ising(n, temperature)
        flips = 0
        for _ in range(50):
            flips += model.sweep()
        print("temperature", temperature, "flips", flips, "energy", model.energy())
        print("magnetisation", repr(model.magnetisation()), hashlib.sha256(model.spins.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
