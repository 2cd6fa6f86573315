# alpyna: accelerate
"""The pragma that leaves a loop or a function to the interpreter; unsupported statements."""
import numpy as np


def skipped(a):
    # alpyna: skip
    for i in range(len(a)):  # expect: skipped
        a[i] += 1
    return a


def printing(a):
    for i in range(2):  # expect: call expression statement
        print("row", i)
        for j in range(a.shape[1]):
            a[i, j] = i * j
    return a


def listing(a):
    found = []
    for x in a:  # expect: statement call expression attribute value-type
        if x > 1:
            found.append(x)
    return found


r = [skipped(np.zeros(3)), printing(np.zeros((2, 3))), listing(np.arange(4.0))]
