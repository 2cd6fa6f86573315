# alpyna: accelerate
"""Raise and assert in a nest: what was stored before stays, what comes after does not happen."""
import numpy as np


def validated(a, limit):
    for i in range(len(a)):
        assert a[i] < limit, f"too large at {i}"
        a[i] += 1
        if a[i] == 4:
            raise ValueError(i, a[i])
    return a


def attempt(function, *args):
    try:
        return function(*args)
    except (ValueError, AssertionError, ArithmeticError, IndexError) as error:
        return type(error).__name__, error.args, args


def divide(a, k):
    for i in range(len(a)):
        a[i] = a[i] + 1
        k = 10 // (5 - i)
    return k


def past(a):
    for i in range(len(a)):
        a[i + 1] = a[i]
    return a


def caught(a):
    done = 0
    try:
        for i in range(10):
            a[i] = 7
            done += 1
    except IndexError:
        done = -done
    return done, i


def too_large(a):
    """Python's compiler would fold these to numbers that no machine integer holds."""
    for i in range(len(a)):
        if i > 1:
            a[i] = 1 << 70
        else:
            a[i] = (9223372036854775807 + 1) % 10 - (-9223372036854775807 - 2) % 10 + (3037000500 * 3037000500) % 7
    return a


r = [attempt(validated, np.arange(3.0), 10), attempt(divide, np.zeros(4), 0)]
q = [attempt(validated, np.arange(8.0), 2), attempt(validated, np.arange(8.0), 20), attempt(divide, np.zeros(8), 0)]
p = [attempt(past, np.arange(4.0)), caught(np.zeros(6)), attempt(too_large, np.zeros(4, int))]
flags = True
