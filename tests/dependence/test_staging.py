"""Staging: residual conditions, what is remembered, induction variables, inspected index arrays."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from alpyna_hook.capture import capture_function
from alpyna_hook.dependence import ArrayFacts, Contents, NestAnalysis, analyse
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.inspector import inspect, inspections
from tests.dependence.nests import facts_of
from tests.dependence.sources import analysis_of, nest_of

OFFSET = "for i in range(n):\n    x[i + m] = x[i] * 2.0\n"


KEEP: list[np.ndarray] = []


def fresh(size: int) -> ArrayFacts:
    """The facts of an array that lives on, so that no other one gets its place."""
    KEEP.append(np.zeros(size))
    return facts_of(KEEP[-1])


def verdicts(analysis: NestAnalysis, bounds: dict[str, int], **arrays: np.ndarray) -> list[str]:
    return [v.verdict for v in analysis.at(bounds, {k: facts_of(v) for k, v in arrays.items()}).loops]


@pytest.mark.parametrize(("n", "m", "expected"), [
    (10, 10, "parallel"), (10, 9, "carried"), (10, 0, "parallel"), (10, 30, "parallel"), (0, 1, "parallel"),
])
def test_residual_condition(n: int, m: int, expected: str) -> None:
    assert verdicts(analysis_of(OFFSET), {"n": n, "m": m}, x=np.zeros(100)) == [expected]


def test_residual_condition_in_words() -> None:
    graph = analysis_of(OFFSET).at({"n": 10, "m": 20}, {"x": fresh(100)})
    (pair,) = graph.independent
    assert pair.stage == "run-time"
    assert pair.proof.test == "residual condition"
    assert "n <= m and" in pair.proof.because
    assert "m = 20" in pair.proof.because


def test_what_was_proved_for_all_bounds_stays() -> None:
    analysis = analysis_of("for i in range(n):\n    x[2 * i] = x[2 * i + 1]\n")
    assert analysis.static.independent[0].stage == "static"
    graph = analysis.at({"n": 5}, {"x": fresh(20)})
    assert graph.independent[0].stage == "static"


def test_graphs_are_remembered_by_what_matters() -> None:
    analysis = analysis_of("for i in range(n):\n    x[i + m] = x[i] * s + y[i]\n")
    x, y = np.zeros(100), np.zeros(100)
    first = analysis.at({"n": 10, "m": 20, "s": 1}, {"x": facts_of(x), "y": facts_of(y)})
    other = np.zeros(100)
    assert analysis.at({"n": 10, "m": 20, "s": 2}, {"x": facts_of(x), "y": facts_of(other)}) is first
    assert analysis.at({"n": 10, "m": 3, "s": 2}, {"x": facts_of(x), "y": facts_of(y)}) is not first
    assert analysis.at({"n": 10, "m": 20, "s": 1}, {"x": facts_of(x), "y": facts_of(x)}) is not first


def test_induction_variable_needs_an_integer() -> None:
    analysis = analysis_of("for i in range(n):\n    k += 1\n    x[i] = k\n")
    arrays = {"x": fresh(10)}
    assert analysis.at({"n": 5, "k": 0}, arrays).loops[0].verdict == "privatise"
    assert analysis.at({"n": 5}, arrays).loops[0].verdict == "carried"


def test_bound_index_name_is_its_value_before_the_nest() -> None:
    """i and j have values before the loop: they must not be taken for those of the loop variables."""
    source = "for i in range(n):\n    for j in range(n):\n        x[i] = x[i] + y[j]\n"
    assert verdicts(analysis_of(source), {"n": 5, "i": 3, "j": 4}, x=np.zeros(9), y=np.zeros(9)) == [
        "parallel", "reduction"]


def test_guards_hold_for_integers_only() -> None:
    """With t = 2.5 the guard `i < t` admits i = 2; without a binding t may be a float."""
    source = "for i in range(n):\n    if i < t:\n        x[i] = x[t2 + i]\n"
    analysis = analysis_of(source)
    arrays = {"x": fresh(40)}
    assert analysis.at({"n": 10, "t": 3, "t2": 3}, arrays).loops[0].verdict == "parallel"
    assert analysis.at({"n": 10, "t2": 3}, arrays).loops[0].verdict == "transform"


def test_statements_that_may_raise() -> None:
    source = "for i in range(n):\n    x[i] = y[i] / z[i]\n"
    analysis = analysis_of(source)
    arrays = {name: fresh(9) for name in "xyz"}
    assert analysis.at({"n": 5}, arrays).loops[0].verdict == "parallel"
    loop = analysis.at({"n": 5}, arrays, transaction=False).loops[0]
    assert loop.verdict == "carried"
    assert loop.control == "line 2 may raise, and orders what is around it"


def test_inspected_permutation_makes_a_scatter_parallel() -> None:
    analysis = analysis_of("for i in range(n):\n    x[p[i]] = y[i]\n")
    (inspection,) = inspections(analysis.program)
    assert (inspection.index_array, inspection.arrays, inspection.distinct_helps) == ("p", ("x",), True)
    p = np.array([3, 1, 4, 0, 2])
    arrays = {"x": fresh(9), "y": fresh(9), "p": facts_of(p)}
    found = inspect(p)
    assert found == Contents(0, 4, True)
    assert analysis.at({"n": 5}, arrays).loops[0].verdict == "carried"
    assert analysis.at({"n": 5}, arrays, contents={"p": found}).loops[0].verdict == "parallel"


@pytest.mark.parametrize(("values", "expected"), [
    ([0, 1, 1], Contents(0, 1, False)), ([5, -2, 3], Contents(-2, 5, True)), ([0, 1000], Contents(0, 1000, False)),
])
def test_inspect(values: list[int], expected: Contents) -> None:
    assert inspect(np.array(values)) == expected


def test_inspect_nothing() -> None:
    assert inspect(np.array([], dtype=np.int64)) is None


def test_negative_contents_wrap() -> None:
    """-1 and 9 are the same element of ten: distinct values need not be distinct elements."""
    analysis = analysis_of("for i in range(n):\n    x[p[i]] = y[i]\n")
    arrays = {"x": fresh(10), "y": fresh(9), "p": fresh(2)}
    graph = analysis.at({"n": 2}, arrays, contents={"p": Contents(-1, 9, True)})
    assert any(d.kind == "output" and d.levels == {1} for d in graph.dependences if isinstance(d.source, Access))


def test_known_functions() -> None:
    source = "for i in range(n):\n    x[i] = f(y, i)\n"
    assert analysis_of(source).static.loops[0].verdict == "carried"
    node = ast.parse("def f(v, k):\n    return v[k] * 2\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    known = {"f": capture_function(node, filename="f.py", name="f")}
    assert analyse(nest_of(source), functions=known).static.loops[0].verdict == "parallel"


def test_random_numbers_are_drawn_in_order() -> None:
    assert analysis_of("for i in range(n):\n    x[i] = np.random.random()\n").static.loops[0].verdict != "parallel"


def test_rebound_arrays_may_be_any() -> None:
    source = "for t in range(m):\n    for i in range(n):\n        x[i] = y[i]\n    x, y = y, x\n"
    assert [v.verdict for v in analysis_of(source).static.loops] == ["carried", "carried"]


def test_input_dependences_where_asked() -> None:
    nest = nest_of("for i in range(1, n):\n    x[i] = y[i] + y[i - 1]\n")
    kinds = {d.kind for d in analyse(nest, include_input=True).static.dependences}
    assert "input" in kinds
    assert analyse(nest, include_input=True).static.loops[0].verdict == "parallel"


def test_header_loop_has_its_own_exposure() -> None:
    """A header that needs a statement first is wrapped into a loop of one iteration, at the same place."""
    source = "for i, x in enumerate(a, int(s)):\n    t = t * 0.5 + x\n    b[i] = t\n"
    assert [v.verdict for v in analysis_of(source).static.loops][-1] == "carried"


def test_companion_that_is_used_elsewhere() -> None:
    body = "for i in range(n):\n    if x[i] < s:\n        s = x[i]\n        k = i\n"
    assert analysis_of(body).static.loops[0].verdict == "reduction"
    assert analysis_of(body + "    y[i] = k\n").static.loops[0].verdict == "carried"
    assert analysis_of(body.replace("k = i", "k = s")).static.loops[0].verdict == "carried"


def test_rows_given_to_functions_may_change() -> None:
    source = "for i in range(n):\n    f(a[i], b)\n"
    node = ast.parse("def f(v, w):\n    v[0] = w[0]\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    known = {"f": capture_function(node, filename="f.py", name="f")}
    graph = analyse(nest_of(source), functions=known).static
    assert any(d.kind == "output" and d.name == "a" for d in graph.dependences)
    assert not any(d.kind == "output" and d.name == "b" for d in graph.dependences)


def test_functions_that_reach_arrays_of_their_own() -> None:
    node = ast.parse("def f(k):\n    table[k] = k\n    return k\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    known = {"f": capture_function(node, filename="f.py", name="f")}
    source = "for i in range(n):\n    a[i] = f(i)\n"
    assert analyse(nest_of(source), functions=known).static.loops[0].verdict == "carried"


@pytest.mark.parametrize("call", ["np.copyto(a, b)", "np.add(a, b, out=a)", "np.random.shuffle(a)", "np.put(a, i, 1.0)"])
def test_numpy_functions_that_change_arrays(call: str) -> None:
    source = f"for i in range(n):\n    {call}\n"
    assert any(d.kind == "output" and d.name == "a" for d in analysis_of(source).static.dependences)


def test_private_array_needs_complete_writes() -> None:
    full = "for i in range(n):\n    for j in range(m):\n        w[j] = b[i, j]\n    for j in range(m):\n        c[i, j] = w[j]\n"
    assert analysis_of(full).static.loops[0].verdict == "privatise"
    for change in (
        full.replace("w[j] = b[i, j]\n", "if b[i, j] > 0:\n            w[j] = b[i, j]\n"),
        full.replace("w[j] = b[i, j]\n", "w[j] = b[i, j]\n        if b[i, j] > 0:\n            break\n"),
        full.replace("    for j in range(m):\n        w", "    if b[i, 0] > 0:\n        continue\n    for j in range(m):\n        w"),
        full.replace("in range(m):\n        w", "in range(i):\n        w"),
        full.replace("in range(m):\n        w", "in range(m - 1):\n        w"),
    ):
        assert analysis_of(change).static.loops[0].verdict in ("carried", "transform"), change


def test_private_array_by_live_bounds() -> None:
    """w[0..m-1] is written, w[0..k-1] read: private where k <= m; never by a verdict for other bounds."""
    source = (
        "for i in range(n):\n    for j in range(m):\n        w[j] = b[i, j]\n    for j in range(k):\n"
        "        c[i, j] = w[j] + w[0]\n"
    )
    analysis = analysis_of(source)
    arrays = {"w": fresh(40), "b": fresh2(40), "c": fresh2(40)}
    for k, expected in ((5, "privatise"), (9, "carried"), (8, "privatise"), (30, "carried")):
        assert analysis.at({"n": 6, "m": 8, "k": k}, arrays).loops[0].verdict == expected


def fresh2(size: int) -> ArrayFacts:
    KEEP.append(np.zeros((size, size)))
    return facts_of(KEEP[-1])


def test_bounds_must_be_integers() -> None:
    with pytest.raises(TypeError):
        analysis_of(OFFSET).at({"n": 2.5}, {"x": fresh(9)})  # type: ignore[dict-item]


def test_shape_matters_where_an_index_may_wrap() -> None:
    analysis = analysis_of("for i in range(n):\n    x[i * s - 1] = x[i]\n")
    assert analysis.at({"n": 10, "s": 0}, {"x": fresh(10)}) is not analysis.at({"n": 10, "s": 0}, {"x": fresh(11)})


def test_quotients_of_live_values_count_each_time() -> None:
    """`n // 2` has a value where n has one, and another n is another graph."""
    analysis = analysis_of("for i in range(n // 2):\n    a[i + k] = a[i]\n")
    arrays = {"a": ArrayFacts(8, (5000,), (8,), 0)}
    for n, k, carried in ((2000, 1000, False), (2002, 1000, True), (2001, 1000, False), (2000, 999, True), (-3, 0, False)):
        graph = analysis.at({"n": n, "k": k}, arrays)
        assert bool(graph.carried(0)) is carried, (n, k)


def test_nested_quotients_and_lengths() -> None:
    analysis = analysis_of("for i in range(m):\n    for j in range(((n + 1) // 2 - m) // 3):\n        a[j + k] = a[j]\n")
    arrays = {"a": ArrayFacts(8, (5000,), (8,), 0)}
    for n, k, carried in ((61, 9, True), (61, 10, False), (58, 9, False)):
        assert any(d.carried_by(1) for d in analysis.at({"n": n, "m": 1, "k": k}, arrays).dependences if d.kind == "flow") is carried
