"""The loop nests of a function, each with the live values that it meets: for timing analyses."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from alpyna_hook.bind.views import resolve_views
from alpyna_hook.capture import capture_function, capture_nest
from alpyna_hook.dependence import ArrayFacts
from alpyna_hook.ir.captured import Call, Function, Nest, walk
from alpyna_hook.reasons import Declined


@dataclass(frozen=True)
class LiveNest:
    """A nest with what it would be bound to."""

    nest: Nest
    bounds: dict[str, int]
    arrays: dict[str, ArrayFacts]
    functions: dict[str, Function]


def facts_of(data: np.ndarray) -> ArrayFacts:
    return ArrayFacts(data.itemsize, data.shape, data.strides, data.__array_interface__["data"][0])


def parsed(function: Callable[..., object]) -> tuple[ast.FunctionDef, str]:
    """The function's ast, with the line numbers of its file."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    ast.increment_lineno(tree, first - 1)
    node = tree.body[0]
    assert isinstance(node, ast.FunctionDef)
    return node, inspect.getsourcefile(function) or "?"


def nests(function: Callable[..., object], arguments: tuple[object, ...]) -> Iterator[LiveNest]:
    """Executes the function statement by statement and yields each outermost loop before it runs."""
    node, filename = parsed(function)
    scope: dict[str, Any] = dict(getattr(function, "__globals__", {}))
    scope.update(zip((a.arg for a in node.args.args), arguments, strict=False))
    for statement in _outer(node.body):
        if isinstance(statement, ast.For | ast.While):
            found = _captured(statement, filename, function.__qualname__, scope)
            if found is not None:
                yield found
        if isinstance(statement, ast.Return):
            return
        module = ast.Module([statement], [])
        exec(compile(ast.fix_missing_locations(module), filename, "exec"), scope)


def _outer(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements in order; those of an `if` around loops count as the function's own."""
    for statement in body:
        if isinstance(statement, ast.With):
            yield from _outer(statement.body)
        else:
            yield statement


def _captured(
    loop: ast.For | ast.While, filename: str, qualname: str, scope: dict[str, Any],
) -> LiveNest | None:
    arrays = {name: value for name, value in scope.items() if type(value) is np.ndarray}
    try:
        nest = capture_nest(loop, filename=filename, qualname=qualname)
        nest, _ = resolve_views(nest, {name: data.ndim for name, data in arrays.items()})
    except Declined:
        return None
    bounds = {n: int(v) for n, v in scope.items() if isinstance(v, int | np.integer) and n in nest.reads}
    facts = {name: facts_of(data) for name, data in arrays.items() if name in nest.reads}
    return LiveNest(nest, bounds, facts, functions_of(nest, scope))


def functions_of(nest: Nest, scope: dict[str, Any]) -> dict[str, Function]:
    """The user's functions that the nest calls, captured."""
    found = {}
    for name in {node.function for node in walk(nest.loop) if isinstance(node, Call)}:
        value = scope.get(name)
        if isinstance(value, FunctionType):
            node, filename = parsed(value)
            found[name] = capture_function(node, filename=filename, name=value.__qualname__)
    return found
