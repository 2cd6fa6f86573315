"""Gravitational n-body problem: every pair of bodies, velocity Verlet steps.

usage: nbody.py [steps]
"""

import hashlib
import math
import sys

import numpy as np


class Cluster:
    """Bodies of random mass that start at rest inside a cube."""

    def __init__(self, n, seed=42):
        rng = np.random.default_rng(seed)
        self.n = n
        self.dt = 0.001
        self.softening = 0.05
        self.mass = rng.uniform(0.5, 1.5, n)
        self.pos = rng.uniform(-1.0, 1.0, (n, 3))
        self.vel = np.zeros((n, 3))
        self.acc = np.zeros((n, 3))

    def accelerations(self):
        for i in range(self.n):
            for k in range(3):
                self.acc[i, k] = 0.0
        for i in range(self.n - 1):
            for j in range(i + 1, self.n):
                dx = self.pos[j, 0] - self.pos[i, 0]
                dy = self.pos[j, 1] - self.pos[i, 1]
                dz = self.pos[j, 2] - self.pos[i, 2]
                r2 = dx * dx + dy * dy + dz * dz + self.softening
                inv = 1.0 / (r2 * math.sqrt(r2))
                fi = self.mass[j] * inv
                fj = self.mass[i] * inv
                self.acc[i, 0] += fi * dx
                self.acc[i, 1] += fi * dy
                self.acc[i, 2] += fi * dz
                self.acc[j, 0] -= fj * dx
                self.acc[j, 1] -= fj * dy
                self.acc[j, 2] -= fj * dz

    def step(self):
        for i in range(self.n):
            for k in range(3):
                self.vel[i, k] += 0.5 * self.dt * self.acc[i, k]
                self.pos[i, k] += self.dt * self.vel[i, k]
        self.accelerations()
        for i in range(self.n):
            for k in range(3):
                self.vel[i, k] += 0.5 * self.dt * self.acc[i, k]

    def energy(self):
        total = 0.0
        for i in range(self.n):
            v2 = 0.0
            for k in range(3):
                v2 += self.vel[i, k] ** 2
            total += 0.5 * self.mass[i] * v2
            for j in range(i):
                r2 = self.softening
                for k in range(3):
                    d = self.pos[i, k] - self.pos[j, k]
                    r2 += d * d
                total -= self.mass[i] * self.mass[j] / math.sqrt(r2)
        return total


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    cluster = Cluster(64)
    cluster.accelerations()
    before = cluster.energy()
    for _ in range(steps):
        cluster.step()
    print("bodies", cluster.n, "steps", steps)
    print("energy before", repr(float(before)))
    print("energy after ", repr(float(cluster.energy())))
    print("positions", hashlib.sha256(cluster.pos.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
