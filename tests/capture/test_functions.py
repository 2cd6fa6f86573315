"""User functions that a nest calls: what is captured, what it computes, what is declined."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import numpy as np
import pytest

from alpyna_hook.bind.views import resolve_function_views
from alpyna_hook.capture import capture_function
from alpyna_hook.ir.captured import Function
from alpyna_hook.ir.text import pretty
from alpyna_hook.reasons import Declined
from tests.capture.differential import seen
from tests.ir_interpreter import call


def function_of(source: str, name: str = "f") -> Function:
    node = ast.parse(textwrap.dedent(source)).body[0]
    if isinstance(node, ast.Expr):
        assert isinstance(node.value, ast.Lambda)
        return capture_function(node.value, filename="f.py", name=name)
    assert isinstance(node, ast.FunctionDef)
    return capture_function(node, filename="f.py", name=name)


NORM = '''
def f(v, w=2.0, *, unused=0):
    pass
'''

CLIP = '''
def f(v, low=-1.0, high=limit, step=3):
    """Docstring."""
    if v < low:
        return low
    for k in range(step):
        v = v * scale + k
    return v if v < top.value else math.floor(v)
'''


def test_a_function() -> None:
    function = function_of(CLIP)
    assert pretty(function) == textwrap.dedent('''\
        reads range, scale, top.value, math.floor
        def f(v, low=-1.0, high, step=3):
            if v < low:
                return low
            for k in range(step):
                v = (v * scale) + k
            return v if (v < top.value) else math.floor(v)''')
    assert function.params == ("v", "low", "high", "step")


def test_a_lambda() -> None:
    assert pretty(function_of("lambda x, y=1: x * y + z")) == "reads z\ndef f(x, y=1):\n    return (x * y) + z"


def test_attributes_of_parameters() -> None:
    method = function_of("def step(self, z):\n    return self.w * z.real + z.conjugate()", "C.step")
    assert pretty(method.body) == "return (self.w * @real(z)) + @conjugate(z)"
    assert method.reads == ()


def test_positional_parameters() -> None:
    function = function_of("def f(x, y=2, /, z=3):\n    return x")
    assert function.positional_only == 2
    assert pretty(function) == "reads \ndef f(x, y=2, /, z=3):\n    return x"


CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("def f(x):\n    return x * 2", (3,)),
    ("def f(x, y=0.5):\n    x += y\n    return x", (3,)),
    ("def f(x):\n    for i in range(9):\n        if i > x:\n            return i\n    return -1", (3.5,)),
    ("def f(x):\n    if x > 5:\n        return 1", (3.5,)),
    ("def f(x):\n    return x, -x", (3.5,)),
    ("def f(a, v):\n    a[0] = v\n    row = a\n    row[1] += v", (np.zeros(3), 2)),
    ("def f(a):\n    s = 0\n    for v in a:\n        s += v\n    return s", (np.arange(3.0),)),
    ("lambda x: x ** 2 if x else 1", (0,)),
    ("lambda x: (y := x + 1) * y", (4,)),
]


@pytest.mark.parametrize(("source", "args"), CALLS)
def test_a_captured_function_computes_the_same(source: str, args: tuple[Any, ...]) -> None:
    scope: dict[str, Any] = {}
    exec(source if source.startswith("def") else f"f = {source}", scope)
    function = function_of(source)
    mine, theirs = [tuple([a.copy() if isinstance(a, np.ndarray) else a for a in args]) for _ in range(2)]
    assert seen(call(function, mine, {})) == seen(scope["f"](*theirs))
    assert seen(mine) == seen(theirs)


def test_rows_in_a_function() -> None:
    function = function_of("def f(m, i):\n    row = m[i]\n    return row[0] + len(row)")
    resolved = resolve_function_views(function, {"m": 2})
    m = np.arange(6.0).reshape(2, 3)
    assert seen(call(resolved, (m, 1), {})) == seen(m[1][0] + 3)
    assert "row" not in pretty(resolved.body)


@pytest.mark.parametrize(("source", "slug", "detail"), [
    (NORM, "call", "a function with *args, **kwargs or keyword-only parameters"),
    ("def f(*args): pass", "call", "a function with *args, **kwargs or keyword-only parameters"),
    ("def f(**kw): pass", "call", "a function with *args, **kwargs or keyword-only parameters"),
    ("def f(x):\n    yield x", "expression", "yield"),
    ("def f(x):\n    global y\n    y = x", "statement", "a global statement"),
    ("def f(x):\n    if x:\n        y = 1\n    return y", "maybe-unbound", "y in a called function"),
    ("def f(x):\n    for i in range(x):\n        pass\n    return i", "maybe-unbound", "i in a called function"),
    ("def f(g, x):\n    return g(x)", "expression", "a call of 'g', which is assigned here"),
    ("def f(len, x):\n    return len(x)", "expression", "a call of 'len', which is assigned here"),
    ("def f(p):\n    p = 1\n    return p.n", "expression", "the attribute p.n of a variable that is assigned here"),
])
def test_what_is_declined(source: str, slug: str, detail: str) -> None:
    with pytest.raises(Declined) as caught:
        function_of(source)
    assert (caught.value.reason.slug, caught.value.detail) == (slug, detail)
