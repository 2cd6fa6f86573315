# alpyna: accelerate
"""Break, continue, else, and return out of a nest."""
import numpy as np


def primes(n, sieve):
    for i in range(2, n):
        if not sieve[i]:
            continue
        for j in range(i * i, n, i):
            sieve[j] = False
    return sieve


def search(a, value):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == value:
                return i, j
    return None


def first_negative(a):
    for i in range(len(a)):
        if a[i] < 0:
            return a[i]
        a[i] = -a[i]


def all_small(a, limit):
    for x in a:
        if abs(x) > limit:
            ok = False
            break
    else:
        ok = True
    return ok


def no_pairs(a):
    found = -1
    for i in range(len(a)):
        for j in range(i):
            if a[i] == a[j]:
                found = i
                break
        else:
            continue
        break
    return found, i, j


m = np.arange(12).reshape(3, 4)
r1 = primes(50, np.ones(50, bool))
r2 = search(m, 6), search(m, 100), search(m, 0)
r3 = first_negative(np.array([1.0, 2.0, -3.0, 4.0])), first_negative(np.ones(3))
r4 = all_small(np.array([1.0, -5.0]), 3), all_small(np.array([1.0, -5.0]), 9)
r5 = no_pairs(np.array([1, 2, 3, 2, 1])), no_pairs(np.array([1, 2, 3]))
