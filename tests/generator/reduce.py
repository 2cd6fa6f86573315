"""Makes a failing program small: drops statements, unwraps blocks, shortens expressions.

Each attempt compiles and runs the program again, so their time is bounded.
"""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator

Fails = Callable[[str], object]

BLOCKS = ("body", "orelse")


def reduce(source: str, fails: Fails, seconds: float = 60.0) -> str:
    """The smallest program found for which `fails` is still true of the source.

    >>> print(reduce("x = 1\\nif x:\\n    y = x + 2 * 3\\nz = 4\\n", lambda s: "x + " in s))
    y = x + 2
    """
    best = ast.unparse(ast.parse(source))
    deadline = time.monotonic() + seconds
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(best):
            if time.monotonic() > deadline:
                return best
            if fails(smaller):
                best, changed = smaller, True
                break
    return best


def _smaller(source: str) -> Iterator[str]:
    """Every program that is one step smaller, the largest steps first."""
    tree = ast.parse(source)
    places = [(node, name) for node in ast.walk(tree) for name in BLOCKS if isinstance(getattr(node, name, None), list)]
    for number, (node, name) in enumerate(places):
        for at in range(len(getattr(node, name))):
            yield from _edited(tree, number, name, at)
    for number, _ in enumerate(_expressions(tree)):
        yield from _simplified(tree, number)


def _edited(tree: ast.Module, number: int, name: str, at: int) -> Iterator[str]:
    def block(fresh: ast.Module) -> list[ast.stmt]:
        places = [node for node in ast.walk(fresh) for b in BLOCKS if isinstance(getattr(node, b, None), list)]
        found: list[ast.stmt] = getattr(places[number], name)
        return found

    original = block(tree)[at]
    if isinstance(original, (ast.Import, ast.ImportFrom)):
        return
    fresh = copy.deepcopy(tree)
    statements = block(fresh)
    del statements[at]
    if not statements and name == "body" and fresh.body is not statements:
        statements.append(ast.Pass())
    if not isinstance(original, ast.Pass):
        yield ast.unparse(fresh)
    if isinstance(original, (ast.If, ast.For, ast.While)):
        for inner in (original.body, original.orelse):
            if inner:
                fresh = copy.deepcopy(tree)
                block(fresh)[at : at + 1] = copy.deepcopy(inner)
                yield ast.unparse(fresh)


def _expressions(tree: ast.Module) -> list[ast.expr]:
    kinds = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)
            and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)]


def _simplified(tree: ast.Module, number: int) -> Iterator[str]:
    node = _expressions(tree)[number]
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    if isinstance(node, ast.Call):
        parts = list(node.args)
    for part in [*parts, ast.Constant(1)]:
        fresh = copy.deepcopy(tree)
        target = _expressions(fresh)[number]
        swapped = _Swap(target, copy.deepcopy(part)).visit(fresh)
        yield ast.unparse(swapped)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().visit(node)
