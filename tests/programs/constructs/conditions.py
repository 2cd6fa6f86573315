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


a = np.array([-3.0, -0.5, 0.0, 0.5, 2.0, 3.0, 5.0])
results = [classify(a, np.zeros(7, int)), clamp(a.copy(), -1.0, 2.5), inside(a, a[::-1], np.zeros(7, bool)), guarded(a)]
