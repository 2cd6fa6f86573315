"""Statement reordering, distribution, interchange, node splitting, scalar and array expansion."""

# ---- statement reordering


def backward_made_forward(a, b, c, d):
    for i in range(1, len(a) - 1):
        a[i] = b[i - 1] + c[i] * d[i]
        b[i] = b[i + 1] - d[i] * 0.5


def store_then_neighbour(a, b, c):
    for i in range(len(a) - 1):
        b[i] = a[i + 1] * 0.5
        a[i] = c[i] + 0.25


def three_statements(a, b, c, d):
    for i in range(1, len(a)):
        a[i] = b[i] + 1.0
        c[i] = a[i - 1] * 0.5
        b[i] = d[i] - c[i]


# ---- loop distribution


def vector_and_recurrence(a, b, c, d):
    for i in range(1, len(a)):
        a[i] = b[i] * c[i]
        d[i] = d[i - 1] * 0.5 + a[i]


def recurrence_in_the_middle(a, b, c, d, e):
    for i in range(1, len(a)):
        a[i] = a[i] + b[i]
        b[i] = b[i - 1] * 0.25 + a[i]
        e[i] = c[i] * d[i]


def cycle_of_two(a, b, c, d):
    for i in range(1, len(a)):
        a[i] = b[i - 1] * 0.5 + c[i]
        b[i] = a[i - 1] * 0.5 - d[i]


def imperfect_nest(a, aa, bb, m):
    for i in range(m):
        a[i] = a[i] * 0.5
        for j in range(m):
            aa[i, j] = bb[i, j] + a[i]
        a[i] = a[i] + aa[i, m - 1]


def two_inner_loops(aa, bb, cc, m):
    for i in range(m):
        for j in range(1, m):
            aa[i, j] = aa[i, j - 1] + bb[i, j]
        for j in range(m):
            cc[i, j] = aa[i, j] * 0.5


# ---- interchange


def recurrence_on_the_outer(aa, bb, m):
    for i in range(1, m):
        for j in range(m):
            aa[i, j] = aa[i - 1, j] + bb[i, j]


def recurrence_on_the_inner(aa, bb, m):
    for j in range(m):
        for i in range(1, m):
            aa[i, j] = aa[i - 1, j] + bb[i, j]


def columns_first(aa, bb, cc):
    for j in range(aa.shape[1]):
        for i in range(aa.shape[0]):
            aa[i, j] += bb[i, j] * cc[i, j]


def interchange_forbidden(aa, m):
    for i in range(1, m):
        for j in range(m - 1):
            aa[i, j] = aa[i - 1, j + 1] * 0.5 + 0.1


def triangle_by_columns(aa, bb, m):
    for j in range(m):
        for i in range(j + 1, m):
            aa[i, j] = aa[i, j] * 0.5 + bb[j, i]


def product_inner(aa, bb, cc, m):
    for i in range(m):
        for j in range(m):
            total = 0.0
            for k in range(m):
                total += bb[i, k] * cc[k, j]
            aa[i, j] = total


def product_outer(aa, bb, cc, m):
    for k in range(m):
        for i in range(m):
            for j in range(m):
                aa[i, j] += bb[i, k] * cc[k, j]


def matrix_times_vector(a, b, aa, m):
    for i in range(m):
        for j in range(m):
            a[i] += aa[i, j] * b[j]


# ---- node splitting


def anti_and_flow(a, b, c):
    for i in range(1, len(a) - 1):
        a[i] = b[i] + c[i]
        b[i] = (a[i - 1] + a[i + 1]) * 0.5


def old_and_new(a, b, c, d):
    for i in range(len(a) - 1):
        a[i] = b[i] + c[i]
        d[i] = (a[i] + a[i + 1]) * 0.5


def two_reads_split(a, b, c, d):
    for i in range(1, len(a) - 2):
        b[i] = a[i + 2] + d[i]
        a[i + 1] = c[i] * b[i - 1]


def chain_of_neighbours(a, b, c):
    for i in range(2, len(a) - 2):
        a[i] = (b[i - 1] + b[i + 1]) * 0.25
        b[i] = (c[i - 2] + a[i]) * 0.25
        c[i] = (a[i + 1] + b[i - 2]) * 0.25


# ---- scalar and array expansion


def expanded_scalar(a, b, c):
    for i in range(len(a)):
        t = a[i]
        a[i] = b[i] * c[i]
        b[i] = t


def swap_by_tuple(a, b):
    for i in range(len(a)):
        a[i], b[i] = b[i], a[i]


def scalar_in_two_parts(a, b, c, d, half):
    for i in range(half):
        t = a[i] + b[i]
        c[i] = t + 0.5
        t = c[i] * d[i]
        a[i] = t


def scalar_under_condition(a, b, c):
    for i in range(len(a)):
        if b[i] > 0.0:
            t = b[i] * 2.0
        else:
            t = c[i] - 1.0
        a[i] = t * t


def scalar_carried_around(a, b, c):
    t = 0.0
    for i in range(len(a)):
        s = b[i] * c[i]
        a[i] = s + t
        t = s


def row_as_temporary(a, aa, bb, m):
    for i in range(m):
        for j in range(m):
            a[j] = bb[i, j] * 0.5
        for j in range(m):
            aa[i, j] = a[j] + a[m - 1 - j]


def accumulator_row(a, aa, m):
    for j in range(m):
        a[j] = 0.0
        for i in range(m):
            a[j] += aa[i, j]


def maximum_as_temporary(a, b, c):
    for i in range(len(a)):
        top = max(b[i], c[i])
        low = min(b[i], c[i])
        a[i] = top * top - low


def rotated_scalars(a, b):
    x, y, z = 0.1, 0.2, 0.3
    for i in range(len(a)):
        x, y, z = y, z, b[i]
        a[i] = x + 2.0 * y + z
    return x, y, z


def fibonacci_mod(n):
    p, q = 0, 1
    for _ in range(n):
        p, q = q, (p + q) % 1000003
    return p
