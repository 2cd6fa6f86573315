# alpyna: accelerate
"""If, elif, else, conditional expressions, chained comparisons, and, or, not."""
import numpy as np


def classify(a, out):
    for i in range(len(a)):
        x = a[i]
        if x < -1.0:
            out[i] = -2
        elif x < 0.0 or x == 0.0:
            out[i] = -1
        elif not x < 2.0 and x != 3.0:
            out[i] = 2
        else:
            out[i] = 1
    return out


def clamp(a, low, high):
    for i in range(len(a)):
        a[i] = a[i] if low <= a[i] <= high else a[0]
    return a


def inside(x, y, mask):
    for i in range(len(x)):
        mask[i] = 0.0 <= x[i] < 1.0 and not (y[i] < 0.0 or y[i] >= 1.0)
    return mask


def guarded(a):
    """The second operand is not evaluated where the first decides."""
    count = 0
    for i in range(len(a)):
        if i + 1 < len(a) and a[i + 1] > a[i]:
            count += 1
        if i == 0 or a[i - 1] > 7 / i:
            count += 10
    return count


def pairs(m):
    """Tuples of numbers that are equal, or not."""
    count = 0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            for di in (-1, 0, 1):
                if (di, j) != (0, 1) and (i, j, di) != (1, 1, 1):
                    count += 1
            if (m[i, j], i) == (m[j, i], 2) or (i, m[i, j]) == (True, 3.0):
                count += 100
            if (i, j) != (j, i):
                count += m[i, j] > 0
    return count


def of_other_lengths(n):
    count = 0
    for i in range(n):  # expect: expression
        if (i, i) == (1, 1, 1):
            count += 1
    return count


def perhaps_the_same_nan(x, a):
    count = 0
    for i in range(len(a)):  # expect: inexact
        if (i, x) == (2, x):
            count += 1
    return count


m = np.array([[1.0, np.nan, 3.0], [2.0, 3.0, 4.0], [3.0, 4.0, -1.0]])
equal = [pairs(m), pairs(np.arange(9, dtype="i2").reshape(3, 3)), of_other_lengths(3), perhaps_the_same_nan(float("nan"), m[0])]
a = np.array([-3.0, -0.5, 0.0, 0.5, 2.0, 3.0, 5.0])
results = [classify(a, np.zeros(7, int)), clamp(a.copy(), -1.0, 2.5), inside(a, a[::-1], np.zeros(7, bool)), guarded(a)]
