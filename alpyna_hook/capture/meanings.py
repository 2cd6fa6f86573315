"""What a name in a call means to the capture: `range`, `numpy.shape`, ...; None for what it does not know.

The source alone can only guess, by the spelling; when the loop is reached, the objects themselves are asked
(`binding.LiveNames`).  A nest notes what it took a name for, and that is checked each time it is bound.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from alpyna_hook.ir.paths import DICTIONARY as DICTIONARY, FLOAT as FLOAT, RANK as RANK, TUPLE as TUPLE
from alpyna_hook.seam.trees import statements

_BUILTINS = {name: name for name in "range enumerate zip reversed len divmod min max".split()}
_ELSEWHERE = {"prange": "range", "xrange": "range", "tqdm": "tqdm", "trange": "tqdm"}
_NUMPY = {
    name: f"numpy.{name}"
    for name in "shape size ndim arange ndindex linspace logspace geomspace sort unique flatnonzero".split()
}
_EXITS = dict.fromkeys(("exit", "quit", "sys.exit", "os._exit", "os.abort"), "exit")
_OF_NUMPY = ("np", "numpy")


_USUAL_RANK = "2"


class Names(Protocol):
    """What the capture asks about names from outside of the code that it captures."""

    def meaning(self, path: str) -> str | None:
        """What the path stands for in a call; `FLOAT` for a floating-point number, `DICTIONARY` and `TUPLE` for plain ones; a
        number for a path that ends with `RANK`."""


@dataclass(frozen=True)
class Spelled:
    """A guess by the spelling, and by the names that a module gives to what is spelled so."""

    aliases: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, path: str) -> str | None:
        if path.endswith(RANK):
            return _USUAL_RANK
        found = self.aliases.get(path)
        return found if found is not None else spelled(path)


class Noted:
    """Notes what was asked, and the answer."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.meanings: dict[str, str | None] = {}

    def meaning(self, path: str) -> str | None:
        if path not in self.meanings:
            self.meanings[path] = self._names.meaning(path)
        return self.meanings[path]


def spelled(path: str) -> str | None:
    """
    >>> spelled("range"), spelled("nb.prange"), spelled("np.shape"), spelled("rng.range"), spelled("sys.exit")
    ('range', 'range', 'numpy.shape', None, 'exit')
    """
    root, _, name = path.rpartition(".")
    if path in _BUILTINS or path in _EXITS:
        return _BUILTINS.get(path, "exit")
    if name in _ELSEWHERE and "." not in root:
        return _ELSEWHERE[name]
    return _NUMPY.get(name) if root in _OF_NUMPY else None


def aliases(tree: ast.AST) -> dict[str, str]:
    """The names that a module gives to such functions, wherever it does: `r = range`, `from numba import prange as p`.

    >>> aliases(ast.parse("from numpy import shape as s; r = range if slow else prange; x = r"))
    {'s': 'numpy.shape', 'r': 'range'}
    """
    found: dict[str, str] = {}
    for node in statements(tree):
        for name, path in _given(node):
            meaning = spelled(path)
            if meaning is not None and name != path:
                found[name] = meaning
    return found


def _given(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names with the paths of what is bound to them."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield from ((name, path) for path in _paths(value))
        case ast.ImportFrom(module=str(module), names=names):
            prefix = "numpy." if module.partition(".")[0] == "numpy" else ""
            yield from ((alias.asname or alias.name, prefix + alias.name) for alias in names)
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            arguments = [*args.posonlyargs, *args.args]
            for argument, default in zip(reversed(arguments), reversed(args.defaults), strict=False):
                yield from ((argument.arg, path) for path in _paths(default))


def _paths(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=ast.Name(id=root), attr=name):
            yield f"{root}.{name}"
        case ast.IfExp():
            yield from _paths(node.body)
            yield from _paths(node.orelse)
