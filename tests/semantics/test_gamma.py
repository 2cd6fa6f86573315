"""math.gamma and math.lgamma: CPython's own algorithms, bit for bit over all ways through them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alpyna_hook.operators import gamma
from alpyna_hook.reasons import Declined
from tests.differential import run_both

_SOURCE = """
import math
def f(x, out):
    for i in range(len(x)):
        out[i] = math.{name}(x[i])
"""
_LIMIT = 171.6243769563027  # gamma overflows above
_EDGES = [0.5, 1.5, 5.0, 5.524680040776729, 140.0, 200.0, 1e-20, 1e-21, 5e-324, 2.2250738585072014e-308, *map(float, range(1, 30))]


def _finite(name: str) -> np.ndarray:
    """Values for which the function does not raise: of all magnitudes, and beside the integers and the edges."""
    rng = np.random.default_rng(3)
    sizes = np.exp(rng.uniform(-700, 700 if name == "lgamma" else math.log(_LIMIT), 40_000))
    beside = [np.nextafter(e, to) for e in _EDGES for to in (0.0, 9e9)]
    found = np.concatenate([sizes, -sizes, rng.uniform(-210, _LIMIT, 40_000), -rng.uniform(0, 210, 40_000), _EDGES, beside, [np.inf, np.nan]])
    found = np.append(found, -np.inf) if name == "lgamma" else found
    poles = (found == np.floor(found)) & (found <= 0) & (found > -np.inf)
    beyond = ((np.abs(found) < 1e-300) | (found > _LIMIT)) & (name == "gamma") & (found < np.inf)
    return found[~poles & ~beyond]


@pytest.mark.parametrize("name", ["gamma", "lgamma"])
def test_bits(name: str) -> None:
    x = _finite(name)
    compared = run_both(_SOURCE.format(name=name), "f", x, np.zeros(len(x)))
    assert compared.verdict == "accelerated"
    assert compared.plain.error is None
    assert compared.difference is None, compared.difference


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gamma", "lgamma"])
@pytest.mark.parametrize("seed", range(4))
def test_bits_of_millions(name: str, seed: int) -> None:
    x = np.random.default_rng(seed).uniform(-205.0, _LIMIT, 1_000_000)
    compared = run_both(_SOURCE.format(name=name), "f", x, np.zeros(len(x)))
    assert compared.verdict == "accelerated"
    assert compared.difference is None, compared.difference


@pytest.mark.parametrize("name", ["gamma", "lgamma"])
@pytest.mark.parametrize("x", [0.0, -0.0, -1.0, -2e9, 172.0, 1e308, 5e-324, -1e-310, -np.inf, -1.7e308, 1e306, -200.5])
def test_exceptions(name: str, x: float) -> None:
    compared = run_both(_SOURCE.format(name=name), "f", np.array([2.5, x, 3.0]), np.zeros(3))
    assert compared.difference is None, compared.difference
    assert compared.verdict == ("flagged" if compared.plain.error else "accelerated")


def test_another_algorithm_of_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gamma, "_is_same", lambda name: False)
    compared = run_both(_SOURCE.format(name="gamma"), "f", np.array([2.5]), np.zeros(1))
    assert compared.verdict == "inexact"


def test_the_interpreter_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    gamma._is_same.cache_clear()
    monkeypatch.setattr(math, "gamma", lambda x: math.exp(math.lgamma(x)) if x > 0 else 0.0)
    try:
        with pytest.raises(Declined, match="of this interpreter"):
            gamma.require_same("gamma")
    finally:
        gamma._is_same.cache_clear()
