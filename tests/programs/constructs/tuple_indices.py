# alpyna: accelerate
"""Tuples from outside of a loop as indices, shapes that objects keep, np.ndindex of a whole shape."""
import numpy as np

AT, CORNERS = (1, 2), ((0, 0), (1, -1))


class Grid:
    def __init__(self, *shape):
        self.shape = shape
        self.values = np.arange(float(np.prod(shape))).reshape(shape)

    def total(self):
        s = 0.0
        for i in range(self.shape[0]):
            for j in range(self.shape[1]):
                s += self.values[i, j] * len(self.shape)
        return s

    def weighted(self):
        s = 0.0
        for at in np.ndindex(*self.shape):
            s += self.values[at] * at[0]
        for at in np.ndindex(self.shape):
            s += self.values[at] * at[-1]
        return s, at

    def unpacked(self, n):
        s = 0
        for k in range(n):
            h, w = self.shape
            s += h * w + k
        return s, h, w


class Shaped:
    """An array of its own, whose shape is that of another."""

    shape = (2, 2)


def of_an_object(grid, m):
    s = 0.0
    for i in range(grid.shape[0]):
        s += m[i, 0] * m.shape[1]
    return s


def kept(m, at):
    s = 0.0
    for i in range(len(m)):
        s += m[at] + m[AT] * i
        m[at] += 1.0
        m[i, 0] = m[at]
    return s, m


def one(a, at):
    for i in range(len(a)):
        a[at] -= a[i]
    return a


def step(m, at, x):
    m[at] += x
    return m[AT] * m[at]


def in_functions(m, at):
    s = 0.0
    for i in range(4):
        s += step(m, at, i)
    return s, m


def rows(t, at):
    s = 0.0
    for i in range(3):
        row = t[at]
        s += row[i] + len(row)
    return s


def whole_shape(m):
    s = 0.0
    for at in np.ndindex(m.shape):
        m[at] = s
        s += at[0] + at[-1]
    return s, at, m


def of_three(m):
    for at in np.ndindex(*m.shape):
        if at[1] == 2:
            break
        m[at] += at[0] * 100 + at[2]
    else:
        m[0, 0, 0] = 0.5
    return at, m


def shape_in_a_variable(m):
    shape = m.shape
    s = 0.0
    for i, j in np.ndindex(*shape):
        s += m[i, j]
    for i, j in np.ndindex(shape):
        s -= m[i, j] * 0.5
    for at in np.ndindex(shape):
        s += m[at] * at[1]
    return s


def of_another_rank(m):
    """The first call decides how many loops there are."""
    s = 0.0
    for at in np.ndindex(m.shape):  # expect: flagged
        s += m[at]
    return s


def not_numbers(m, at):
    s = 0.0
    for i in range(2):  # expect: index-type
        s += m[at]
    return s


def out_of_range(m, at):
    s = 0.0
    for i in range(2):  # expect: flagged
        s += m[at]
    return s


def too_few(m, at):
    s = 0.0
    for i in range(2):  # expect: dimensions
        s += m[at]
    return s


def beside_others(t, at):
    s = 0.0
    for i in range(2):  # expect: expression
        s += t[at, 0][0, 0, 0]
    return s


def of_a_tuple(n):
    s = 0.0
    for i in range(n):  # expect: type-error
        at = (0, i)
        s += CORNERS[at]
    return s


def of_a_tuple_too(n):
    s = 0.0
    for i in range(n):  # expect: type-error
        s += CORNERS[AT]
    return s


def raised(f, *values):
    try:
        return f(*values)
    except (TypeError, IndexError) as error:
        return type(error), str(error)


m, t = np.arange(12.0).reshape(3, 4), np.arange(24.0).reshape(2, 3, 4)
grid = Grid(3, 4)
results = [
    grid.total(), grid.weighted(), grid.unpacked(3), of_an_object(grid, m), of_an_object(Shaped(), m),
    kept(m.copy(), (0, 1)), kept(m.copy(), (np.int64(2), -1)), kept(m.astype(np.float32), (True + 0, 1)), one(m[0].copy(), (3,)),
    in_functions(m.copy(), (2, 1)), rows(t, (1, 2)), rows(m, (1,)), whole_shape(m.astype(np.int32)), shape_in_a_variable(m), of_three(t.copy()),
    of_three(t[:, :2].copy()),
    of_another_rank(m), of_another_rank(t), of_another_rank(m[0]),
]
results += [raised(not_numbers, m, at) for at in [(0, 1.0), (0, True), (0, np.True_)]]
results += [raised(out_of_range, m, at) for at in [(0, 4), (-4, 0)]]
results += [raised(too_few, m, (0,)), raised(too_few, m, (0, 0, 0)), raised(beside_others, t, (0, 1))]
results += [raised(of_a_tuple, 3), raised(of_a_tuple_too, 3)]
