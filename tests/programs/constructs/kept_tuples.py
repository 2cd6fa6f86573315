# alpyna: accelerate
"""Tuples that a loop makes and keeps: in variables and attributes, as indices, from one iteration to the next."""

from collections import namedtuple

import numpy as np

Point = namedtuple("Point", "x y")


def best_of(a):
    best = (-1, -np.inf)
    for i in range(len(a)):
        if a[i] > best[1]:
            best = (i, a[i])
    return best, [type(item) for item in best]


def of_rows(a, m):
    s = 0.0
    for i in range(len(a)):
        if a[i] > 0.5:
            found = (i, m[i], a[i] > 0.75)
            s += found[1][0] * found[0] + len(found)
            if found[-1]:
                found[1][1] = -1.0
    return locals()


def indices(m):
    for at in np.ndindex(m.shape[0], m.shape[1]):
        m[at] = m[at] * 2.0 + at[0]
        m[at] -= at[1] * 0.5
        if m[at] > 40.0:
            break
    return locals()


def chained(t, n):
    for i in range(n):  # expect: expression
        at = (i, n - 1 - i)
        t[at][1] += t[at][0]
    return t


def over_pairs(a, b):
    s = 0.0
    for pair in zip(a, b, strict=True):
        x, y = pair
        s += pair[0] * y - x
    for numbered in enumerate(a):
        s += numbered[0] * numbered[1]
    return locals()


def ordered(x, y):
    pair = (x, y) if x < y else (y, x)
    same = pair
    return same


def spread(x, y):
    return x * 10.0 + y


def made_anew(a, b):
    s, pair = 0.0, (1, 2)
    for i in range(len(a)):
        lo, hi = ordered(a[i], b[i])
        s += hi - lo
        pair = (pair[1], pair[0] + pair[1])
        both = pair if i % 2 else (i, i)
        s += spread(*both) - both[0]
    return locals()


def of_a_named_tuple(a, p):
    for i in range(len(a)):
        a[i] += p[0]
        if a[i] > 3.0:
            p = (p[1], a[i])
    return p, type(p)


class Search:
    def __init__(self):
        self.best = (0, 0.0)

    def run(self, a):
        for i in range(len(a)):
            if abs(a[i]) > self.best[1]:
                self.best = (i, abs(a[i]))


def returned(a):
    for i in range(len(a)):
        at = (i, a[i])
        if at[1] > 0.9:
            return at
    return None


def as_a_whole(a):
    for i in range(len(a)):  # expect: expression
        t = (i, a[i])
        a[i] = t < (3, 0.0)
    return t


def of_two_lengths(a):
    for i in range(len(a)):  # expect: expression
        t = (i, a[i])
        if a[i] > 0.5:
            t = (i, a[i], 1)
        a[i] = t[0]
    return t


def by_a_variable(a):
    for i in range(len(a)):  # expect: expression
        t = (i, i + 1)
        a[i] = t[i % 2]
    return t


def none_before(a):
    best = None
    for i in range(len(a)):  # expect: expression
        if best is None or a[i] > best[1]:
            best = (i, a[i])
    return best


def a_number_before(a):
    best = 0
    for i in range(len(a)):  # expect: value-type
        if i > 0:
            a[i] = best[0]
        best = (i, a[i])
    return best


rng = np.random.default_rng(5)
a, b, m, cube = rng.random(12), rng.random(12), rng.random((12, 3)), rng.random((4, 4, 2))
del rng
results = [
    best_of(a), best_of(a[:0]), best_of(a.astype(np.float32)), of_rows(a, m), of_rows(a * 0.1, m), indices(m * 9.0), over_pairs(a, b),
    chained(cube, 4), made_anew(a, b), of_a_named_tuple(a * 3.0, Point(1, 0.5)), of_a_named_tuple(a, Point(1, 0.5)),
    returned(a), returned(a * 0.5), as_a_whole(a.copy()), of_two_lengths(a.copy()), by_a_variable(a.copy()), none_before(a), a_number_before(a),
]
search = Search()
search.run(a - 0.5)
