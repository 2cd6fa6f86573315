# alpyna: accelerate
"""`in` a range, zip with strict=True, divmod; options that are NumPy numbers; ways out of the program that are not taken."""
import os
import sys

import numpy as np


def members(a, first, x):
    t = 0
    for i in range(len(a)):
        if i not in range(5, 9):
            t += 1
        if i in range(first):
            t += 10
        if a[i] in range(20, 2, -3):
            t += 100
        if x in range(first, 30, 4):
            t += 1000
        if i not in (1, 4, first):
            t += 10000
    return t


def members_of_floats(a):
    t = 0
    for i in range(len(a)):  # expect: inexact
        t += a[i] in range(3)
    return t


def members_by_a_step(n, step):
    t = 0
    for i in range(n):  # expect: expression
        t += i in range(0, n, step)
    return t


def pairs(a, b):
    s = 0.0
    for x, y in zip(a, b, strict=True):
        s += x * y
    for i, (x, y) in enumerate(zip(a, range(len(b)), strict=True)):
        s += x * y - i
    for x, y in zip(a, b[1:] if s < 0 else b, strict=False):  # expect: loop-iterable
        s += x * y
    return s


def lengths_that_change(a, b, n):
    s = 0.0
    for x, y, k in zip(a, b, range(n), strict=True):
        n = 3
        s += x * y - k
        if s > 1e6:
            break
    return s, n


def strictly(a, b, strict):
    s = 0.0
    for x, y in zip(a, b, strict=strict):  # expect: loop-iterable
        s += x * y
    return s


def parts(a, b, k):
    s = 0
    for i in range(len(a)):
        q, r = divmod(a[i], b[i])
        a[i], b[i] = divmod(i * k, 7)
        k, q2 = divmod(k + 100, 3)
        s += q * 2 + r - q2
    return s, q, r, a, b, k, q2


def options(a, k, x, quiet):
    s = 0.0
    for i in range(len(a)):
        if k == 1:
            print("never", i)
        if x > 2.5 or not quiet:
            print("x is", x)
        s += a[i]
    return s


def warning_option(a, k):
    s = 0.0
    for i in range(len(a)):  # expect: type-error
        if k > 1e300:
            print("an overflow in the comparison")
        s += a[i]
    return s


def ways_out(d):
    s = 0.0
    for i in range(len(d)):
        if d[i] < 0:
            sys.exit(f"below zero: {i}")
        if d[i] > 90:
            exit(3)
        if d[i] > 80:
            os._exit(1)
        s += d[i]
    return s


def local_module(d):
    import sys

    for i in range(len(d)):
        if d[i] < 0:
            sys.exit()
        d[i] += 1
    return d


def own_exit(d):
    def exit(x):
        return x + 1

    s = 0.0
    for i in range(len(d)):
        if d[i] > 1:
            exit(d[i])
        s += d[i]
    return s


x = np.arange(1.0, 30.0)
r1 = [members(np.arange(30).astype(kind), first, 6) for kind, first in (("i8", 3), ("u8", np.int64(5)), ("i1", 5))]
r2 = members(np.arange(30), 4, True), members_of_floats(x), members_by_a_step(9, 2)
r3 = pairs(x, x[::-1]), lengths_that_change(x, x, 29), lengths_that_change(x[:0], x[:0], -3), strictly(x, x, True)
r4 = [parts(x.astype(kind), x[::-1].astype(kind), 5) for kind in ("f8", "f4", "i8", "u1")]
r5 = options(x, np.int64(0), np.float32(1), np.bool_(True)), options(x, 0, np.uint8(2), np.int8(1)), options(x, 0, np.float64("nan"), 1)
with np.errstate(over="ignore"):
    r6 = warning_option(x, np.float32(2)), ways_out(x), local_module(x.copy()), own_exit(x)
