"""Molecular dynamics of a Lennard-Jones fluid in a periodic box, with a cut-off radius.

usage: lennard_jones.py [steps]
"""

import hashlib
import sys

import numpy as np


class Fluid:
    def __init__(self, cells, density=0.8, cutoff=2.5, seed=17):
        self.n = cells**3
        self.box = (self.n / density) ** (1.0 / 3.0)
        self.cutoff2 = cutoff * cutoff
        self.dt = 0.002
        axis = (np.arange(cells) + 0.5) * (self.box / cells)
        self.x = np.array([(a, b, c) for a in axis for b in axis for c in axis])
        self.v = np.random.default_rng(seed).normal(size=(self.n, 3))
        self.v -= self.v.mean(axis=0)
        self.f = np.zeros((self.n, 3))
        self.potential = self.forces()

    def forces(self):
        """Fill self.f, return the potential energy."""
        x = self.x
        f = self.f
        box = self.box
        half = 0.5 * box
        energy = 0.0
        for i in range(self.n):
            f[i, 0] = f[i, 1] = f[i, 2] = 0.0
        for i in range(self.n - 1):
            for j in range(i + 1, self.n):
                dx = x[i, 0] - x[j, 0]
                dy = x[i, 1] - x[j, 1]
                dz = x[i, 2] - x[j, 2]
                if dx > half:
                    dx -= box
                elif dx < -half:
                    dx += box
                if dy > half:
                    dy -= box
                elif dy < -half:
                    dy += box
                if dz > half:
                    dz -= box
                elif dz < -half:
                    dz += box
                r2 = dx * dx + dy * dy + dz * dz
                if r2 > self.cutoff2:
                    continue
                s2 = 1.0 / r2
                s6 = s2 * s2 * s2
                energy += 4.0 * s6 * (s6 - 1.0)
                push = 48.0 * s2 * s6 * (s6 - 0.5)
                f[i, 0] += push * dx
                f[i, 1] += push * dy
                f[i, 2] += push * dz
                f[j, 0] -= push * dx
                f[j, 1] -= push * dy
                f[j, 2] -= push * dz
        return energy

    def step(self):
        x, v, f, dt, box = self.x, self.v, self.f, self.dt, self.box
        for i in range(self.n):
            for k in range(3):
                v[i, k] += 0.5 * dt * f[i, k]
                x[i, k] += dt * v[i, k]
                if x[i, k] >= box:
                    x[i, k] -= box
                elif x[i, k] < 0.0:
                    x[i, k] += box
        self.potential = self.forces()
        for i in range(self.n):
            for k in range(3):
                v[i, k] += 0.5 * dt * f[i, k]

    def kinetic(self):
        total = 0.0
        for i in range(self.n):
            total += 0.5 * (self.v[i, 0] ** 2 + self.v[i, 1] ** 2 + self.v[i, 2] ** 2)
        return total


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    fluid = Fluid(6)
    print("particles", fluid.n, "box", repr(fluid.box))
    for step in range(steps):
        fluid.step()
        if step % 20 == 19:
            print("step", step + 1, "energy", repr(float(fluid.potential + fluid.kinetic())))
    print("positions", hashlib.sha256(fluid.x.tobytes()).hexdigest())
    print("forces", hashlib.sha256(fluid.f.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
