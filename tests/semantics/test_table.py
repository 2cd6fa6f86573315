"""Every row of the contract's tables: edge values, plain against accelerated."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.differential import check
from tests.semantics import complex_numbers, displays, functions, numbers, places
from tests.semantics.example import Example
from tests.semantics.verdicts import allowed, recorded, undecided

EXAMPLES = [*numbers.EXAMPLES, *functions.EXAMPLES, *places.EXAMPLES, *complex_numbers.EXAMPLES, *displays.EXAMPLES]

ROWS = (
    "narrow integers",
    "float32 with a Python float",
    "weak Python int out of range",
    "int64 with uint64",
    "the first iteration changes the type",
    "the type follows the path",
    "Python int overflow",
    "Python int division",
    "Python int compared with float",
    "/ by zero",
    "// and % by zero",
    "MIN // -1",
    "x ** 2, any float power",
    "mixed kinds in **",
    "int **",
    "shifts",
    "bool arithmetic",
    "abs and unary minus",
    "int(x), round(x)",
    "round(x, n)",
    "min, max",
    "float32 compared with Python float",
    "store into an int array",
    "math on float64",
    "math.f on float32",
    "math.* errors",
    "NumPy's transcendentals",
    "complex /",
    "complex functions",
    "FMA",
    "device transcendentals",
    "index below zero",
    "index out of bounds",
    "index of bool or float",
    "a variable unbound at the loop",
    "warnings and np.errstate",
    "float sums",
    "scalars after the loop",
    "array classes",
    "read-only arrays",
    "overlapping views",
    "globals and builtins",
    "np.sqrt(int8)",
    "builtin sum of floats",
    "NaN payloads",
    "float of a text",
    "in a display",
    "integers wrap around",
)


@pytest.mark.parametrize("example", [pytest.param(e, id=str(e), marks=[pytest.mark.slow] * e.rare) for e in EXAMPLES])
def test_row(example: Example) -> None:
    compared = check(example.source, *example.inputs, expect=None, conditions=example.conditions)
    assert compared.verdict in allowed(example), f"{compared.verdict}: {compared.runs}\n{example.source}"


def test_every_row_has_an_example() -> None:
    assert set(ROWS) == {example.row for example in EXAMPLES}


def test_every_verdict_is_recorded() -> None:
    """`python -m tests.semantics.verdicts` does it."""
    _, verdicts = recorded()
    assert verdicts.keys() == {str(example) for example in undecided(EXAMPLES)}
    assert [str(e) for e in undecided(EXAMPLES) if verdicts[str(e)] not in e.expect.split()] == []


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(map(str, EXAMPLES)).items() if count > 1] == []
