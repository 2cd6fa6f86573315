"""The rows of the contract on arrays, subscripts and names."""

from __future__ import annotations

import numpy as np

from tests.semantics.example import ERRORS, QUIET, RAISING, Example, arr
from tests.semantics.numbers import INTS

A = np.arange(8.0)
TWINS = [c for c in "ilqILQ" if np.dtype(c).type is not np.dtype(np.dtype(c).str).type]  # np.longlong, where it is not np.int64


class Doubling(np.ndarray):
    """An array whose elements come out twice as large."""

    def __getitem__(self, key: object) -> object:
        return np.asarray(self)[key] * 2  # type: ignore[index]


def function(params: str, *body: str) -> str:
    return "\n".join(
        [
            "import math",
            "import numpy as np",
            f"def f({params}):",
            *("    " + line for line in body),
            "    return locals()",
        ]
    )


def loop(params: str, *body: str, over: str = "range(len(a))", before: str = "pass") -> str:
    return function(params, before, f"for i in {over}:", *("    " + line for line in body))


def _stores() -> list[Example]:
    row, found = "store into an int array", []
    copy = loop("a, b", "a[i] = b[i]")
    for dtype in INTS:
        a = np.zeros(3, dtype)
        found += [
            Example(row, f"{dtype} of floats", copy, (a, arr([1.9, 2.5, 100.0]))),
            Example(row, f"{dtype} of nan", copy, (a, arr([1.0, np.nan, 2.0])), "accelerated flagged"),
            Example(row, f"{dtype} of huge", copy, (a, arr([1.0, 1e30, 2.0])), "accelerated flagged"),
            Example(row, f"{dtype} of int64", copy, (a, arr([1, 2**40 + 7, -3], "int64")), "accelerated flagged"),
            Example(row, f"{dtype} of a Python int", loop("a, b", "a[i] = b + i"), (a, 20)),
            Example(row, f"{dtype} of a Python int past it", loop("a, b", "a[i] = b + i"), (a, 2**31), "accelerated flagged"),
            Example(row, f"{dtype} of a negative Python int", loop("a, b", "a[i] = b - i"), (a, 1), "accelerated flagged"),
        ]
    found += [
        Example(
            row,
            "Python float nan",
            loop("a, b", "a[i] = b * i"),
            (np.zeros(3, "int32"), float("nan")),
            "accelerated flagged",
        ),
        Example(
            row,
            "float into float32",
            loop("a, b", "a[i] = b[i]"),
            (np.zeros(3, "f4"), arr([0.1, 1e300, 1e-300])),
            "accelerated flagged",
        ),
        Example(
            row,
            "float into float32, quiet",
            loop("a, b", "a[i] = b[i]"),
            (np.zeros(3, "f4"), arr([0.1, 1e300, 1e-300])),
            "accelerated flagged",
            QUIET,
        ),
        Example(row, "anything into bool", loop("a, b", "a[i] = b[i]"), (np.zeros(3, bool), arr([0.0, np.nan, 0.1]))),
        Example(
            row,
            "complex into float",
            loop("a, b", "a[i] = b[i]"),
            (np.zeros(2), arr([1j, 2], complex)),
            "type-error flagged",
        ),
        Example(row, "float into complex", loop("a, b", "a[i] = b[i]"), (np.zeros(2, complex), arr([1, 2]))),
    ]
    return found


def _subscripts() -> list[Example]:
    wrap, out = "index below zero", "index out of bounds"
    two = np.arange(12.0).reshape(3, 4)
    back = arr([3, -1, -8, 7], "int64")
    return [
        Example(wrap, "shifted", loop("a", "a[i - 1] = a[i] + 1"), (A,)),
        Example(wrap, "constant", loop("a", "a[i] = a[-1] - a[-2]"), (A,)),
        Example(wrap, "all negative", loop("a", "a[-i - 1] += a[i]"), (A,)),
        Example(wrap, "indirect", loop("idx, a", "a[idx[i]] += 1.5", over="range(len(idx))"), (back, A)),
        Example(wrap, "two dimensions", loop("a", "a[i - 1, -1] = a[i, i - 2]"), (two,)),
        Example(wrap, "unsigned", loop("idx, a", "a[idx[i]] += 1.5", over="range(len(idx))"), (arr([3, 0], "uint8"), A)),
        Example(out, "above", loop("a", "a[i + 1] = a[i]"), (A,), "flagged"),
        Example(out, "below", loop("a", "a[i - 9] = a[i]"), (A,), "flagged"),
        Example(out, "second axis", loop("a", "a[i, i + 2] = 0.0"), (two,), "flagged"),
        Example(out, "indirect", loop("idx, a", "a[idx[i]] += 1.5", over="range(len(idx))"), (arr([3, 8]), A), "index-type"),
        Example(
            out,
            "indirect int",
            loop("idx, a", "a[idx[i]] += 1.5", over="range(len(idx))"),
            (arr([3, 8], "int32"), A),
            "flagged",
        ),
        Example(out, "guarded", loop("a", "if i + 1 < len(a):", "    a[i + 1] = a[i]"), (A,)),
        Example(out, "not reached", loop("a", "if i > 100:", "    a[i + 1] = a[i]"), (A,), "accelerated"),
        Example(out, "empty array", loop("a, b", "b[0] = a[i]"), (A, np.zeros(0)), "flagged"),
        Example("index of bool or float", "bool", loop("a", "t = a[i > 3]"), (A,), "index-type"),
        Example("index of bool or float", "float", loop("a", "t = a[i / 2]"), (A,), "index-type"),
        Example("index of bool or float", "np.bool", loop("a, m", "t = a[m[i]]"), (A, A > 3), "index-type"),
        Example("index of bool or float", "too many", loop("a", "t = a[i, i]"), (A,), "dimensions"),
        Example("index of bool or float", "too few", loop("a", "t = a[i]"), (two,), "accelerated dimensions"),
    ]


def _names() -> list[Example]:
    row = "a variable unbound at the loop"
    late = function("a", "if len(a) > 100:", "    s = 0.0", "for i in range(len(a)):", "    s += a[i]")
    never = function("a", "for i in range(len(a)):", "    t = a[i] + u", "u = 1")
    written = function("a", "for i in range(len(a)):", "    t = a[i] * 2")
    live = "\n".join(
        [
            "import math",
            "K = 2.0",
            "def g(x):",
            "    return x * K",
            "def f(a):",
            "    global K",
            "    for k in range(2):",
            "        K = K + 1",
            "        for i in range(len(a)):",
            "            a[i] = g(a[i]) + abs(K)",
            "    return a",
        ]
    )
    shadow = "def f(a):\n    abs = lambda x: x\n    for i in range(len(a)):\n        a[i] = abs(a[i])\n    return a"
    fake = "def range(n):\n    return [2, 1]\ndef f(a):\n    for i in range(len(a)):\n        a[i] += 1\n    return a"
    own = "def f(a):\n    for i in range(len(a)):\n        a[i] += len(a)\n    return a\ndef {}(x):\n    return 2\n"
    within = "def g(a, i):\n    return len(a) + i\ndef f(a):\n    for i in range(3):\n        a[i] = g(a, i)\n    return a\n"
    missing = function("a", "for i in range(len(a)):", "    a[i] = nowhere")
    kinds = function(
        "a, s, c",
        "for i in range(len(a)):",
        "    s = a[i]",
        "    c = s > 2",
        "    d = i > 2",
        "    e = i * 0.5",
        "    g = i + 1",
    )
    glob = "globals and builtins"
    return [
        Example(row, "bound on no path taken", late, (A,), "flagged"),
        Example(row, "bound after it", never, (A,), "unbound"),
        Example(row, "only written, no iterations", written, (A[:0],), "not-run"),
        Example(row, "only written", written, (A,)),
        Example(glob, "changing global", live, (A,), "call"),
        Example(glob, "shadowed builtin", shadow, (-A,), "accelerated call"),
        Example(glob, "own range", fake, (A,), "loop-iterable call value-type expression"),
        Example(glob, "own len", own.format("len"), (A,), "accelerated"),
        Example(glob, "own len, called with that", own.replace("range(len(a))", "range(5)").format("len"), (A,), "accelerated"),
        Example(glob, "own len in a function", within + "def len(x):\n    return 2\n", (A,), "accelerated"),
        Example(glob, "len in a function", within, (A,)),
        Example(glob, "missing", missing, (A,), "unbound"),
        Example(glob, "missing, no iterations", missing, (A[:0],), "unbound"),
        Example("scalars after the loop", "np.float64, np.bool, bool, float, int", kinds, (A, 0, 0)),
        Example("scalars after the loop", "np.int16", kinds, (A.astype("int16"), 0, 0)),
        Example("scalars after the loop", "np.float32", kinds, (A.astype("f4"), 0, 0)),
        Example("scalars after the loop", "np.uint64", kinds, (A.astype("u8"), 0, 0)),
        Example("scalars after the loop", "np.complex64", loop("a", "s = a[i]"), (A.astype("c8"),)),
        Example("scalars after the loop", "np.bool", loop("a", "s = a[i]"), (A > 2,)),
        Example("scalars after the loop", "no iterations leave them", kinds, (A[:0], 3, "untouched"), "not-run"),
    ]


def _arrays() -> list[Example]:
    row, two = "array classes", np.arange(12.0).reshape(3, 4)
    add = loop("a, b", "a[i] = a[i] + b[i]")
    shared, swapped = np.arange(10.0), np.arange(4.0).astype(">f8")
    misaligned = np.zeros(33, "u1")[1:].view("f8")
    locked = A.copy()
    locked.flags.writeable = False
    records = np.zeros(4, [("x", "i1"), ("y", "f8")])
    keep = loop("a", "t = a[i]", "s = s + t", before="s = 0")
    over = "overlapping views"
    lag = loop("a, b", "a[i] = b[i] * 0.5 + a[i]")
    return [
        Example(row, "plain", add, (A, A * 2)),
        Example(row, "one array twice", add, (shared, shared)),
        Example(row, "own subclass", add, (A, A.copy().view(Doubling)), "array-class"),
        Example(row, "masked", add, (A, np.ma.masked_array(A, A > 3)), "array-class"),
        Example(row, "other byte order", add, (swapped, A), "array-class"),
        Example(row, "misaligned", add, (misaligned, A), "array-class"),
        Example(row, "field of records", add, (records["y"], A), "array-class"),
        Example(row, "objects", add, (np.array([1, 2.5, 3j], object), A), "array-class value-type"),
        *[Example(row, f"type {c} beside its equal", keep, (np.arange(5, dtype=c),), "value-type") for c in TWINS],
        Example(row, "int64 with metadata", keep, (np.arange(5).astype(np.dtype("i8", metadata={"of": "x"})),)),
        Example(row, "float16", add, (A.astype("f2"), A), "array-class value-type"),
        Example(row, "strings", loop("a, b", "t = a[i]"), (np.array(["x", "y"]), A), "array-class value-type"),
        Example(row, "list", add, ([1.0, 2.0], A), "value-type"),
        Example(row, "no dimensions", loop("n, z", "t = z[i]", over="range(n)"), (3, np.array(1.0)), "dimensions"),
        Example(row, "datetime", loop("a, b", "t = a[i]"), (np.array([1, 2], "M8[s]"), A), "array-class value-type"),
        Example(
            row,
            "Fortran order",
            loop("a", "for j in range(a.shape[1]):", "    a[i, j] = a[i, j] * 2 + j"),
            (np.asfortranarray(two),),
        ),
        Example(row, "transposed", loop("a", "for j in range(a.shape[1]):", "    a[i][j] = a[i][j] * 2 + j"), (two.T,)),
        Example(row, "negative strides", loop("a", "a[i] = a[i] * 2 + i"), (A[::-2],)),
        Example(
            row,
            "three dimensions",
            loop("a", "for j in range(3):", "    for k in range(2):", "        a[i, j, k] = i - j * k"),
            (np.zeros((4, 3, 2)),),
        ),
        Example(row, "no elements", loop("a", "a[i] = 1.0"), (np.zeros(0),), "not-run"),
        Example("read-only arrays", "stored to", loop("a", "a[i] = 1.0"), (locked,), "read-only"),
        Example(
            "read-only arrays",
            "stored to in no iteration",
            loop("a", "if i > 50:", "    a[i] = 1.0"),
            (locked,),
            "read-only",
        ),
        Example("read-only arrays", "read", loop("a, b", "b[i] = a[i]"), (locked, A)),
        Example("read-only arrays", "broadcast", loop("a, b", "b[i] = a[i]"), (np.broadcast_to(2.5, 8), A)),
        Example(over, "shifted forwards", lag, (shared[1:], shared[:-1])),
        Example(over, "shifted backwards", lag, (shared[:-1], shared[1:])),
        Example(over, "interleaved", lag, (shared[::2], shared[1::2])),
        Example(over, "reversed", lag, (shared, shared[::-1])),
        Example(over, "other dtype", lag, (shared, shared.view("int64")), "accelerated flagged"),
        Example(
            over,
            "transposed",
            loop("a, b", "for j in range(3):", "    a[i, j] = b[j, i] + 1"),
            (two[:, :3], two[:, :3].T),
        ),
        Example(
            over,
            "into itself",
            lag,
            (np.lib.stride_tricks.as_strided(np.arange(4.0), (6,), (0,)), A),
            "accelerated array-class",
        ),
    ]


def _floating_errors() -> list[Example]:
    row = "warnings and np.errstate"
    divide = loop("a, b", "t = a[i] / b[i]", "a[i] = t")
    ones, late = np.ones(6), arr([1, 2, 3, 0, 4, 0])
    found = [
        Example(row, f"divide {how}", divide, (ones, late), "accelerated flagged" if how != "ignore" else "accelerated", c)
        for how, c in (
            ("warn", Example("", "", "").conditions),
            ("ignore", QUIET),
            ("raise", RAISING),
            ("error", ERRORS),
        )
    ]
    inside = "\n".join(
        [
            "import numpy as np",
            "def f(a, b):",
            "    with np.errstate(all='ignore'):",
            "        for i in range(len(a)):",
            "            a[i] = a[i] / b[i]",
            "    for i in range(len(a)):",
            "        a[i] = a[i] / b[i]",
            "    return a",
        ]
    )
    found += [
        Example(row, "context inside", inside, (ones, late), "accelerated flagged"),
        Example(row, "underflow", loop("a, b", "a[i] = a[i] * b[i]"), (arr([1e-300, 1.0]), arr([1e-300, 1.0]))),
        Example(
            row,
            "underflow raised",
            loop("a, b", "a[i] = a[i] * b[i]"),
            (arr([1e-300, 1.0]), arr([1e-300, 1.0])),
            "flagged",
            RAISING,
        ),
        Example(row, "invalid", loop("a, b", "a[i] = a[i] - b[i]"), (arr([np.inf, 1.0]), arr([np.inf, 1.0])), "flagged"),
        Example(
            row,
            "overflow of integers",
            loop("a, b", "a[i] = a[i] * b[i]"),
            (arr([100, 1], "i1"), arr([2, 1], "i1")),
            "flagged",
        ),
        Example(
            row,
            "nan compared",
            loop("a, b", "t = a[i] < b[i]"),
            (arr([np.nan, 1.0]), arr([1.0, 1.0])),
            "accelerated flagged",
        ),
        Example(row, "each line", loop("a, b", "t = a[i] / b[i]", "a[i] = b[i] / (t - t)"), (ones, late), "flagged"),
        Example(
            "NaN payloads",
            "are not compared",
            loop("a, b", "a[i] = a[i] * b[i]"),
            (arr([np.nan, -np.nan]), arr([1.0, 1.0])),
        ),
    ]
    return found


EXAMPLES = [*_stores(), *_subscripts(), *_names(), *_arrays(), *_floating_errors()]
