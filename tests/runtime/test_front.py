"""What is decided of a loop without the engine."""

from __future__ import annotations

import itertools
import math
import random
import statistics
import sys
import time

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
    nest = Estimate((100, False, False, ((0.0,) * 8, ())))
    assert not known.worth_all_runs(1, 0.9, nest)
    known.refused(1)
    assert not known.worth_all_runs(2, 0.9, nest)
    assert known.worth_all_runs(1, 0.9, nest)


def test_a_loop_over_scalars_of_numpy_is_taken_to_need_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it calls works with them too, and is not in the outline: an example with a generator of its own was never compiled."""
    asked: list[float] = []

    def worth(known: Investments, seconds: float, nest: object, jit: str) -> bool:
        asked.append(seconds)
        return False

    monkeypatch.setattr(Investments, "worth_one_run", worth)
    for w in (3, np.uint64(3)):
        made = static_analyse(LOOP.format(body="w = own(w)") + f"\n# front {next(_NUMBER)}\n", Options(strict=True))
        site = all_sites()[-1]
        known = {"n": 10**6, "w": w, "s": 0.0}
        assert front.leaves(site, tuple([known.get(name) for name in site.params]), vars(made))
    assert asked[1] == pytest.approx(3.0 * asked[0])
