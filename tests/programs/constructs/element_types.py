# alpyna: accelerate
"""One function on every element type, and on NumPy scalars."""
import numpy as np

TYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
         "complex64", "complex128")


def mixed(a, b, s):
    for i in range(len(a)):
        b[i] = a[i] * s + a[0]
        t = a[i] == b[i]
    return a, b, s, t, i


def lookup(a, k):
    for i in range(3):
        t = a[(k + i) % 4]
    return t


results = []
for name in TYPES:  # expect: loop-iterable value-type expression
    a = np.array([1, 0, 2, 3], name)
    results.append(mixed(a, np.zeros(4, name), a[2]))
    results.append(mixed(a, np.zeros(4, complex), a.dtype.type(1)))
    results.append(lookup(a, np.int32(2)))
    results.append(lookup(a, np.uint8(2)))
