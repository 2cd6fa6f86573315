"""The functions and methods of known meaning, a row each: what they take, what they give, which operation computes that.

What a row cannot say has a rule of its own by the same name (`infer/math_calls.py` and its neighbours). The capture, which runs
where NumPy is not imported yet, reads the rows of methods.
"""

from __future__ import annotations

from alpyna_hook.named import NamedTuple

LIBM, INNER_LOOP = "libm", "inner loop"  # operations: a function of C's library; one of NumPy's inner loops, for one element
SAME = "same"  # the operand, as a value of the result's type
REAL, WHOLE = "real", "whole"  # what is cast to a double; what Python takes as an index


class Function(NamedTuple):
    """Of `math`.  gives: a kind.  checks: the obligations of the operation.  libm: functions whose addresses its helper takes, in
    this order, before the operands."""

    takes: tuple[str, ...]
    gives: str
    operation: str
    checks: tuple[str, ...] = ()
    libm: tuple[str, ...] = ()


class Ufunc(NamedTuple):
    """Of NumPy, computed in the type of its result: the operations where that is a float, an integer, a bool; "" where there is
    none."""

    takes: int
    floats: str = ""
    integers: str = ""
    booleans: str = ""
    float_checks: tuple[str, ...] = ()
    integer_checks: tuple[str, ...] = ()


_FINITE = ("finite",)
_DIVISION = ("nonzero", "overflow")

MATH = {
    # libm's, with one argument, that raise by math_1's rule (CPython mathmodule.c)
    **{name: Function((REAL,), "float", LIBM, ("domain",)) for name in (
        "acos acosh asin asinh atan atanh cos cosh exp exp2 expm1 log log10 log1p log2 sin sinh tan tanh cbrt erf erfc".split()
    )},
    **{name: Function((REAL, REAL), "float", LIBM, ("domain_strict",)) for name in ("atan2", "fmod", "pow")},
    "copysign": Function((REAL, REAL), "float", LIBM, ("number",)),
    "sqrt": Function((REAL,), "float", "sqrt", ("domain",)),
    "fabs": Function((REAL,), "float", "abs"),
    "hypot": Function((REAL, REAL), "float", "hypot"),  # Python's own algorithm, which is not libm's; it never raises
    "gamma": Function((REAL,), "float", "gamma", ("domain",), ("fmod", "sin", "cos", "exp", "pow")),  # so are these
    "lgamma": Function((REAL,), "float", "lgamma", ("domain",), ("fmod", "sin", "cos", "log")),
    "gcd": Function((WHOLE, WHOLE), "int", "gcd", ("overflow",)),
    "isqrt": Function((WHOLE,), "int", "isqrt", ("exponent",)),
    **{name: Function((REAL,), "bool", name) for name in ("isfinite", "isinf", "isnan")},
}

NUMPY = {
    **{name: Ufunc(1, INNER_LOOP) for name in (
        "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh"
        " cbrt reciprocal sign deg2rad rad2deg degrees radians spacing".split()
    )},
    **{name: Ufunc(2, INNER_LOOP) for name in (
        "arctan2 hypot power fmod copysign logaddexp logaddexp2 nextafter heaviside".split()
    )},
    # in the ufunc's own type; its integers wrap around without a warning
    **{name: Ufunc(2, op, op, "", _FINITE) for name, op in {"add": "add", "subtract": "sub", "multiply": "mul"}.items()},
    "divide": Ufunc(2, "truediv", "", "", _FINITE),
    "negative": Ufunc(1, "neg", "neg", "", _FINITE),
    "sqrt": Ufunc(1, "sqrt", "", "", _FINITE),
    "square": Ufunc(1, INNER_LOOP, "square"),
    **{name: Ufunc(1, "abs", "abs", "abs", (), ("overflow",)) for name in ("abs", "absolute")},
    **{name: Ufunc(1, name, SAME, SAME) for name in ("floor", "ceil", "trunc")},
    "fabs": Ufunc(1, "abs"),
    "rint": Ufunc(1, "rint"),
    **{name: Ufunc(2, INNER_LOOP, op, op) for name, op in {
        "minimum": "minimum", "maximum": "maximum", "fmin": "minimum", "fmax": "maximum",
    }.items()},
    **{name: Ufunc(2, "", op, op) for name, op in {"bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor"}.items()},
    "invert": Ufunc(1, "", "invert", "not"),
    "left_shift": Ufunc(2, "", "lshift"),
    "right_shift": Ufunc(2, "", "rshift"),
    "remainder": Ufunc(2, INNER_LOOP, "mod", "", (), _DIVISION),
    "floor_divide": Ufunc(2, INNER_LOOP, "floordiv", "", (), _DIVISION),
}

# Methods of a number, with how many arguments, and what is read of it like an attribute: calls of hidden functions.
METHODS = {"conjugate": (0,), "item": (0,), "clip": (2,), "round": (0, 1)}
PARTS = frozenset({"real", "imag"})
