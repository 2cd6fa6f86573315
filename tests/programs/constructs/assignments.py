# alpyna: accelerate
"""Augmented, chained, tuple and swap assignment, to names and to elements."""
import numpy as np


def augmented(a):
    s = 1.0
    for i in range(len(a)):
        a[i] += 1.0
        a[i] *= s
        s -= 0.25
        a[i] -= s
        s /= 1.5
        a[i] /= 3.0
    return s, a


def integers(a):
    k = 1
    for i in range(len(a)):
        k += 3
        a[i] ^= k
        a[i] |= 8
        a[i] &= 0xFFFF
        a[i] <<= 1
        a[i] >>= 2
        a[i] //= 3
        a[i] %= 1000
        a[i] **= 2
    return k, a


def chained(a, b):
    for i in range(len(a)):
        x = y = a[i] = b[i] = i * 0.5
        x, y = y + 1.0, x
    return x, y, a, b


def fibonacci(n):
    p, q = 0, 1
    for _ in range(n):
        p, q = q, p + q
    return p, q


def reverse(a):
    for i in range(len(a) // 2):
        a[i], a[-1 - i] = a[-1 - i], a[i]
    return a


def bubble(a):
    for i in range(len(a)):
        for j in range(len(a) - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a


def order(a, idx):
    """The value is evaluated before the subscript, and an augmented one's subscript once."""
    k = 0
    for i in range(len(idx)):
        k = idx[i]
        a[k], k = k * 2, idx[0]
        a[idx[k]] += a[k]
    return a, k


r = [augmented(np.arange(5.0)), integers(np.arange(6)), chained(np.zeros(3), np.zeros(3)), fibonacci(60),
     reverse(np.arange(7)), bubble(np.array([5, 2, 9, 1, 7])), order(np.arange(5), np.array([3, 1, 0, 2]))]
