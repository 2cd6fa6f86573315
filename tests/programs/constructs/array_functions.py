# alpyna: accelerate
"""NumPy's functions, called for a strip of iterations at once or once for a loop; strips are of 256 iterations."""
import math

import numpy as np

LENGTHS = (0, 1, 255, 256, 257, 700)


def plain(a, b):
    for i in range(len(a)):
        b[i] = np.exp(a[i])


def backwards(a, b):
    for i in range(len(a) - 1, -1, -3):
        b[i] = np.log(np.abs(a[i]) + 1.0) * i


def chained(a, b, scale):
    for i in range(len(a)):
        x = a[i] * scale
        y = np.sin(x) + np.cos(x)
        b[i] = np.exp(y) * np.arctan2(x, y)


def normal(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def price(spot, strike, rate):
    d = (np.log(spot / strike) + rate) / np.sqrt(rate)
    return spot * normal(d) - strike * np.exp(-rate) * normal(d - rate)


def called(a, b):
    for i in range(len(a)):
        b[i] = price(a[i] * a[i] + 1.0, 2.0 + i, 0.5)
        b[i] = b[i] + np.tanh(b[i])  # needs what the loop stores


def in_place(a):
    for i in range(len(a)):
        a[i] = np.exp(a[i])
    for i in range(1, len(a)):
        a[i] = np.tanh(a[i - 1]) + np.tanh(0.5)


def conditional(a, b, limit):
    total = 0.0
    for i in range(len(a)):
        if a[i] > limit:
            b[i] = np.expm1(a[i])
        else:
            b[i] = np.log1p(np.float64(limit) * limit)
        total += np.exp(limit) if i % 2 == 0 else b[i]
        if total > 1e300:
            break
    return total


def carried(a, b):
    x = 0.25
    last = np.float64(0.0)
    for i in range(len(a)):
        b[i] = np.sin(last) + np.cos(x)
        last = a[i] * 0.5
        x = np.sqrt(x + np.exp(last))
    return x, last


def rows(a, b):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] = np.exp(a[i, 0]) * np.exp(a[i, j]) * np.exp(a[0, 0])
            j = 5
    return j


def bisect(a, b, rate, years):
    steps = 0
    for i in range(len(a)):
        low, high = 0.0, 8.0
        while high - low > 1e-6:
            middle = 0.5 * (low + high)
            if np.log(middle + 1.0) * np.exp(-rate * years) < np.abs(a[i]) * math.exp(-rate):
                low = middle
            else:
                high = middle
            steps += 1
        b[i] = low
    return steps


def moving(n, x):
    """An argument that looks as if it did not change."""
    total = 0.0
    for i in range(n):
        y = x
        if i > 2:
            y = i * 0.5
        total += math.exp(-y) + np.exp(y)
        x = y + 0.25
    return total, x


def single(a, b):
    for i, x in enumerate(a):
        b[i] = np.exp(x) + np.maximum(x, b[i])


def search(a, limit):
    for i in range(len(a)):
        if np.exp(a[i]) > limit:
            return i
    return -1


def views(a):
    for i in range(len(a) // 2):
        a[i] = np.exp(a[i + len(a) // 2])
    whole, half = a, a[1:]
    for i in range(len(half)):
        whole[i] = np.exp(half[i] * 0.125)


r = []
with np.errstate(all="ignore"):
    for length in LENGTHS:  # expect: expression
        for dtype in (np.float64, np.float32):  # expect: expression
            a = np.linspace(-2.0, 2.5, length).astype(dtype)
            b = np.zeros(length, dtype)
            for f in (plain, backwards, carried, single):  # expect: expression
                r.append((f(a, b), b.copy()))
            r.append((chained(a, b, dtype(1.5)), b.copy(), called(a, b), b.copy()))
            r.append((conditional(a, b, 0.5), b.copy()))
            r.append((search(a, 3.0), search(a, 1e9), views(a), a.copy(), in_place(a), a.copy()))
r.append(rows(np.linspace(-1, 1, 21).reshape(3, 7), np.zeros((3, 7))))
r.append((bisect(np.linspace(-1, 1, 9), np.zeros(9), 0.05, 1.5), moving(6, 0.5)))
