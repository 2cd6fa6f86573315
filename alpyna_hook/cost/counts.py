"""How many operations there are in a nest, and how many accesses to elements, as functions of its bounds.

    for i in range(n):                  operations(...) = n * 2
        s += a[i] * b[i]                accesses(...) = n * 2

They are made once for each nest, of its outline, and evaluated in microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alpyna_hook.cost.formula import formula
from alpyna_hook.cost.priced import priced

# For each of `outline.KINDS`: a node is one of Python's own operations, or no operation at all, such as a name.
_OPERATIONS = (0.25, 0.0, 1.0, 4.0, 1.0, 20.0, 20.0, 1.0)
_ACCESSES = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_UNKNOWN_TRIPS, _NESTED_UNKNOWN_TRIPS = 1000.0, 30.0


class Counts:
    def __init__(self, body: Any) -> None:
        """body: of an outline."""
        self._operations, self._accesses = (
            formula(priced(body, weights), 0.0, _UNKNOWN_TRIPS, _NESTED_UNKNOWN_TRIPS) for weights in (_OPERATIONS, _ACCESSES)
        )

    def of(self, number: Callable[[str], Any], shape: Callable[[str], Any]) -> tuple[float, float] | None:
        """Operations and accesses for these values and shapes; None where a bound is not known beforehand."""
        if self._operations is None or self._accesses is None:
            return None
        try:
            return self._operations(number, shape), self._accesses(number, shape)
        except (TypeError, IndexError, ZeroDivisionError):
            return None
