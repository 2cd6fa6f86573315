"""Where the functions of a source stand, and the tree of one of them, parsed from its own lines."""

from __future__ import annotations

import ast
import marshal
import re
from bisect import bisect_left
from collections.abc import Callable
from importlib.util import decode_source
from typing import NamedTuple, TypeVar

from alpyna_hook.reasons import Declined
from alpyna_hook.seam.mangle import Mangled
from alpyna_hook.seam.parsing import parse
from alpyna_hook.seam.source import ModuleSource
from alpyna_hook.seam.trees import blocks, children, walk_tree


class Place(NamedTuple):
    """Lines from 1, columns in UTF-8 bytes, as `ast` has them; `owner` is the class in whose body the function stands."""

    lineno: int
    col: int
    end_lineno: int
    end_col: int
    owner: str | None


def first_line(node: ast.stmt) -> int:
    """As `co_firstlineno`: that of the first decorator, if there is one."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *[decorator.lineno for decorator in decorators]])


def places(tree: ast.Module, source: bytes) -> bytes:
    """The functions and lambdas of a source, by the `co_firstlineno` and `co_name` of their code, for `find`."""
    found: dict[tuple[int, str], tuple[object, ...] | None] = {}
    parts = _where_lambdas_are(source)
    todo: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while todo:
        node, owner = todo.pop()
        if isinstance(node, ast.FunctionDef):
            found[first_line(node), node.name] = _place(node, owner)
        elif isinstance(node, ast.Lambda):
            key = (node.lineno, "<lambda>")
            found[key] = None if key in found else _place(node, owner)  # of two in a line: either
        own = {id(child) for child in node.body} if isinstance(node, ast.ClassDef) else ()
        for child in parts(node):
            todo.append((child, node.name if isinstance(node, ast.ClassDef) and id(child) in own else owner))
    return marshal.dumps(found)


def _where_lambdas_are(source: bytes) -> Callable[[ast.AST], list[ast.AST]]:
    """What finds the parts of a node in which there may be functions: statements, and expressions on lines with a `lambda`."""
    if b"lambda" not in source:
        return blocks
    lines = [number for number, line in enumerate(re.split(rb"\r\n?|\n", source), 1) if b"lambda" in line]

    def parts(node: ast.AST) -> list[ast.AST]:
        if not isinstance(node, ast.stmt):
            return children(node)
        first = bisect_left(lines, first_line(node))
        return children(node) if first < len(lines) and lines[first] <= (node.end_lineno or node.lineno) else blocks(node)

    return parts


def _place(node: ast.FunctionDef | ast.Lambda, owner: str | None) -> tuple[object, ...]:
    return tuple(Place(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0, owner))


def find(found: bytes, lineno: int, name: str) -> Place | None:
    place = marshal.loads(found).get((lineno, name)) if found else None
    return Place(*place) if place is not None else None


def function_at(place: Place, name: str, module: ModuleSource) -> ast.FunctionDef | ast.Lambda | None:
    text = decode_source(module.source)
    if name == "<lambda>":
        return node_at(place, text, module.filename, (ast.Lambda,))
    return node_at(place, text, module.filename, (ast.FunctionDef,))


def loop_at(place: Place, module: ModuleSource) -> ast.For | ast.While:
    node = node_at(place, decode_source(module.source), module.filename, (ast.For, ast.While))
    if not isinstance(node, ast.For | ast.While):
        raise Declined("expression", "code that cannot be parsed by itself")
    return node


_Kind = TypeVar("_Kind", bound=ast.AST)


def node_at(place: Place, text: str, filename: str, kinds: tuple[type[_Kind], ...]) -> _Kind | None:
    """The statement or lambda at a place of a text whose lines end in newlines, private names as the compiler makes them."""
    lines = text.split("\n")[place.lineno - 1 : place.end_lineno]
    head = "if 1:" if place.col else "pass"  # what is indented needs something around it
    if kinds == (ast.Lambda,):
        head = "("
        lines[-1] = _part(lines[-1], 0, place.end_col) + ")"
        lines[0] = " " * place.col + _part(lines[0], place.col)
    try:
        tree = parse("\n".join([head, *lines]), filename)
    except SyntaxError:  # a form feed in an indentation, ...
        return None
    node = next((node for node in walk_tree(tree) if isinstance(node, kinds)), None)
    if node is not None:
        ast.increment_lineno(node, place.lineno - 2)
        Mangled(node, place.owner)
    return node


def _part(line: str, start: int, end: int | None = None) -> str:
    return line.encode()[start:end].decode()
