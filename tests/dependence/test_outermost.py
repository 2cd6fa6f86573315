"""What the outermost loop carries: as the whole graph has it, for loops of the table, PolyBench and random ones."""

from __future__ import annotations

import importlib
import random
from collections.abc import Mapping

import pytest

from alpyna_hook.dependence import ArrayFacts, Dependence, Outermost, analyse
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.effects import Called
from alpyna_hook.ir.captured import Nest
from benchmarks.nests import nests
from benchmarks.polybench import KERNELS
from tests.dependence.nests import bound, random_case
from tests.dependence.recorder import TooLong, execute
from tests.dependence.sources import nest_of


def by_graph(
    nest: Nest, bounds: Mapping[str, int], arrays: Mapping[str, ArrayFacts], functions: Mapping[str, Called] | None = None
) -> list[Dependence]:
    graph = analyse(nest, functions=functions).at(bounds, arrays)
    return [d for d in graph.carried(0) if isinstance(d.source, Access)]


RANDOM = pytest.mark.parametrize("seeds", [range(160), pytest.param(range(160, 8000), marks=pytest.mark.slow)], ids=str)


@RANDOM
def test_random_nests(seeds: range) -> None:
    """Never fewer than the graph has, and seldom more: loops that turn once, mostly, for which bounds are not looked at."""
    more = 0
    for seed in seeds:
        case = random_case(random.Random(seed))
        nest, bounds, arrays, functions = bound(case)
        found = Outermost(nest, functions=functions).carried(bounds, arrays)
        expected = by_graph(nest, bounds, arrays, functions)
        tested = [str(d) for d in expected if d.proof.test != "unknown"]
        assert found is not None or not tested, f"{case.source}\n{case.scalars}\n{tested}"
        more += found is not None and not expected and case.scalars["n"] > 3
    assert more < len(seeds) / 50, more


@RANDOM
def test_random_nests_that_run(seeds: range) -> None:
    """Where it carries none, no two of its iterations meet in a byte."""
    independent = 0
    for seed in seeds:
        rng = random.Random(seed)
        case = random_case(rng)
        nest, bounds, arrays, functions = bound(case)
        if Outermost(nest, functions=functions).carried(bounds, arrays) is not None:
            continue
        try:
            events = execute(case.source, case.arrays, case.scalars, rng)[0].events
        except (IndexError, OverflowError, TooLong):
            continue
        independent += bool(events)
        touched: dict[int, tuple[object, bool]] = {}
        for event in events:
            for byte in range(event.low, event.high, 2):
                iteration, written = touched.setdefault(byte, (event.stack[:1], event.write))
                apart = iteration == event.stack[:1] or not (written or event.write)
                assert apart, f"{case.source}\n{case.scalars}\nline {event.line}, {event.array}"
                touched[byte] = iteration, written or event.write
    assert independent > len(seeds) / 10, independent


@pytest.mark.parametrize("kernel", KERNELS)
def test_polybench(kernel: str) -> None:
    module = importlib.import_module(f"benchmarks.polybench.{kernel}")
    for live in nests(module.kernel, module.init(module.SIZES["MINI"], module.DTYPES[0])):
        found = Outermost(live.nest, functions=live.functions).carried(live.bounds, live.arrays)
        assert (found is not None) == bool(by_graph(live.nest, live.bounds, live.arrays, live.functions)), live.nest.loop.loc


def facts(*lengths: int) -> dict[str, ArrayFacts]:
    return {name: ArrayFacts(8, (length,), (8,), 10**6 * k) for k, (name, length) in enumerate(zip("abc", lengths, strict=False))}


SHIFTED = "for i in range(n):\n    a[i + m] = a[i] + 1\n"


def test_bounds_that_change_are_tested_each_time() -> None:
    """First by themselves, then by the conditions of the whole analysis."""
    outermost = Outermost(nest_of(SHIFTED))
    for n in range(2, 30):
        for m, carried in ((n, False), (n - 1, True), (0, False), (-n, False), (1, True)):
            found = outermost.carried({"n": n, "m": m}, facts(200))
            assert (found is not None) == carried, (n, m)


def test_what_is_carried_for_all_bounds_so_far_is_not_tested_any_more() -> None:
    outermost = Outermost(nest_of("for i in range(n):\n    a[i] = a[i - 1]\n"))
    assert all(outermost.carried({"n": n}, facts(200)) is not None for n in range(3, 8))
    assert outermost.carried({"n": 2}, {}) is not None


@pytest.mark.parametrize(("body", "n", "carried"), [
    ("a[i - 3] = i", 6, False),  # -3 ... 2 of ten
    ("a[i - 3] = i", 11, True),  # 7 is met twice
    ("a[3 - i] = i", 4, False),
    ("a[2 * i] = a[2 * i + 1]", 5, False),
    ("a[i // 2] = i", 4, True),
    ("a[b[i]] = i", 4, True),
    ("a[b[i]] = a[i]", 1, False),
    ("b[i] = a[n - 1 - i]", 5, False),
])
def test_subscripts(body: str, n: int, carried: bool) -> None:
    outermost = Outermost(nest_of(f"for i in range(n):\n    {body}\n"))
    assert (outermost.carried({"n": n}, facts(10, 10)) is not None) == carried


def test_arrays_that_share_memory() -> None:
    outermost = Outermost(nest_of("for i in range(n):\n    a[i] = b[i]\n"))
    for shift, carried in ((0, False), (1, True), (9, True), (10, False), (-1, True), (-10, False)):
        arrays = {"a": ArrayFacts(8, (10,), (8,), 1000), "b": ArrayFacts(8, (10,), (8,), 1000 + 8 * shift)}
        assert (outermost.carried({"n": 10}, arrays) is not None) == carried


def test_an_array_of_which_nothing_is_known() -> None:
    assert Outermost(nest_of("for i in range(n):\n    a[i] = b[i]\n")).carried({"n": 3}, facts(10)) is not None
