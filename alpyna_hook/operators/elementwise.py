"""Whether a NumPy function gives each element of an array what it gives that element alone.

NumPy's inner loops work on vectors.  They are written so that no lane depends on another; this
is tried out, once for each function in a process, before a kernel calls one on many elements
(what it would have to be for an interpreter that calls it on one at a time).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from alpyna_hook.guest.errstate import with_errors
from alpyna_hook.ir.kinds import Rep
from alpyna_hook.operators.genuine import UFUNCS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 1e-3, -3.75, 88.5, -104.0, 709.5, -745.5, 710.0, 12345.678, -1e5, 3e9, 1e22,
            -1e30, 5e-324, 1e-40, 2.3e-308, 1e300, -1e300, float("inf"), float("-inf"), float("nan"))
_FIXED = (2.0, 0.5, -1.0, 1.0, 0.0, 3.0)
_LENGTH = 96
_SHIFTS = 9  # so that each value meets each lane of the widest vectors


@cache
def elementwise(name: str, rep: Rep) -> bool:
    """True if the values and the floating-point warnings of many elements at once are those of one after the other."""
    function = UFUNCS[name]
    arguments = [_values(np.float32 if rep == "f4" else np.float64, seed) for seed in range(function.nin)]
    drawn = [arguments]
    if function.nin == 2:  # a number that stands alone is no array to NumPy, and power has ways of its own for some
        drawn += [[arguments[0], np.full_like(arguments[0], number)] for number in _FIXED]
    return all(_alike(function, chosen) for chosen in drawn)


def _alike(function: np.ufunc, arguments: Sequence[NDArray[np.floating]]) -> bool:
    warned: list[str] = []
    return with_errors("call", lambda: _alike_as_told(function, arguments, warned), lambda kind, _: warned.append(kind))


def _alike_as_told(function: np.ufunc, arguments: Sequence[NDArray[np.floating]], warned: list[str]) -> bool:
    """warned: is given the kind of each warning."""
    alone = np.array([function(*[a[k] for a in arguments]) for k in range(_LENGTH)])
    kinds = set(warned)
    warned.clear()
    together = function(*arguments)
    if set(warned) != kinds:
        return False
    shifted = [function(*[a[shift:].copy() for a in arguments]) for shift in range(1, _SHIFTS)]
    return all(many.tobytes() == alone[shift:].tobytes() for shift, many in enumerate([together, *shifted]))


def _values(dtype: type[np.floating], seed: int) -> NDArray[np.floating]:
    """Ordinary and extreme numbers, mixed."""
    random = np.random.default_rng(seed)
    ordinary = random.uniform(-8.0, 8.0, _LENGTH - 2 * len(_SPECIAL))
    mixed = np.concatenate([ordinary, _SPECIAL, _SPECIAL])
    random.shuffle(mixed)
    return with_errors("ignore", lambda: mixed.astype(dtype))
