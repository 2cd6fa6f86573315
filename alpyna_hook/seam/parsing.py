"""Parsing and compiling without the warnings that the program has heard, or hears, from Python's own compiler."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


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
