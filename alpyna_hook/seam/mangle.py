"""Private names: `self.__n` in class `Box` is the attribute `_Box__n`.

CPython mangles when it compiles, and the tree that it compiles is left as it was written.  The analysis
of a loop needs the names that the code will have: it sees the tree with these put in for a while.
"""

from __future__ import annotations

import ast
import re
from typing import Any, TypeAlias

from alpyna_hook.seam.trees import blocks, children

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Where a node holds an identifier that is mangled.  The names of keyword arguments and of the attributes of a class
# pattern are not, nor is what is made into a string: modules to import, the annotations of PEP 563.
_FIELDS: dict[str, str] = {
    "Name": "id", "Attribute": "attr", "arg": "arg", "FunctionDef": "name", "AsyncFunctionDef": "name", "ClassDef": "name",
    "Global": "names", "Nonlocal": "names", "ExceptHandler": "name", "MatchAs": "name", "MatchStar": "name",
    "MatchMapping": "rest", "TypeVar": "name", "ParamSpec": "name", "TypeVarTuple": "name",
}
_PRIVATE = re.compile(rb"\b__(?!\w*__\b)\w")


def mangle(name: str, owner: str | None) -> str:
    """`__x` in class C is `_C__x`: as `_Py_Mangle` of CPython's Python/compile.c.

    >>> mangle("__x", "_C"), mangle("__init__", "C"), mangle("__x", "__"), mangle("__x", None)
    ('_C__x', '__init__', '__x', '__x')
    """
    owner = (owner or "").lstrip("_")
    if not owner or not name.startswith("__") or name.endswith("__"):
        return name
    return f"_{owner}{name}"


def may_hold_private_names(source: bytes) -> bool:
    return _PRIVATE.search(source) is not None


class Mangled:
    """A tree with the names that the compiler makes of the private ones, in the place of these.

    `owner` is the class in whose body the tree stands.
    """

    def __init__(self, tree: ast.AST, owner: str | None = None) -> None:
        self._changed: list[tuple[ast.AST, str, object]] = []
        self._written: dict[int, str] = {}
        todo: list[tuple[ast.AST, str | None]] = [(tree, owner)]
        while todo:
            node, owner = todo.pop()
            own: set[int] = set()
            if isinstance(node, ast.ClassDef):
                own = {id(child) for child in (*node.body, *getattr(node, "type_params", ()))}
                name = node.name
            if owner is not None:
                self._put_in(node, owner)
            for child in blocks(node) if owner is None and not own else children(node):
                todo.append((child, name if id(child) in own else owner))

    def _put_in(self, node: ast.AST, owner: str) -> None:
        if isinstance(node, ast.alias):
            field: str = "asname"
            value: Any = node.asname or node.name.partition(".")[0]
        else:
            field = _FIELDS.get(type(node).__name__, "")
            value = getattr(node, field, None)
        if isinstance(value, str):
            if not value.startswith("__"):
                return
            new: object = mangle(value, owner)
        else:
            new = [mangle(name, owner) for name in value] if isinstance(value, list) else value
        if new != value:
            self._changed.append((node, field, getattr(node, field)))
            if field == "name" and isinstance(value, str):
                self._written[id(node)] = value
            setattr(node, field, new)

    def written(self, node: Definition) -> str:
        """The name of a function or class as it was written, for `__qualname__`."""
        return self._written.get(id(node), node.name)

    def undo(self) -> None:
        for node, field, value in self._changed:
            setattr(node, field, value)
