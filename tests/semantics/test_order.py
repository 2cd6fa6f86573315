"""The order in which operands are evaluated, where a function among them writes to an array that others read."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import check

HEAD = """
import numpy as np

def bump(a, i):
    a[i] = a[i] + 10
    return a[i]

def mixed(a, i):
    a[i] = a[i] + 10
    return 2.0 if i > 100 else a[i]

def add(x, y):
    return x + y

def larger(x, y):
    if x > y:
        return x
    return y

"""
EXPRESSIONS = [
    "a[i] + bump(a, i)", "bump(a, i) - a[i]", "float(a[i]) + mixed(a, i)", "a[i] * mixed(a, i) + a[i]", "mixed(a, i) - float(a[i])",
    "a[i] < bump(a, i) < 50", "a[i] == bump(a, i) == a[i]", "bump(a, i) < a[i] < bump(a, i)", "a[i] < c[i] < bump(a, i)",
    "(i if i % 2 else a[i]) + bump(a, i)", "bump(a, i) + (i if i % 2 else a[i])", "min(a[i], bump(a, i), a[i])", "max(mixed(a, i), a[i])",
    "a[i] and bump(a, i) and a[i]", "a[i] if bump(a, i) > 11 else -a[i]", "i in (a[i], bump(a, i), a[i])", "bump(a, i) in (a[i], 3)",
    "add(a[i], bump(a, i))", "add(y=bump(a, i), x=a[i])", "larger(a[i], mixed(a, i))", "np.add(a[i], bump(a, i))", "np.hypot(float(a[i]), mixed(a, i))",
    "complex(a[i], bump(a, i)).real", "m[int(a[i]) % 2, int(bump(a, i)) % 3]", "-a[i] + -bump(a, i)", "(a[i] + mixed(a, i)) ** 2",
]
STATEMENTS = {
    "a store": "b[i] = {}", "a variable": "s = {}; b[i] = s", "an augmented store": "a[i] += {}", "an index": "a[int({}) % 4] += a[i]",
    "a condition": "b[i] = 1\n        if {}:\n            b[i] = 2", "a tuple": "b[i], b[i - 1] = a[i], {}",
    "a while loop": "k = 0\n        while k < 3 and a[i] < bump(a, i) < 50 and {} < 40:\n            k += 1\n        b[i] = k",
    "a range": "for j in range(int(a[i]) % 4, int(bump(a, i)) % 5 + 2, 1 + abs(int({}) % 3)):\n            b[i] += j",
}


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)))
def test_as_in_the_source(number: int) -> None:
    """Each expression in the first kind of statement and in another."""
    others = list(STATEMENTS.values())[1:]
    for k, statement in enumerate((STATEMENTS["a store"], others[number % len(others)])):
        source = f"{HEAD}def f(a, b, c, m):\n    for i in range(len(a)):\n        {statement.format(f'({EXPRESSIONS[number]})')}\n"
        dtype = ("float64", "float32", "int64")[(k + number) % 3]
        check(source, np.arange(4).astype(dtype), np.zeros(4), np.full(4, 2, dtype), np.arange(6.0).reshape(2, 3))


def test_operands_keep_their_place_where_nothing_stores() -> None:
    """They are not bound to temporaries, which would cost time."""
    from alpyna_hook.explain.report import as_data
    from tests.differential import Program

    program = Program("def f(a, b, n):\n    for i in range(n):\n        if a[i] < b[i] + 1.0 < a[i + 1]:\n            b[i] = 1.0\n")
    program.load()
    assert program.call("f", np.arange(5.0), np.arange(5.0), 4).verdict == "accelerated"
    (kernel,) = [k for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
    assert str(kernel).count("x1") == 3 and "x2" not in str(kernel)
