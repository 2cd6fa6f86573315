"""Whether what a kernel does to the floating-point flags gives the interpreter's warnings on this machine."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .programs import Pair, source_of

_CASES: dict[str, tuple[str, float, float]] = {
    "divide": ("/", 1.0, 0.0),
    "over": ("*", 1e300, 1e300),
    "invalid": ("-", float("inf"), float("inf")),
    "under": ("*", 1e-300, 1e-300),
}


def work() -> dict[str, bool]:
    """By `np.errstate`'s names: are the warnings of the compiled loop those of the plain one?"""
    return {name: _works(*case) for name, case in _CASES.items()}


def _works(operation: str, left: float, right: float) -> bool:
    pair = Pair.of(source_of("x, y, out, n", f"out[i] = x[i] {operation} y[i]"))
    shown = [_warnings(function, left, right) for function in (pair.plain, pair.fast)]
    pair.drop()
    return bool(shown[0]) and shown[0] == shown[1]


def _warnings(function: Callable[..., Any], left: float, right: float) -> list[tuple[str, str, float]]:
    """One exceptional element among ordinary ones: category and text of each warning, and the element's result."""
    x, y, out = np.ones(100), np.ones(100), np.zeros(100)
    x[60], y[60] = left, right
    with np.errstate(all="warn"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(x, y, out, 100)
    return [(item.category.__name__, str(item.message), repr(float(out[60]))) for item in caught]  # type: ignore[misc]
