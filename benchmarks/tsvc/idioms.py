# ruff: noqa: B905
"""Reductions, recurrences, packing, intrinsics."""

import math

import numpy as np

# ---- reductions


def total(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    return s


def total_over_elements(a):
    s = 0.0
    for x in a:
        s += x
    return s


def dot(a, b):
    s = 0.0
    for x, y in zip(a, b):
        s += x * y
    return s


def product(c):
    p = 1.0
    for i in range(min(len(c), 200)):
        p *= c[i]
    return p


def total_of_matrix(aa):
    s = 0.0
    for i in range(aa.shape[0]):
        for j in range(aa.shape[1]):
            s += aa[i][j]
    return s


def maximum(a):
    top = a[0]
    for i in range(1, len(a)):
        if a[i] > top:
            top = a[i]
    return top


def maximum_by_function(a):
    top = a[0]
    for x in a:
        top = max(top, x)
    return top


def index_of_maximum(a):
    top = a[0]
    where = 0
    for i, x in enumerate(a):
        if x > top:
            top = x
            where = i
    return where, top


def index_of_largest_magnitude(a):
    where = 0
    for i in range(1, len(a)):
        if abs(a[i]) > abs(a[where]):
            where = i
    return where


def index_of_maximum_of_matrix(aa):
    top = aa[0, 0]
    row = column = 0
    for i in range(aa.shape[0]):
        for j in range(aa.shape[1]):
            if aa[i, j] > top:
                top = aa[i, j]
                row = i
                column = j
    return top, row, column


def smallest_and_largest(a):
    low = high = a[0]
    for x in a:
        if x < low:
            low = x
        elif x > high:
            high = x
    return low, high


def conditional_total(a, b):
    s = 0.0
    for i in range(len(a)):
        if b[i] > 0.0:
            s += a[i]
    return s


def count(b, s):
    k = 0
    for x in b:
        if x > s:
            k += 1
    return k


def two_totals(a, b):
    s = t = 0.0
    for i in range(len(a)):
        s += a[i]
        t += b[i] * b[i]
    return s, t


def total_and_product(a, c):
    s = 0.0
    p = 1.0
    for i in range(min(len(a), 100)):
        s += a[i]
        p *= c[i]
    return s, p


def every_other_sign(a):
    s = 0.0
    sign = 1.0
    for x in a:
        s += sign * x
        sign = -sign
    return s


def integer_total(bins):
    s = 0
    for i in range(len(bins)):
        s += int(bins[i])
    return s


def any_and_all(flags):
    some = False
    every = True
    for flag in flags:
        some = some or bool(flag)
        every = every and bool(flag)
    return some, every


def row_sums(a, aa, m):
    for i in range(m):
        s = 0.0
        for j in range(m):
            s += aa[i, j]
        a[i] = s


# ---- recurrences


def first_order(a, b, c):
    for i in range(1, len(a)):
        a[i] = a[i - 1] * b[i] + c[i]


def second_order(a, b):
    for i in range(2, len(a)):
        a[i] = 0.5 * a[i - 1] - 0.25 * a[i - 2] + b[i]


def coupled(a, b, c):
    for i in range(1, len(a)):
        a[i] = a[i - 1] * 0.5 + b[i - 1]
        b[i] = b[i - 1] * 0.25 + c[i]


def running_maximum(a, b):
    top = b[0]
    for i in range(len(a)):
        top = max(top, b[i])
        a[i] = top


def exponential_average(a, b, s):
    level = 0.0
    for i in range(len(a)):
        level += s * (b[i] - level)
        a[i] = level
    return level


def horner(a, b):
    for i in range(len(a)):
        y = 0.0
        for power in range(8):
            y = y * b[i] + power
        a[i] = y


def tridiagonal(a, b, c, d, e, n):
    for i in range(1, n):
        w = a[i] / (c[i - 1] + 2.0)
        d[i] = d[i] - w * d[i - 1]
    e[n - 1] = d[n - 1]
    for i in range(n - 2, -1, -1):
        e[i] = (d[i] - b[i] * e[i + 1]) / (c[i] + 2.0)


def logistic_map(a, n):
    x = 0.3
    for i in range(n):
        x = 3.7 * x * (1.0 - x)
        a[i] = x


# ---- packing


def pack_positive(a, b):
    j = 0
    for i in range(len(a)):
        if b[i] > 0.0:
            a[j] = b[i]
            j += 1
    return j


def pack_indices(b, perm):
    j = 0
    for i, x in enumerate(b):
        if x > 0.5:
            perm[j] = i
            j += 1
    return j


def unpack(a, b):
    j = 0
    for i in range(len(a)):
        if b[i] > 0.0:
            a[i] = b[j]
            j += 1
    return j


def partition(a, b, s, n):
    low = 0
    high = n - 1
    for x in b:
        if x < s:
            a[low] = x
            low += 1
        else:
            a[high] = x
            high -= 1
    return low


# ---- intrinsics


def sines_and_cosines(a, b):
    for i in range(len(a)):
        a[i] = math.sin(b[i]) * math.cos(b[i])


def numpy_exponential(a, b):
    for i in range(len(a)):
        a[i] = np.exp(b[i])


def numpy_mixture(a, b, c):
    for i in range(len(a)):
        a[i] = np.sqrt(c[i]) + np.log(c[i]) * np.tanh(b[i])


def math_mixture(a, b, c):
    for i in range(len(a)):
        a[i] = math.exp(-c[i]) * math.atan2(b[i], c[i]) + math.log(c[i])


def magnitudes(a, b, c):
    for i in range(len(a)):
        a[i] = abs(b[i]) ** 2 + c[i] ** 0.5


def rounded(a, b):
    for i in range(len(a)):
        a[i] = int(b[i] * 100.0) + math.floor(b[i] * 10.0) + math.ceil(b[i])


def minimum_of_three(a, b, c, d):
    for i in range(len(a)):
        a[i] = min(b[i], c[i], d[i])


def clipped(a, b, s, t):
    for i in range(len(a)):
        a[i] = np.minimum(np.maximum(b[i], t), s)


def square_roots(a, c):
    for i in range(len(a)):
        a[i] = math.sqrt(c[i])


def integer_arithmetic(bins, perm):
    for i in range(len(bins)):
        bins[i] = (perm[i] * 7 + 3) % 11 - (perm[i] >> 1) % 5
