"""ZIV: a subscript pair with no loop variable in it."""

from __future__ import annotations

from alpyna_hook.dependence.problem import Bounds
from alpyna_hook.dependence.proof import Proof
from alpyna_hook.integers.affine import Affine


def disprove(equation: Affine, bounds: Bounds) -> Proof | None:
    """No loop variable: the difference of the subscripts is one number, 0 or not.

    Goff, Kennedy, Tseng 1991, "Practical Dependence Testing", section 4.1; Allen and Kennedy,
    section 3.2.1.  With symbols in it (`n + 1` against `n - 1`) the difference is
    simplified first; what is left of it must be bounded away from 0.
    """
    if equation.is_constant:
        return Proof("ZIV", f"{equation.const} is never 0") if equation.const else None
    low, high = bounds.lower(equation), bounds.upper(equation)
    if low is not None and low > 0:
        return Proof("ZIV", f"{equation} >= {low}, never 0")
    if high is not None and high < 0:
        return Proof("ZIV", f"{equation} <= {high}, never 0")
    return None
