"""What the abstract execution proves of indices and integers, against what the loops do."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from alpyna_hook.capture import capture_nest
from alpyna_hook.infer.nest import infer
from alpyna_hook.ir.captured import Call, walk
from alpyna_hook.ir.facts import ArrayType, Facts, Known
from alpyna_hook.ir.kinds import KIND_OF_DTYPE, KIND_OF_TYPE
from alpyna_hook.prove import prove


def outcomes(source: str, **values: object) -> dict[str, str]:
    """The outcomes by obligation, in order, of the nest in `source` for these live values."""
    loop = ast.parse(source).body[-1]
    assert isinstance(loop, (ast.For, ast.While))
    nest = capture_nest(loop, filename="f.py", qualname="f")
    arrays = {n: v for n, v in values.items() if isinstance(v, np.ndarray)}
    scalars = {n: v for n, v in values.items() if not isinstance(v, np.ndarray)}
    called = {n.function for n in walk(nest.loop) if isinstance(n, Call) and n.function[0] != "@"}
    functions = {name: Known("builtin", name) for name in (*called, *nest.builtins)}
    facts = Facts(
        {n: ArrayType(KIND_OF_DTYPE[a.dtype], a.ndim, True) for n, a in arrays.items()},
        {n: KIND_OF_TYPE[type(v)] for n, v in scalars.items()}, frozenset(scalars), functions,
    )
    typed = infer(nest, facts)
    integers = {n: int(v) for n, v in scalars.items() if isinstance(v, (int, np.integer))}  # type: ignore[arg-type]
    proof = prove(typed, integers, {n: a.shape for n, a in arrays.items()}, {}, False)
    found: dict[str, str] = {}
    for what, outcome in zip(typed.obligations, proof.outcomes, strict=True):
        found[what] = found.get(what, "") + outcome
    return found


A, I = np.zeros(10), np.zeros(10, dtype=np.int64)  # noqa: E741


@pytest.mark.parametrize(
    ("source", "index"),
    [
        ("for i in range(n):\n    a[i] = 0.0", "P"),
        ("for i in range(n + 1):\n    a[i] = 0.0", "C"),
        ("for i in range(1, n):\n    a[i - 1] = 0.0", "P"),
        ("for i in range(n):\n    a[i - 1] = 0.0", "M"),
        ("for i in range(n):\n    a[-1 - i] = 0.0", "N"),
        ("for i in range(n - 1, -1, -1):\n    a[i] = 0.0", "P"),
        ("for i in range(0, n, 3):\n    a[i] = 0.0", "P"),
        ("for i in range(n):\n    for j in range(i):\n        a[i - j - 1] = 0.0", "P"),
        ("for i in range(n):\n    for j in range(i, n):\n        a[j - i] = 0.0", "P"),
        ("for i in range(n):\n    if i > 0:\n        a[i - 1] = 0.0", "P"),
        ("for i in range(n + 5):\n    if i >= n:\n        continue\n    a[i] = 0.0", "P"),
        ("for i in range(n):\n    a[k[i]] = 0.0", "PC"),
        ("for i in range(n):\n    j = k[i]\n    if 0 <= j < n:\n        a[j] = 0.0", "PP"),
        ("for i in range(n):\n    a[k[i] % n] = 0.0", "PP"),
        ("for i in range(n):\n    a[min(i + 1, n - 1)] = 0.0", "P"),
        ("for i in range(n):\n    a[max(i - 1, 0)] = 0.0", "P"),
        ("for i in range(n):\n    for d in range(-1, 2):\n        if 0 <= i + d < n:\n            a[i + d] = 0.0", "P"),
    ],
)
def test_indices(source: str, index: str) -> None:
    assert outcomes(source, a=A, k=I, n=10)["index"] == index


def test_a_counter_that_is_stepped_at_most_once_an_iteration_stays_in_range() -> None:
    source = "for i in range(n):\n    if a[i] > 0.5:\n        b[m] = a[i]\n        m += 1"
    assert outcomes(source, a=A, b=A.copy(), m=0, n=10)["index"] == "PPP"


def test_a_while_loop_with_its_bound_in_the_condition() -> None:
    found = outcomes("while m < n:\n    a[m] = 0.0\n    m += 1", a=A, m=0, n=10)
    assert found["index"] == "P" and found["overflow"] == "K"


def test_a_masked_generator_does_not_overflow() -> None:
    source = "for i in range(n):\n    m = (1103515245 * m + 12345) & 0x7FFFFFFF"
    assert set(outcomes(source, m=1, n=10)["overflow"]) == {"K"}


def test_an_unbounded_product_is_checked() -> None:
    assert "C" in outcomes("for i in range(n):\n    m = m * 3", m=1, n=100)["overflow"]


def test_what_one_break_knows_does_not_hold_on_the_path_of_another() -> None:
    """Both paths leave the inner loop: on the first 0 <= j < 5, on the second nothing is known of j but j >= 5."""
    source = """
for i in range(n):
    j = k[i]
    m = 2
    while True:
        if j < 5:
            m = j
            break
        if j > 8:
            break
        m = 3
        break
    a[m] = 0.0
"""
    assert outcomes(source, a=A, k=I, m=0, n=10)["index"] == "PC"


def test_the_test_of_a_loop_that_is_broken_out_of_need_not_have_failed() -> None:
    source = """
for i in range(n):
    m = 0
    while m < 20:
        if k[i] == m:
            break
        m += 1
    a[m - 11] = 0.0
"""
    assert outcomes(source, a=A, k=I, m=0, n=10)["index"] == "PC"


def test_what_a_branch_knows_of_a_variable_is_not_used_for_its_value_before_the_loop() -> None:
    source = """
for i in range(n):
    j = k[i]
    m = j
    for q in range(3):
        if j >= 0:
            if j < 5:
                m = 1
            else:
                break
        else:
            break
    a[m] = 0.0
"""
    assert outcomes(source, a=A, k=I, m=0, n=10)["index"] == "PC"


def test_dead_code_needs_no_check() -> None:
    assert outcomes("for i in range(n):\n    if i > 100:\n        a[i + 1] = 0.0", a=A, n=10)["index"] == "P"
