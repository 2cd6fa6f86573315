# alpyna: accelerate
"""Headers that make an array, np.arange and np.ndindex: what the elements are, when it is made, what is left alone."""
import numpy as np
from numpy import arange, linspace


def floats(n, h):
    s = 0.0
    for t in np.linspace(0, 1, n):
        s += t * t
    for t in np.arange(0, 2, h):
        s += t
    for t in np.arange(0.5, 3.0):
        s -= t
    for t in linspace(0.0, h, num=n, endpoint=False, dtype=np.float32):
        s -= t
    return s, t


def integers(a, n):
    s = 0
    for i in np.arange(n):
        s += a[i] * i
    for i in np.arange(2, len(a)):
        for j in arange(i, 0, -2):
            s += a[i] * a[j]
    for k, i in enumerate(np.arange(n)):
        s += k - i
    for i in np.arange(n, dtype=np.int32):
        s += i
    return s, i, j, k


def changed(n):
    """The numbers begin where they did, whatever the loop makes of the variables in the header."""
    s = 0
    k = 9
    for i in range(n):
        for i in np.arange(i + 1, -1, -1):
            s = s * 3 + i
    for j in range(n):
        for i in np.arange(k - j, 20):
            s += i * j
            k += 1
        for i in reversed(np.arange(j, k)):
            k -= 1
            s -= i
    return s, i, k


def types_of(n):
    for i in np.arange(n):
        s = i * i
    return s, i


def other_types(n):
    s = 0
    for i in np.arange(n):  # expect: inexact
        s += i
    return s, i


def parts(a, m, k):
    s = 0.0
    for x in a[1:-1]:
        s += x
    for x in a[::-2]:
        s += x * 2
    for x in m[:, k]:
        s -= x
    for row in m[1:]:
        s += row[0] * row[k]
    for x in a * 2 - 1:
        s += x
    for x, y in zip(a[1:], a, strict=False):
        s += x * y
    for i, x in enumerate(m.T):
        s += x[0] * i
    for x in m.ravel():
        s += x
    for x in np.sort(-a):
        s = s * 0.5 + x
    for x in np.unique(a):
        s = s * 0.5 + x
    return s, row, x


def written_through(a, k):
    """A view of what the loop writes; what its name means later does not matter."""
    for i in range(3):
        for x in a[k:]:
            a[k + i + 1] += x
    for x in a[: k + 1]:
        k = x
    return a, k, x


def made_too_early(a, n):
    s = 0.0
    for i in range(n):  # expect: loop-iterable
        a[i] = 7.0
        for x in np.sort(a):
            s = s * 0.5 + x
    return s


def of_changing_values(a, n):
    s = 0.0
    for i in range(n):  # expect: loop-iterable
        for x in a[i:]:  # expect: accelerated
            s += x
    return s


def of_lists(values):
    s = 0.0
    for x in values[1:]:  # expect: loop-iterable
        s += x
    return s


def warned(a):
    s = 0.0
    for x in 1.0 / a:  # expect: loop-iterable
        s += x
    return s


def indices(m, t):
    s = 0.0
    for i, j in np.ndindex(m.shape):
        if m[i, j] < 0.1:
            continue
        s += m[i, j] * i
        m[i, j] = s
    for i, j in np.ndindex(*m.shape):
        s += m[i, j]
    for i, j in np.ndindex(m.shape[0], 2):
        s += m[i, j]
    for i, j in np.ndindex((2, 3)):
        s += i - j
    for i, j, k in np.ndindex(np.shape(t)):
        s += t[i, j, k]
    else:
        s += 1
    for (i,) in np.ndindex(4):
        s += i
    return s, i, j, k, m


def extents(n, m):
    c = 0
    i = j = -5
    for i, j in np.ndindex(n, m):
        c += i * j
        n = m = 1
    return c, i, j, n, m


def no_iteration(n, m):
    c = 0
    for i, j in np.ndindex(n, m):
        c += i * j + 1
    return c


def left_early(m, most):
    s = 0
    for i, j in np.ndindex(m.shape):
        for k in range(3):
            if k > i:
                break
        else:
            if s > most - 1:
                break
        s += m[i, j]
        if s > most:
            s = -s
            break
    else:
        s += 1000
    for (k,) in np.ndindex(5):
        if k > 2:
            break
    return s, i, j, k


def backwards(a, n):
    s = 0.0
    for i in reversed(np.arange(1, n, 2)):
        s = s * 0.5 + a[i]
    for x in reversed(a[2:]):
        s = s * 0.5 + x
    return s, i


def as_a_tuple(m):
    s = 0.0
    for index in np.ndindex(m.shape):
        s += m[index]
    return s


def of_no_dimensions(z):
    s = 0.0
    for () in np.ndindex(()):  # expect: loop-iterable
        s += z[0]
    for () in np.ndindex(z[:0].sum().shape):  # expect: loop-iterable
        s += z[1]
    for at in np.ndindex(()):  # expect: loop-iterable
        s += len(at) + z[2]
    return s


x = np.linspace(-1, 2, 12)
r1 = [floats(n, h) for n, h in ((50, 0.125), (7, np.float64(0.3)), (3, np.float32(0.25)))]
r2 = integers(x, 12), integers(np.arange(12), np.int64(7)), changed(5)
r3 = [types_of(n) for n in (5, np.int64(4))], [other_types(n) for n in (np.int32(4), np.uint8(3), True)]
r0 = of_no_dimensions(x)
r4 = parts(x, x.reshape(3, 4), 1), written_through(x.copy(), 2), made_too_early(x.copy(), 3), of_changing_values(x, 5)
r5 = of_lists(list(x)), indices(x.reshape(3, 4).copy(), np.arange(24.0).reshape(2, 3, 4))
r6 = [extents(*shape) for shape in ((3, 4), (np.int64(2), np.uint8(3)))], [no_iteration(*shape) for shape in ((0, 3), (3, 0))]
r7 = [left_early(np.arange(12.0).reshape(3, 4), most) for most in (3, 5, 22, 23, 99)], as_a_tuple(x.reshape(3, 4)), backwards(x, 10)
with np.errstate(all="ignore"):
    r8 = warned(np.array([1.0, 0.0, -2.0]))
