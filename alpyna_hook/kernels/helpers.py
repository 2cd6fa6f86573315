"""Functions that kernels call, written in plain Python and compiled by Numba with them."""

from __future__ import annotations

from typing import Any

from numba import njit, types


def _power(kind: Any) -> Any:
    def power(base: Any, exponent: Any) -> Any:
        """Square and multiply, wrapping around as NumPy's integer power does; exponent >= 0."""
        result, square, left = kind(1), kind(base), kind(exponent)
        while left > kind(0):
            if left & kind(1):
                result = kind(result * square)
            square = kind(square * square)
            left = kind(left >> kind(1))
        return result

    return njit(power, error_model="numpy")


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


def _smith(real: Any, whole: Any) -> Any:
    def divide(ar: Any, ai: Any, br: Any, bi: Any) -> Any:
        """(ar + i ai) / (br + i bi); a divisor of zero gives what 1 / 0 gives in each part."""
        br_abs, bi_abs = abs(br), abs(bi)
        if br_abs >= bi_abs:
            if br_abs == real(0) and bi_abs == real(0):
                return whole(complex(ar / br_abs, ai / br_abs))
            ratio = real(bi / br)
            scale = real(real(1) / real(br + real(bi * ratio)))
            return whole(complex(real(real(ar + real(ai * ratio)) * scale), real(real(ai - real(ar * ratio)) * scale)))
        ratio = real(br / bi)
        scale = real(real(1) / real(bi + real(br * ratio)))
        return whole(complex(real(real(ar * ratio) + ai) * scale, real(real(real(ai * ratio) - ar) * scale)))

    return njit(divide, error_model="numpy")


smith_f4 = _smith(types.float32, types.complex64)
smith_f8 = _smith(types.float64, types.complex128)
power_i8 = _power(types.int64)
power_u8 = _power(types.uint64)
power_overflows = njit(_power_overflows, error_model="numpy")
