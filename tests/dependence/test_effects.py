"""What calls do to arrays: by parameter, through other functions, closures and globals."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from alpyna_hook.capture import capture_function
from alpyna_hook.dependence import Callee, DependenceGraph, analyse
from alpyna_hook.dependence.accesses import Access
from alpyna_hook.dependence.effects import ANYWHERE, NOTHING, Called
from tests.dependence.sources import nest_of

HELPERS = """
def scaled(spot, years):
    return spot * math.exp(years)

def price(spot, strike, years):
    spot = spot + 1.0
    return scaled(spot, years) - strike * np.exp(-RATE * years)

def put(v, k, x):
    v[k] = x

def put_row(w, k):
    put(w[k], 0, 1.0)

def put_by_name(a, k):
    put(x=0.0, v=a, k=k)

def alias(a, b, k):
    w = a if k > 2 else b
    w[k] = 0.0

def same(v):
    return v

def global_table(k):
    table[k] = k
    return k

def from_table(k):
    return table[k]

def read(v, k):
    return v[k]

def read_row(v, k):
    row = v[k]
    return read(row, 0)

def unknown(v, k):
    return elsewhere(v, k)

def around(v, k):
    return around(v, k - 1)

def method(self, v, k):
    v[k] = self.scale

def own_array(self, k):
    self.data[k] = 1.0
"""


def callees() -> dict[str, Called]:
    """All helpers, each knowing the others."""
    known: dict[str, Called] = {}
    for node in ast.parse(HELPERS).body:
        assert isinstance(node, ast.FunctionDef)
        code = capture_function(node, filename="helpers.py", name=node.name)
        known[node.name] = Callee(code, known, code.params[:1] == ("self",))
    return known


def graph(body: str, functions: Mapping[str, Called] | None = None) -> DependenceGraph:
    source = f"for i in range(n):\n    {body}\n"
    return analyse(nest_of(source), functions=callees() if functions is None else functions).static


def written(body: str) -> set[str]:
    """The arrays that the iterations of the loop write one after another."""
    found = [(d.source, d.sink) for d in graph(body).dependences if d.kind == "output" and d.levels == {1}]
    return {a.array for a, b in found if isinstance(a, Access) and isinstance(b, Access) and a.array == b.array}


@pytest.mark.parametrize("body", [
    "call[i] = price(spot[i], strike[i], years[i])",  # parameters with the names of the caller's arrays
    "call[i] = price(spot[i], strike=strike[i], years=years[i])",
    "x[i] = read(y, i)",
    "x[i] = read_row(y, i)",
    "x[i] = price(read(y, i), z[i], rate)",
    "x[i] = scaled(y[i] if i > 3 else z[i], rate)",
])
def test_functions_that_only_compute(body: str) -> None:
    assert graph(body).loops[0].verdict == "parallel"


@pytest.mark.parametrize(("body", "arrays"), [
    ("put(a, 0, b[i])", {"a"}),
    ("put(a[i], 0, b[i])", {"a"}),
    ("put(x=b[i], k=0, v=a)", {"a"}),
    ("put_row(a, i)", {"a"}),
    ("put_by_name(a, i)", {"a"}),
    ("alias(a, b, i)", {"a", "b"}),
    ("put(same(a), i, b[i])", {"a", ANYWHERE}),
    ("put(a if i > 2 else b, i, c[i])", {"a", "b"}),
    ("w = a\n    put(w, i, b[i])", {ANYWHERE}),
    ("a[i] = global_table(i)", {ANYWHERE}),
    ("unknown(a, i)", {"a", ANYWHERE}),
    ("around(a, i)", {"a", ANYWHERE}),
    ("missing(a, i)", {"a", ANYWHERE}),
    ("method(a, 0)", {"a"}), ("put(a, i // 2, b[i])", {"a"}), ("put(a, i > 2, b[i])", {"a"}),
    ("own_array(i)", {ANYWHERE}),
    ("np.something(a, b)", {"a", "b"}),
])
def test_what_functions_store(body: str, arrays: set[str]) -> None:
    found = graph(body)
    assert written(body) == arrays
    assert found.loops[0].verdict == "carried"


def test_what_is_read_elsewhere_meets_every_store() -> None:
    assert graph("a[i] = from_table(i)").loops[0].verdict == "carried"
    assert graph("t = from_table(i)").loops[0].verdict == "privatise"


def test_a_row_by_another_name_is_read_where_the_function_reads() -> None:
    assert graph("w = a[i]\n    for j in range(n):\n        b[i] = read(w, j)\n        a[i, j] = 1.0").loops[1].verdict == "carried"


def test_elements_of_an_array_that_a_statement_changes_are_not_the_same_twice() -> None:
    found = graph("np.something(idx)\n    x[idx[i]] = x[idx[i]] + 1.0")
    assert any(d.name == "x" and 1 in d.levels for d in found.dependences)


def test_arguments_are_evaluated_before_the_call() -> None:
    kinds = {d.kind for d in graph("put(a, 0, a[0])").dependences if d.levels == {0, 1} or d.levels == {0}}
    assert kinds == {"anti"}


def test_a_function_that_is_known_to_do_nothing() -> None:
    assert graph("x[i] = erf(y[i])").loops[0].verdict == "carried"
    assert graph("x[i] = erf(y[i])", {"erf": NOTHING}).loops[0].verdict == "parallel"
    assert graph("x[i] = erf(y, out=z)", {"erf": NOTHING}).loops[0].verdict == "carried"


@pytest.mark.parametrize(("body", "verdict"), [
    ("put(a, i, b[i])", "parallel"),
    ("put(a, 2 * i + 1, a[2 * i])", "parallel"),
    ("put(a, i + 1, read(a, i))", "carried"),
    ("a[i] = read(a, i)", "parallel"),
    ("a[i] = read(a, i) + 1", "parallel"),  # and no reduction: what is read is an argument
    ("a[i] = read(a, i + 1)", "transform"),
    ("put(a, 0, b[i])", "carried"),
    ("put(a, 0, b[i])\n    c[i] = a[0]", "carried"),
    ("put_row(a, i)", "carried"),
    ("put(x=b[i], k=i, v=a)", "carried"),
])
def test_elements_of_functions(body: str, verdict: str) -> None:
    """What a function reads and stores, by the arguments of the call."""
    assert graph(body).loops[0].verdict == verdict
