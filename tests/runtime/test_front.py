"""What is decided of a loop without the engine."""

from __future__ import annotations

import itertools
import math
import random
import statistics
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from alpyna_hook import Options, report, static_analyse
from alpyna_hook.runtime import front
from alpyna_hook.runtime.investments import INVESTMENTS, Investments
from alpyna_hook.seam.site import all_sites

_NUMBER = itertools.count()
LOOP = """def own(x):
    return x
def f(n, w, draw):
    s = 0.0
    for i in range(n):
        {body}
    return s
"""


@pytest.mark.parametrize(("body", "detail"), [
    ("s += 1.0 if random.random() < 0.5 else -1.0", "random.random(), a method of Random"),
    ("s += draw()", "draw(), a method of Random"),
    ("s = s + 1.0 if w is None else s + random.random()", ""),  # perhaps not called
    ("if w is not None: s += draw()", ""),
    ("s += i and draw()", ""),
    ("s += math.sqrt(i) + abs(i) + len(w)", ""),
    ("s += own(i)", ""),
    ("s += other(i)", "other(), a function of tests.runtime.test_front, which is not marked"),
    ("s += statistics.fmean(i)", "statistics.fmean(), a function of statistics"),
    ("s += next(w)", "next()"),
    ("s += time.perf_counter()", "time.perf_counter()"),
    ("s += np.hypot(s, 1.0) + np.round(s)", ""),
    ("sys.exit(i)", ""),
])
def test_what_calls_a_method_in_c_is_refused_without_the_engine(body: str, detail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = static_analyse(LOOP.format(body=body) + f"\n# front {next(_NUMBER)}\n", Options(strict=True))
    site = all_sites()[-1]
    namespace = {
        "random": random, "math": math, "np": np, "statistics": statistics, "time": time, "sys": sys, "other": lambda x: x,
        **vars(made),
    }
    known = {"n": 10**9, "w": None, "draw": random.random, "s": 0.0}
    values = tuple([known.get(name) for name in site.params])
    assert front.leaves(site, values, namespace) == bool(detail)
    assert site.state.trace.causes["call"].detail == detail if detail else not site.state.trace.refusals  # type: ignore[attr-defined]
    if detail:
        monkeypatch.setattr(INVESTMENTS, "_clock", lambda: 1e9)
        for _ in range(40):
            site.judge.pending = 1e9  # type: ignore[union-attr]
            assert site.left_for_good or front.leaves(site, values, namespace)
        assert site.left_for_good
        entry = report(site.module.filename)[0]
        assert (entry["reason"], entry["detail"], entry["place"][0]) == ("call", detail, 6)
        assert site.state.trace.refusals == {"call": 32}  # type: ignore[attr-defined]
        assert id(site) not in INVESTMENTS._waiting


def test_one_that_cannot_be_compiled_does_not_bring_the_engine_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    from alpyna_hook.runtime import investments
    from alpyna_hook.runtime.decide import Estimate

    monkeypatch.setattr(investments, "import_seconds", lambda jit, stored: 1.0)
    known = Investments(lambda: 100.0)
    nest = Estimate((100, False, False, ((0.0,) * 8, ()), ()))
    assert not known.worth_all_runs(1, 0.9, nest)
    known.refused(1)
    assert not known.worth_all_runs(2, 0.9, nest)
    assert known.worth_all_runs(1, 0.9, nest)


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., float]:
    """Seconds that a first call of LOOP with this body is predicted to need."""
    asked: list[float] = []

    def worth(known: Investments, seconds: float, nest: object, jit: str) -> bool:
        asked.append(seconds)
        return False

    def first_call(body: str, **values: object) -> float:
        source = LOOP.replace("return x", "return (((x ^ (x << 3)) >> 5) ^ x) & 1023", 1).format(body=body)
        made = static_analyse(f"{source}\n# front {next(_NUMBER)}\n", Options(strict=True))
        site = all_sites()[-1]
        known = {"n": 10**6, "w": 3, "s": 0.0, **values}
        assert front.leaves(site, tuple([known.get(name) for name in site.params]), {"np": np, **vars(made)})
        return asked[-1]

    monkeypatch.setattr(Investments, "worth_one_run", worth)
    return first_call


def test_what_is_called_is_in_the_prediction(predicted: Callable[..., float]) -> None:
    """An example with a generator of its own, which is most of its work, was never compiled."""
    built_in = predicted("w = abs(w)")
    assert predicted("w = own(w)") > 2.0 * built_in
    assert predicted("w = np.sqrt(w)") > predicted("w = np.uint64(w)") > built_in
    assert predicted("w = unknown(w)") == predicted("w = np.unknown(w)") == built_in


def test_operations_of_scalars_of_numpy_take_longer_and_bounds_do_not(predicted: Callable[..., float]) -> None:
    for body in ("w = w ^ 5", "w = own(w)", "w = -w", "s = s if w < i else i"):
        assert predicted(body, w=np.uint64(3)) > 1.5 * predicted(body, w=3)
        assert predicted(body, n=np.int64(10**6)) == predicted(body)


def test_the_engine_predicts_the_same_of_scalars() -> None:
    from alpyna_hook.runtime.placing import estimate_of

    made = static_analyse(LOOP.format(body="w = w ^ 5") + f"\n# front {next(_NUMBER)}\n", Options(strict=True))
    site = all_sites()[-1]
    assert made.f(3, 3, None) == 0.0
    plain, of_numpy = (
        estimate_of(site.outline, site.nest, SimpleNamespace(scalars=scalars)).of({"n": 100.0}.get, {}.get)  # type: ignore[arg-type]
        for scalars in ({"w": 3, "n": np.int64(100)}, {"w": np.uint64(3), "n": 100})
    )
    assert of_numpy > 1.5 * plain
