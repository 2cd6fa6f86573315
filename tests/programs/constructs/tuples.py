# alpyna: accelerate
"""Functions that return several values."""

import math

import numpy as np


def polar(x, y):
    return math.hypot(x, y), math.atan2(y, x)


def quadratic(a, b, c):
    """The number of real roots, and the roots."""
    d = b * b - 4.0 * a * c
    if d < 0.0:
        return 0, 0.0, 0.0
    root = math.sqrt(d)
    return (1 if d == 0.0 else 2), (-b - root) / (2.0 * a), (-b + root) / (2.0 * a)


def extended_gcd(a, b):
    x, y, u, v = 1, 0, 0, 1
    while b:
        q = a // b
        a, b = b, a - q * b
        x, u = u, x - q * u
        y, v = v, y - q * v
    return a, x, y


def least(values, n):
    place, smallest = 0, values[0]
    for k in range(1, n):
        if values[k] < smallest:
            place, smallest = k, values[k]
    return place, smallest


class Spring:
    def __init__(self, stiffness, damping):
        self.stiffness = stiffness
        self.damping = damping

    def step(self, x, v, dt):
        v -= (self.stiffness * x + self.damping * v) * dt
        return x + v * dt, v

    def swing(self, path):
        x, v = 1.0, 0.0
        for i in range(len(path)):
            x, v = self.step(x, v, 0.01)
            path[i] = x
        return x, v


def fill(xs, ys, r, phi, roots):
    total = 0
    for i in range(len(xs)):
        r[i], phi[i] = polar(xs[i], ys[i])
        count, roots[i, 0], roots[i, 1] = quadratic(xs[i], ys[i], -1.0)
        total += count
    return total


def inverses(modulus, out):
    found = 0
    for k in range(1, modulus):
        divisor, x, _ = extended_gcd(k, modulus)
        if divisor == 1:
            out[k] = x % modulus
            found += 1
    return found, divisor, x


def minima(table, where, what):
    for n in range(1, len(table) + 1):
        where[n - 1], what[n - 1] = least(table, n)


def a_tuple_that_is_kept(xs):
    pair = None
    for i in range(len(xs)):  # expect: call
        pair = polar(xs[i], 1.0)
    return pair


xs, ys = np.linspace(0.5, 3.0, 20), np.linspace(-2.0, 2.0, 20)
r, phi, roots = np.zeros(20), np.zeros(20), np.zeros((20, 2))
inverse, where, what, path = np.zeros(97, np.int64), np.zeros(20, np.int32), np.zeros(20), np.zeros(50)
result = [fill(xs, ys, r, phi, roots), inverses(97, inverse), minima(xs * ys, where, what), Spring(2.0, 0.1).swing(path),
          a_tuple_that_is_kept(xs)]
