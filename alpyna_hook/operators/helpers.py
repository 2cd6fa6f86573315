"""Functions that kernels call, written once, as Python's text with the representations of all parameters and results.

Each may call those above it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.schema import walk
from alpyna_hook.operators import gamma
from alpyna_hook.operators.reader import read

_SMITH = '''
def smith_{f}(ar: {f}, ai: {f}, br: {f}, bi: {f}) -> {c}:
    br_abs = fabs_{f}(br)
    bi_abs = fabs_{f}(bi)
    if br_abs >= bi_abs:
        if br_abs == {f}(0) and bi_abs == {f}(0):
            return complex(ar / br_abs, ai / br_abs)
        ratio = bi / br
        scale = {f}(1) / (br + bi * ratio)
        return complex((ar + ai * ratio) * scale, (ai - ar * ratio) * scale)
    ratio = br / bi
    scale = {f}(1) / (bi + br * ratio)
    return complex((ar * ratio + ai) * scale, (ai * ratio - ar) * scale)
'''

_TEXTS = {
    # Square and multiply, wrapping around as NumPy's integer power does; of uint64, since signed products must not overflow.
    "power": '''
def power(base: u8, exponent: u8) -> u8:
    result = u8(1)
    square = base
    left = exponent
    while left > u8(0):
        if (left & u8(1)) != u8(0):
            result = result * square
        square = square * square
        left = left >> u8(1)
    return result
''',
    # Whether base ** exponent leaves the range of int64; exponent >= 0.  Of |base| >= 2 at most 63 factors can fit.
    "power_overflows": '''
def power_overflows(base: i8, exponent: i8) -> b1:
    if base == 0 or base == 1 or base == -1:
        return False
    if exponent > 63:
        return True
    result = i8(1)
    for k in range(0, exponent):
        limit = 9223372036854775807 // abs(base) if base != (-9223372036854775807 - 1) else 0
        if abs(result) > limit:
            return True
        result = result * base
    return False
''',
    # (ar + i ai) / (br + i bi) as NumPy has it; a divisor of zero gives what 1 / 0 gives in each part.
    "smith_f4": _SMITH.format(f="f4", c="c8"),
    "smith_f8": _SMITH.format(f="f8", c="c16"),
    # (ar + i ai) / (br + i bi) as CPython before 3.14 computes it (Objects/complexobject.c, _Py_c_quot); the divisor is not 0.
    "quotient_f8": '''
def quotient_f8(ar: f8, ai: f8, br: f8, bi: f8) -> c16:
    br_abs = fabs_f8(br)
    bi_abs = fabs_f8(bi)
    if br_abs >= bi_abs:
        ratio = bi / br
        divisor = br + bi * ratio
        return complex((ar + ai * ratio) / divisor, (ai - ar * ratio) / divisor)
    if bi_abs >= br_abs:
        ratio = br / bi
        divisor = br * ratio + bi
        return complex((ar * ratio + ai) / divisor, (ai * ratio - ar) / divisor)
    return complex(nan, nan)
''',
    # Euclid's algorithm, by magnitudes; neither is the least int64.
    "gcd_i8": '''
def gcd_i8(a: i8, b: i8) -> i8:
    x = abs(a)
    y = abs(b)
    while y != 0:
        rest = x % y
        x = y
        y = rest
    return x
''',
    # floor(sqrt(n)) for n >= 0: the rounded root of a double is at most 1 off.
    "isqrt_i8": '''
def isqrt_i8(n: i8) -> i8:
    whole = u8(n)
    root = u8(sqrt_f8(f8(n)))
    while root * root > whole:
        root = root - u8(1)
    while (root + u8(1)) * (root + u8(1)) <= whole:
        root = root + u8(1)
    return i8(root)
''',
    # The first 26 bits of x; the rest is x less these (Veltkamp 1968).
    "high_f8": '''
def high_f8(x: f8) -> f8:
    t = x * 134217729.0
    return t - (t - x)
''',
    # What x * y, as it is rounded, lacks of the product (Dekker 1971, mul12): `p` is the sum of two doubles, this the second.
    "lost_f8": '''
def lost_f8(x: f8, y: f8) -> f8:
    x_high = high_f8(x)
    y_high = high_f8(y)
    x_low = x - x_high
    y_low = y - y_high
    p = x_high * y_high
    q = x_high * y_low + x_low * y_high
    z = p + q
    return p - z + q + x_low * y_low
''',
    # The first of the two.
    "product_f8": '''
def product_f8(x: f8, y: f8) -> f8:
    x_high = high_f8(x)
    y_high = high_f8(y)
    return x_high * y_high + (x_high * (y - y_high) + (x - x_high) * y_high)
''',
    # x to some decimal places, correctly rounded, half to even: the integer next to x * tens by that, for products below 2**51.
    "decimal_f8": '''
def decimal_f8(x: f8, tens: f8) -> f8:
    high = product_f8(x, tens)
    low = lost_f8(x, tens)
    whole = rint_f8(high)
    left = high - whole
    if left == 0.5 and low > 0.0:
        whole = whole + 1.0
    elif left == -0.5 and low < 0.0:
        whole = whole - 1.0
    rounded = fabs_f8(whole / tens)
    return fneg_f8(rounded) if bits_f8(x) < 0 else rounded
''',
    # sqrt(x*x + y*y), corrected by the error of the root; `largest`, the greater, is a normal number.
    "norm_f8": '''
def norm_f8(x: f8, y: f8, largest: f8) -> f8:
    exponent = ((bits_f8(largest) >> 52) & 2047) - 1022
    scale = from_bits_f8((1023 - exponent) << 52 if exponent <= 1022 else i8(1) << (1074 - exponent))
    first = product_f8(x * scale, x * scale)
    total = 1.0 + first
    lost = (1.0 - total) + first
    second = product_f8(y * scale, y * scale)
    new = total + second
    lost = lost + ((total - new) + second)
    errors = lost_f8(x * scale, x * scale) + lost_f8(y * scale, y * scale)
    total = new
    root = sqrt_f8(total - 1.0 + (errors + lost))
    square = product_f8(root, root)
    new = total - square
    lost = lost + ((total - new) - square)
    errors = errors - lost_f8(root, root)
    root = root + (new - 1.0 + (errors + lost)) / (2.0 * root)
    return root / scale
''',
    # math.hypot of two numbers as CPython computes it (Modules/mathmodule.c, vector_norm).
    "hypot_f8": '''
def hypot_f8(a: f8, b: f8) -> f8:
    x = fabs_f8(a)
    y = fabs_f8(b)
    if x == inf or y == inf:
        return inf
    if x != x or y != y:
        return nan
    largest = x if x > y else y
    if largest == 0.0:
        return 0.0
    normal = 2.2250738585072014e-308
    if largest < normal:
        return norm_f8(x / normal, y / normal, largest / normal) * normal
    return norm_f8(x, y, largest)
''',
    **gamma.TEXTS,
}
HELPERS = _TEXTS.keys()


@cache
def helper(name: str) -> k.Function:
    return read(_TEXTS[name], helper)


def helpers(names: Iterable[str]) -> tuple[k.Function, ...]:
    """These, and those that they call, before their callers."""
    found: dict[str, k.Function] = {}
    for name in names:
        function = helper(name)
        called = dict.fromkeys([x.function for x in walk(function) if isinstance(x, k.Call)])
        found |= {f.name: f for f in helpers(called)}
        found[name] = function
    return tuple(found.values())
