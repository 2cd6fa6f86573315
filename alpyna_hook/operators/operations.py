"""The operations of the typed nest, a row each: how one is written, what is known of its results, what it costs.

A function that needs no operation of its own (libm's, NumPy's inner loops) is a row of `functions` alone; one that is
written as a helper of the same name needs no row here either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from alpyna_hook.integers import intervals
from alpyna_hook.ir.kernel_values import cast, imag, inverted, negation, real
from alpyna_hook.ir.schema import NONE, Record
from alpyna_hook.operators import written as w
from alpyna_hook.operators.functions import INNER_LOOP, LIBM, MATH
from alpyna_hook.operators.helpers import HELPERS


class Cycles(Record):
    """About, of the processors of the 2020s: latency, and time until the next one may start."""

    floats: tuple[float, float] = (4.0, 0.5)
    complexes: tuple[float, float] = (4.0, 1.0)
    integers: tuple[float, float] = (1.0, 0.3)
    constant: tuple[float, float] = (1.0, 0.3)  # of integers, with a constant as the second operand


_PLAIN = Cycles()
_CALL = Cycles(*((25.0, 20.0),) * 4)
_DIVISION = Cycles(floats=(30.0, 20.0), integers=(18.0, 8.0), constant=(4.0, 1.0))
_COMPLEX_DIVISION = Cycles(complexes=(30.0, 15.0))


class Operation(Record):
    """interval: of what it gives for integers from intervals, None where nothing is known; what keeps gives them as they are.
    before, after: the checks of obligations that are its own (the others are the same for all; see `emit/checks.py`), of the
    operands, and of the result with the operands.
    transparent: infinities and NaN among the operands are seen in the result.  twice: it uses operands more than once.
    """

    written: w.Written
    interval: Callable[..., tuple[Any, Any] | None] | None = None
    keeps: bool = False
    before: Mapping[str, w.Test] = NONE
    after: Mapping[str, w.Test] = NONE
    transparent: bool = False
    twice: bool = False
    called: bool = False  # at an address
    cycles: Cycles = _PLAIN


def _whole(op: str, cycles: Cycles = _PLAIN) -> Operation:
    interval = intervals.multiply if op == "mul" else None
    return Operation(w.plain(op), interval, before={"overflow": w.leaves_range(op)}, transparent=True, cycles=cycles)


def _rounding(name: str) -> Operation:
    return Operation(w.instruction(name), keeps=True, transparent=True)


OPERATIONS: dict[str, Operation] = {
    LIBM: Operation(w.libm, called=True, cycles=_CALL),
    INNER_LOOP: Operation(w.inner_loop, called=True, cycles=_CALL),
    "add": _whole("add"),
    "sub": _whole("sub"),
    "mul": _whole("mul", Cycles(complexes=(8.0, 3.0), integers=(3.0, 1.0), constant=(4.0, 1.0))),
    "truediv": Operation(w.divided, transparent=True, cycles=Cycles(floats=(13.0, 5.0))),
    "smith": Operation(w.smith, cycles=_COMPLEX_DIVISION),
    "quotient": Operation(w.quotient, cycles=_COMPLEX_DIVISION),
    "floordiv": Operation(
        w.plain("floordiv"), intervals.floor_divide, before={"overflow": w.quotient_overflows}, cycles=_DIVISION
    ),
    "mod": Operation(w.plain("mod"), intervals.modulo, before={"overflow": w.quotient_overflows}, cycles=_DIVISION),
    "pow": Operation(
        w.pow, intervals.power, before={"overflow": w.pow_overflows}, after={"domain": w.not_finite}, twice=True,
        called=True, cycles=_CALL,
    ),
    "and": Operation(w.plain("and"), intervals.bit_and),
    "or": Operation(w.plain("or"), intervals.bit_or),
    "xor": Operation(w.plain("xor"), intervals.bit_or),
    "lshift": Operation(w.shift("lshift"), intervals.shift_left, before={"overflow": w.lshift_overflows}, twice=True),
    "rshift": Operation(w.shift("rshift"), intervals.shift_right, twice=True),
    **{name: Operation(w.comparison(name)) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
    "neg": Operation(w.neg, before={"overflow": w.neg_overflows}, transparent=True),
    "pos": Operation(w.same, keeps=True, transparent=True),
    "invert": Operation(lambda _, e, a: cast(inverted(a), e.compute)),
    "not": Operation(w.of_part(negation)),
    "truth": Operation(w.is_not_zero),
    "abs": Operation(w.absolute, intervals.absolute, before={"overflow": w.abs_overflows}),
    "minimum": Operation(w.extreme("lt"), lambda a, b: (min(a[0], b[0]), min(a[1], b[1])), twice=True),
    "maximum": Operation(w.extreme("gt"), lambda a, b: (max(a[0], b[0]), max(a[1], b[1])), twice=True),
    "sqrt": Operation(
        w.instruction("sqrt"), before={"domain": w.is_negative}, transparent=True, cycles=Cycles(floats=(18.0, 6.0))
    ),
    **{name: _rounding(name) for name in ("floor", "ceil", "trunc", "rint")},
    "isnan": Operation(w.isnan),
    "isinf": Operation(w.of_part(w.infinite)),
    "isfinite": Operation(w.of_part(w.finite)),
    "signbit": Operation(w.signbit),
    "gcd": Operation(w.helped("gcd_i8"), intervals.common_divisor, before={"overflow": w.gcd_overflows}),
    "isqrt": Operation(w.helped("isqrt_i8"), intervals.square_root),
    "decimal": Operation(w.helped("decimal_f8"), before={"number": w.no_decimal}),
    "row": Operation(w.same),  # the index of a row, from the front: written as subscripts are (`emit/expressions.py`)
    "complex": Operation(w.pair, transparent=True),
    "real": Operation(w.of_part(real)),
    "imag": Operation(w.of_part(imag)),
    "conjugate": Operation(w.conjugate, transparent=True),
    "bounded": Operation(w.same, after={"domain": w.part_infinite}, transparent=True),
    "cabs": Operation(
        w.cabs, after=dict.fromkeys(("domain", "finite"), w.magnitude_infinite), called=True, cycles=_CALL
    ),
}


@cache
def operation(name: str) -> Operation:
    """A row, or what is a helper for doubles by that name."""
    found = OPERATIONS.get(name)
    if found is None:
        assert f"{name}_f8" in HELPERS, name
        return Operation(w.helped(f"{name}_f8", MATH[name].libm if name in MATH else ()))
    return found

