"""Parses a source into the tree that both halves work on, with private names already mangled.

`self.__n` in class `Box` is the attribute `_Box__n`.  CPython mangles when it compiles; the
analysis of a loop needs the real names, and a name mangled already compiles to itself.
"""

from __future__ import annotations

import ast
import warnings
from contextlib import nullcontext

# Where a node of an expression holds an identifier.  Names of functions and classes are left
# alone: CPython mangles the variable that they are bound to, and not their `__name__`.
_FIELDS: dict[type[ast.AST], str] = {ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg", ast.keyword: "arg"}


def parse(source: bytes | str, filename: str, *, quiet: bool = False) -> ast.Module:
    """The module's tree.  Raises what the compiler raises: SyntaxError, ValueError.

    `quiet` is for reading a source again: its SyntaxWarnings have been given once.
    """
    with warnings.catch_warnings() if quiet else nullcontext():
        if quiet:
            warnings.simplefilter("ignore")
        tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    if (b"__" in source) if isinstance(source, bytes) else ("__" in source):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for child in node.body:
                    _mangle(child, node.name)
    return tree


def _mangled(name: str, owner: str) -> str:
    """As `_Py_Mangle` of CPython's Python/compile.c."""
    owner = owner.lstrip("_")
    if not owner or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    return f"_{owner}{name}"


def _mangle(node: ast.AST, owner: str) -> None:
    field = _FIELDS.get(type(node))
    if field and isinstance(name := getattr(node, field), str):
        setattr(node, field, _mangled(name, owner))
    own_body = {id(child) for child in node.body} if isinstance(node, ast.ClassDef) else ()
    for child in ast.iter_child_nodes(node):
        if id(child) not in own_body:  # a nested class mangles its own body
            _mangle(child, owner)
