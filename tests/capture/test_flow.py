"""Which names a nest reads from outside: those that it has not surely assigned before."""

from __future__ import annotations

import textwrap

import pytest

from tests.capture.differential import nest_of

# A loop over t, and whether the value of t before the loop may matter.
CASES = [
    ("for i in range(n):\n    t = 1\n    s = t", False),
    ("for i in range(n):\n    s = t\n    t = 1", True),
    ("for i in range(n):\n    t += 1", True),
    ("for i in range(n):\n    if i:\n        t = 1\n    s = t", True),
    ("for i in range(n):\n    if i:\n        t = 1\n    else:\n        t = 2\n    s = t", False),
    ("for i in range(n):\n    if i:\n        t = 1\n    else:\n        continue\n    s = t", False),
    ("for i in range(n):\n    if i:\n        t = 1\n    else:\n        break\n    s = t", False),
    ("for i in range(n):\n    if i:\n        t = 1\n    else:\n        return\n    s = t", False),
    ("for i in range(n):\n    if i:\n        t = 1\n    else:\n        raise ValueError(t)\n    s = t", False),
    ("for i in range(n):\n    if i:\n        break\n    t = 1\nelse:\n    s = t", True),
    ("for i in range(n):\n    for j in range(n):\n        t = 1\n    s = t", True),
    ("for i in range(n):\n    for j in range(3):\n        t = 1\n    s = t", False),
    ("for i in range(n):\n    for j in range(3, 3):\n        t = 1\n    s = t", True),
    ("for i in range(n):\n    for j in range(3):\n        if j:\n            continue\n        t = 1\n    s = t", True),
    ("for i in range(n):\n    for j in range(3):\n        if j:\n            break\n        t = 1\n    s = t", True),
    ("for i in range(n):\n    for t in range(n):\n        s = t", False),
    ("for i in range(n):\n    for t in range(t):\n        s = t", True),
    ("for i in range(n):\n    for t in range(n):\n        pass\n    s = t", True),
    ("for i in range(n):\n    while True:\n        t = 1\n        break\n    s = t", False),
    ("for i in range(n):\n    while True:\n        i -= 1\n        if i:\n            break\n        t = 1\n    s = t", True),
    ("for i in range(n):\n    while i:\n        t = i = 1\n    else:\n        t = 2\n    s = t", False),
    ("while (t := n) > 0:\n    s = t", False),
    ("while t:\n    t = 1", True),
    ("for i in range(n):\n    t, s = s, t", True),
    ("for i in range(n):\n    t = s = 1\n    s += t", False),
    ("for i, t in enumerate(a):\n    s = t", False),
    ("for i in range(n):\n    t[i] = 0", True),
    ("for i in range(n):\n    s = len(t)", True),
    ("for i in range(n):\n    s = t(i)", True),
]


@pytest.mark.parametrize(("source", "read"), CASES)
def test_whether_the_value_before_the_nest_matters(source: str, read: bool) -> None:
    assert ("t" in nest_of(source).reads) is read


def test_reads_and_writes_are_in_order_of_appearance() -> None:
    nest = nest_of(textwrap.dedent("""
        for i, v in enumerate(zip_of, k):
            out[i] = math.sqrt(v) * self.sub.w + np.pi
            total = total + v
            w = total
            if w > abs(limit):
                return out
    """))
    assert nest.reads == (
        "enumerate", "zip_of", "k", "math.sqrt", "self.sub.w", "np.pi", "out", "total", "abs", "limit"
    )
    assert nest.writes == ("i", "v", "total", "w")
    assert nest.has_return


def test_the_path_is_read_not_its_root() -> None:
    assert nest_of("for i in range(n):\n    s = t.n").reads == ("range", "n", "t.n")
