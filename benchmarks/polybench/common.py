"""Input data of the kernels: deterministic, and small enough that int32 never overflows."""

import numpy as np

FLOATS = ("float64", "float32")
ALL = ("float64", "float32", "int32")


def zeros(shape, dtype):
    return np.zeros(shape, dtype=dtype)


def filled(shape, dtype, seed):
    """Seed 0: zeros.  Otherwise integers in -1 ... 2, or floats in [-1, 1) with all bits in use."""
    if seed == 0:
        return np.zeros(shape, dtype=dtype)
    rng = np.random.default_rng(seed)
    if dtype == "int32":
        return rng.integers(-1, 3, shape).astype(dtype)
    return rng.uniform(-1.0, 1.0, shape).astype(dtype)


def definite(n, dtype):
    """A symmetric, diagonally dominant (so positive definite) matrix."""
    a = np.random.default_rng(n).uniform(-1.0, 1.0, (n, n))
    return ((a + a.T) / 2 + n * np.eye(n)).astype(dtype)
