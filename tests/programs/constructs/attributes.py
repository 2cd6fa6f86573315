# alpyna: accelerate
"""Attributes that a loop assigns."""
import math

import numpy as np


class Statistics:
    def __init__(self):
        self.count = 0
        self.total = 0
        self.largest = None
        self.where = -1
        self.state = 12345
        self.z = 0j

    def add(self, a):
        for i in range(len(a)):
            self.count += 1
            self.total += a[i]
            if self.where < 0 or a[i] > self.largest_so_far:
                self.largest_so_far = a[i]
                self.where = i

    largest_so_far = 0.0

    def remember(self, a):
        for i in range(len(a)):
            if a[i] > 0.25:
                self.largest = a[i]
                self.where, self.count = i, self.count + 2
        return self.largest

    def draw(self, a):
        for i in range(len(a)):
            self.state = (self.state * 1103515245 + 12345) % 2147483648
            a[i] = self.state / 2147483648.0
            self.z = self.z * 0.5 + a[i]

    def find(self, a, least):
        for i in range(len(a)):
            self.where = i
            if a[i] > least:
                self.count = self.state = i * 2
                return i, self.where
        return None

    def settle(self, x):
        while abs(self.total - x) > 1e-9:
            self.total = 0.5 * (self.total + x)
            self.count -= 1

    def choose(self, rows, k):
        for i in range(len(rows)):
            self.row = rows[i]
            self.total += self.row[k]


class Particle:
    __slots__ = ("v", "x")

    def __init__(self, x, v):
        self.x, self.v = x, v


def collide(p, q, times):
    for _ in range(times):
        p.x += 0.01 * p.v
        q.x += 0.01 * q.v
        if p.x > q.x:
            p.v, q.v = q.v, p.v
    return p.x, p.v, q.x, q.v


class World:
    def __init__(self):
        self.inner = Statistics()
        self.t = 0.0

    def run(self, a):
        for i in range(len(a)):
            self.t += 0.125
            self.inner.total = self.t * math.sqrt(a[i])


a = np.linspace(0.0, 1.0, 50)
s = Statistics()
s.largest_so_far = 0.0
s.add(a)
remembered = s.remember(a), s.remember(a[:3]), s.count, s.where
s.draw(a)
found = s.find(a, 0.5), s.count, s.state, s.find(a, 2.0), s.where
s.total = 0.0
s.settle(3.0)
s.row = a
s.choose(np.arange(12.0).reshape(3, 4), 2)
p, q = Particle(0.0, 1.0), Particle(1.0, -0.5)
collided = collide(p, q, 300)
world = World()
world.run(a)
for k in range(9):
    world.t += k
    world.inner.count = k
results = vars(s), list(vars(s)), remembered, found, collided, world.t, vars(world.inner), a
types = [type(value).__name__ for value in vars(s).values()]
del s, p, q, world
