"""Loops that nothing in them can end: they wait for another thread, or for a signal's handler.

    while not done[0]:        a kernel that has the element once would wait for ever
        spins += 1
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from alpyna_hook.ir.captured import (
    Break,
    Call,
    Const,
    Effect,
    Expr,
    For,
    If,
    Load,
    Raise,
    Return,
    Stmt,
    Store,
    Var,
    While,
    targets,
    walk,
)
from alpyna_hook.seam.trees import walk_tree

_PURE = frozenset("abs int float bool complex round pow min max".split())


def method_of_tested(loop: ast.While) -> ast.Call | None:
    """`q.pop()` in `while q:`, which may change what is tested."""
    tested = {node.id for node in walk_tree(loop.test) if isinstance(node, ast.Name)}
    for statement in loop.body:
        for node in walk_tree(statement):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in tested:
                    return node
    return None


def ends_by_itself(loop: While) -> bool:
    """Whether what the loop does can change its test, or the tests of the statements that leave it."""
    nodes = [node for stmt in loop.body for node in walk(stmt)]
    changed = {name for node in nodes for name in targets(node)}
    stores = any(isinstance(node, Store | Effect) or (isinstance(node, Call) and not _is_pure(node)) for node in nodes)
    if isinstance(loop.test, Const):
        if not loop.test.value:
            return True
    elif _changes(loop.test, changed, stores):
        return True
    return _is_left(loop.body, changed, stores)


def _is_left(body: Iterable[Stmt], changed: set[str], stores: bool, *, within: bool = False, guarded: bool = False) -> bool:
    """Is there a way out that does not depend on unchanged tests alone?

    within: of a loop in the loop.  guarded: reached by an unchanged test only.
    """
    for stmt in body:
        match stmt:
            case Return() | Raise() if not guarded:
                return True
            case Break() if not within and not guarded:
                return True
            case If():
                behind = not _changes(stmt.test, changed, stores)
                if _is_left((*stmt.body, *stmt.orelse), changed, stores, within=within, guarded=behind):
                    return True
            case For() | While():
                if _is_left(stmt.body, changed, stores, within=True, guarded=guarded):
                    return True
                if _is_left(stmt.orelse, changed, stores, within=within, guarded=guarded):
                    return True
    return False


def _is_pure(call: Call) -> bool:
    return call.function in _PURE or call.function.startswith(("@", "math.", "np.", "numpy."))


def _changes(test: Expr, changed: set[str], stores: bool) -> bool:
    for node in walk(test):
        match node:
            case Var(name) if name in changed:
                return True
            case Load() | Call() if stores:
                return True
    return False
