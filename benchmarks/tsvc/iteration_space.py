"""Index set splitting, peeling, diagonals, wavefronts, crossing thresholds, rerolling, unrolled loops."""

# ---- index set splitting


def split_at_the_middle(aa, bb, half, m):
    for i in range(m):
        for j in range(m):
            if i + j < half % m:
                aa[i, j] = bb[i, j]
            else:
                aa[i, j] = -bb[i, j]


def split_by_three(a, b, c, half):
    for i in range(len(a)):
        if i < half // 2:
            a[i] = b[i]
        elif i < half:
            a[i] = c[i]
        else:
            a[i] = b[i] * c[i]


def all_but_one(a, b, half):
    for i in range(len(a)):
        if i != half:
            a[i] = b[i] * 0.5


def borders_aside(aa, bb, m):
    for i in range(m):
        for j in range(m):
            if i == 0 or j == 0 or i == m - 1 or j == m - 1:
                aa[i, j] = 0.0
            else:
                aa[i, j] = (bb[i - 1, j] + bb[i + 1, j] + bb[i, j - 1] + bb[i, j + 1]) * 0.25


# ---- loop peeling


def first_cell_read(a, b):
    for i in range(len(a)):
        a[i] = a[0] + b[i]


def last_cell_written(a, b, n):
    for i in range(n):
        a[i] = b[i] + a[n - 1]


def wraps_to_the_last(a, b):
    for i in range(len(a)):
        a[i] = (b[i] + b[i - 1]) * 0.5


def wraps_by_a_scalar(a, b, n):
    left = n - 1
    for i in range(n):
        a[i] = (b[i] + b[left]) * 0.5
        left = i


def wraps_by_modulo(a, b, n):
    for i in range(n):
        a[i] = b[(i + 1) % n] - b[i]


def middle_cell_read(a, b, half):
    for i in range(len(a)):
        a[i] = a[half] * 0.5 + b[i]


def column_meets_row(aa, m, k):
    for i in range(m):
        aa[i, k] = aa[k, i] + 1.0


# ---- diagonals


def main_diagonal(aa, bb, cc, m):
    for i in range(m):
        aa[i, i] += bb[i, i] * cc[i, i]


def second_diagonal(aa, bb, m):
    for i in range(m - 1):
        aa[i, i + 1] = aa[i + 1, i] + bb[i, i]


def anti_diagonal(aa, bb, m):
    for i in range(m):
        aa[i, m - 1 - i] = bb[m - 1 - i, i] * 2.0


def identity(aa, m):
    for i in range(m):
        for j in range(m):
            aa[i, j] = 0.0
        aa[i, i] = 1.0


def trace(aa, m):
    total = 0.0
    for i in range(m):
        total += aa[i, i]
    return total


# ---- wavefronts


def wavefront(aa, m):
    for i in range(1, m):
        for j in range(1, m):
            aa[i, j] = (aa[i - 1, j] + aa[i, j - 1]) * 0.5


def wavefront_with_corner(aa, bb, m):
    for i in range(1, m):
        for j in range(1, m):
            aa[i, j] = max(aa[i - 1, j], aa[i, j - 1], aa[i - 1, j - 1]) * 0.9 + bb[i, j]


def wavefront_upwards(aa, m):
    for i in range(m - 2, -1, -1):
        for j in range(m - 1):
            aa[i, j] = (aa[i + 1, j] + aa[i, j + 1]) * 0.25 + aa[i, j]


def skewed(aa, bb, m):
    for d in range(1, 2 * m - 1):
        for i in range(max(1, d - m + 1), min(d, m)):
            aa[i, d - i] = aa[i - 1, d - i] * 0.5 + bb[i, d - i]


# ---- crossing thresholds


def meets_in_the_middle(a, b, n):
    for i in range(n):
        a[i] = a[n - 1 - i] + b[i]


def in_place_reversal(a, n):
    for i in range(n // 2):
        a[i], a[n - 1 - i] = a[n - 1 - i], a[i]


def threshold_at_half(x, n):
    for i in range(n):
        x[i] = x[n] * 0.5 + x[n - i]


def crossing_with_offset(a, b, n, k):
    for i in range(n - k):
        a[i] = a[n - k - i] - b[i] * 0.5


def transpose_in_place(aa, m):
    for i in range(m):
        for j in range(i + 1, m):
            aa[i, j], aa[j, i] = aa[j, i], aa[i, j]


# ---- rerolling: loops that were unrolled by hand


def dot_unrolled_by_five(a, b, n):
    total = 0.0
    for i in range(0, n - 4, 5):
        total += (
            a[i] * b[i] + a[i + 1] * b[i + 1] + a[i + 2] * b[i + 2] + a[i + 3] * b[i + 3] + a[i + 4] * b[i + 4]
        )
    return total


def axpy_unrolled_by_four(a, b, s, n):
    for i in range(0, n - 3, 4):
        a[i] += s * b[i]
        a[i + 1] += s * b[i + 1]
        a[i + 2] += s * b[i + 2]
        a[i + 3] += s * b[i + 3]


def gather_unrolled_by_two(a, b, perm, n):
    for i in range(0, n - 1, 2):
        a[i] = b[perm[i]]
        a[i + 1] = b[perm[i + 1]]


def complex_multiply_by_hand(x, b, n):
    for i in range(0, n - 1, 2):
        re = x[i] * b[i] - x[i + 1] * b[i + 1]
        im = x[i] * b[i + 1] + x[i + 1] * b[i]
        x[i] = re
        x[i + 1] = im
