# alpyna: accelerate
"""Conditions that a loop cannot change: optional arrays, modes, messages that are not asked for."""
import numpy as np


def weighted(a, w=None):
    total = 0.0
    for i in range(len(a)):
        if w is not None:
            total += a[i] * w[i]
        else:
            total += a[i]
    return total


def short(a, w=None):
    total = 0.0
    for i in range(len(a)):
        total += a[i] if w is None else a[i] * w[i]
        if w is not None and w[i] > 3.0:
            total += 100.0
    return total


def smoothed(a, mode="both"):
    for i in range(1, len(a) - 1):
        if mode == "left":
            a[i] = a[i - 1]
        elif mode in ("right", "forward"):
            a[i] = a[i + 1]
        elif mode != "none":
            a[i] = 0.5 * (a[i - 1] + a[i + 1])
    return a


def told(a, debug=False, verbose=0):
    for i in range(len(a)):
        if debug:
            print("element", a[i])
        if verbose > 1 and not debug:
            print(f"{i}: {a[i]}")
        a[i] *= 2
    return a


def reported(a, level, log=None):
    for i in range(len(a)):
        if level == 1:
            print(i)
        if log:
            log.append(i)
        elif level and not log:
            print()
        a[i] += 1.0
    return a


class Solver:
    def __init__(self, a, callback=None, kind="jacobi"):
        self.a, self.callback, self.kind, self.log = a, callback, kind, []

    def run(self, n):
        for t in range(n):
            for i in range(1, len(self.a) - 1):
                if self.kind == "jacobi":
                    self.a[i] = (self.a[i - 1] + self.a[i + 1]) / 2
                else:
                    self.a[i] = self.a[i - 1] * 0.5
            if self.callback is not None:
                self.callback(t)
                self.log.append(t)
        return self.a


def unassigned(a, mode):
    k = 0
    while k < len(a):  # expect: accelerated flagged
        if mode != "fast":
            a[0], a[k] = a[k], a[0]
        else:
            t = a[k]
            a[k] = t * 2
        k += 1
    return k, t if mode == "fast" else None


def asked(a, debug):
    for i in range(len(a)):  # expect: expression
        if debug:
            print("element", a[i])
        a[i] *= 2
    return a


def unknown(a, mode):
    for i in range(len(a)):  # expect: value-type
        if mode == "double":
            a[i] *= 2
    return a


def missing(a, w):
    for i in range(len(a)):  # expect: value-type
        if w is None:
            a[i] = w[i]
    return a


def fresh():
    return np.arange(1.0, 7.0)


results = [weighted(fresh()), weighted(fresh(), fresh()), short(fresh()), short(fresh(), fresh()), short(fresh(), np.arange(6)),
           smoothed(fresh()), smoothed(fresh(), "left"), smoothed(fresh(), mode="forward"), smoothed(fresh(), "none"),
           smoothed(fresh(), 3), told(fresh()), told(fresh(), 0, 1), told(fresh(), False, -1), Solver(fresh()).run(3),
           Solver(fresh(), kind="other").run(2), asked(fresh(), 1), unassigned(fresh(), "fast"),
           unassigned(fresh(), "slow"), unassigned(fresh(), None), *[reported(fresh(), level) for level in (0, np.int64(0), np.float32(0.0))],
           reported(fresh(), False, np.False_), unknown(fresh(), np.float64(1)), unknown(fresh(), b"x")]
try:
    missing(fresh(), None)
except TypeError as error:
    results.append(str(error))
