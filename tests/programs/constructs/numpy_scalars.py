# alpyna: accelerate
"""NumPy's functions that do on numbers what operators, comparisons and conditions do."""
import numpy as np


def divisions(a, b, out):
    for i in range(len(a)):
        out[0, i] = np.mod(a[i], b[i])
        out[1, i] = np.remainder(a[i], 3)
        out[2, i] = np.floor_divide(a[i], b[i])
    return out, np.mod(a[0], b[0])


def clipped(a, b, out):
    for i in range(len(a)):
        t = np.clip(a[i], b[i], 3)
        u = np.clip(i, 2, 9)
        v = np.clip(i * 0.5, 1, 3.5)
        out[0, i] = np.clip(a[i], 0, b[i])
        out[1, i] = t + u + v
    return out, t, u, v


def truths(a, b):
    n = 0
    for i in range(len(a)):
        if np.logical_and(a[i] > 0, b[i]) or np.logical_not(a[i]):
            n += 1
        x = np.logical_xor(a[i], b[i])
        y = np.less_equal(a[i], b[i])
        z = np.logical_or(i, 0)
        n += np.greater(b[i], i) + 2 * np.not_equal(a[i], b[i]) + (np.equal(i, 3) and x)
    return n, x, y, z


def choices(a, b, out):
    n = 0
    for i in range(len(a)):
        out[i] = np.where(a[i] > b[i], a[i], b[i])
        out[i] += 2 * np.where(a[i], np.where(b[i] < 1, 1, i), -a[i])
        if np.where(i, 1, 0) > 0:
            n += np.where(a[i] > 1, 2, 3)
    return n, out


def bits(a, b, out):
    for i in range(len(a)):
        out[i] = np.bitwise_and(a[i], b[i]) | np.bitwise_or(a[i], 3) ^ np.bitwise_xor(b[i], i % 7) & np.invert(a[i])
        out[i] ^= np.left_shift(a[i], 2) | np.right_shift(b[i], 1)
        t = np.square(a[i])
        u = np.fmax(a[i], b[i])
        out[i] ^= np.minimum(t, u)
    return out, t, u


def kept(a):
    for i in range(len(a)):  # expect: call
        x = np.where(a[i] > 1, 1.0, 2.0)
    return x


def cast(a, out):
    for i in range(len(a)):  # expect: inexact
        out[i] = np.where(a[i] > 1, a[i], 2.0)
    return out


def methods(a, b, out):
    for i in range(len(a)):
        out[0, i] = a[i].clip(0, b[i]) + b[i].round(1)
        out[1, i] = (a[i] * 0.5).clip(-1.0, np.float32(2.5)) - (a[i] / 3).round()
    return out


def of_a_python_number(a):
    s = 0.0
    for i in range(len(a)):  # expect: type-error
        s += (i * 0.5).clip(0.0, 1.0)
    return s


def one_bound(a):
    s = 0.0
    for i in range(len(a)):  # expect: expression
        s += np.clip(a[i], None, 1.0)
    return s


def of_floats(a, b):
    some = np.isfinite(a) & np.isfinite(b) & (b != 0)
    first = divisions(a[some], b[some], np.zeros((3, some.sum()), a.dtype))
    return first, clipped(a, b, np.zeros((2, len(a)), a.dtype)), truths(a, b), choices(a, b, np.zeros(len(a), a.dtype))


def of_integers(a, b):
    first = divisions(a, b, np.zeros((3, 12), a.dtype)), bits(a, b, np.zeros(12, a.dtype)), truths(a, b)
    return first, clipped(a, b, np.zeros((2, 12), a.dtype)), choices(a, b, np.zeros(12, a.dtype)) if a.dtype != "u4" else 0


EDGES = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.5, 7.0, np.inf, -np.inf, np.nan])
x, y = np.repeat(EDGES, len(EDGES)), np.tile(EDGES, len(EDGES))
r1 = [of_floats(x.astype(kind), y.astype(kind)) for kind in ("f8", "f4")]
r2 = [of_integers(np.arange(1, 13).astype(kind), np.arange(12, 0, -1).astype(kind)) for kind in ("i8", "i2", "u4")]
r3 = kept(EDGES), cast(EDGES[:8], np.zeros(8, "i4")), one_bound(EDGES[:8])
r4 = [methods(x.astype(kind), y.astype(kind), np.zeros((2, len(x)))) for kind in ("f8", "f4")]
r5 = [methods(np.arange(1, 13).astype(kind), np.arange(12, 0, -1).astype(kind), np.zeros((2, 12))) for kind in ("i8", "i2")]
try:
    of_a_python_number(EDGES)
except AttributeError as error:
    r6 = str(error)
