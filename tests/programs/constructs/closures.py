# alpyna: accelerate
"""Names from closures and from the module."""
import numpy as np

SCALE = 1.5
TABLE = np.array([1.0, 10.0, 100.0])


def outer(n):
    weight = 0.25
    shared = np.zeros(n)

    def inner(k):
        for i in range(n):
            shared[i] += weight * k + SCALE * TABLE[i % 3]
        return i

    last = inner(1), inner(2)
    weight = 4
    return last, inner(3), shared


def counter():
    total = 0

    def add(a):
        nonlocal total
        for x in a:
            total += x
        return total

    return add


r1 = outer(4)
SCALE = 2
r2 = outer(3)
add = counter()
r3 = add(np.arange(4)), add(np.arange(5))
s = 0.0
for i in range(3):
    s += TABLE[i] * SCALE
for x in TABLE:
    s -= x / SCALE
