"""The rows of the contract on functions: conversions, math, NumPy's own."""

from __future__ import annotations

import numpy as np

from tests.semantics.example import QUIET, RAISING, Example, arr, each, together
from tests.semantics.numbers import INTS, edges, narrowed, outer, zeros

SPECIAL = arr([0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 5e-324, 1e-310, 1e308, np.inf, -np.inf, np.nan])
EXTREMES = outer(*[arr([*SPECIAL, 2.0**-1022, 2.0**-1023, 3.0**-650, 2.0**1023, 1.7e308, 3.0, -4.0, 1e-160, 1e160])] * 2)
SQUARES = arr([n for k in (0, 1, 2, 3, 2**26 + 1, 2**31, 3037000499) for n in (k * k - 1, k * k, k * k + 1) if n >= 0] + [2**63 - 1], "i8")
DECIMAL = np.concatenate([[0.5, 1.5, 2.5, 0.125, 0.375, 2.675, 1.005, -0.001, -0.0, 5e-324, 1e8 + 0.05], np.arange(-40, 40) / 16])
DECIMAL = np.concatenate([DECIMAL, np.nextafter(DECIMAL, 9e9), np.nextafter(DECIMAL, -9e9)])
ORDINARY = np.random.default_rng(5).normal(0, 2, 400)


def on_all(expressions: list[str], a: np.ndarray) -> tuple[str, tuple[object, ...]]:
    """A program for all of these expressions, and its inputs."""
    return together(*expressions), (a, a[::-1].copy(), np.zeros((len(expressions), len(a))))


def _absolute() -> list[Example]:
    found = []
    for dtype in (*INTS, "float32", "float64", "bool"):
        a = narrowed(SPECIAL, dtype) if dtype.startswith("f") else arr([0, 1], bool) if dtype == "bool" else edges(dtype)
        found.append(Example("abs and unary minus", f"abs {dtype}", each("abs(a[i])"), (a, 0, zeros(a)), "accelerated flagged"))
        if dtype != "bool":
            found.append(Example("abs and unary minus", f"minus {dtype}", each("-a[i]"), (a, 0, zeros(a)), "accelerated flagged"))
            found.append(
                Example(
                    "abs and unary minus",
                    f"plain {dtype}",
                    each("-a[i] + abs(a[i])"),
                    (arr([1, 2], dtype), 0, arr([0, 0], dtype)),
                    "accelerated flagged",
                )
            )
    found.append(Example("abs and unary minus", "Python int", each("abs(b - i) - -b"), (ORDINARY, 3, zeros(ORDINARY))))
    return found


def _conversions() -> list[Example]:
    finite = SPECIAL[:9]
    i8 = zeros(finite, "int64")
    halves = arr([0.5, 1.5, 2.5, -0.5, -1.5, 1e15 + 0.5, 0.49999999999999994, 3.2])
    found = [
        Example(
            "int(x), round(x)",
            f"{name} {dtype}",
            each(f"{name}(a[i])"),
            (halves.astype(dtype), 0, zeros(halves, "int64")),
        )
        for name in ("int", "round", "math.floor", "math.ceil", "math.trunc")
        for dtype in ("float64", "float32")
        if (name, dtype) != ("math.trunc", "float32")
    ]
    found += [
        Example(
            "int(x), round(x)",
            f"{name} of nan",
            each(f"{name}(a[i])"),
            (arr([1.0, np.nan]), 0, arr([0, 0], "int64")),
            "flagged",
        )
        for name in ("int", "round", "math.floor")
    ]
    found += [
        Example(
            "int(x), round(x)",
            "math.trunc float32",
            each("math.trunc(a[i])"),
            (halves.astype("f4"), 0, zeros(halves, "int64")),
            "type-error",
        ),
        Example("int(x), round(x)", "infinite", each("int(a[i])"), (arr([1.0, np.inf]), 0, i8), "flagged"),
        Example("int(x), round(x)", "huge", each("int(a[i])"), (arr([1.0, 1e19]), 0, zeros(finite)), "flagged"),
        Example(
            "int(x), round(x)",
            "just below 2**63",
            each("int(a[i])"),
            (arr([9.2e18, -(2.0**63)]), 0, i8),
            "accelerated flagged",
        ),
        Example(
            "int(x), round(x)",
            "of ints and bools",
            each("int(a[i]) + round(i) + int(i > 0)"),
            (arr([1, 2, 3], "int8"), 0, arr([0, 0, 0], "int64")),
        ),
        Example(
            "int(x), round(x)",
            "float and bool",
            each("float(a[i]) + bool(a[i])"),
            (arr([1, 0, 3], "int16"), 0, zeros(arr([1] * 3))),
        ),
        Example(
            "round(x, n)",
            "np.float64",
            each("round(a[i], 2)"),
            (ORDINARY, 0, zeros(ORDINARY)),
        ),
        Example(
            "round(x, n)",
            "np.float32",
            each("round(a[i], 1)"),
            (ORDINARY.astype("f4"), 0, zeros(ORDINARY, "f4")),
        ),
        *[
            Example("round(x, n)", f"{dtype} to {n}", each(f"round(a[i], {n})"), (arr(finite * 1e3, dtype), 0, zeros(finite, dtype)))
            for dtype in ("f4", "f8", "i4", "u1", "i8")
            for n in (-3, 0, 1, 7, 22)
            if n >= 0 or dtype[0] == "f"
        ],
        *[
            Example("round(x, n)", f"np.round of {dtype}{n}", each(f"np.round(a[i]{n})"), (arr(finite * 1e3, dtype), 0, zeros(finite, dtype)))
            for dtype in ("f4", "f8", "i4", "u1")
            for n in ("", ", 2", ", 0", ", -2")
            if n != ", -2" or dtype[0] == "f"
        ],
        *[
            Example("round(x, n)", f"x.round({n}) of {dtype}", each(f"a[i].round({n})"), (arr(finite * 1e3, dtype), 0, zeros(finite, dtype)))
            for dtype in ("f4", "f8", "i4", "u1")
            for n in ("", "2")
        ],
        Example("round(x, n)", "x.round() of a Python float", each("(b * i).round()"), (ORDINARY, 1.005, zeros(ORDINARY)), "type-error"),
        Example("round(x, n)", "np.around of Python numbers", each("np.around(b * i, 2) + np.round(i)"), (ORDINARY, 1.005, zeros(ORDINARY))),
        Example("round(x, n)", "np.round of bool", each("np.round(a[i])"), (arr([True, False], bool), 0, arr([0, 0])), "inexact type-error"),
        Example("round(x, n)", "Python int", each("round(i, 2)"), (ORDINARY, 0, zeros(ORDINARY))),
        Example("round(x, n)", "integers to tens", each("round(a[i], -1)"), (arr([25, 35], "i4"), 0, arr([0, 0])), "inexact"),
        *[
            Example("round(x, n)", f"Python float to {n}", each(f"round(float(a[i]), {n})"), (DECIMAL, 0, zeros(DECIMAL)))
            for n in (0, 1, 2, 3, 7)
        ],
        Example("round(x, n)", "Python float without digits", each("round(b + i, 2)"), (ORDINARY, 1e18, zeros(ORDINARY)), "flagged"),
        Example("round(x, n)", "Python float to tens", each("round(b * i, -1)"), (ORDINARY, 1.005, zeros(ORDINARY)), "inexact"),
        Example("round(x, n)", "digits of a variable", each("round(a[i], b)"), (ORDINARY, 2, zeros(ORDINARY)), "call"),
        Example("round(x, n)", "too many digits", each("round(a[i], 23)"), (ORDINARY, 2, zeros(ORDINARY)), "call"),
        Example(
            "round(x, n)",
            "special values",
            each("round(a[i], 3)"),
            (SPECIAL, 0, zeros(SPECIAL)),
            "flagged",
        ),
    ]
    return found


def _extremes() -> list[Example]:
    a, b = outer(SPECIAL, SPECIAL)
    row = "min, max"
    return [
        Example(row, "one type", each("min(a[i], b[i])"), (a, b, zeros(a))),
        Example(row, "max, float32", each("max(a[i], b[i])"), (narrowed(a, "f4"), narrowed(b, "f4"), zeros(a, "f4"))),
        Example(
            row,
            "two types",
            each("max(a[i], b[i])"),
            (arr([1, 3], "int32"), arr([2, 2], "int64"), arr([0, 0])),
            "accelerated mixed-types",
        ),
        Example(row, "with a Python int", each("max(a[i], 0)"), (arr([1, -3]), 0, arr([0, 0])), "accelerated mixed-types"),
        Example(row, "Python ints", each("min(i, b, 7) + max(i, 2)"), (a, 9, zeros(a))),
        Example(row, "three", each("min(a[i], b[i], a[0])"), (a, b, zeros(a))),
        Example(row, "uint8", each("max(a[i], b[i])"), (arr([1, 255], "u1"), arr([9, 7], "u1"), arr([0, 0], "u1"))),
        Example(
            row,
            "running minimum",
            "def f(a):\n    m = a[0]\n    for i in range(len(a)):\n        m = min(m, a[i])\n    return m",
            (ORDINARY,),
        ),
    ]


def _math() -> list[Example]:
    ordinary = (
        "sin",
        "cos",
        "tan",
        "exp",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "fabs",
        "floor",
        "ceil",
        "expm1",
        "degrees",
        "radians",
        "erf",
        "erfc",
    )
    positive = ("sqrt", "log", "log2", "log10", "log1p")
    inverse = ("asin", "acos", "atanh")
    f4 = ORDINARY.astype("f4")
    found = [
        Example("math on float64", "ordinary", *on_all([f"math.{n}(a[i])" for n in ordinary], ORDINARY)),
        Example("math on float64", "positive", *on_all([f"math.{n}(a[i])" for n in positive], abs(ORDINARY))),
        Example("math on float64", "inverse", *on_all([f"math.{n}(a[i])" for n in inverse], ORDINARY / 20)),
        Example("math.f on float32", "ordinary", *on_all([f"math.{n}(a[i])" for n in ordinary], f4)),
        Example("math.f on float32", "positive", *on_all([f"math.{n}(a[i])" for n in positive], abs(f4))),
    ]
    for name in positive:
        found.append(
            Example(
                "math.* errors",
                f"{name} of -1",
                each(f"math.{name}(a[i])"),
                (arr([1.0, -1.5]), 0, arr([0, 0])),
                "flagged",
            )
        )
    for name in inverse:
        found.append(
            Example(
                "math.* errors",
                f"{name} of 2",
                each(f"math.{name}(a[i])"),
                (arr([0.1, 2.0]), 0, arr([0, 0])),
                "flagged",
            )
        )
    for name in ("exp", "sinh", "cosh"):
        found.append(
            Example(
                "math.* errors",
                f"{name} overflows",
                each(f"math.{name}(a[i])"),
                (arr([1.0, 1e3]), 0, arr([0, 0])),
                "flagged",
            )
        )
    for name in ("sin", "floor", "exp", "sqrt", "fabs", "log"):
        found.append(
            Example(
                "math.* errors",
                f"{name} of special values",
                each(f"math.{name}(a[i])"),
                (arr([1.0, np.inf, np.nan]), 0, zeros(arr([1] * 3))),
                "accelerated flagged",
            )
        )
    for name in ("atan2", "copysign", "fmod", "pow", "hypot"):
        found.append(
            Example(
                "math on float64",
                name,
                each(f"math.{name}(a[i], b[i])"),
                (abs(ORDINARY), ORDINARY[::-1].copy(), zeros(ORDINARY)),
                "accelerated inexact call",
            )
        )
    found += [
        Example(
            "math on float64",
            "of Python numbers",
            each("math.sqrt(i) + math.exp(b)"),
            (ORDINARY, -0.5, zeros(ORDINARY)),
        ),
        Example(
            "math on float64",
            "gcd and isqrt",
            each("math.gcd(i, 12) + math.isqrt(i)"),
            (ORDINARY, 0, zeros(ORDINARY, "i8")),
        ),
        *[
            Example("math on float64", f"gcd of {a.dtype}", each("math.gcd(a[i], b[i])"), (a, b, zeros(a, "i8")), expect)
            for a, b, expect in (
                (arr([0, 12, -18, 7, 2**62], "i8"), arr([0, -18, 12, 0, 3 * 2**60], "i8"), "accelerated"),
                (arr([12, 0], "u1"), arr([18, 5], "u1"), "accelerated"),
                (arr([2**63, 12], "u8"), arr([18, 5], "u8"), "flagged"),
                (arr([12, 2], "i4"), arr([18.0, 5.0]), "type-error"),
            )
        ],
        Example("math on float64", "gcd of the least", each("math.gcd(a[i], b)"), (arr([-(2**63)], "i8"), 0, arr([0.0])), "flagged"),
        Example("math on float64", "isqrt about squares", each("math.isqrt(a[i])"), (SQUARES, 0, zeros(SQUARES))),
        Example("math on float64", "isqrt of a negative", each("math.isqrt(a[i])"), (arr([4, -1], "i8"), 0, arr([0, 0])), "flagged"),
        Example("math on float64", "hypot of extremes", each("math.hypot(a[i], b[i])"), (*EXTREMES, zeros(EXTREMES[0]))),
        Example("math on float64", "hypot of three", each("math.hypot(a[i], b, 2.0)"), (ORDINARY, 1.0, zeros(ORDINARY)), "call"),
        Example("math on float64", "constants", each("a[i] * math.pi + math.e - math.tau"), (ORDINARY, 0, zeros(ORDINARY))),
        Example("math on float64", "tests", each("math.isnan(a[i]) or math.isinf(a[i])"), (SPECIAL, 0, zeros(SPECIAL, bool))),
        Example("math on float64", "isfinite", each("math.isfinite(a[i])"), (SPECIAL, 0, zeros(SPECIAL, bool))),
    ]
    return found


def _numpy() -> list[Example]:
    names = (
        "exp",
        "sin",
        "cos",
        "tan",
        "tanh",
        "arctan",
        "sinh",
        "cosh",
        "expm1",
        "exp2",
        "cbrt",
        "arcsinh",
        "floor",
        "ceil",
        "trunc",
        "rint",
        "absolute",
        "sign",
        "square",
        "fabs",
    )
    positive = ("sqrt", "log", "log2", "log10", "log1p", "reciprocal")
    binary = ("arctan2", "hypot", "copysign", "maximum", "minimum", "fmax", "fmin", "power", "fmod")
    row = "NumPy's transcendentals"
    found = []
    for dtype in ("float64", "float32"):
        a = ORDINARY.astype(dtype)
        found += [
            Example(row, f"ordinary {dtype}", *on_all([f"np.{n}(a[i])" for n in names], a)),
            Example(row, f"positive {dtype}", *on_all([f"np.{n}(a[i])" for n in positive], abs(a))),
            Example(row, f"binary {dtype}", *on_all([f"np.{n}(a[i], b[i])" for n in binary], abs(a))),
            *[
                Example(row, f"power {p} {dtype}", each(f"np.power(a[i], {p})"), (abs(a), 0, zeros(a)))
                for p in (2.0, 0.5, -1.0, 3.0, 1.0, 0.0)
            ],
            Example(row, f"negative {dtype}", each("np.negative(a[i])"), (a, 0, zeros(a)), "accelerated call"),
        ]
    found += [
        Example(
            row,
            f"{n} of special values, {'quiet' if c is QUIET else 'raising'}",
            each(f"np.{n}(a[i])"),
            (SPECIAL, 0, zeros(SPECIAL)),
            "accelerated flagged inexact",
            c,
        )
        for n in ("exp", "sin", "tanh", "log", "sqrt")
        for c in (QUIET, RAISING)
    ]
    single = ORDINARY.astype("f4")
    found += [
        Example(
            row,
            f"{call} with {large}",
            each(call),
            (single, np.array([large] * single.size), zeros(single)),
            "accelerated inexact" if large < 1e38 else "flagged inexact",
        )
        for call in ("np.maximum(float(b[i]), a[i])", "np.add(a[i], float(b[i]))", "np.hypot(a[i], float(b[i]))")
        for large in (1.5, 1e39)  # a Python float that is too large for float32
    ]
    found += [
        Example(row, "of a Python float", each("np.exp(b * i)"), (ORDINARY, 0.01, zeros(ORDINARY)), "accelerated inexact"),
        Example(
            row,
            "in a sum",
            "import numpy as np\ndef f(a):\n    s = 0.0\n    for x in a:\n        s += np.exp(-x * x)\n    return s",
            (ORDINARY,),
            "accelerated inexact",
        ),
        Example(
            row,
            "signbit",
            each("np.signbit(a[i])"),
            (SPECIAL[SPECIAL == SPECIAL], 0, zeros(SPECIAL[1:], bool)),
        ),
        Example(row, "signbit of float32", each("np.signbit(a[i])"), (-SPECIAL[:5].astype("f4"), 0, zeros(SPECIAL[:5], bool))),
        Example(row, "signbit of integers", each("np.signbit(a[i])"), (arr([1, -1, 0], "i8"), 0, arr([0, 0, 0], bool))),
        Example(row, "signbit of NaN", each("np.signbit(a[i])"), (SPECIAL, 0, zeros(SPECIAL, bool)), "flagged"),
        Example(row, "copysign of NaN", each("math.copysign(1.0, a[i])"), (SPECIAL, 0, zeros(SPECIAL)), "flagged"),
        Example(
            row,
            "tests",
            each("np.isnan(a[i]) or np.isinf(a[i]) or not np.isfinite(a[i])"),
            (SPECIAL, 0, zeros(SPECIAL, bool)),
            "accelerated inexact",
        ),
        Example(row, "constructors", each("np.float32(a[i]) + np.int64(i) * np.float32(2)"), (ORDINARY, 0, zeros(ORDINARY))),
        Example(
            "np.sqrt(int8)",
            "float16",
            each("np.sqrt(a[i])"),
            (arr([4, 9], "int8"), 0, arr([0, 0], "float32")),
            "type-error value-type inexact",
        ),
        Example(
            "np.sqrt(int8)",
            "int64",
            each("np.sqrt(a[i])"),
            (arr([4, 9], "int64"), 0, arr([0, 0])),
            "accelerated inexact",
        ),
        Example(
            "np.sqrt(int8)",
            "int32",
            each("np.exp(a[i])"),
            (arr([4, 9], "int32"), 0, arr([0, 0])),
            "accelerated inexact",
        ),
        Example(
            "builtin sum of floats",
            "sum",
            "def f(a):\n    for i in range(2):\n        t = sum(a)\n    return t",
            (arr([1e16, 1.0, -1e16]),),
            "call",
        ),
        Example(
            "device transcendentals",
            "on the CPU",
            each("np.exp(a[i]) * math.exp(b[i])"),
            (ORDINARY, ORDINARY, zeros(ORDINARY)),
            "accelerated inexact",
        ),
    ]
    return found


EXAMPLES = [*_absolute(), *_conversions(), *_extremes(), *_math(), *_numpy()]
