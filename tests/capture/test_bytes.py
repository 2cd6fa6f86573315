"""A nest that was made into bytes is the same nest."""

from __future__ import annotations

import pytest

from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.stored import Captured, dumps, loads
from alpyna_hook.ir.text import pretty
from tests.capture.differential import nest_of

SOURCES = [
    "for i in range(n):\n    a[i] += b[i, 0] * 2.5 - 1j",
    "while x > 0 and not done:\n    x -= 1\n    if x == 7:\n        break\nelse:\n    y = x",
    "for i, v in enumerate(a):\n    if mode == 'fast' and w is None:\n        s = f(v, k=i)\n    b, c = c, min(i, len(a))",
    "for i in range(n):\n    assert a[i] > 0\n    self.total += a[i]\n    for j in range(i, n, 2):\n        return a[j], True",
]


def parts(item: object) -> object:
    """All of a node, with sets in an order that does not depend on hashes."""
    if isinstance(item, tuple):
        return [type(item), *map(parts, item)]
    if isinstance(item, frozenset):
        return [frozenset, *sorted(map(repr, item))]
    names = getattr(item, "__match_args__", None)
    return repr(item) if names is None else [type(item), *(parts(getattr(item, name)) for name in names)]


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_nest(source: str) -> None:
    nest = nest_of(source)
    again = loads(dumps(Captured(nest))).nest
    assert parts(again) == parts(nest)
    assert pretty(again) == pretty(nest)


def test_what_is_one_node_stays_one() -> None:
    """The index of an augmented store is evaluated once."""
    (store,) = loads(dumps(Captured(nest_of("for i in range(n):\n    a[i + 1] += 1")))).nest.loop.body
    assert isinstance(store, ir.Store)
    assert isinstance(store.value, ir.Binary)
    assert isinstance(store.value.left, ir.Load)
    assert store.value.left.index is store.index
