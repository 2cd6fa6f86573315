"""Random nests by the oracle: a few hundred of them; `python -m tests.generator` runs many."""

from __future__ import annotations

import ast
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings

from alpyna_hook.operators.functions import MATH, NUMPY
from tests.differential import compile_plain
from tests.generator import expressions as known
from tests.generator.program import Case, generate
from tests.generator.reduce import reduce
from tests.generator.strategy import cases, choices
from tests.generator.trial import draw, execute, trials

SECONDS = 60  # after that, no further nest is begun


def test_same_seed_same_case() -> None:
    for seed in range(50):
        assert generate(random.Random(seed)) == generate(random.Random(seed))


def test_plain_runs_agree_with_each_other() -> None:
    """The oracle finds no difference between two plain runs, and most nests run to their end."""
    ended = runs = 0
    for seed in range(300):
        for trial in trials(random.Random(seed), compile_plain, bindings=1):
            assert trial.compared.difference is None, trial
            runs += 1
            ended += trial.compared.plain.error is None
    assert ended > 0.75 * runs


CONSTRUCTS = ("while ", "break", "continue", "else:", "elif ", "return ", " if ", "enumerate(", "zip(", "reversed(",
              "math.", "np.", "self.", "abs(", "min(", "max(", "int(", "float(", "bool(", "round(", "len(", "pow(",
              ".shape[", ".size", "raise ", "assert ", " and ", " or ", "not ", "**", ">>", "<<", "//", "%", "+=",
              "idx[", "][", ", -1)", "f0(", "put(", "over(", "inner(", "in GW:", "in GP:", "GT[", "GP[0]", " in GT", "*GW", 'how="half"', "COST", "max((", ") if ", "complex(", ".real", " in (", "f0 = lambda", "o0 is", "o0 ==", "o0 in", "def inner", "class Model", "current()", " = t", "both(", "j", "range(i",
              "a, e = e, a", "self.e", "how = 0.5", " = (p", "[0], ", "for p", "[AT1]", "[AT2]", "ndindex(*", "ndindex(self.",
              ".flat:", "gamma(", "lgamma(", " or ", " |= ", " &= ", " ^= ", "isqrt(len(", "row", "] = row", ") == (", ") != (",
              ".item()", ".clip(", ".round(", ".conjugate()", ".imag")


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_grammar_covers(construct: str) -> None:
    assert any(construct in _source(seed) for seed in range(1500)), construct


def test_every_row_of_the_registry_is_written() -> None:
    assert MATH.keys() <= {*known.MATH_FLOAT, *known.MATH_FLOAT2, *known.MATH_TESTS, "gcd", "isqrt"}
    assert NUMPY.keys() <= {*known.NUMPY_FLOAT, *known.NUMPY_FLOAT2, *known.NUMPY_INT, *known.NUMPY_INT2}


_sources: dict[int, str] = {}


def _source(seed: int) -> str:
    if seed not in _sources:
        _sources[seed] = generate(random.Random(seed)).source
    return _sources[seed]


@settings(max_examples=50, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases())
def test_every_case_compiles_as_python(case: Case) -> None:
    tree = ast.parse(case.source)
    assert any(isinstance(node, (ast.For, ast.While)) for node in ast.walk(tree))


def test_reduce_keeps_what_fails() -> None:
    source = "def f(a):\n    for i in range(3):\n        if a > 2:\n            a = a * i + 1\n    return a\n"
    small = reduce(source, lambda text: "a * i" in text)
    assert len(small) < len(source) / 2 and "a * i" in small


@settings(max_examples=150, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(choices())
def test_accelerated_nests_do_what_plain_ones_do(rng: random.Random) -> None:
    case, drawn = draw(rng, bindings=2)
    if time.monotonic() > _deadline():
        return
    for trial in execute(case, drawn):
        if trial.compared.difference is not None:
            _ends[:] = [float("inf")]  # Hypothesis runs it again, to shrink it
            raise AssertionError(f"{trial.compared.difference}\n{trial.case.source}\n{trial.inputs}")


_ends: list[float] = []


def _deadline() -> float:
    if not _ends:
        _ends.append(time.monotonic() + SECONDS)
    return _ends[0]
