"""Control flow, exits, search loops, global data flow and calls."""

import math

# ---- control flow


def positive_part(a, b):
    for i in range(len(a)):
        if b[i] > 0.0:
            a[i] = b[i]


def guarded_division(a, b, c):
    for i in range(len(a)):
        if b[i] != 0.0:
            a[i] = c[i] / b[i]


def two_branches(a, b, c, d):
    for i in range(len(a)):
        if b[i] > 0.0:
            a[i] = b[i] * c[i]
        else:
            a[i] = b[i] * d[i]


def chain_of_branches(a, b):
    for i in range(len(a)):
        if b[i] < -0.5:
            a[i] = -1.0
        elif b[i] < 0.0:
            a[i] = -b[i]
        elif b[i] < 0.5:
            a[i] = b[i] + b[i]
        else:
            a[i] = 1.0


def nested_conditions(a, b, c):
    for i in range(len(a)):
        if a[i] > 0.0:
            if b[i] > 0.0:
                c[i] = a[i] * b[i]
            else:
                c[i] = a[i]
        elif b[i] > 0.25:
            c[i] = b[i]


def condition_on_the_index(a, b, c, half):
    for i in range(len(a)):
        if i < half:
            a[i] = b[i]
        else:
            a[i] = c[i]


def every_third(a, b):
    for i in range(len(a)):
        if i % 3 == 0:
            a[i] += b[i]


def continue_on_negative(a, b, c):
    for i in range(len(a)):
        if b[i] < 0.0:
            continue
        a[i] = c[i] * b[i]


def chained_comparison(a, b, c):
    for i in range(len(a)):
        if -0.25 < b[i] <= 0.5:
            a[i] = c[i]


def connectives(a, b, c, d):
    for i in range(len(a)):
        if (a[i] > 0.0 and b[i] > 0.0) or not c[i] > d[i]:
            a[i] = c[i] - d[i]


def conditional_expression(a, b, c):
    for i in range(len(a)):
        a[i] = b[i] if b[i] > c[i] - 1.0 else c[i]


def masked(a, b, flags):
    for i in range(len(a)):
        if flags[i]:
            a[i] = b[i] * 2.0


def mask_computed(b, c, flags):
    for i in range(len(b)):
        flags[i] = b[i] * b[i] < c[i] * 0.5


def scalar_set_by_condition(a, b, s, t):
    for i in range(len(a)):
        factor = s
        if b[i] > 0.0:
            factor = t
        a[i] = factor * b[i]


def bits_of_the_index(a, b):
    for i in range(len(a)):
        if i & 5 == 1 or (i >> 2) ^ 3 == 7:
            a[i] = b[i]


# ---- exits from the loop


def stop_at_the_first(a, b, c):
    for i in range(len(a)):
        if b[i] > 0.97:
            break
        a[i] = b[i] + c[i]


def stop_after_the_work(a, b, c):
    for i in range(len(a)):
        a[i] = b[i] + c[i]
        if a[i] > 2.4:
            break


def return_from_the_loop(a, c):
    for i in range(len(a)):
        a[i] = a[i] * c[i]
        if a[i] > 1.4:
            return i
    return -1


def return_from_two_loops(aa, bb, m):
    for i in range(m):
        for j in range(m):
            if aa[i, j] + bb[i, j] > 1.9:
                return i * m + j
            aa[i, j] = 0.0
    return -1


def while_with_bound(a, b):
    i = 0
    while i < len(a) and b[i] < 0.99:
        a[i] = b[i] * 0.5
        i += 1
    return i


def otherwise(a, b):
    for i in range(len(a)):
        if a[i] > 5.0:
            break
        b[i] = a[i]
    else:
        return 1
    return 0


def checked(a, c):
    for i in range(len(a)):
        assert c[i] > 0.0
        if c[i] > 100.0:
            raise ValueError("too large")
        a[i] = 1.0 / c[i]


def newton_until_close(a, c):
    for i in range(len(a)):
        root = 1.0
        while abs(root * root - c[i]) > 1e-4:
            root = 0.5 * (root + c[i] / root)
        a[i] = root


# ---- search loops


def first_larger(b, s):
    for i in range(len(b)):
        if b[i] > s:
            return i
    return -1


def last_smaller(b, t):
    found = -1
    for i in range(len(b)):
        if b[i] < t:
            found = i
    return found


def last_smaller_from_the_end(b, t):
    for i in reversed(range(len(b))):
        if b[i] < t:
            return i
    return -1


def first_in_matrix(aa, s):
    for i in range(aa.shape[0]):
        for j in range(aa.shape[1]):
            if aa[i, j] > s:
                return i, j
    return -1, -1


def binary_search(c, n, s):
    low = 0
    high = n
    while low < high:
        middle = (low + high) // 2
        if middle * s < n * 0.25:
            low = middle + 1
        else:
            high = middle
    return low, c[min(low, n - 1)]


# ---- global data flow


def forwarded_scalar(a, b, c, d):
    for i in range(len(a)):
        t = b[i] + c[i]
        a[i] = t * d[i]


def scalar_of_the_previous_iteration(a, b):
    previous = b[0]
    for i in range(len(a)):
        a[i] = (b[i] + previous) * 0.5
        previous = b[i]
    return previous


def two_iterations_back(a, b):
    x = b[-1]
    y = b[-2]
    for i in range(len(a)):
        a[i] = (b[i] + x + y) * 0.333
        y = x
        x = b[i]


def constant_propagated(a, b):
    k = 4
    for i in range(len(a) - 4):
        a[i] = b[i + k - 2] * k


def scalar_live_out(a, b):
    last = 0.0
    for i in range(len(a)):
        last = a[i] * b[i]
        a[i] = last + 1.0
    return last


def _scaled(value, factor):
    return value * factor + 0.25


def _rotate(c, s, x, y):
    return c * x - s * y


def _add_into(target, source, i):
    target[i] = target[i] + source[i]


def statement_function(a, b, s):
    for i in range(len(a)):
        a[i] = _scaled(b[i], s)


def function_of_four(a, b, c, s, t):
    for i in range(len(a)):
        c[i] = _rotate(s, t, a[i], b[i])


def procedure_on_an_array(a, b):
    for i in range(len(a)):
        _add_into(a, b, i)


def nested_function(a, b, s):
    def shifted(value):
        return math.fabs(value) + s

    for i in range(len(a)):
        a[i] = shifted(b[i])
