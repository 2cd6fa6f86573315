# alpyna: accelerate
"""Tuples of numbers: variables, globals, closures, attributes, parameters, displays."""

from collections import namedtuple

import numpy as np

OFFS = ((-1, 0), (1, 0), (0, -1), (0, 1))
W = (0.25, 0.5, 0.25)
PAIRS = ((0, 0.5), (-1, 0.25), (2, 1.5))
MIXED = (3, 0.5, True, 2j, np.float32(0.1))
CUBE = (((1, 2), (3, 4)), ((5, 6), (7, 8)))
FLAGS = (True, False, True)
NAN = (float("nan"), 1.0)
Point = namedtuple("Point", "x y n")


class Config:
    def __init__(self, w):
        self.w = w
        self.corner = Point(0.5, -1.5, 4)

    def smooth(self, a, b):
        for i in range(1, len(a) - 1):
            b[i] = self.w[0] * a[i - 1] + self.w[1] * a[i] + self.w[-1] * a[i + 1]

    def weigh(self, a):
        s = 0.0
        for i in range(self.corner.n):
            for k in range(len(self.w)):
                s += self.w[k] * a[i] * self.corner.x - self.corner[1]
        return s


class Loud(tuple):
    def __getitem__(self, k):
        return 100.0


def neighbours(u, v):
    n, m = u.shape
    for i in range(n):
        for j in range(m):
            s = 0.0
            for di, dj in OFFS:
                if 0 <= i + di < n and 0 <= j + dj < m:
                    s += u[i + di, j + dj]
            v[i, j] = s


def by_shape(u):
    shape = u.shape
    s = 0.0
    for i in range(shape[0]):
        for j in range(shape[1]):
            s += u[i, j] * shape[-1]
    return s, i, j


def unpacked(u, dims, bounds):
    total = 0.0
    for i in range(dims[0]):
        n, m = dims
        low, high = bounds
        for j in range(m):
            x = u[i, j]
            total += low if x < low else high if x > high else x
    return total, n, m, low, high


def convolved(a, b):
    for i in range(1, len(a) - 1):
        s = 0.0
        for k in range(len(W)):
            s += W[k] * a[i + k - 1]
        b[i] = s


def of_items(a, b):
    last = None
    for i in range(2, len(a) - 3):
        s = 0.0
        for w in W:
            s += w * a[i]
        for k, w in enumerate(W):
            s -= w * a[i + k - 1]
        for shift, w in PAIRS:
            s += w * a[i + shift]
        for (di, dj), w, flag in zip(OFFS, W, FLAGS):  # noqa: B905
            if flag:
                s += w * (di - dj)
        for pair in PAIRS:
            s += a[pair[0] + i] * pair[1]
            last = pair
        b[i] = s
    return last, di, dj, w, flag, shift


def several_types(a):
    s = MIXED[0]
    for i in range(len(a)):
        if MIXED[2]:
            a[i] += MIXED[0] * MIXED[1] + MIXED[-1]
    t = 0
    for i in range(3):
        t = MIXED[1]
        c = MIXED[3]
    return s, t, c


def of_tuples_of_tuples(a):
    s = 0
    for i in range(len(a)):
        for block in CUBE:
            for x, y in block:
                s += x * y + len(block) + len(CUBE)
        s += CUBE[i % 2][1][-1] + CUBE[-1][0][i & 1]
    return s


def contained(k, out):
    good = (2, 3, 5, 7, 11)
    for i in range(len(k)):
        out[i] = (k[i] in good) + 2 * (i not in good) + 4 * (i in CUBE[1][0])


def contained_floats(a, out):
    for i in range(len(a)):
        out[i] = a[i] in NAN


def best_of(a, b):
    best, worst = a[0], a[0]
    for i in range(len(a)):
        best = max((best, a[i]))
        worst = min([worst, a[i], b[i]])
        b[i] = max((b[i],)) + max(*W) + min((*W, 0.125))
    return best, worst


def either(a, d, out):
    for i in range(len(a)):
        c, t = (1, 1.0) if i == d else (0, float(a[i]))
        x, out[i] = (c, t) if t > 0.5 else ((c + 1, t) if c else (c - 1, -t))
    return c, t, x


def measure(row, w):
    s = 0.0
    for k in range(len(w)):
        s += row[k] * w[k]
    return s


def spread(p, q, r):
    return p * 100.0 + q * 10.0 + r


def as_arguments(m, w, out):
    for i in range(len(m)):
        out[i] = measure(m[i], w) + spread(i, *PAIRS[1]) + spread(*W) + spread(*(1, 2), r=W[0])
        for pair in PAIRS:
            out[i] += spread(1.0, *pair)


def rows_of_tuples(out):
    for i in range(len(out)):
        out[i] = first(OFFS[i % 4]) + first(W)


def first(items):
    return items[0] + items[-1] * len(items)


def closed_over(weights):
    def inner(a):
        s = 0.0
        for i in range(len(a)):
            s += at(i) * a[i]
        return s

    def at(i):
        return weights[i % len(weights)]

    return inner


def summed(a, shape):
    s = 0
    for i in range(shape[0]):
        s += a[i % 3, shape[1] % 4]
    for k in range(2):
        s += shape[k]
    return s


def changing(a, sizes):
    """Other values of the same types."""
    s = 0
    for n in sizes:  # expect: expression
        s += summed(a, (n, n + 1))
    return s


def last_row():
    kept = None
    for k in range(3):
        kept = OFFS[k]
    return kept is OFFS[2]


def outside(a):
    for i in range(len(a)):  # expect: flagged
        a[i] = W[i]


def stored(a, w):
    for i in range(len(a)):  # expect: read-only
        w[0] = a[i]


def joined(a):
    for i in range(len(a)):  # expect: type-error
        a[i] = OFFS[0, 1]


def its_shape(a, w):
    for i in range(len(a)):  # expect: attribute
        a[i] = w.shape[0]


def live_index_of_several_types(a):
    for i in range(len(a)):  # expect: value-type
        a[i] = MIXED[i % 3].real


def own_items(a, w):
    for i in range(len(a)):  # expect: value-type
        a[i] = w[0]


def words(a, w):
    for i in range(len(a)):  # expect: value-type
        a[i] = w[1]


def uneven(a, w):
    for i in range(len(a)):  # expect: value-type
        a[i] = w[1][0]


def of_an_array(a):
    for i in range(len(a)):  # expect: value-type
        a[i] = spread(*a)


def in_an_array(a):
    for i in range(len(a)):  # expect: value-type
        a[i] = i in a


def attempt(function, *args):
    try:
        function(*args)
    except (TypeError, IndexError, AttributeError) as error:
        return type(error).__name__, str(error)


u = np.arange(42.0).reshape(6, 7) % 5
v = np.zeros_like(u)
a, b = np.sin(np.arange(30.0)), np.zeros(30)
neighbours(u, v)
shape_results = by_shape(u), by_shape(u[:3, :2])
unpacked_results = unpacked(u, (5, 6), (1, 2.5)), unpacked(u, (2, 3), (0.5, 3)), unpacked(u, (3, 3), (1, 3))
convolved(a, b)
items_result = of_items(a, b)
types_result = several_types(a.copy())
cube_result = of_tuples_of_tuples(a)
contained(np.arange(-2, 14), out := np.zeros(16, int))
contained_floats(np.array([1.0, np.nan, 2.0]), out2 := np.zeros(3, bool))
best_result = best_of(a.copy(), b.copy())
either_result = either(a, 7, out3 := np.zeros(30))
as_arguments(u[:, :3], W, out4 := np.zeros(6))
rows_of_tuples(out5 := np.zeros(6))
closed_result = closed_over((2, 3, 5))(a), closed_over((0.5, 1.5))(a)
changing_result = changing(u, (3, 2, 5, 4))
kept_result = last_row()
config_result = Config(W).weigh(a), Config((1, 2)).weigh(a)
Config((0.5, 0.25, 1)).smooth(a, b)
errors = [
    attempt(outside, np.zeros(5)), attempt(stored, a, W), attempt(joined, b), attempt(its_shape, b, W),
    attempt(live_index_of_several_types, np.zeros(5)), attempt(own_items, np.zeros(3), Loud((1.0, 2.0))),
    attempt(words, np.zeros(2), ("x", 2.0)), attempt(uneven, np.zeros(2), ((1, 2), (3,))), attempt(of_an_array, np.zeros(3)),
    attempt(in_an_array, np.zeros(3)),
]
