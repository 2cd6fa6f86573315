"""Walks of Python's syntax trees: those of `ast` take several times as long, and import `collections` at each call, which
the program may just be importing anew.  Operators and contexts, which hold no code, are left out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

_WITHOUT = frozenset("ctx op ops id attr arg kind type_comment type_ignores lineno level module rest kwd_attrs asname tag".split())
_LEAVES = frozenset("Constant Name Global Nonlocal alias MatchSingleton MatchStar TypeIgnore".split())
_KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
_FIELDS = {
    kind: () if kind.__name__ in _LEAVES else tuple([field for field in kind._fields if field not in _WITHOUT])
    for kind in _KINDS
}
_WITH_GAPS = (ast.Dict, ast.arguments)  # whose lists hold None, too
BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


def children(node: ast.AST) -> list[ast.AST]:
    """In the order of `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    for field in _FIELDS[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += value
        elif value.__class__ in _FIELDS:
            found.append(value)
    return [each for each in found if each is not None] if isinstance(node, _WITH_GAPS) else found


def walk_tree(*roots: ast.AST) -> list[ast.AST]:
    """The nodes and all below them, in the order of `ast.walk`."""
    return _below(list(roots), children)


def blocks(node: ast.AST) -> list[ast.AST]:
    """The statements, handlers and cases in a statement."""
    if isinstance(node, ast.expr):
        return []
    return [each for field in BLOCKS for each in getattr(node, field, ())]


def statements(tree: ast.AST) -> list[ast.AST]:
    """All statements, with the handlers and cases that some stand in."""
    return _below([tree], blocks)


def _below(found: list[ast.AST], parts: Callable[[ast.AST], list[ast.AST]]) -> list[ast.AST]:
    for node in found:  # which grows meanwhile
        found += parts(node)
    return found
