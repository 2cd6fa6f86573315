"""The rows of the contract on arithmetic."""

from __future__ import annotations

import numpy as np

from tests.semantics.example import ERRORS, QUIET, RAISING, Example, arr, each

INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
F8 = np.float64


def edges(dtype: str) -> np.ndarray:
    info = np.iinfo(dtype)
    return np.array([0, 1, 2, 3, info.max, info.max - 1, info.max // 2, info.min, info.min + 1, info.min // 2], dtype)


def outer(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(a, len(b)), np.tile(b, len(a))


def narrowed(a: np.ndarray, dtype: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        return a.astype(dtype)


def zeros(like: np.ndarray, dtype: object = None) -> np.ndarray:
    return np.zeros(len(like), dtype or like.dtype)  # type: ignore[call-overload]


def _no_conclusions() -> list[Example]:
    """What would be so if integers did not wrap around: a compiler must not conclude it."""
    row = "integers wrap around"
    expressions = (
        "bool(a[i] * b[i])", "a[i] * b[i] == 0", "a[i] + 1 > a[i]", "a[i] - 1 < a[i]", "a[i] + b[i] < b[i]", "a[i] * a[i] >= 0",
        "a[i] * 2 // 2 == a[i]", "a[i] * 6 // 3 == a[i] * 2", "(a[i] + 5 if a[i] > 0 else 7) > 0", "a[i] - b[i] < 0", "-a[i] <= 0",
        "abs(a[i]) >= 0", "a[i] ** 2 >= 0", "a[i] ** 3 == 0", "bool(np.multiply(a[i], b[i]))", "np.add(a[i], 1) > a[i]",
    )
    found = []
    for dtype in ("int64", "int32"):
        a, b = outer(edges(dtype), edges(dtype))
        out = zeros(a, "?")
        found += [Example(row, f"{dtype} {text}", each(text), (a, b, out), "accelerated", QUIET) for text in expressions]
    return found


def _narrow() -> list[Example]:
    row, found = "narrow integers", []
    for dtype in INTS:
        a, b = outer(edges(dtype), edges(dtype))
        small = a[:4], b[:4]
        found.append(Example(row, f"{dtype} small", each("a[i] * b[i] + a[i]"), (*small, zeros(small[0]))))
        found.append(
            Example(
                row,
                f"{dtype} wraps",
                each("a[i] * b[i] - (a[i] + b[i])"),
                (a, b, zeros(a)),
                "accelerated flagged",
                QUIET,
            )
        )
        found.append(Example(row, f"{dtype} warns", each("a[i] + b[i]"), (a, b, zeros(a)), "accelerated flagged"))
        found.append(Example(row, f"{dtype} bits", each("(a[i] & b[i]) ^ (a[i] | ~b[i])"), (a, b, zeros(a))))
    found.append(Example(row, "mixed", each("a[i] + b[i]"), (arr([1, -2], "int8"), arr([7, 200], "uint8"), arr([0, 0], "int16"))))
    found.append(
        Example(
            row,
            "raises",
            each("a[i] + b[i]"),
            (arr([1, 127], "int8"), arr([1, 1], "int8"), arr([0, 0], "int8")),
            "accelerated flagged",
            RAISING,
        )
    )
    return found


def _weak() -> list[Example]:
    x = arr([0.1, 1.1, -3.7, 1e30, 5e-324, np.inf], "float32")
    u = arr([1, 2, 3], "uint8")
    half = arr([0.1, 0.2], "float32")
    return [
        Example("float32 with a Python float", "times", each("a[i] * 0.1 + b"), (x, 0.3, zeros(x))),
        Example("float32 with a Python float", "too large", each("a[i] * 1e300"), (x, 0.3, zeros(x)), "accelerated flagged"),
        Example("float32 with a Python float", "np.float64", each("a[i] * b"), (x, F8(0.3), zeros(x, F8))),
        Example("weak Python int out of range", "fits", each("a[i] + 200"), (u, 0, zeros(u))),
        Example("weak Python int out of range", "constant", each("a[i] + 300"), (u, 0, zeros(u)), "type-error flagged"),
        Example(
            "weak Python int out of range",
            "variable",
            each("a[i] + b"),
            (u, 256, zeros(u)),
            "type-error flagged big-integer",
        ),
        Example(
            "weak Python int out of range",
            "negative",
            each("a[i] + b"),
            (u, -1, zeros(u)),
            "type-error flagged big-integer",
        ),
        Example("weak Python int out of range", "loop variable", each("a[i] + i * 120"), (u, 0, zeros(u)), "accelerated"),
        Example(
            "weak Python int out of range",
            "loop variable too large",
            each("a[i] + i * 130"),
            (u, 0, zeros(u)),
            "flagged type-error",
        ),
        Example(
            "int64 with uint64",
            "sum is float64",
            each("a[i] + b[i]"),
            (arr([1, 2**53 + 1, -5], "int64"), arr([2, 2**63, 1], "uint64"), arr([0, 0, 0])),
        ),
        Example(
            "int64 with uint64",
            "bits",
            each("a[i] & b[i]"),
            (arr([1], "int64"), arr([2], "uint64"), arr([0], "int64")),
            "type-error",
        ),
        Example(
            "int64 with uint64",
            "compare",
            each("a[i] < b[i]"),
            (arr([1, -1, 2**62], "int64"), arr([2, 2**64 - 1, 2**62 + 1], "uint64"), arr([0, 0, 0], "bool")),
            "accelerated inexact",
        ),
        Example("float32 compared with Python float", "less", each("a[i] < b"), (half, 0.1, zeros(half, bool))),
        Example("float32 compared with Python float", "equal", each("a[i] == 0.1"), (half, 0.1, zeros(half, bool))),
        Example("float32 compared with Python float", "chain", each("0.1 <= a[i] <= 0.2"), (half, 0.1, zeros(half, bool))),
    ]


def _changing() -> list[Example]:
    f4 = arr([0.1, 0.2, 0.3], "float32")
    accumulate = "def f(a, s):\n    for i in range(len(a)):\n        s += a[i]\n    return locals()"
    largest = "def f(a, m):\n    for i in range(len(a)):\n        if a[i] > m:\n            m = a[i]\n    return locals()"
    first = "def f(a):\n    m = a[0]\n    for x in a:\n        if x > m:\n            m = x\n    return locals()"
    row, two = "the first iteration changes the type", "the type follows the path"
    return [
        Example(row, "float32 into 0", accumulate, (f4, 0)),
        Example(row, "float32 into 0.0", accumulate, (f4, 0.0)),
        Example(row, "float64 into 0", accumulate, (arr([0.1, 0.2]), 0)),
        Example(row, "int8 into 0", accumulate, (arr([1, 2, 3], "int8"), 0)),
        Example(row, "uint64 into 0", accumulate, (arr([1, 2**63], "uint64"), 0)),
        Example(row, "bool into 0", accumulate, (arr([1, 0, 1], "bool"), 0)),
        Example(row, "complex into 0", accumulate, (arr([1j, 2.5], "complex64"), 0)),
        Example(row, "no iterations leave 0", accumulate, (f4[:0], 0), "not-run"),
        Example(row, "float32 into np.float64", accumulate, (f4, F8(0))),
        Example(two, "0 stays", largest, (arr([-1.0, -2.0]), 0), "accelerated mixed-types"),
        Example(two, "0 is replaced", largest, (arr([1.0, 3.0, 2.0]), 0), "accelerated mixed-types"),
        Example(two, "0.0 stays", largest, (arr([-1.0, -2.0]), 0.0), "accelerated mixed-types"),
        Example(two, "one type", first, (arr([1.0, 3.0, 2.0], "float32"),)),
        Example(
            two,
            "conditional expression",
            each("a[i] if a[i] > b else 0.0"),
            (arr([1, -1]), 0.5, arr([0, 0])),
            "accelerated mixed-types",
        ),
        Example(two, "conditional expression of one type", each("a[i] if a[i] > b else a[i] * 2"), (f4, 0.2, zeros(f4))),
    ]


def _python_ints() -> list[Example]:
    grow = "def f(n, s):\n    for i in range(n):\n        s = s * 3 + i\n    return locals()"
    out = arr([0, 0, 0, 0])
    big = "def f(n, x, out):\n    for i in range(n):\n        t = (x + i) / 3\n        out[i] = t\n    return locals()"
    compare = "def f(n, x, y, out):\n    for i in range(n):\n        t = x + i < y\n        out[i] = t\n    return locals()"
    return [
        Example("Python int overflow", "stays small", grow, (20, 1)),
        Example("Python int overflow", "becomes big", grow, (60, 1), "flagged big-integer"),
        Example("Python int overflow", "starts big", grow, (3, 2**80), "big-integer"),
        Example(
            "Python int overflow",
            "at the edge",
            "def f(n, s):\n    for i in range(n):\n        s += 1\n    return s",
            (5, 2**63 - 6),
        ),
        Example(
            "Python int overflow",
            "over the edge",
            "def f(n, s):\n    for i in range(n):\n        s += 1\n    return s",
            (7, 2**63 - 4),
            "flagged big-integer",
        ),
        Example("Python int division", "exact", big, (4, 7, out)),
        Example("Python int division", "past 2**53", big, (4, 2**53 + 1, out), "flagged inexact"),
        Example("Python int compared with float", "exact", compare, (4, 7, 9.5, out.astype(bool))),
        Example(
            "Python int compared with float",
            "past 2**53",
            compare,
            (4, 2**53, 2.0**53, out.astype(bool)),
            "flagged inexact",
        ),
    ]


def _division() -> list[Example]:
    found = []
    special = arr([0.0, -0.0, 1.0, -1.0, 5.5, -5.5, np.inf, -np.inf, np.nan, 5e-324, 1e308])
    for dtype in ("float64", "float32"):
        a, b = outer(narrowed(special, dtype), narrowed(special, dtype))
        for op in ("/", "//", "%"):
            found.append(
                Example(
                    "/ by zero" if op == "/" else "// and % by zero",
                    f"{dtype} {op} quiet",
                    each(f"a[i] {op} b[i]"),
                    (a, b, zeros(a)),
                    "accelerated flagged",
                    QUIET,
                )
            )
            found.append(
                Example(
                    "/ by zero" if op == "/" else "// and % by zero",
                    f"{dtype} {op} warns",
                    each(f"a[i] {op} b[i]"),
                    (a, b, zeros(a)),
                    "accelerated flagged",
                )
            )
    for dtype in INTS:
        a, b = outer(edges(dtype), edges(dtype))
        for op in ("//", "%"):
            found.append(
                Example(
                    "// and % by zero",
                    f"{dtype} {op}",
                    each(f"a[i] {op} b[i]"),
                    (a, b, zeros(a)),
                    "accelerated flagged",
                )
            )
            found.append(
                Example(
                    "MIN // -1",
                    f"{dtype} {op} nonzero",
                    each(f"a[i] {op} (b[i] | 1)"),
                    (a, b, zeros(a)),
                    "accelerated flagged",
                    QUIET,
                )
            )
    lone = arr([-128], "int8"), arr([-1], "int8")
    found += [
        Example("MIN // -1", "warns", each("a[i] // b[i]"), (*lone, zeros(lone[0])), "accelerated flagged"),
        Example("MIN // -1", "remainder", each("a[i] % b[i]"), (*lone, zeros(lone[0])), "accelerated flagged"),
        Example(
            "/ by zero",
            "int64",
            each("a[i] / b[i]"),
            (arr([1, 0, 6], "int64"), arr([0, 0, 4], "int64"), arr([0, 0, 0])),
            "accelerated flagged",
        ),
        Example("/ by zero", "Python numbers", each("b / (i - 1)"), (special, 2.0, zeros(special)), "flagged"),
        Example("// and % by zero", "Python ints", each("7 // (b - i)"), (special, 3, zeros(special)), "flagged"),
        Example("// and % by zero", "Python floats", each("b % (i - 2)"), (special, 7.5, zeros(special)), "flagged"),
        Example("/ by zero", "Python numbers, guarded", each("b / (i + 1)"), (special, 2.0, zeros(special))),
    ]
    signed = arr([7, -7, 0, 1], "float64"), arr([2.0, -2.0, 3.0, -0.5])
    a, b = outer(*signed)
    found += [Example("// and % by zero", f"signs {op}", each(f"a[i] {op} b[i]"), (a, b, zeros(a))) for op in ("//", "%")]
    return found


def _powers() -> list[Example]:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(0, 3, 300), [0.0, -0.0, 1.0, np.inf, -np.inf]])
    positive = np.abs(x)
    f4 = x.astype("float32")
    i4, i8 = arr([2, 3, -5, 0, 7], "int32"), arr([2, 3, -5, 0, 7], "int64")
    few = positive[:5]
    found = [
        Example("x ** 2, any float power", f"float64 ** {p}", each(f"a[i] ** {p}"), (x, 0, zeros(x)), "accelerated")
        for p in ("2", "3", "4", "2.0", "0")
    ]
    found += [
        Example("x ** 2, any float power", f"float32 ** {p}", each(f"a[i] ** {p}"), (f4, 0, zeros(f4)), "accelerated")
        for p in ("2", "3", "4", "2.0")
    ]
    found += [
        Example("x ** 2, any float power", f"positive ** {p}", each(f"a[i] ** {p}"), (positive[:300], 0, zeros(x[:300])))
        for p in ("0.5", "1.5", "-1", "-0.5")
    ]
    found += [
        Example(
            "x ** 2, any float power",
            "negative to a fraction",
            each("a[i] ** 0.5"),
            (x, 0, zeros(x)),
            "accelerated flagged",
        ),
        Example(
            "x ** 2, any float power",
            "overflows",
            each("a[i] ** b[i]"),
            (arr([1e200, 2]), arr([2.0, 0.5]), arr([0, 0])),
            "accelerated flagged",
        ),
        Example("x ** 2, any float power", "Python floats", each("(b + i) ** 2.5"), (few, 1.5, zeros(few)), "accelerated"),
        Example("x ** 2, any float power", "Python overflow", each("(b + i) ** 2"), (few, 1e200, zeros(few)), "flagged"),
        Example(
            "x ** 2, any float power",
            "Python complex result",
            each("(b + i) ** 0.5"),
            (few, -1.5, zeros(few)),
            "flagged",
        ),
        Example("mixed kinds in **", "np.float64 ** int", each("b[i] ** i"), (i8, few, zeros(few))),
        Example("int **", "squares", each("a[i] ** 2 + a[i] ** 3"), (i4, 0, zeros(i4))),
        Example("int **", "variable", each("a[i] ** b[i]"), (i8, arr([0, 1, 2, 3, 4], "int64"), zeros(i8)), "accelerated"),
        Example("int **", "wraps", each("a[i] ** 40"), (i4, 0, zeros(i4)), "accelerated flagged"),
        Example("int **", "negative exponent", each("a[i] ** b[i]"), (i8, -abs(i8), zeros(i8)), "flagged type-error"),
        Example("int **", "Python ints", each("b ** i"), (i8, 3, zeros(i8))),
        Example("int **", "Python ints, big", each("b ** (i * 30)"), (i8, 3, arr([0.0] * 5)), "flagged big-integer"),
        Example(
            "int **",
            "Python negative",
            each("2 ** (b - i)"),
            (i8, 2, arr([0.0] * 5)),
            "flagged type-error mixed-types inexact",
        ),
        Example("int **", "pow with modulus", each("pow(b, i, 7)"), (i8, 3, zeros(i8)), "accelerated call"),
    ]
    return found


def _mixed_powers() -> list[Example]:
    """NumPy's ufunc, which has ways of its own for some exponents of scalars."""
    row = "mixed kinds in **"
    rng = np.random.default_rng(2)
    special = (0.0, -0.0, np.inf, -np.inf, np.nan, 1e300, -1e300, 5e-324)
    exponents = np.concatenate([rng.choice([2.0, 0.5, -1.0, 1.0, 0.0, 3.0, -0.5, 1.5, -2.0, 7.0], 290), special])
    bases = np.concatenate([rng.uniform(0.01, 50, 290), special])
    found = []
    for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "bool"):
        whole = rng.integers(0 if dtype[0] in "bu" else -100, 2 if dtype == "bool" else 100, exponents.size).astype(dtype)
        found += [
            Example(row, f"{dtype} ** float64", each("a[i] ** b[i]"), (whole, exponents, zeros(exponents)), "flagged"),
            Example(row, f"float64 ** {dtype}", each("b[i] ** a[i]"), (whole, bases, zeros(bases)), "accelerated flagged"),
            Example(row, f"{dtype} ** float", each("a[i] ** float(b[i])"), ((abs(whole) | 1)[:290], exponents, zeros(bases))),
            Example(row, f"float ** {dtype}", each("float(b[i]) ** a[i]"), (abs(whole)[:290] // 4, bases, zeros(bases))),
        ]
    small = exponents[:290].astype("f4")
    return [
        *found,
        *[Example(row, f"int8 ** float {p}", each(f"a[i] ** {p}"), (arr(range(1, 99), "i1"), 0, zeros(arr(range(98)))))
          for p in (0.5, 2.0, -1.0, 2.5)],
        Example(row, "int8 ** float32", each("a[i] ** b[i]"), (arr(range(1, 99), "i1"), small, zeros(small))),
        Example(row, "int64 ** float32", each("a[i] ** b[i]"), (arr(range(1, 99), "i8"), small, zeros(bases))),
        Example(row, "float32 ** int16", each("b[i] ** a[i]"), (arr(range(1, 9), "i2"), abs(small) + 1, zeros(small))),
        Example(row, "bool ** 0.5", each("a[i] ** 0.5"), (arr([True, False], bool), 0, zeros(arr([0, 0])))),
    ]


def _shifts() -> list[Example]:
    found = []
    for dtype in INTS:
        width = np.iinfo(dtype).bits
        a, b = outer(edges(dtype), np.array([0, 1, width - 1, min(width, np.iinfo(dtype).max)], dtype))
        found += [Example("shifts", f"{dtype} {op}", each(f"a[i] {op} b[i]"), (a, b, zeros(a))) for op in ("<<", ">>")]
    a, b = outer(edges("int32"), arr([-1, 32, 100, -100], "int32"))
    lone = arr([1, 2, 3], "int64")
    found += [Example("shifts", f"far {op}", each(f"a[i] {op} b[i]"), (a, b, zeros(a))) for op in ("<<", ">>")]
    found += [
        Example("shifts", "weak count", each("a[i] << 3 | a[i] >> 2"), (lone, 0, zeros(lone))),
        Example("shifts", "Python ints", each("(b << i) + (b >> i)"), (lone, 5, zeros(lone))),
        Example("shifts", "Python big", each("b << (i * 40)"), (lone, 5, arr([0.0] * 3)), "flagged big-integer inexact"),
        Example("shifts", "Python negative", each("b << (1 - i)"), (lone, 5, zeros(lone)), "flagged inexact"),
        Example("shifts", "Python right, far", each("b >> (i * 60)"), (lone, -5, zeros(lone)), "accelerated flagged inexact"),
    ]
    return found


def _bools() -> list[Example]:
    a, b = outer(arr([True, False], bool), arr([True, False], bool))
    i1 = zeros(a, "int8")
    return [
        Example("bool arithmetic", "sum is bool", each("a[i] + b[i]"), (a, b, i1)),
        Example("bool arithmetic", "product", each("a[i] * b[i]"), (a, b, i1)),
        Example("bool arithmetic", "bits", each("(a[i] & b[i]) ^ (a[i] | b[i])"), (a, b, i1)),
        Example("bool arithmetic", "invert", each("~a[i]"), (a, b, i1)),
        Example("bool arithmetic", "minus", each("a[i] - b[i]"), (a, b, i1), "type-error"),
        Example("bool arithmetic", "negative", each("-a[i]"), (a, b, i1), "type-error"),
        Example(
            "bool arithmetic",
            "floor division",
            each("a[i] // (b[i] | True)"),
            (a, b, i1),
            "accelerated inexact flagged",
        ),
        Example("bool arithmetic", "true division", each("a[i] / (b[i] | True)"), (a, b, zeros(a, F8)), "accelerated"),
        Example("bool arithmetic", "with int", each("a[i] + 1"), (a, b, i1)),
        Example("bool arithmetic", "Python bool", each("(b + 1) * (not b) - b"), (a, True, i1)),
        Example("bool arithmetic", "compare", each("a[i] < b[i]"), (a, b, i1)),
        Example(
            "bool arithmetic",
            "and, or, not",
            each("not (a[i] and not b[i]) or a[i]"),
            (a, b, i1),
            "accelerated mixed-types",
        ),
        Example("bool arithmetic", "Python compare stays bool", each("i > 1"), (a, b, i1)),
    ]


def _fma() -> list[Example]:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=500), rng.normal(size=500)
    sums = "def f(a, b):\n    s = 0.0\n    for i in range(len(a)):\n        s += a[i] * b[i]\n    return s"
    return [
        Example("FMA", "float64", each("a[i] * b[i] + a[i]"), (a, b, zeros(a))),
        Example("FMA", "float32", each("a[i] * b[i] - b[i] * b[i]"), (a.astype("f4"), b.astype("f4"), zeros(a, "f4"))),
        Example("float sums", "float64 dot product", sums, (a, b)),
        Example("float sums", "float32 dot product", sums, (a.astype("f4"), b.astype("f4"))),
        Example(
            "float sums",
            "with infinities",
            sums,
            (arr([1e308, 1e308, -1e308]), arr([1.0, 1.0, 1.0])),
            "accelerated flagged",
        ),
        Example("float sums", "errors raised", sums, (arr([1e308, 1e308, -1e308]), arr([1.0, 1.0, 1.0])), "flagged", ERRORS),
    ]


EXAMPLES = [
    *_no_conclusions(),
    *_narrow(),
    *_weak(),
    *_changing(),
    *_python_ints(),
    *_division(),
    *_powers(), *_mixed_powers(),
    *_shifts(),
    *_bools(),
    *_fma(),
]
