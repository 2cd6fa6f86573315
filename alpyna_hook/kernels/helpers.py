"""Functions that kernels call, written in plain Python and compiled by Numba with them."""

from __future__ import annotations

import math
from typing import Any

from numba import types

from alpyna_hook.kernels.primitives import bits_f8, compiled, from_bits_f8, rint_f8

_LEAST_NORMAL = 2.0**-1022
_UNSIGNED: Any = types.uint64


def _power(base: Any, exponent: Any) -> Any:
    """Square and multiply, wrapping around as NumPy's integer power does; of uint64, since signed products must not overflow."""
    zero, one = _UNSIGNED(0), _UNSIGNED(1)
    result, square, left = one, base, exponent
    while left > zero:
        if left & one:
            result = result * square
        square = square * square
        left = left >> one
    return result


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

    return compiled(divide)


def _quotient(ar: Any, ai: Any, br: Any, bi: Any) -> Any:
    """(ar + i ai) / (br + i bi) as CPython before 3.14 computes it (Objects/complexobject.c, _Py_c_quot); the divisor is not 0."""
    br_abs, bi_abs = abs(br), abs(bi)
    if br_abs >= bi_abs:
        ratio = bi / br
        divisor = br + bi * ratio
        return complex((ar + ai * ratio) / divisor, (ai - ar * ratio) / divisor)
    if bi_abs >= br_abs:
        ratio = br / bi
        divisor = br * ratio + bi
        return complex((ar * ratio + ai) / divisor, (ai * ratio - ar) / divisor)
    return complex(math.nan, math.nan)


def _gcd(a: int, b: int) -> int:
    """Euclid's algorithm, by magnitudes; neither is the least int64."""
    x, y = abs(a), abs(b)
    while y != 0:
        x, y = y, x % y
    return x


def _isqrt(n: Any) -> Any:
    """floor(sqrt(n)) for n >= 0: the rounded root of a double is at most 1 off."""
    one, whole = _UNSIGNED(1), _UNSIGNED(n)
    root = _UNSIGNED(math.sqrt(n))
    while root * root > whole:
        root = _UNSIGNED(root - one)
    while (root + one) * (root + one) <= whole:
        root = _UNSIGNED(root + one)
    return types.int64(root)


@compiled
def _split(x: Any) -> Any:
    """x as the sum of two doubles of 26 bits (Veltkamp 1968)."""
    t = x * 134217729.0
    high = t - (t - x)
    return high, x - high


@compiled
def _product(x: Any, y: Any) -> Any:
    """x*y as the sum of two doubles (Dekker 1971, mul12)."""
    x_high, x_low = _split(x)
    y_high, y_low = _split(y)
    p, q = x_high * y_high, x_high * y_low + x_low * y_high
    z = p + q
    return z, p - z + q + x_low * y_low


def _decimal(x: Any, tens: Any) -> Any:
    """x to some decimal places, correctly rounded, half to even: the integer next to x * tens by that, for products below 2**51."""
    high, low = _product(x, tens)
    whole = rint_f8(high)
    left = high - whole
    if left == 0.5 and low > 0.0:
        whole += 1.0
    elif left == -0.5 and low < 0.0:
        whole -= 1.0
    return math.copysign(whole / tens, x)


@compiled
def _norm(x: Any, y: Any, largest: Any) -> Any:
    """sqrt(x*x + y*y), corrected by the error of the root; `largest`, the greater, is a normal number."""
    exponent = ((bits_f8(largest) >> 52) & 2047) - 1022
    scale = from_bits_f8((1023 - exponent) << 52 if exponent <= 1022 else 1 << (1074 - exponent))
    total, errors, lost = 1.0, 0.0, 0.0
    for value in (x, y):
        high, low = _product(value * scale, value * scale)
        new = total + high
        lost += (total - new) + high
        errors += low
        total = new
    root = math.sqrt(total - 1.0 + (errors + lost))
    high, low = _product(root, root)
    new = total - high
    lost += (total - new) - high
    errors -= low
    root += (new - 1.0 + (errors + lost)) / (2.0 * root)
    return root / scale


def _hypot(x: Any, y: Any) -> Any:
    """math.hypot of two numbers as CPython computes it (Modules/mathmodule.c, vector_norm)."""
    x, y = abs(x), abs(y)
    if x == math.inf or y == math.inf:
        return math.inf
    if x != x or y != y:
        return math.nan
    largest = x if x > y else y  # not `max`, which Numba cannot compile under NUMBA_DISABLE_JIT
    if largest == 0.0:
        return 0.0
    if largest < _LEAST_NORMAL:
        return _norm(x / _LEAST_NORMAL, y / _LEAST_NORMAL, largest / _LEAST_NORMAL) * _LEAST_NORMAL
    return _norm(x, y, largest)


gcd_i8 = compiled(_gcd)
isqrt_i8 = compiled(_isqrt)
quotient_f8 = compiled(_quotient)
decimal_f8 = compiled(_decimal)
hypot_f8 = compiled(_hypot)
smith_f4 = _smith(types.float32, types.complex64)
smith_f8 = _smith(types.float64, types.complex128)
power = compiled(_power)
power_overflows = compiled(_power_overflows)
