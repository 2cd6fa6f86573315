"""The rows of the contract on constructs that are captured as simpler ones: `float("inf")`, `x in (1, 2)`."""

from __future__ import annotations

import numpy as np

from tests.semantics.example import QUIET, Example, arr, each
from tests.semantics.functions import SPECIAL
from tests.semantics.numbers import INTS, edges, narrowed, zeros

TEXTS = ("inf", "-inf", "nan", "Infinity", " 1e-3 ", "1_0.5", "-0.0", "1e400", "0.1")


def _texts() -> list[Example]:
    row = "float of a text"
    found = []
    for k, dtype in enumerate(("float64", "float32", "int32", "bool")):
        a = narrowed(SPECIAL, dtype) if dtype[0] == "f" else arr([0, 1, 5, -3], dtype)
        for m, text in enumerate(TEXTS):
            forms = (f'float("{text}")', f'a[i] * float("{text}")', f'a[i] - float("{text}")', f'float("{text}") / (a[i] + 2)')
            for n, e in enumerate(forms):
                rare = (k + m + n) % 4 > 0  # each form with each type and with each text stays
                found.append(Example(row, f"{e} {dtype}", each(e), (a, 0, zeros(a, "f8")), "accelerated flagged", QUIET, rare))
    finite = arr([1.0, 1e200, -3.0])
    tests = 'a[i] < float("inf") and a[i] != float("nan") and -float("inf") < a[i] <= float("inf") and not a[i] > float("inf")'
    overflow = each('(a[i] * a[i]) + float("nan")')
    least = [
        "def f(a):",
        "    for k in range(2):",
        '        best = float("inf")',
        "        for i in range(len(a)):",
        "            if a[i] < best:",
        "                best = a[i]",
        "    return best",
    ]
    own = "def float(x):\n    return 2.0\n" + each('a[i] * float("inf")')
    return [
        *found,
        Example(row, "compared", each(tests), (narrowed(SPECIAL, "f8"), 0, zeros(SPECIAL, bool))),
        Example(row, "an overflow before nan warns", overflow, (finite, 0, zeros(finite)), "flagged"),
        Example(row, "an overflow before inf warns", overflow.replace("+", ">").replace("nan", "inf"), (finite, 0, zeros(finite)), "flagged"),
        Example(row, "in a variable", each("(a[i] * a[i]) + m", setup='m = float("nan")'), (finite, 0, zeros(finite)), "flagged"),
        *(Example(row, f"least {d}", "\n".join(least), (narrowed(SPECIAL, d),)) for d in ("f8", "f4")),
        Example(row, "own float", own, (finite, 0, zeros(finite)), "accelerated call"),
        Example(row, "refused", each('float("one")'), (finite[:0], 0, finite[:0]), "expression"),
        Example(row, "bytes", each('float(b"1.5")'), (finite, 0, zeros(finite)), "expression"),
        Example(row, "two arguments", each('float("1", 2)'), (finite[:0], 0, finite[:0]), "expression"),
    ]


def _contained() -> list[Example]:
    row, found = "in a display", []
    displays = ("(1, 3)", "(0, -1, 1.5)", "[0.1, 2, -2.5]", "(True, 7)", "(1e308, -0.0, 2**53 + 1)", "(300, -128, 2**31)")
    sets = ("{1, 3, 255}", "{0, -1, 100}", "{0.5, 1.5}", "{0.1, 0.0}", "{True, 2**53 + 1}", "{1.0}")
    for k, dtype in enumerate(("float64", "float32", *INTS, "bool", "complex64")):
        a = narrowed(SPECIAL, dtype) if dtype[0] in "fc" else arr([0, 1], bool) if dtype == "bool" else edges(dtype)
        out = zeros(a, bool)
        for m, d in enumerate(displays):
            wanted = "accelerated flagged" if dtype[0] in "fc" else "accelerated"
            for n, op in enumerate(("in", "not in")):
                rare = (k + m + 2 * n) % 4 > 0
                found.append(Example(row, f"{'not in ' * n}{d} {dtype}", each(f"a[i] {op} {d}"), (a, 0, out), wanted, rare=rare))
        for m, d in enumerate(sets):
            rare = (k + m) % 3 > 0
            found.append(Example(row, f"{d} {dtype}", each(f"a[i] in {d}"), (a, 0, out), "accelerated flagged inexact", rare=rare))
    a, out = narrowed(SPECIAL, "f8"), zeros(SPECIAL, bool)
    numbers = each("i in (b, 3, 2.0, n) or -i in [b - 3]", setup="n = 7")
    same = "for i in range(len(a)):\n    x = a[i]\n    out[i] = x in {}"
    same = "def f(a, b, out):\n" + "".join(f"    {line}\n" for line in [*same.splitlines(), "return out"])
    effect = "def g(a, i):\n    a[i] = 5.0\n    return 5.0\n" + each("a[i] in (g(a, i), 7.0)")
    return [
        *found,
        Example(row, "Python integers", numbers, (a, 2, out)),
        Example(row, "Python bools", each("(i > 2) in (i < 5, False)"), (a, 2, out)),
        Example(row, "a set of integers", each("i in {1, 3, 5, 8}"), (a, 2, out)),
        Example(row, "an element each time", each("a[i] in (b[i], b[0], b[-1])"), (a, a[::-1].copy(), out)),
        Example(row, "the same NaN", same.format("(x, 1.0)"), (a, 0, out), "inexact"),
        Example(row, "maybe the same NaN", same.format("(1.0, b)"), (a, np.nan, out), "inexact"),
        Example(row, "an element is never the same NaN", each("a[i] in (b, 1.0)"), (a, np.nan, out)),
        Example(row, "a variable in a set", each("i in {b, 3}"), (a, 2, out), "inexact"),
        Example(row, "all items are evaluated", each("i in (0, a[i + 1])"), (a, 0, out), "flagged"),
        Example(row, "the left is evaluated first", effect, (a, 0, out)),
        Example(row, "one evaluation", "k = [0]\n" + each("(i // b) in (0, 1) and (i % b) in (1, 2)"), (a, 3, out)),
        Example(row, "division by zero", each("i // b in (0, 1)"), (a, 0, out), "flagged"),
        Example(row, "an array", each("i in (a, 1)"), (a, 0, out), "array-variable value-type"),
    ]


EXAMPLES = [*_texts(), *_contained()]
