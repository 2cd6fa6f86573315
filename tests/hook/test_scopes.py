"""Whose a name is, against CPython's symtable; what is surely assigned, against running the code."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import symtable
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpyna_hook.hook.scopes import Scope, own_nodes
from alpyna_hook.seam.mangle import Mangled
from alpyna_hook.seam.parsing import parse

MODULES = ["_pydecimal", "argparse", "ast", "asyncio.tasks", "contextlib", "dataclasses", "functools", "inspect"]


def scopes(tree: ast.Module, names: Mangled) -> Iterator[tuple[str, int, Scope]]:
    todo = [Scope(tree, None)]
    while todo:
        scope = todo.pop()
        for node in own_nodes(scope.node):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = Scope(node, scope)
                todo.append(inner)
                line = min([node.lineno, *(item.lineno for item in node.decorator_list)])
                if inner.is_function:
                    yield names.written(node), line, inner


def comprehension_variables(node: ast.AST) -> set[str]:
    """From Python 3.12 on symtable lists them with those of the function (PEP 709)."""
    if sys.version_info < (3, 12):
        return set()
    targets = [generator.target for generator in ast.walk(node) if isinstance(generator, ast.comprehension)]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        if child.get_type() == "function":
            yield child
        yield from tables(child)


@pytest.mark.parametrize("name", MODULES)
def test_owners_are_those_of_symtable(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text(encoding="utf-8")
    tree = parse(text, name)
    names = Mangled(tree)
    ours = {(n, line): scope for n, line, scope in scopes(tree, names)}
    compared = 0
    for table in tables(symtable.symtable(text, name, "exec")):
        scope = ours.get((table.get_name(), table.get_lineno()))
        if scope is None:  # symtable of some versions gives the line of `def`, not of the decorator
            continue
        inlined = comprehension_variables(scope.node)
        for symbol in table.get_symbols():
            if symbol.get_name() in inlined:
                continue
            owner = scope.owner(symbol.get_name())
            assert (owner is scope) == symbol.is_local(), symbol
            assert (owner is None) == symbol.is_global(), symbol
            compared += 1
    assert compared > 50


# Each body is run with every combination of c; HERE is where it is asked what is surely bound.
BODIES = [
    "x = 1\nHERE",
    "if c[0]: x = 1\nHERE",
    "if c[0]: x = 1\nelse: x = 2\nHERE",
    "if c[0]:\n  return\nelse:\n  x = 2\nHERE",
    "if c[0]:\n  raise KeyError\nelif c[1]: x = 1\nelse: x = 2\nHERE",
    "for i in range(c[0]):\n  x = 1\nHERE",
    "for i in range(c[0]):\n  x = 1\n  HERE",
    "for i in range(c[0]):\n  if c[1]:\n    x = 1\n    break\nelse:\n  x = 2\nHERE",
    "for i in range(2):\n  if c[0]: continue\n  x = 1\n  HERE",
    "while True:\n  x = 1\n  if c[0]: break\n  return\nHERE",
    "while True:\n  if c[0]: break\n  x = 1\n  if c[1]: return\n  raise KeyError\nHERE",
    "n = 2\nwhile n:\n  n -= 1\n  if c[0]:\n    HERE\n  x = 1\n",
    "try:\n  x = 1 // c[0]\nexcept ZeroDivisionError: pass\nHERE",
    "try:\n  x = 1 // c[0]\nexcept ZeroDivisionError: x = 2\nHERE",
    "try:\n  1 // c[0]\nexcept ZeroDivisionError: return\nelse:\n  x = 1\nHERE",
    "try:\n  1 // c[0]\n  x = 1\nexcept ZeroDivisionError:\n  HERE\n",
    "try:\n  1 // c[0]\nexcept ZeroDivisionError: y = 1\nfinally:\n  x = 1\nHERE",
    "try:\n  x = 1 // c[0]\nfinally:\n  HERE\n",
    "for i in range(1):\n  try:\n    x = 1 // c[0]\n  finally:\n    break\nHERE",
    "with contextlib.suppress(ZeroDivisionError):\n  x = 1 // c[0]\nHERE",
    "with contextlib.suppress(ZeroDivisionError) as x:\n  1 // c[0]\nHERE",
    "with contextlib.suppress(ZeroDivisionError) as y, m(c[0]) as x:\n  1 // c[0]\nHERE",
    "x = 1\nif c[0]: del x\nHERE",
    "try:\n  1 // c[0]\nexcept ZeroDivisionError as x: pass\nHERE",
    "x = 1\ntry:\n  1 // c[0]\nexcept ZeroDivisionError as x: pass\nHERE",
    "match c:\n  case [0, x]: pass\n  case [1, _]: x = 3\nHERE",
    "match c:\n  case [0, x]:\n    HERE\n",
    "import math as x\nHERE",
    "if c[0]:\n  import math as x\nHERE",
    "def x(): pass\nHERE",
    "class x: pass\nHERE",
    "x: int\nHERE",
    "x: int = 1\nHERE",
    "c[0] and (x := 1)\nHERE",
    "x = y = c\n(x, *z), w = (1, 2), 3\nHERE",
    "def g():\n  nonlocal x\n  del x\nx = 1\nif c[0]: g()\nHERE",
    "return\nfor i in range(2):\n  HERE\n",
    "if c[0]:\n  return\n  x = 1\nHERE",
]


class Managed:
    """A manager whose __enter__ fails if it is told so."""

    def __init__(self, good: int) -> None:
        self.good = good

    def __enter__(self) -> int:
        return 1 // self.good

    def __exit__(self, *exc: object) -> None: ...


@pytest.mark.parametrize("body", BODIES)
def test_what_is_sure_is_bound_on_every_path(body: str) -> None:
    lines = body.split("\n")
    text = "import contextlib\ndef f(c, m, seen):\n" + "".join(f"  {line}\n" for line in lines)
    asked = text.replace("HERE", "while False: pass")
    tree = parse(asked, "f")
    function = tree.body[1]
    assert isinstance(function, ast.FunctionDef)
    scope = Scope(function, Scope(tree, None))
    (loop,) = [node for node in ast.walk(function) if isinstance(node, ast.While) and ast.unparse(node.test) == "False"]
    sure = {name for name in sorted(scope.bound) if scope.sure(name, loop)}
    space: dict[str, object] = {}
    exec(text.replace("HERE", "seen.append(set(locals()))"), space)
    seen: list[set[str]] = []
    for choice in itertools.product((0, 1), repeat=2):
        try:
            space["f"](list(choice), Managed, seen)  # type: ignore[operator]
        except (KeyError, ZeroDivisionError):
            continue
    always = set.intersection(*seen) if seen else sure
    assert sure <= always
    if body in EXACT:
        assert sure == always


# where the analysis is to find all that there is to find
COARSE = ("with ", "del ", " as x", ":=", "nonlocal", "(1, 2)", "while n", "break\nHERE", "case [1")
EXACT = {body for body in BODIES if not any(word in body for word in COARSE)}


def test_a_closure_s_variable_is_sure_if_it_is_bound_before_the_inner_function() -> None:
    source = """
def f(p):
    a = 1
    def g():
        class C:
            def h(self):
                while False: pass
                return p, a, b, d
        d = 1
    b = 2
    return g
"""
    tree = parse(source, "f")
    found = {n: scope for n, _, scope in scopes(tree, Mangled(tree))}
    loop = next(node for node in ast.walk(tree) if isinstance(node, ast.While))
    assert {name for name in "pabd" if found["h"].sure(name, loop)} == {"p", "a"}
    assert [found["h"].owner(name) for name in "pabd"] == [found["f"], found["f"], found["f"], found["g"]]
