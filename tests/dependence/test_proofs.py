"""Each test's words and numbers, and what the driver does when it has no time."""

from __future__ import annotations

import random

import pytest

from alpyna_hook.dependence import TooLarge, driver, gcd, isl, rdiv, siv, ziv
from alpyna_hook.dependence.directions import EQ, GT, LT, compress, expand, flip, text, union
from alpyna_hook.dependence.effort import UNTESTED
from alpyna_hook.dependence.problem import Bounds, Problem
from alpyna_hook.dependence.residual import project
from alpyna_hook.explain.dependences import summary
from alpyna_hook.integers.affine import Affine
from tests.dependence.pairs import random_pair
from tests.dependence.sources import analysis_of

I, J, N = Affine.var("i"), Affine.var("i'"), Affine.var("n")  # noqa: E741
TEN = (0, 9)


def problem(*equations: Affine, symbols: frozenset[str] = frozenset()) -> Problem:
    bounds = (I, N - I - 1, J, N - J - 1) if symbols else (I, -I + 9, J, -J + 9)
    return Problem(("i",), equations, bounds, (*sorted(symbols), "i", "i'"), (), symbols)


def test_ziv() -> None:
    assert str(ziv.disprove(Affine(3), Bounds(problem()))) == "ZIV: 3 is never 0"
    assert ziv.disprove(Affine(0), Bounds(problem())) is None


@pytest.mark.parametrize(("a", "b", "c", "mask", "because"), [
    (1, -1, 2, LT, "distance 2/1 = 2"),
    (2, -2, 3, 0, "distance 3/2 is not an integer"),
    (1, -1, 10, 0, "distance 10 is more than 9, the most that the loop allows"),
    (1, 0, -9, EQ | GT, "only iteration 9 of the source, the last"),
    (0, 1, 0, EQ | GT, "only iteration 0 of the sink, the first"),
    (1, 1, -4, LT | EQ | GT, "i + i' = 4, crossing at iteration 4/2"),
    (1, 1, -5, LT | GT, "i + i' = 5, crossing at iteration 5/2"),
    (1, 1, -40, 0, "i + i' = 40 is outside 0..18"),
    (2, -4, 3, 0, "2*i - 4*i' = -3 has no integer solution"),
    (1, -2, 0, EQ | GT, "i = 0 + -2*t, i' = 0 + -1*t, -4 <= t <= 0"),
])
def test_siv(a: int, b: int, c: int, mask: int, because: str) -> None:
    found = siv.test(a, b, c, TEN, TEN)
    assert (found.mask, found.because) == (mask, because)


def test_gcd_with_its_numbers() -> None:
    proof = gcd.disprove(problem(I * 2 - J * 4 + 3))
    assert str(proof) == "GCD: gcd(2, 4) = 2 does not divide 3"


def test_gcd_of_a_system() -> None:
    """i + i' = 1 and i - i' = 0: each has solutions, both together have none in integers."""
    assert gcd.disprove(problem(I + J - 1)) is None
    assert gcd.disprove(problem(I + J - 1, I - J)) is not None


def test_rdiv() -> None:
    assert rdiv.disprove(1, -1, 20, TEN, TEN) is not None
    assert rdiv.disprove(1, -1, 2, TEN, TEN) is None


def test_residual_condition_of_an_offset() -> None:
    symbols = frozenset({"n", "m"})
    equation = I - J + Affine.var("m")
    residual = project(problem(equation, symbols=symbols).under({0: LT}))
    assert residual.exact
    assert str(residual) == "independent if m <= 0 or n <= m"
    assert not residual.possible({"m": 10, "n": 10})
    assert residual.possible({"m": 9, "n": 10})


def test_residual_divisibility() -> None:
    residual = project(problem(I * 2 - J * 2 + Affine.var("m"), symbols=frozenset({"n", "m"})))
    assert not residual.possible({"m": 3, "n": 10})
    assert residual.possible({"m": 4, "n": 10})


def test_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no budget for the exact test, and without islpy, the answer is a superset, and says so."""
    monkeypatch.setattr(isl, "_islpy", lambda: None)
    rng = random.Random(11)
    exhausted = 0
    for _ in range(300):
        pair = random_pair(rng)
        outcome = driver.decide(pair.problem(), budget=3)
        assert pair.truth() <= outcome.directions
        exhausted += outcome.exhausted
    assert exhausted > 20


def test_isl_takes_over_where_it_is_installed() -> None:
    pytest.importorskip("islpy")
    rng = random.Random(12)
    for _ in range(200):
        pair = random_pair(rng)
        outcome = driver.decide(pair.problem(), budget=3)
        assert outcome.directions == pair.truth()
        assert not outcome.exhausted


def test_directions() -> None:
    vectors = {(LT, LT), (LT, EQ), (EQ, LT)}
    assert text(compress(vectors)) == "(<, <=) (=, <)"
    assert {v for mask in compress(vectors) for v in expand(mask)} == vectors
    assert flip((LT, EQ, GT)) == (GT, EQ, LT)
    assert union(vectors, 2) == (LT | EQ, LT | EQ)


def test_many_accesses_stay_affordable() -> None:
    """Hundreds of different subscripts: beyond a limit pairs are not tested exactly, and stay sound."""
    terms = " + ".join(f"a[{k} * i + {k}]" for k in range(1, 90))
    graph = analysis_of(f"for i in range(n):\n    a[2 * i] = {terms}\n").static
    assert graph.loops[0].verdict == "carried"


def test_branches_with_many_stores_stay_affordable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs that only their conditions tell apart, of subscripts that may be negative: 9,000 problems, were all of them tested."""
    stores = "".join(
        f"        {'if' if k == 0 else 'elif'} i == {k}:\n            A[p, p] = 1.0\n            A[p, p - 1] = {k}\n"
        "            A[p, p - n] = 2.0\n            A[p, p + n] = 3.0\n" for k in range(12)
    )
    decided, decide = [], driver.decide
    monkeypatch.setattr(driver, "decide", lambda *args, **options: decided.append(1) or decide(*args, **options))
    graph = analysis_of(f"for j in range(m):\n    for i in range(n):\n        p = j * n + i\n{stores}").static
    assert len(decided) < 600
    assert graph.untested > 100
    kept = [d for d in graph.dependences if d.proof.because == UNTESTED]
    assert len({(d.source.statement, d.sink.statement) for d in kept}) > 100
    assert all(d.vectors for d in kept)
    assert [v.is_parallel for v in graph.loops] == [False, False]
    assert any("were not tested" in line for line in summary(graph, 4))


@pytest.mark.parametrize("source", [
    "for i in range(n):\n" + "".join(f"    a[i + {k}] = b[i]\n" for k in range(300)),
    "".join(f"{' ' * k}for i{k} in range(n):\n" for k in range(20)) + f"{' ' * 20}s += a[i0]\n",
], ids=["accesses", "loops"])
def test_too_large(source: str) -> None:
    """Twenty loops have 3 ** 20 directions, which took all of a machine's memory."""
    with pytest.raises(TooLarge):
        analysis_of(source)
