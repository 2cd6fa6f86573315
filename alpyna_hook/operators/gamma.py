"""The gamma function and its logarithm as CPython computes them (Modules/mathmodule.c), which are not libm's.

Written once, as the text of a helper of kernels that is Python, too: so the interpreter's own functions are tried against
it before a kernel uses it.  A build that contracts products and sums, or another algorithm, is found so.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from alpyna_hook.operators.functions import MATH
from alpyna_hook.reasons import Declined

GAMMA_CALLS = {name: MATH[name].libm for name in ("gamma", "lgamma")}

_ABOVE = (
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
)
_BELOW = (
    0.0, 39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0, 2637558.0, 357423.0, 32670.0, 1925.0, 66.0, 1.0,
)
_FACTORIALS = "\n".join([f"        if x == {n}.0:\n            return {float(math.factorial(n - 1))!r}" for n in range(1, 24)])


def _horner(into: str, step: str, coefficients: tuple[float, ...]) -> str:
    return "\n".join([f"        {into} = {into} {step} x + {c!r}" for c in coefficients])


# The rational function of Lanczos's approximation; of 1/x for large x, so that nothing overflows.
_LANCZOS = f'''
def lanczos_f8(x: f8) -> f8:
    above = 0.0
    below = 0.0
    if x < 5.0:
{_horner("above", "*", _ABOVE[::-1])}
{_horner("below", "*", _BELOW[::-1])}
    else:
{_horner("above", "/", _ABOVE)}
{_horner("below", "/", _BELOW)}
    return above / below
'''

# sin(pi * x) of a finite x.
_SINE = f'''
def sinpi_f8(fmod: i8, sin: i8, cos: i8, x: f8) -> f8:
    y = at_f8(fmod, fabs_f8(x), 2.0)
    part = floor_f8(2.0 * y)
    if 2.0 * y - part >= 0.5:
        part = part + 1.0
    if part == 0.0:
        value = at_f8(sin, {math.pi!r} * y)
    elif part == 1.0:
        value = at_f8(cos, {math.pi!r} * (y - 0.5))
    elif part == 2.0:
        value = at_f8(sin, {math.pi!r} * (1.0 - y))
    elif part == 3.0:
        value = fneg_f8(at_f8(cos, {math.pi!r} * (y - 1.5)))
    else:
        value = at_f8(sin, {math.pi!r} * (y - 2.0))
    return fneg_f8(value) if x < 0.0 else value
'''

_GAMMA = f'''
def gamma_f8(fmod: i8, sin: i8, cos: i8, exp: i8, pow: i8, x: f8) -> f8:
    if x != x or x == inf:
        return x
    if x == -inf:
        return nan
    size = fabs_f8(x)
    if size < 1e-20:
        return 1.0 / x
    if x == floor_f8(x):
        if x < 0.0:
            return nan
{_FACTORIALS}
    if size > 200.0:
        return 0.0 / sinpi_f8(fmod, sin, cos, x) if x < 0.0 else inf
    y = size + 5.524680040776729583740234375
    greater = size if size > 5.524680040776729583740234375 else 5.524680040776729583740234375
    less = 5.524680040776729583740234375 if size > 5.524680040776729583740234375 else size
    z = (y - greater) - less
    z = z * 6.024680040776729583740234375 / y
    if x < 0.0:
        r = {-math.pi!r} / sinpi_f8(fmod, sin, cos, size) / size * at_f8(exp, y) / lanczos_f8(size)
        r = r - z * r
        if size < 140.0:
            return r / at_f8(pow, y, size - 0.5)
        root = at_f8(pow, y, size / 2.0 - 0.25)
        return r / root / root
    r = lanczos_f8(size) / at_f8(exp, y)
    r = r + z * r
    if size < 140.0:
        return r * at_f8(pow, y, size - 0.5)
    root = at_f8(pow, y, size / 2.0 - 0.25)
    return r * root * root
'''

_LGAMMA = '''
def lgamma_f8(fmod: i8, sin: i8, cos: i8, log: i8, x: f8) -> f8:
    if x != x:
        return x
    if x == inf or x == -inf:
        return inf
    if x == floor_f8(x) and x <= 2.0:
        return inf if x <= 0.0 else 0.0
    size = fabs_f8(x)
    if size < 1e-20:
        return fneg_f8(at_f8(log, size))
    r = at_f8(log, lanczos_f8(size)) - 6.024680040776729583740234375
    r = r + (size - 0.5) * (at_f8(log, size + 6.024680040776729583740234375 - 0.5) - 1.0)
    if x < 0.0:
        sine = fabs_f8(sinpi_f8(fmod, sin, cos, size))
        return 1.1447298858494002 - at_f8(log, sine) - at_f8(log, size) - r
    return r
'''

TEXTS = {"lanczos_f8": _LANCZOS, "sinpi_f8": _SINE, "gamma_f8": _GAMMA, "lgamma_f8": _LGAMMA}


def require_same(name: str) -> None:
    """Raises Declined where the interpreter computes something else."""
    if not _is_same(name):
        raise Declined("inexact", f"math.{name} of this interpreter is not the one that is known")


@cache
def _is_same(name: str) -> bool:
    own, written = getattr(math, name), as_python(name)
    return all(own(x) == written(x) for x in _samples())


def as_python(name: str) -> Callable[[float], float]:
    """The helper's text, executed by the interpreter."""
    namespace: dict[str, Any] = {
        "at_f8": lambda function, *args: function(*args), "fabs_f8": math.fabs, "floor_f8": math.floor, "fneg_f8": lambda x: -x,
        "inf": math.inf, "nan": math.nan,
    }
    module = ast.parse("from __future__ import annotations\n" + "".join(TEXTS.values()))
    exec(compile(module, "<gamma>", "exec"), namespace)
    function, calls = namespace[f"{name}_f8"], [getattr(math, called) for called in GAMMA_CALLS[name]]
    return lambda x: float(function(*calls, x))


def _samples() -> list[float]:
    """Of each way through the functions, of both signs; none for which they raise."""
    spread = [0.37 + 0.6180339887498949 * k for k in range(270)]
    return [*spread, *[-x for x in spread], *map(float, range(1, 24)), *[s * 1e-21 for s in (1.0, -1.0)], 3.5e-9, -7.25e-9]
