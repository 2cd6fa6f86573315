# alpyna: accelerate
"""Loops over elements: arrays, enumerate, zip, reversed."""
import numpy as np


def total(a):
    s = 0.0
    for x in a:
        s += x
    return s, x


def positions(a, b):
    best, where = a[0], 0
    for k, x in enumerate(a):
        if x > best:
            best, where = x, k
        b[k] = best
    return best, where


def dot(a, b):
    s = 0.0
    for x, y in zip(a, b):  # noqa: B905
        s += x * y
    return s


def numbered(a, b):
    s = 0
    for k, (x, y) in enumerate(zip(a, b), 3):  # noqa: B905
        s += k * (x - y)
    return s, k, x, y


def backwards(a):
    s = 0.0
    for i in reversed(range(1, len(a), 2)):
        a[i] += s
        s = a[i] - a[i - 1]
    return s, i


def rows(m):
    s = 0.0
    for i in range(m.shape[0]):
        for x in m[i]:
            s += x
    return s


def growing(a):
    """The array changes under the loop that runs over it."""
    k = 0
    for x in a:
        k += 1  # noqa: SIM113
        if k < len(a):
            a[k] = x + a[k]
    return a


def flat(m):
    s, n, x = 0.0, 0, None
    for x in m.flat:
        s = s * 0.5 + x
        n += 1
    return s, n, x


def of_several_ranks(m):
    s = 0.0
    for x in m.flat:  # expect: flagged
        s += x
    return s


def until(m, limit):
    for x in m.flat:
        if x > limit:
            break
    else:
        x = -1.0
    return x


def ahead(m):
    """What is stored is met when it is its turn."""
    for x in m.flat:
        m[1, 1] = x + 1.0
        m[0, 0] += 0.5
    return m


def of_rows(m):
    s = 0.0
    for i in range(len(m)):
        for x in m.flat:
            s += x * m[i, 0]
    return s


class Holder:
    """Its flat is no array's."""

    def __init__(self, values):
        self.flat = values


def of_another(h):
    s = 0.0
    for x in h.flat:
        s += x
    return s


def numbered_flat(m):
    s = 0.0
    for k, x in enumerate(m.flat):  # expect: attribute
        s += k * x
    return s


def rebound(m, other):
    s = 0.0
    for x in m.flat:  # expect: expression
        s += x
        m = other
    return s


c = np.arange(24.0).reshape(2, 3, 4)
flats = [flat(m) for m in (c, c.T, c[:, ::-1, 1:3], np.asfortranarray(c), c.astype(np.int16), c[:0])]
flats += [of_several_ranks(m) for m in (c[0], c[0, 0], c)]
flats += [until(c, 7.0), until(c, 99.0), ahead(c[1].copy()), of_rows(c[0]), of_another(Holder(c[0, 0])), numbered_flat(c[0]), rebound(c[0], c[1])]
a = np.array([0.5, -1.5, 3.25, 2.0, 3.25])
b = np.arange(4.0)
results = [total(a), positions(a, np.zeros(5)), dot(a, b), numbered(a, b), backwards(a.copy()),
           rows(np.arange(6.0).reshape(2, 3)), growing(a.copy())]
