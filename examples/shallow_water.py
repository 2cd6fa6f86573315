"""Shallow water in a closed basin: a drop falls in, Lax-Friedrichs steps, walls reflect.

usage: shallow_water.py [points per side]
"""

import hashlib
import sys

import numpy as np

GRAVITY = 9.81


class Basin:
    def __init__(self, n):
        self.n = n
        self.dx = 1.0 / n
        y, x = np.mgrid[0:n, 0:n] * self.dx
        self.h = 1.0 + 0.4 * np.exp(-80.0 * ((x - 0.4) ** 2 + (y - 0.6) ** 2))
        self.hu = np.zeros((n, n))
        self.hv = np.zeros((n, n))
        self.h2, self.hu2, self.hv2 = self.h.copy(), self.hu.copy(), self.hv.copy()

    def walls(self):
        last = self.n - 1
        for k in range(self.n):
            self.h[k][0] = self.h[k][1]
            self.h[k][last] = self.h[k][last - 1]
            self.h[0][k] = self.h[1][k]
            self.h[last][k] = self.h[last - 1][k]
            self.hu[k][0] = -self.hu[k][1]
            self.hu[k][last] = -self.hu[k][last - 1]
            self.hv[0][k] = -self.hv[1][k]
            self.hv[last][k] = -self.hv[last - 1][k]
            self.hu[0][k] = self.hu[1][k]
            self.hu[last][k] = self.hu[last - 1][k]
            self.hv[k][0] = self.hv[k][1]
            self.hv[k][last] = self.hv[k][last - 1]

    def fastest(self):
        speed = 0.0
        for i in range(self.n):
            for j in range(self.n):
                u = abs(self.hu[i][j] / self.h[i][j])
                v = abs(self.hv[i][j] / self.h[i][j])
                speed = max(speed, max(u, v) + np.sqrt(GRAVITY * self.h[i][j]))
        return speed

    def step(self):
        dt = 0.4 * self.dx / self.fastest()
        r = 0.5 * dt / self.dx
        for i in range(1, self.n - 1):
            for j in range(1, self.n - 1):
                west, east = self.h[i][j - 1], self.h[i][j + 1]
                north, south = self.h[i - 1][j], self.h[i + 1][j]
                uw, ue = self.hu[i][j - 1], self.hu[i][j + 1]
                un, us = self.hu[i - 1][j], self.hu[i + 1][j]
                vw, ve = self.hv[i][j - 1], self.hv[i][j + 1]
                vn, vs = self.hv[i - 1][j], self.hv[i + 1][j]
                self.h2[i][j] = 0.25 * (west + east + north + south) - r * (ue - uw + vs - vn)
                self.hu2[i][j] = 0.25 * (uw + ue + un + us) - r * (
                    ue * ue / east
                    + 0.5 * GRAVITY * east * east
                    - uw * uw / west
                    - 0.5 * GRAVITY * west * west
                    + us * vs / south
                    - un * vn / north
                )
                self.hv2[i][j] = 0.25 * (vw + ve + vn + vs) - r * (
                    vs * vs / south
                    + 0.5 * GRAVITY * south * south
                    - vn * vn / north
                    - 0.5 * GRAVITY * north * north
                    + ue * ve / east
                    - uw * vw / west
                )
        self.h, self.h2 = self.h2, self.h
        self.hu, self.hu2 = self.hu2, self.hu
        self.hv, self.hv2 = self.hv2, self.hv
        self.walls()
        return dt


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    basin = Basin(n)
    time = 0.0
    for step in range(80):
        time += float(basin.step())
        if step % 20 == 19:
            print(
                "time", repr(time), "water", repr(float(basin.h[1:-1, 1:-1].sum())), "top", repr(float(basin.h.max()))
            )
    print("surface", hashlib.sha256(basin.h.tobytes()).hexdigest())
    print("momentum", hashlib.sha256(basin.hu.tobytes() + basin.hv.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
