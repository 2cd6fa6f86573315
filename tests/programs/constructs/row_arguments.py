# alpyna: accelerate
"""Rows of arrays as arguments of functions."""

import math

import numpy as np


def squared(a, b):
    total = 0.0
    for k in range(len(a)):
        d = a[k] - b[k]
        total += d * d
    return total


def distance(a, b):
    return math.sqrt(squared(a, b))


def first_plus_last(row):
    return row[0] + row[-1]


def extent(part):
    return part.shape[0] * 100 + part.shape[-1] * 10 + part.ndim + part.size


def trace(block):
    total = 0.0
    for k in range(block.shape[0]):
        row = block[k]
        total += first_plus_last(row)
    return total


def scale(row, factor):
    for k in range(row.shape[0]):
        row[k] *= factor


def bump(row, k):
    row[k] += 1.0
    return row[k]


def unlooked(row, x):
    return x


def axpy(y, x, a):
    for k in range(len(y)):
        y[k] += a * x[k]


def whole(points, i, j):
    return distance(points[i], points[j])


class Cloud:
    def __init__(self, points):
        self.points = points

    def near(self, p, q):
        return distance(p, q) < 2.0

    def pairs(self):
        found = 0
        for i in range(len(self.points)):
            for j in range(i):
                if self.near(self.points[i], q=self.points[j]):
                    found += 1
        return found


def distances(m, out):
    for i in range(len(m)):
        for j in range(len(m)):
            out[i, j] = distance(m[i], m[j])


def kept_in_variables(m, out):
    for i in range(len(m)):
        row = m[i]
        for j in range(len(m)):
            other = m[j - 1]
            out[i, j] = distance(row, other) + first_plus_last(m[0])


def over_rows(m, out):
    for i, row in enumerate(m):
        out[i] = first_plus_last(row) + squared(row, m[-1])


def blocks(t, out):
    for i in range(len(t)):
        out[i] = trace(t[i]) + extent(t[i]) + first_plus_last(t[i, -1]) + extent(t[i][0])


def storing(m):
    for i in range(len(m)):
        scale(m[i], 0.5)
        axpy(m[i], m[i - 1], 0.25)
        m[i, 0] += bump(m[-i - 1], 1) + m[i, 1]


def through_a_function(m, out):
    for i in range(len(m)):
        for j in range(len(m)):
            out[i, j] = whole(m, i, j)


def indirect(m, where, out):
    for i in range(len(where)):
        out[i] = distance(m[where[i]], m[where[i - 1]])


def nearest(m, centres, label):
    for i in range(m.shape[0]):
        best = 1e30
        for c in range(centres.shape[0]):
            d = distance(m[i], centres[c])
            if d < best:
                best, label[i] = d, c


def an_element(v, m, out):
    for i in range(len(v)):
        out[i] = unlooked(v[i], 1.0) + unlooked(m[i], v[i])


def out_of_range(m, out):
    for i in range(len(out)):  # expect: flagged
        out[i] = unlooked(m[i], 1.0)


def a_slice(m, out):
    for i in range(len(out)):  # expect: expression
        out[i] = first_plus_last(m[i, 1:])


def either_row(m, out):
    for i in range(len(out)):  # expect: dimensions array-variable
        out[i] = first_plus_last(m[i] if i > 2 else m[0])


rng = np.random.default_rng(1)
m, cube = rng.normal(size=(7, 3)), rng.normal(size=(4, 3, 2))
del rng
out = np.zeros((7, 7))
distances(m, out)
distances(np.asfortranarray(m.astype(np.float32)), out2 := np.zeros((7, 7), np.float32))
distances(m[::-2, ::-1], out3 := np.zeros((4, 4)))
kept_in_variables(m, out4 := np.zeros((7, 7)))
over_rows(m, out5 := np.zeros(7))
blocks(cube, out6 := np.zeros(4))
stored = m.copy()
storing(stored)
overlapping = np.lib.stride_tricks.as_strided(np.arange(30.0), (7, 5), (16, 8))
storing(overlapping)
through_a_function(m, out7 := np.zeros((7, 7)))
indirect(m, np.array([3, -1, 0, -7, 6]), out8 := np.zeros(5))
nearest(m, m[2:5] * 1.01, label := np.zeros(7, int))
an_element(m[:, 0], m, out9 := np.zeros(7))
near = Cloud(m).pairs()
error = None
out10 = np.zeros(9)
try:
    out_of_range(m, out10)
except IndexError as raised:
    error = str(raised)
a_slice(m, out11 := np.zeros(5))
either_row(m, out12 := np.zeros(5))
