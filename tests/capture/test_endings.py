"""Which while loops may end by what they do: the others wait for something outside."""

from __future__ import annotations

import pytest

from alpyna_hook.ir.captured import For, While
from alpyna_hook.reasons import Declined
from tests.capture.golden import nest_of

ENDS = [
    "while s > 0:\n    s -= 1",
    "while a[0] > 0:\n    a[i] -= 1",  # i may be 0
    "while a[0] > 0:\n    b[i] -= 1",  # b may be a
    "while a[s] > 0:\n    s += 1",
    "while f(a) > 0:\n    a[i] = 1",
    "while a[0] > 0:\n    s = f(a)",
    "while True:\n    s += 1\n    if s > n:\n        break",
    "while True:\n    if s > n:\n        return s\n    s += 1",
    "while n > 0:\n    for i in range(n):\n        if a[i] > s:\n            return i\n        s += 1",
    "while n > 0:\n    s += 1\n    assert s < 10",
    "while True:\n    break",
    "while n:\n    if n > 3:\n        s += 1\n        if s > 9:\n            break",
    "while (s := s // 2) > 0:\n    pass",
    "while self.n > 0:\n    self.n -= 1",
    "while False:\n    pass",
    "while True:\n    for i in range(n):\n        s += 1\n    else:\n        break",
]
WAITS = [
    "while n > 0:\n    s += 1",
    "while a[0] == 0:\n    pass",
    "while a[0] == 0:\n    s = math.sin(s) + abs(s)",
    "while True:\n    a[i] += 1",
    "while True:\n    if a[0] > 0:\n        break\n    s += 1",
    "while True:\n    if n > 0:\n        break\n    s += 1",
    "while True:\n    for i in range(n):\n        break",
    "while self.on:\n    self.n += 1",
    "while f(n):\n    s += 1",
]


@pytest.mark.parametrize("source", ENDS)
def test_loops_that_end(source: str) -> None:
    loop = nest_of(source).loop
    assert isinstance(loop, While | For)


@pytest.mark.parametrize("source", WAITS)
def test_loops_that_wait(source: str) -> None:
    with pytest.raises(Declined, match="nothing in it can end"):
        nest_of(source)
    with pytest.raises(Declined, match="nothing in it can end"):
        nest_of(f"for k in range(3):\n    {source.replace(chr(10), chr(10) + '    ')}")
