"""One marked source: its text and tree, what was made of it, and which code objects those are."""

from __future__ import annotations

import ast
import warnings
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

from alpyna_hook.config import Options
from alpyna_hook.hook.mangle import Mangled, may_hold_private_names

if TYPE_CHECKING:
    from alpyna_hook.hook.site import Site

LOOPS = (ast.For, ast.While)


@contextmanager
def quietly() -> Iterator[None]:
    """To compile once more: what the compiler warns of, it has been heard to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse(source: bytes | str, filename: str) -> ast.Module:
    """The module's tree.  Raises SyntaxError, ValueError."""
    with quietly():
        tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


class Refusal(NamedTuple):
    """A loop that its source alone keeps in the interpreter."""

    lineno: int
    end_lineno: int
    qualname: str
    slug: str
    detail: str
    place: tuple[int, int, int, int]  # line, column, end line, end column of the construct


class ModuleSource:
    """One marked module, main script, or source given to `static_analyse`."""

    def __init__(
        self, name: str, filename: str, source: bytes, *, options: Options, skip_lines: Iterable[int] = ()
    ) -> None:
        self.name = name
        self.filename = filename
        self.source = source  # as it was imported, whatever becomes of the file
        self.options = options
        self.skip_lines = frozenset(skip_lines)
        self.sites: list[Site] = []
        self.refused: list[Refusal] = []
        self._tree: ast.Module | None = None
        self._nodes: dict[tuple[int, int], ast.For | ast.While] = {}
        self._functions: dict[tuple[int, str], ast.FunctionDef | ast.Lambda | None] = {}

    def tree(self) -> ast.Module:
        """The module's tree, without seams."""
        if self._tree is None:
            tree = parse(self.source, self.filename)
            for node in ast.walk(tree):
                if isinstance(node, LOOPS):
                    self._nodes[node.lineno, node.col_offset] = node
                elif isinstance(node, ast.FunctionDef):
                    self._functions[first_line(node), node.name] = node
                elif isinstance(node, ast.Lambda):
                    place = (node.lineno, "<lambda>")
                    self._functions[place] = None if place in self._functions else node  # of two in a line: either
            if may_hold_private_names(self.source):
                Mangled(tree)
            self._tree = tree
        return self._tree

    def loop_node(self, lineno: int, col: int) -> ast.For | ast.While:
        self.tree()
        return self._nodes[lineno, col]

    def function_node(self, lineno: int, name: str) -> ast.FunctionDef | ast.Lambda | None:
        """The `def` or lambda whose code object has this `co_firstlineno` and `co_name`, if there is only one."""
        self.tree()
        return self._functions.get((lineno, name))


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """As `co_firstlineno`: that of the first decorator, if there is one."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


# Code objects equal each other by value, and not by file: these are known by their identity.
_made: dict[int, tuple[weakref.ref[CodeType], ModuleSource]] = {}


def remember(code: CodeType, module: ModuleSource) -> weakref.ref[CodeType]:
    """Notes that this very code object was made from the module's source."""
    made = weakref.ref(code, partial(_made.pop, id(code)))
    _made[id(code)] = made, module
    return made


def module_of(code: CodeType) -> ModuleSource | None:
    """The source that this very code object was made from: not an equal one of another file, nor a changed copy."""
    made, module = _made.get(id(code), (None, None))
    return module if made is not None and made() is code else None
