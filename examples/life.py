"""Conway's Game of Life on a torus of uint8 cells.

usage: life.py [cells per side]
"""

import hashlib
import sys

import numpy as np


class Life:
    def __init__(self, n, seed=7):
        rng = np.random.default_rng(seed)
        self.n = n
        self.cells = (rng.random((n, n)) < 0.3).astype(np.uint8)
        self.next = np.zeros_like(self.cells)

    def evolve(self):
        n = self.n
        for i in range(n):
            below = (i + 1) % n
            for j in range(n):
                right = (j + 1) % n
                alive = (
                    self.cells[i - 1, j - 1]
                    + self.cells[i - 1, j]
                    + self.cells[i - 1, right]
                    + self.cells[i, j - 1]
                    + self.cells[i, right]
                    + self.cells[below, j - 1]
                    + self.cells[below, j]
                    + self.cells[below, right]
                )
                if alive == 3 or (alive == 2 and self.cells[i, j] == 1):
                    self.next[i, j] = 1
                else:
                    self.next[i, j] = 0
        self.cells, self.next = self.next, self.cells

    def population(self):
        count = 0
        for i in range(self.n):
            for j in range(self.n):
                if self.cells[i][j]:
                    count += 1
        return count


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 128
    life = Life(n)
    print("generation 0 population", life.population())
    for generation in range(1, 101):
        life.evolve()
        if generation % 25 == 0:
            print("generation", generation, "population", life.population())
    print("cells", hashlib.sha256(life.cells.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
