# alpyna: accelerate
"""Arrays that change their names within a nest: the buffers of a time loop."""

import numpy as np


def heat(old, new, steps):
    for _ in range(steps):
        for i in range(1, len(old) - 1):
            new[i] = old[i] + 0.25 * (old[i - 1] - 2.0 * old[i] + old[i + 1])
        old, new = new, old
    return old, new


def by_a_third_name(old, new, steps):
    for t in range(steps):
        for i in range(1, len(old) - 1):
            new[i] = (old[i - 1] + old[i + 1]) * 0.5
        spare = old
        old = new
        new = spare
    return locals()


def until_it_settles(u, v, limit):
    change, turns = 1.0, 0
    while change > limit:
        change = 0.0
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                v[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
                change = max(change, abs(v[i, j] - u[i, j]))
        u, v = v, u
        turns += 1
    return locals()


def two_fields(u, u2, v, v2, steps):
    for t in range(steps):
        for i in range(1, len(u) - 1):
            lap = u[i - 1] - 2.0 * u[i] + u[i + 1]
            u2[i] = u[i] + 0.1 * lap - 0.01 * v[i]
            v2[i] = v[i] + 0.05 * (u[i] - v[i])
        u, u2 = u2, u
        v, v2 = v2, v
    return locals()


def wave(before, now, after, steps):
    for t in range(steps):
        for i in range(1, len(now) - 1):
            after[i] = 2.0 * now[i] - before[i] + 0.3 * (now[i - 1] - 2.0 * now[i] + now[i + 1])
        before, now, after = now, after, before
    return locals()


def under_a_condition(good, trial, steps):
    best = 1e9
    for t in range(steps):
        cost = 0.0
        for i in range(len(good)):
            trial[i] = good[i] * 0.9 + (t * (i + 1)) % 7 - 3.0
            cost += trial[i] * trial[i]
        if cost < best:
            best = cost
            good, trial = trial, good
            if t % 5 == 4:
                break
    else:
        best -= good[0]
    return locals()


def even_and_odd(a, b, steps):
    for t in range(steps):
        if t % 2 == 0:
            src, dst = a, b
        else:
            src, dst = b, a
        for i in range(1, len(src)):
            dst[i] += src[i - 1] * 0.5
    return locals()


def relax(source, target):
    for i in range(1, len(source) - 1):
        target[i] = (source[i - 1] + source[i + 1]) * 0.5


def by_a_function(old, new, steps):
    for t in range(steps):
        relax(old, new)
        new, old = old, new
    return locals()


def of_two_types(x, y, steps):
    s = 0.0
    for t in range(steps):
        for i in range(1, len(x)):
            y[i] = x[i - 1] + 1
        s += y[2]
        x, y = y, x
    return locals()


class Field:
    def __init__(self, n):
        self.now, self.next = np.arange(n) * 1.5, np.ones(n)

    def run(self, steps):
        for t in range(steps):
            for i in range(1, len(self.now) - 1):
                self.next[i] = (self.now[i - 1] + self.now[i + 1]) * 0.5
            self.now, self.next = self.next, self.now


def over_rows(points, moved, steps):
    for t in range(steps):
        for k in range(len(points)):
            x, y = points[k]
            moved[k, 0] = x * 0.9 - y * 0.1
            moved[k, 1] = x * 0.1 + y * 0.9
        points, moved = moved, points
    return locals()


def rows_in_variables(points, moved, steps):
    for t in range(steps):  # expect: array-variable
        for k in range(len(points)):
            p = points[k]
            moved[k, 0] = p[0] - p[1]
        points, moved = moved, points
    return locals()


def in_too_many_ways(a, b, c, d, n):
    for i in range(n):  # expect: array-variable
        d[i] = a[i] + b[i] - c[i]
        if d[i] > 1.0:
            a, b = b, a
        elif d[i] > 0.0:
            b, c = c, b
        else:
            c, d = d, c
    return locals()


def no_longer_there(a, b, n):
    for i in range(n):  # expect: maybe-unbound
        if i > 0:
            a[i] = spare[i]  # noqa: F821
        spare = a
        a = b
        b = spare
    return locals()


def of_numbers_too(a, b, n):
    for i in range(n):  # expect: array-variable
        a[i] = b[i]
        a, b = b, a
        if i == n - 1:
            b = 0.5
    return a


E = np.linspace
results = {}
for name, steps in (("none", 0), ("one", 1), ("two", 2), ("odd", 7)):  # expect: expression
    results[name] = [
        heat(E(0, 1, 40) ** 2, E(0, 2, 40), steps), by_a_third_name(E(0, 3, 9), E(1, 2, 9), steps),
        two_fields(E(0, 1, 20), E(1, 0, 20), E(2, 1, 20), E(0, 1, 20), steps), wave(E(0, 1, 9), E(0, 1, 9) ** 2, E(1, 5, 9), steps),
        under_a_condition(E(-2, 2, 9), E(0, 1, 9), steps * 3), even_and_odd(E(0, 1, 9), E(2, 1, 9), steps),
        by_a_function(E(0, 1, 9), E(3, 1, 9), steps), of_two_types(E(0, 1, 9).astype(np.float32), E(1, 5, 9), steps),
        over_rows(E(0, 1, 8).reshape(4, 2), E(1, 4, 8).reshape(4, 2), steps),
    ]
grid, other = np.zeros((8, 9)), np.zeros((8, 9))
grid[0] = other[0] = 5.0
settled = until_it_settles(grid, other, 0.01)
field = Field(30)
field.run(5)
shared = E(0, 1, 12)
overlapping = heat(shared[:-1], shared[1:], 3)
rows_in_variables(E(0, 1, 8).reshape(4, 2), E(1, 4, 8).reshape(4, 2), 3)
in_too_many_ways(E(-2, 2, 9), E(0, 1, 9), E(1, 0, 9), E(2, -1, 9), 9)
no_longer_there(E(0, 1, 9), E(3, 1, 9), 4)
of_numbers_too(E(0, 1, 9), E(3, 1, 9), 4)
