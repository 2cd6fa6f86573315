"""The rows of the registry, each by itself: what is added there is tried here without another line."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from alpyna_hook.ir.kinds import rep_of_kind
from alpyna_hook.operators.functions import INNER_LOOP, LIBM, MATH, METHODS, NUMPY, PARTS, SAME, WHOLE
from alpyna_hook.operators.operations import OPERATIONS, operation
from tests.differential import Program

FLOATS = (0.5, 1.0, 1.75, -0.25, 3.0, 0.0, -0.0, -2.5, 40.0)
INTEGERS = (0, 1, 7, 12, 3, -5, 100)
BOOLS = (True, False)
# Of the operations with an interval, on Python's integers
EXACT: dict[str, Callable[..., int]] = {
    "mul": operator.mul, "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow, "and": operator.and_,
    "or": operator.or_, "xor": operator.xor, "lshift": operator.lshift, "rshift": operator.rshift, "abs": abs, "minimum": min,
    "maximum": max, "gcd": math.gcd, "isqrt": math.isqrt,
}


def assert_the_same(call: str, arguments: Sequence[Sequence[Any]]) -> None:
    """The loop, compiled, gives what the interpreter gives, for arguments that it neither raises nor warns for."""
    names = [f"x{k}" for k in range(len(arguments))]
    text = call.format(*[f"{name}[i]" for name in names])
    parameters = ", ".join(names)
    source = f"import math\nimport numpy as np\ndef f(n, out, {parameters}):\n    for i in range(n):\n        out[i] = {text}\n"
    kinds = [np.array(values) for values in arguments]
    function = eval(f"lambda {parameters}: {call.format(*names)}", {"math": math, "np": np})
    rows = [row for row in itertools.product(*kinds) if _is_quiet(function, row)]
    assert rows, call
    columns = [np.array(column, dtype=kind.dtype) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    out = np.zeros(len(rows), dtype=np.array(function(*rows[0])).dtype)
    program = Program(source)
    program.load()
    compared = program.call("f", len(rows), out, *columns)
    assert compared.difference is None, compared.difference
    assert compared.verdict == "accelerated", compared.runs


def _is_quiet(function: Callable[..., Any], arguments: Sequence[Any]) -> bool:
    try:
        with np.errstate(all="raise"):
            return np.array(function(*arguments)).dtype != object
    except (ValueError, ArithmeticError):
        return False


@pytest.mark.parametrize("name", [name for name in MATH if hasattr(math, name)])
def test_a_function_of_math(name: str) -> None:
    takes = MATH[name].takes
    arguments = [INTEGERS if what == WHOLE else FLOATS for what in takes]
    assert_the_same(f"math.{name}({', '.join(['{}'] * len(takes))})", arguments)


@pytest.mark.parametrize("name", NUMPY)
def test_a_function_of_numpy(name: str) -> None:
    row = NUMPY[name]
    for operations, values in ((row.floats, FLOATS), (row.integers, INTEGERS), (row.booleans, BOOLS)):
        if operations:
            assert_the_same(f"np.{name}({', '.join(['{}'] * row.takes)})", [values] * row.takes)


@pytest.mark.parametrize("name", METHODS)
def test_a_method(name: str) -> None:
    for count in METHODS[name]:
        bounds = [str(k) for k in range(1, count + 1)]
        assert_the_same(f"({{}} + 1.0).{name}({', '.join(bounds)})", [FLOATS])


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part(name: str) -> None:
    assert_the_same(f"({{}} + 1.0).{name}", [FLOATS])


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.interval is not None])
def test_intervals_hold_all_results(name: str) -> None:
    interval, exact = operation(name).interval, EXACT[name]
    assert interval is not None
    arity = 1 if name in ("abs", "isqrt") else 2
    least = 0 if name == "isqrt" else -4
    intervals = [(low, high) for low in range(least, 4, 2) for high in range(low, 5, 2)]
    for bounds in itertools.product(intervals, repeat=arity):
        found = interval(*bounds)
        if found is not None:
            for operands in itertools.product(*[range(low, high + 1) for low, high in bounds]):
                assert found[0] <= exact(*operands) <= found[1], (bounds, operands, found)


def test_rows_name_operations() -> None:
    """And kinds."""
    for row in MATH.values():
        assert operation(row.operation).written
        assert rep_of_kind(row.gives)
    for ufunc in NUMPY.values():
        for name in {ufunc.floats, ufunc.integers, ufunc.booleans} - {"", SAME, "square"}:
            assert operation(name).written
    assert {LIBM, INNER_LOOP} <= OPERATIONS.keys()
