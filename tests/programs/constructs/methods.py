# alpyna: accelerate
"""Methods on self.n and self.a[i][j]."""
import numpy as np


class Grid:
    scale = 0.5

    def __init__(self, n):
        self.n = n
        self.a = np.arange(float(n * n)).reshape(n, n)
        self.weights = np.ones(n)
        self.steps = 0

    def smooth(self, times):
        for _ in range(times):
            for i in range(1, self.n - 1):
                for j in range(1, self.n - 1):
                    self.a[i][j] = (self.a[i - 1][j] + self.a[i + 1][j]) * 0.5 + self.weights[j]
        self.steps += times
        return self

    def trace(self):
        s = 0.0
        for i in range(self.n):
            s += self.a[i, i]
        return s

    def scaled(self, x):
        return x * 0.5 + self.n

    def rescale(self):
        for i in range(self.n):
            self.weights[i] = self.scaled(self.weights[i])

    @staticmethod
    def halve(x):
        return x / 2

    def halved(self):
        for i in range(len(self.weights)):
            self.weights[i] = Grid.halve(self.weights[i])


class Slotted:
    __slots__ = ("data",)

    def __init__(self):
        self.data = np.zeros(4)

    def fill(self):
        for i in range(4):  # expect: attribute accelerated
            self.data[i] = i


grid = Grid(6).smooth(3)
before = grid.trace()
grid.rescale()
grid.halved()
slotted = Slotted()
slotted.fill()
results = before, grid.a, grid.weights, grid.steps, slotted.data
del grid, slotted
