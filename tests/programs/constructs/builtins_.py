# alpyna: accelerate
"""abs min max int float bool round len pow, on Python and NumPy numbers."""
import numpy as np


def numbers(a, k, out):
    for i in range(len(a)):
        t = abs(a[i]) + min(i, k) - max(i, k, 3)
        t += int(a[i]) + float(i) + round(a[i])
        out[i] = t + len(out)
    return t, out


def truth(a, out):
    count = 0
    for i in range(len(a)):
        out[i] = bool(a[i])
        count += bool(i)
        if a[i]:
            count += 100
    return count, out


def powers(a, out):
    for i in range(len(a)):
        out[i] = pow(a[i], 2) + pow(2.0, i) + pow(i, 2)
    return out


def extremes(a):
    low = high = a[0]
    for x in a:
        low = min(low, x)
        high = max(high, x)
    return low, high


def halves(a, out):
    for i in range(len(a)):
        out[i] = round(a[i])
    return out


a = np.array([0.5, -1.5, 2.5, 0.0, 7.25])
r = [numbers(a, 2, np.zeros(5)), truth(a, np.zeros(5, bool)), powers(a, np.zeros(5)), extremes(a),
     extremes(a.astype(np.float32)), halves(a, np.zeros(5, int)), numbers(np.arange(5), 2, np.zeros(5))]
