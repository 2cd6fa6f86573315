"""The rows of the contract on constructs that are captured as simpler ones: `float("inf")`."""

from __future__ import annotations

from tests.semantics.example import QUIET, Example, arr, each
from tests.semantics.functions import SPECIAL
from tests.semantics.numbers import narrowed, zeros

TEXTS = ("inf", "-inf", "nan", "Infinity", " 1e-3 ", "1_0.5", "-0.0", "1e400", "0.1")


def _texts() -> list[Example]:
    row = "float of a text"
    found = []
    for dtype in ("float64", "float32", "int32", "bool"):
        a = narrowed(SPECIAL, dtype) if dtype[0] == "f" else arr([0, 1, 5, -3], dtype)
        for text in TEXTS:
            for e in (f'float("{text}")', f'a[i] * float("{text}")', f'a[i] - float("{text}")', f'float("{text}") / (a[i] + 2)'):
                found.append(Example(row, f"{e} {dtype}", each(e), (a, 0, zeros(a, "f8")), "accelerated flagged", QUIET))
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


EXAMPLES = [*_texts()]
