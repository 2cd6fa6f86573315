"""Functions that kernels call, written in plain Python and compiled by Numba with them."""

from __future__ import annotations

from typing import Any

from numba import njit, types


def _power(kind: Any) -> Any:
    def power(base: int, exponent: int) -> int:
        """Square and multiply, wrapping around as NumPy's integer power does; exponent >= 0."""
        result, square, left = kind(1), kind(base), kind(exponent)
        while left > kind(0):
            if left & kind(1):
                result = kind(result * square)
            square = kind(square * square)
            left = kind(left >> kind(1))
        return result

    return njit(power, error_model="numpy", no_cpython_wrapper=True)


def _power_overflows(base: int, exponent: int) -> bool:
    """Whether base ** exponent leaves the range of int64; exponent >= 0.

    For |base| >= 2 at most 63 factors can fit, so the loop is short.
    """
    if base == 0 or base == 1 or base == -1:
        return False
    if exponent > 63:
        return True
    result = 1
    for _ in range(exponent):
        limit = 9223372036854775807 // abs(base) if base != -9223372036854775807 - 1 else 0
        if abs(result) > limit:
            return True
        result *= base
    return False


power_i8 = _power(types.int64)
power_u8 = _power(types.uint64)
power_overflows = njit(_power_overflows, error_model="numpy", no_cpython_wrapper=True)
