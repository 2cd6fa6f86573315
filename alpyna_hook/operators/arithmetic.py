"""What an operator does on two kinds: its result, what it computes in, what must be checked.

The result kind is asked of NumPy itself: the operator is applied to samples of the kinds, so
that NEP 50's rules are NumPy's own and not a copy of them.
"""

from __future__ import annotations

import operator
import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from alpyna_hook.guest.errstate import with_errors
from alpyna_hook.ir.kinds import (
    KIND_OF_TYPE,
    TYPE_OF_KIND,
    Kind,
    Rep,
    is_complex,
    is_float,
    is_int,
    is_python,
    rep_of_kind,
)
from alpyna_hook.ir.schema import Record
from alpyna_hook.operators.functions import INNER_LOOP
from alpyna_hook.reasons import Declined

BINARY: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "+": ("add", operator.add), "-": ("sub", operator.sub), "*": ("mul", operator.mul),
    "/": ("truediv", operator.truediv), "//": ("floordiv", operator.floordiv), "%": ("mod", operator.mod),
    "**": ("pow", operator.pow), "<<": ("lshift", operator.lshift), ">>": ("rshift", operator.rshift),
    "&": ("and", operator.and_), "|": ("or", operator.or_), "^": ("xor", operator.xor),
    "<": ("lt", operator.lt), "<=": ("le", operator.le), ">": ("gt", operator.gt),
    ">=": ("ge", operator.ge), "==": ("eq", operator.eq), "!=": ("ne", operator.ne),
}
COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne"}
UNARY: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "-": ("neg", operator.neg), "+": ("pos", operator.pos), "~": ("invert", operator.invert), "not": ("not", operator.not_),
}


class Meaning(Record):
    """The semantics of one operation on given kinds.

    casts: for each operand, the obligation of its cast to `compute` ("fit", "exact" or "").
    checks: the obligations of the operation itself.
    numpy: whether NumPy's scalar semantics (rather than Python's) apply.  called: which inner loop of NumPy it is.
    """

    name: str
    result: Kind
    compute: Rep
    casts: tuple[str, ...]
    checks: tuple[str, ...]
    numpy: bool
    called: str = ""


def sample(function: Callable[..., Any], *kinds: Kind) -> Kind:
    """The kind of the function's result on values of these kinds, by trying it.

    Raises Declined("type-error") where Python raises or the result has no supported kind.
    """
    values = [TYPE_OF_KIND[k](1) for k in kinds]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = with_errors("ignore", lambda: function(*values))
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Declined("type-error", f"{error}") from error
    kind = KIND_OF_TYPE.get(type(result))
    if kind is None:
        raise Declined("type-error", f"a result of type {type(result).__name__}")
    return kind


@cache
def binary(op: str, left: Kind, right: Kind) -> Meaning:
    """The meaning of `left op right`.

    >>> binary("+", "f4", "float").result, binary("/", "int", "int").compute, binary("<", "i4", "f4").compute
    ('f4', 'f8', 'f8')
    """
    name, function = BINARY[op]
    result = sample(function, left, right)
    if name in COMPARISONS:
        return _comparison(name, result, left, right)
    if _leaves_numpy(left, right):
        left, right = ("float" if k == "f8" else k for k in (left, right))
    if is_python(left) and is_python(right):
        return _python(name, result, left, right)
    return _numpy(name, result, left, right)


def _leaves_numpy(left: Kind, right: Kind) -> bool:
    """complex op np.float64 is Python's own: np.float64 is a subclass of float."""
    return {left, right} == {"complex", "f8"} and left == "complex"


def _python(name: str, result: Kind, left: Kind, right: Kind) -> Meaning:
    none = ("", "")
    if result == "complex":
        new = sys.version_info >= (3, 14)  # mixed operations, and division, as C's Annex G has them
        if name not in ("add", "sub", "mul", "truediv") or (new and (left != right or name == "truediv")):
            raise Declined("inexact", f"complex {name} of Python numbers")
        if name == "truediv":
            return Meaning("quotient", result, "c16", none, ("nonzero",), False)
        return Meaning(name, result, "c16", none, (), False)
    if result == "bool":
        return Meaning(name, result, "b1", none, (), False)
    if name == "truediv":
        exact = tuple("exact" if k == "int" else "" for k in (left, right)) if "float" not in (left, right) else none
        return Meaning(name, result, "f8", exact, ("nonzero",), False)
    if result == "float":
        float_checks = {"floordiv": ("nonzero",), "mod": ("nonzero",), "pow": ("domain",)}
        return Meaning(name, result, "f8", none, float_checks.get(name, ()), False)
    checks: dict[str, tuple[str, ...]] = {
        "floordiv": ("nonzero", "overflow"), "mod": ("nonzero",), "pow": ("exponent", "overflow"),
        "lshift": ("shift", "overflow"), "rshift": ("shift",), "and": (), "or": (), "xor": (),
    }
    return Meaning(name, result, "i8", none, checks.get(name, ("overflow",)), False)


def _numpy(name: str, result: Kind, left: Kind, right: Kind) -> Meaning:
    compute = rep_of_kind(result)
    casts = ("fit" if is_int(compute) and left == "int" else "", "fit" if is_int(compute) and right == "int" else "")
    if is_complex(compute):
        if name not in ("add", "sub", "mul", "truediv"):
            raise Declined("inexact", f"{name} of complex numbers")
        return Meaning("smith" if name == "truediv" else name, result, compute, casts, (), True)
    if is_float(compute):
        if name == "pow" and result not in (left, right):  # else the scalar's own method computes it, by libm's pow
            return Meaning(INNER_LOOP, result, compute, casts, (), True, "power")
        return Meaning(name, result, compute, casts, ("finite_division",) if name in ("floordiv", "mod") else (), True)
    if compute == "b1":
        if name not in ("add", "mul", "and", "or", "xor"):
            raise Declined("type-error", f"{name} of NumPy booleans")
        logical = {"add": "or", "mul": "and"}.get(name, name)
        return Meaning(logical, result, compute, casts, (), True)
    checks: dict[str, tuple[str, ...]] = {
        "floordiv": ("nonzero", "overflow"), "mod": ("nonzero", "overflow"), "pow": ("exponent",),
        "lshift": (), "rshift": (), "and": (), "or": (), "xor": (),
    }
    return Meaning(name, result, compute, casts, checks.get(name, ("overflow",)), True)


def _comparison(name: str, result: Kind, left: Kind, right: Kind) -> Meaning:
    python = is_python(left) and is_python(right)
    reps = (rep_of_kind(left), rep_of_kind(right))
    casts = ("", "")
    if any(is_complex(r) for r in reps):
        if name not in ("eq", "ne"):
            raise Declined("inexact", "a comparison of complex numbers")
        if python:
            casts = ("exact" if left == "int" else "", "exact" if right == "int" else "")
        compute = rep_of_kind(sample(operator.add, left, right))
    elif any(is_float(r) for r in reps):
        compute = rep_of_kind(sample(operator.add, left, right))
        if python:
            casts = ("exact" if left == "int" else "", "exact" if right == "int" else "")
    elif "u8" in reps and any(r[0] == "i" for r in reps):
        return Meaning(name, result, "mixed", casts, (), not python)
    elif "u8" in reps:
        compute = "u8"
    else:
        compute = "b1" if reps == ("b1", "b1") else "i8"
    return Meaning(name, result, compute, casts, (), not python)


@cache
def unary(op: str, kind: Kind) -> Meaning:
    name, function = UNARY[op]
    if name == "not":
        return Meaning("not", "bool", "b1", ("",), (), False)
    result = sample(function, kind)
    compute = rep_of_kind(result)
    if name == "invert" and kind == "bool":
        raise Declined("inexact", "~ on a Python bool warns")
    if name == "pos":
        return Meaning("pos", result, compute, ("",), (), False)
    checks = ("overflow",) if name == "neg" and is_int(compute) else ()
    return Meaning("not" if name == "invert" and compute == "b1" else name, result, compute, ("",), checks, not is_python(kind))
