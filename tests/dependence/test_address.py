"""Arrays by address: views of one buffer as byte offsets, grouping, and what the static stage assumed."""

from __future__ import annotations

import random

import numpy as np
import pytest

from alpyna_hook.dependence import ArrayFacts, DependenceGraph
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.directions import Vector, flip, text
from tests.dependence.nests import facts_of
from tests.dependence.sources import analysis_of
from tests.dependence.views import random_view_pair, truth

SHIFT = "for i in range(n):\n    x[i] = y[i]\n"
SQUARE = "for i in range(n):\n    for j in range(n):\n        x[i, j] = y[i, j]\n"


def at(source: str, n: int, **arrays: np.ndarray) -> DependenceGraph:
    return analysis_of(source).at({"n": n}, {name: facts_of(data) for name, data in arrays.items()})


def crossing(graph: DependenceGraph) -> frozenset[Vector]:
    """Directions of y's read against x's write."""
    found: set[Vector] = set()
    for d in graph.dependences:
        if isinstance(d.source, Access) and isinstance(d.sink, Access) and d.source.array != d.sink.array:
            found |= {v if d.source.array == "x" else flip(v) for v in d.vectors}
    return frozenset(found)


def check_views(rng: random.Random) -> str | None:
    """None, or what is wrong with the directions of a random pair of views."""
    pair = random_view_pair(rng)
    expected = truth(pair)
    if expected is None:
        return None
    found = crossing(analysis_of(pair.source).at({}, pair.facts()))
    return None if found == expected else f"{found} instead of {expected}: {pair}"


@pytest.mark.parametrize("seed", range(10))
def test_random_views(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        wrong = check_views(rng)
        assert wrong is None, wrong


def test_interleaved_views_are_apart() -> None:
    a = np.zeros(20)
    graph = at(SHIFT, 10, x=a[::2], y=a[1::2])
    assert graph.loops[0].verdict == "parallel"
    proof = next(p.proof for p in graph.independent)
    assert str(proof) == "GCD: byte offsets: gcd(16, 16) = 16, and the distance is 8 modulo it"


def test_shifted_views_have_distance_one() -> None:
    a = np.zeros(20)
    graph = at(SHIFT, 19, x=a[:-1], y=a[1:])
    (dependence,) = [d for d in graph.dependences if isinstance(d.source, Access)]
    assert (dependence.kind, dependence.distance) == ("anti", (1,))
    graph = at(SHIFT, 19, x=a[1:], y=a[:-1])
    (dependence,) = [d for d in graph.dependences if isinstance(d.source, Access)]
    assert (dependence.kind, dependence.distance) == ("flow", (1,))


def test_transpose_has_its_true_directions() -> None:
    m = np.zeros((5, 5))
    graph = at(SQUARE, 5, x=m, y=m.T)
    assert text(sorted(crossing(graph))) == "(<, >) (=, =) (>, <)"


def test_broadcast_shows_its_output_dependence() -> None:
    flat = np.lib.stride_tricks.as_strided(np.zeros(5), (5, 5), (0, 8))
    graph = at(SQUARE, 5, x=flat, y=np.zeros((5, 5)))
    (output,) = [d for d in graph.dependences if d.kind == "output"]
    assert text(output.directions) == "(<, =)"
    assert [v.verdict for v in graph.loops] == ["carried", "parallel"]


def test_other_dtypes_overlap_by_bytes() -> None:
    a = np.zeros(20, dtype=np.int64)
    graph = at(SHIFT, 10, x=a.view(np.int32)[:20], y=a[:10])
    assert crossing(graph) == frozenset([(1,), (2,), (4,)]) - _missing(a)


def _missing(a: np.ndarray) -> frozenset[Vector]:
    """x[i] has the bytes 4i..4i+3, y[i] 8i..8i+7: x[i] lies in y[i // 2], so the read never comes later."""
    return frozenset([(1,)])


def test_the_same_array_twice() -> None:
    a = np.zeros(20)
    graph = at("for i in range(1, n):\n    x[i] = y[i - 1]\n", 20, x=a, y=a)
    (dependence,) = [d for d in graph.dependences if isinstance(d.source, Access)]
    assert (dependence.kind, dependence.distance) == ("flow", (1,))


def test_wrapped_index_is_the_last_element() -> None:
    graph = at("for i in range(n):\n    x[i] = x[i - 1]\n", 10, x=np.zeros(10))
    kinds = {(d.kind, text(d.directions)) for d in graph.dependences}
    assert kinds == {("flow", "(<)"), ("anti", "(<)")}
    graph = at("for i in range(n):\n    x[i] = x[i - 1]\n", 10, x=np.zeros(11))
    assert {(d.kind, text(d.directions)) for d in graph.dependences} == {("flow", "(<)")}


def test_index_array_that_a_store_changes() -> None:
    """idx shares memory with the array that is stored to: the same text is not the same value."""
    source = "for i in range(n):\n    x[idx[0]] = y[idx[0] + 1]\n"
    base = np.zeros(10, dtype=np.int64)
    other = np.zeros(10, dtype=np.int64)
    apart = at(source, 5, x=base, y=base, idx=other)
    inside = at(source, 5, x=base, y=base, idx=base)
    assert len(crossing(inside)) >= len(crossing(apart))
    assert crossing(inside) == frozenset([(1,), (2,), (4,)])


def test_disjoint_and_empty_arrays() -> None:
    a = np.zeros(20)
    assert at(SHIFT, 10, x=a[:10], y=a[10:]).loops[0].verdict == "parallel"
    assert not crossing(at(SHIFT, 0, x=a[:0], y=a))


def test_facts_of_reversed_views() -> None:
    facts = ArrayFacts(8, (10,), (-8,), 1072)
    assert (facts.low, facts.high, facts.injective) == (1000, 1080, True)
    assert not ArrayFacts(8, (4, 4), (8, 8), 0).injective
    assert ArrayFacts(8, (4, 4), (32, 8), 0).injective
    assert not ArrayFacts(8, (3,), (0,), 0).injective


def test_array_of_unknown_place() -> None:
    graph = analysis_of(SHIFT).at({"n": 5}, {"x": facts_of(np.zeros(9))})
    assert crossing(graph) == frozenset([(1,), (2,), (4,)])


def test_one_unknown_in_views_of_different_length() -> None:
    """-1 is the last element of each view, and these are one and the same: x[9]."""
    base = np.zeros(10, dtype=np.int64)
    source = "for i in range(n):\n    x[idx[i]] = y[idx[i]]\n"
    graph = at(source, 3, x=base, y=base[2:], idx=np.full(3, -1))
    assert crossing(graph) == frozenset([(1,), (2,), (4,)])
