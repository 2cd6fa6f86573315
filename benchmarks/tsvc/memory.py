# ruff: noqa: B905
"""Indirect addressing, equivalencing (overlapping storage), non-unit strides, storage and basic vector loops."""

import numpy as np

# ---- indirect addressing


def gather(a, b, perm):
    for i in range(len(a)):
        a[i] = b[perm[i]]


def scatter(a, b, perm):
    for i in range(len(a)):
        a[perm[i]] = b[i]


def gather_and_scatter(a, b, perm):
    for i in range(len(a)):
        a[perm[i]] = b[perm[i]] * 0.5


def scatter_add(a, b, bins):
    for i in range(len(b)):
        a[bins[i]] += b[i]


def histogram(perm, bins):
    for i in range(len(perm)):
        perm[bins[i]] += 1


def gather_under_condition(a, b, perm, flags):
    for i in range(len(a)):
        if flags[perm[i]]:
            a[i] += b[perm[i]]


def two_levels(a, b, perm, bins):
    for i in range(len(a)):
        a[i] = b[perm[bins[i]]]


def over_indices(a, b, perm):
    for j in perm:
        a[j] = a[j] * 0.5 + b[j]


def linked_list(b, perm, n):
    total = 0.0
    at = 0
    for _ in range(n):
        total += b[at]
        at = perm[at]
    return total, at


def sparse_dot(b, c, bins):
    total = 0.0
    for i in range(len(bins)):
        total += c[i] * b[bins[i]]
    return total


# ---- equivalencing: arrays that share storage


def shifted_views(x, n):
    source = x[1 : n + 1]
    target = x[:n]
    for i in range(n):
        target[i] = source[i] + 1.0


def shifted_views_with_flow(x, n):
    source = x[:n]
    target = x[1 : n + 1]
    for i in range(n):
        target[i] = source[i] * 0.5


def interleaved_views(x, n):
    even = x[::2]
    odd = x[1::2]
    for i in range(n):
        even[i] = odd[i] + 0.5


def reversed_view(x, n):
    back = x[::-1]
    for i in range(n):
        x[i] = back[i] * 0.5 + 1.0


def transposed_view(aa, m):
    other = aa.T
    for i in range(m):
        for j in range(m):
            aa[i, j] = other[i, j] + 0.5


def same_array_twice(a):
    b = a
    for i in range(1, len(a)):
        a[i] = b[i - 1] + b[i]


def matrix_as_vector(aa, m):
    line = aa.reshape(-1)
    for i in range(m - 1):
        for j in range(m):
            aa[i, j] = line[(i + 1) * m + j] * 0.5


def rows_of_one_matrix(aa, m):
    first = aa[0]
    last = aa[m - 1]
    for j in range(m):
        first[j] = last[m - 1 - j] + aa[1, j]


# ---- non-unit strides


def stride_two(a, b):
    for i in range(0, len(a), 2):
        a[i] = b[i] * 0.5


def stride_five_backwards(a, b, n):
    for i in range(n - 1, -1, -5):
        a[i] = b[i] + a[i]


def column(aa, bb, m, k):
    for i in range(m):
        aa[i, k] = bb[i, k - 1]


def column_sums(a, aa, m):
    for j in range(m):
        s = 0.0
        for i in range(m):
            s += aa[i, j]
        a[j] = s


def strided_views(x, n):
    u = x[: 2 * n : 2]
    v = x[1 : 2 * n : 2]
    s = 0.0
    for p, q in zip(u, v):
        s += p * q
    return s


def fortran_order(bb, cc):
    target = np.zeros(bb.shape, dtype=bb.dtype, order="F")
    for i in range(bb.shape[0]):
        for j in range(bb.shape[1]):
            target[i, j] = bb[i, j] - cc[j, i]
    return target


def negative_indices(a, b, half):
    for i in range(1, half):
        a[-i] = b[i] + b[-i - 1]


# ---- basic vector loops, data types, storage


def copy(a, b):
    for i in range(len(a)):
        a[i] = b[i]


def fill(a, s):
    for i in range(a.size):
        a[i] = s


def scale_and_add(a, b, s):
    for i in range(len(a)):
        a[i] += s * b[i]


def triad(a, b, c, s):
    for i in range(len(a)):
        a[i] = b[i] + s * c[i]


def five_arrays(a, b, c, d, e):
    for i in range(len(a)):
        a[i] = b[i] + c[i] * d[i] + b[i] * e[i] + c[i] * e[i]


def divide(a, b, c):
    for i in range(len(a)):
        a[i] = b[i] / c[i]


def chained_targets(a, b, c):
    for i in range(len(a)):
        a[i] = b[i] = c[i] * 0.5


def whole_part(b, perm):
    for i in range(len(b)):
        perm[i] = int(b[i] * 1000.0) // 7


def single_precision(a, b):
    for i in range(len(a)):
        a[i] = np.float32(b[i]) * np.float32(0.1)


def integers_to_floats(a, perm, bins):
    for i in range(len(a)):
        a[i] = perm[i] / 3 + bins[i] * 0.5


def masks_and_shifts(perm, n):
    for i in range(n):
        perm[i] = (perm[i] << 3) ^ (perm[i] & 0x55) | (i >> 2)


def small_loops(a, aa, m):
    for i in range(m):
        for j in range(3):
            a[i] += aa[i, j]
