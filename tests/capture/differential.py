"""Runs a loop as Python and as captured IR, and compares everything that can be seen afterwards."""

from __future__ import annotations

import ast
import textwrap
import types
import warnings
from typing import Any

import numpy as np

from alpyna_hook.bind.swaps import WHICH, Choice, resolve_swaps
from alpyna_hook.bind.views import View, resolve_views
from alpyna_hook.capture import capture_nest
from alpyna_hook.capture.names import assigned_names, root_of
from alpyna_hook.ir.captured import Nest
from alpyna_hook.ir.text import pretty
from alpyna_hook.reasons import Declined
from tests.ir_interpreter import Interpreter, Replay, Returned

IMPORTS = """
import math
import numpy as np
"""
Result = tuple[str, Any]
REPLAYED: Result = ("replayed", None)


def completed(result: Result) -> bool:
    return result[0] == "returned"


def nest_of(source: str, qualname: str = "f") -> Nest:
    loop = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(loop, ast.For | ast.While)
    return capture_nest(loop, filename="test.py", qualname=qualname)


def namespace(setup: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    exec(IMPORTS + textwrap.dedent(setup), values)
    return values


def run_plain(source: str, values: dict[str, Any]) -> Result:
    """The loop in a function whose variables are all global: `return` works, and all can be seen."""
    tree = ast.parse(textwrap.dedent(source))
    names = sorted(assigned_names(tree))
    head = f"def _loop():\n    {'global ' + ', '.join(names) if names else 'pass'}\n"
    exec(head + textwrap.indent(textwrap.dedent(source), "    "), values)
    loop = values.pop("_loop")
    try:
        return ("returned", loop())
    except Exception as error:
        return ("raised", type(error))


def run_captured(
    nest: Nest, values: dict[str, Any], views: dict[str, View] | None = None, choices: dict[str, Choice] | None = None
) -> Result:
    """The IR, given only what the nest says that it reads; writes go back to values."""
    wanted = {root_of(name) for name in nest.reads}
    env = {name: value for name, value in values.items() if name in wanted}
    env |= {made.name: _evaluated(made.node, values) for made in nest.made}
    env |= {WHICH: 0} if choices else {}
    result: Result = ("returned", None)
    try:
        Interpreter(env).block((nest.loop,))
    except Returned as returned:
        result = ("returned", returned.value)
    except Replay:
        result = REPLAYED
    except Exception as error:
        result = ("raised", type(error))
    for view in (views or {}).values():
        if view.witness in env and completed(result):
            index = tuple([env[i] if isinstance(i, str) else i for i in view.index])
            env[view.name] = Interpreter(env).name(view.array)[index]
    if completed(result):
        arrays = {name: choice.arrays[env[WHICH]] for name, choice in (choices or {}).items()}
        env |= {name: Interpreter(dict(values)).name(array) for name, array in arrays.items() if array is not None}
    written = {name: value for name, value in env.items() if name[0] != "@" and values.get(name) is not value}
    assert set(written) <= set(nest.writes), (written, nest.writes)
    values.update(written)
    return result


def _evaluated(node: ast.expr, values: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "<header>", "eval"), values)


def ranks_of(nest: Nest, values: dict[str, Any]) -> dict[str, int]:
    """The arrays among all that the nest names, and their numbers of dimensions."""
    result: dict[str, int] = {}
    for name in (*nest.reads, *nest.writes):
        if root_of(name) in values:
            value = Interpreter(values).name(name)
            if isinstance(value, np.ndarray):
                result[name] = value.ndim
    return result | {made.name: _evaluated(made.node, values).ndim for made in nest.made}


def seen(value: Any) -> Any:
    """A value as something that compares exactly: its type and its bits."""
    if isinstance(value, np.ndarray):
        return (type(value), value.dtype, value.shape, value.tobytes())
    if isinstance(value, np.generic | float | complex):
        return (type(value), np.asarray(value).tobytes())
    if isinstance(value, tuple):
        return tuple([seen(item) for item in value])
    if isinstance(value, types.SimpleNamespace):
        return {name: seen(item) for name, item in vars(value).items()}
    return (type(value), value)


def state(values: dict[str, Any]) -> dict[str, Any]:
    """All variables, without modules, functions and what exec adds."""
    return {
        name: seen(value) for name, value in values.items()
        if name[0] != "_" and not callable(value) and not isinstance(value, types.ModuleType)
    }


def same(source: str, setup: str = "") -> Nest:
    """Asserts that the captured nest does what the source does, before and after `resolve_swaps` and `resolve_views`; returns it."""
    nest = nest_of(source)
    compare(source, setup, nest)
    ranks = ranks_of(nest, namespace(setup))
    try:
        swapped, choices = resolve_swaps(nest, ranks)
        resolved, views = resolve_views(swapped, ranks)
    except Declined as declined:
        assert declined.reason.slug == "array-variable"
    else:
        compare(source, setup, resolved, views, choices)
    return nest


def compare(
    source: str, setup: str, nest: Nest, views: dict[str, View] | None = None, choices: dict[str, Choice] | None = None
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, captured = namespace(setup), namespace(setup)
        expected, got = run_plain(source, plain), run_captured(nest, captured, views, choices)
    # After an error everything is put back and the interpreter runs the loop: only that there was one counts.
    if completed(got) or completed(expected):
        assert seen(got) == seen(expected), pretty(nest)
        assert state(captured) == state(plain), pretty(nest)
