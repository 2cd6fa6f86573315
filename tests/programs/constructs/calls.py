# alpyna: accelerate
"""Calls of the user's own functions, to any depth."""
import math

import numpy as np


def square(x):
    return x * x


def norm(x, y, p=2):
    s = square(x) + square(y)
    if p == 2:
        return s ** 0.5
    return s


def put(target, i, value):
    target[i] = value


def prefix(a, n):
    s = 0.0
    for k in range(n):
        s += a[k]
    return s


def bump(a, i):
    a[i] += 1
    if a[i] > 2:
        return
    put(a, i - 1, 0.5)


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def distances(x, y, out):
    for i in range(len(x)):
        out[i] = norm(x[i], y[i])
        put(out, i, out[i] + norm(x[i], y[i], 1))
    return out


def sums(a, out):
    for i in range(len(a)):
        out[i] = prefix(a, i + 1)
        bump(a, i)
    return a, out


def longest(n):
    best = 0
    for k in range(1, n):
        steps = collatz(k)
        if steps > best:
            best = steps
    return best, steps


def local_function(a):
    def twice(x):
        return x + x

    for i in range(len(a)):
        a[i] = twice(twice(a[i]))
    return a


def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def integrate(function, low, high, n):
    step = (high - low) / n
    total = 0.0
    for i in range(n):
        total += function(low + (i + 0.5) * step)
    return total * step


def times(factor):
    return lambda x, shift=2.0: x * factor + shift


def recursive(a):
    for i in range(len(a)):  # expect: recursion
        a[i] = fact(i)
    return a


def same(x):
    return x


def second(x, y):
    return y


def halved_if_odd(x, odd):
    if odd:
        x = x / 2
    return x


def add(x, y):
    return x + y


def kinds_of_arguments(a, b, n):
    """What a function returns is of the type of the argument that it was given, on each path."""
    seen = []
    for limit in (1, 100):  # expect: expression
        for i in range(n):
            smallest = same(min(a[i], limit))
        seen.append((smallest, type(smallest)))
        for i in range(n):
            chosen = second(1.5, b[i] if a[i] < limit else 2.0)
        seen.append((chosen, type(chosen)))
        for i in range(n):
            nested = add(same(min(a[i], limit)), same(b[i] if a[i] < limit else 0.25))
        seen.append((nested, type(nested)))
        for i in range(n):
            half = halved_if_odd(i, i % 2 == limit)
        seen.append((half, type(half)))
    return seen


r = [distances(np.arange(4.0), np.ones(4), np.zeros(4)), sums(np.arange(5.0), np.zeros(5)), longest(60),
     local_function(np.arange(3.0)), recursive(np.zeros(5)), kinds_of_arguments(np.array([4, 8, 60]), np.array([0.5, 1.5, 2.5]), 3),
     integrate(lambda x: x * x, 0, 1, 20),
     integrate(lambda t: math.exp(-t) if t > 0.5 else t, 0, 1, 20),
     integrate(times(3), 0, 1, 20), integrate(times(2.5), 0, 1, 20), integrate(math.sin, 0, 1, 20)]
