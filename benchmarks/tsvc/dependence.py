# ruff: noqa: SIM113
"""Linear dependence, induction variables, symbolics: can the subscripts meet?"""

# ---- linear dependence


def no_dependence(a, b):
    for i in range(len(a)):
        a[i] = b[i] + 1.0


def flow_at_distance_one(a, b):
    for i in range(1, len(a)):
        a[i] = a[i - 1] + b[i]


def anti_at_distance_one(a, b):
    for i in range(len(a) - 1):
        a[i] = a[i + 1] + b[i]


def even_from_odd(a, b):
    for i in range(1, len(a), 2):
        a[i] = a[i - 1] + b[i]


def flow_at_distance_k(a, b, k):
    for i in range(k, len(a)):
        a[i] = a[i - k] * b[i] + 0.5


def disjoint_halves(a, b, half):
    for i in range(half):
        a[i] = a[i + half] + b[i]


def reversed_copy(a, b, n):
    for i in range(n):
        a[i] = b[n - 1 - i]


def descending_flow(a, b):
    for i in range(len(a) - 2, -1, -1):
        a[i] = a[i + 1] + b[i]


def descending_anti(a, b):
    for i in range(len(a) - 1, 0, -1):
        a[i] = a[i - 1] * b[i]


def triangular_rows(aa, bb, m):
    for i in range(m):
        for j in range(i):
            aa[i, j] = aa[j, i] + bb[i, j]


def triangular_flow(aa, bb, m):
    for j in range(1, m):
        for i in range(j, m):
            aa[i, j] = aa[i, j - 1] + bb[i, j]


def one_cell(a, b):
    for i in range(len(a)):
        a[0] = a[0] * 0.5 + b[i]


def gcd_apart(a, b, half):
    for i in range(half - 1):
        a[2 * i] = a[2 * i + 1] + b[i]


def coupled_subscripts(aa, bb, m):
    for i in range(1, m):
        for j in range(m - 1):
            aa[i, j] = aa[i - 1, j + 1] + bb[i, j]


# ---- induction variables


def counter_by_one(a, b, c):
    j = -1
    for i in range(len(a)):
        j += 1
        a[j] = b[i] + c[i]


def counter_by_stride(a, b, x):
    j = 0
    for i in range(len(a)):
        a[i] = b[i] + x[j]
        j += 2


def counter_under_condition(a, b, c):
    j = 0
    for i in range(len(a)):
        if b[i] > 0.0:
            a[j] = b[i] * c[i]
            j += 1
    return j


def counter_in_both_branches(a, b, c, x):
    j = -1
    for i in range(len(a)):
        if b[i] > 0.0:
            j += 1
            x[j] = a[i] + c[i]
        else:
            j += 1
            x[j] = a[i] - c[i]
    return j


def two_counters(a, b, half):
    up = 0
    down = 2 * half - 1
    for i in range(half):
        a[up] = b[down] + i
        up += 1
        down -= 1


def multiplied_counter(a, b):
    power = 1
    while power < len(a):
        a[power] = b[power - 1] + power
        power *= 2
    return power


def counter_of_a_nest(flat, aa, m):
    k = 0
    for i in range(m):
        for j in range(m):
            flat[k] = aa[j, i]
            k += 1
    return k


def triangular_counter(flat, aa, m):
    k = -1
    for i in range(m):
        for j in range(i + 1):
            k += 1
            flat[k] += aa[i, j]
    return k


def value_of_the_index(a, b):
    for i in range(len(a)):
        a[i] = b[i] * i + i // 3


def floating_counter(a, s):
    position = 0.0
    for i in range(len(a)):
        position += s
        a[i] = position * position


def last_value_of_the_index(a, b):
    for i in range(len(a) - 1):
        a[i] = b[i + 1]
    a[i + 1] = b[0]
    return i


# ---- symbolics


def symbolic_offset(a, x, k):
    for i in range(len(a)):
        a[i] = x[i + k]


def symbolic_stride(a, b, stride):
    for i in range(0, len(a), stride):
        a[i] += b[i]


def symbolic_both_ways(x, n, k):
    for i in range(n):
        x[i + k] = x[i] * 0.5


def symbolic_product(x, half, stride):
    for i in range(half):
        x[stride * i] = x[stride * i + 1] + 1.0


def bounds_from_data(a, b, perm, half):
    for i in range(perm[0] % 7, half + perm[1] % 5):
        a[i] = b[i] + a[i]


def maximum_of_bounds(a, b, k, half):
    for i in range(max(k, 2), min(half, len(b) - 1)):
        a[i] = b[i + 1] - b[i - 2]


def reshaped_by_hand(flat, bb, m):
    for i in range(m):
        for j in range(m):
            flat[i * m + j] = flat[i * m + j] + bb[i, j]


def lower_bound_of_the_outer(aa, bb, m, k):
    for i in range(m - k):
        for j in range(i + k, m):
            aa[i, j] = bb[j, i] * 2.0
