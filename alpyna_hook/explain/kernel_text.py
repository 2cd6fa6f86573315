"""Generated kernels, printed for people."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable

Printer = Callable[[ast.AST], str]


def printed(text: str) -> str:
    """The source of a kernel by astor, which breaks long lines, or else by `ast.unparse`."""
    tree = ast.parse(text)
    astor = _astor()
    if astor is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                return astor(tree)
            except AttributeError:  # node classes that newer Pythons no longer have
                pass
    return ast.unparse(tree) + "\n"


def _astor() -> Printer | None:
    """astor's printer; None where it is missing, or too old for this Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            from astor import to_source
        except (ImportError, AttributeError):
            return None
    printer: Printer = to_source
    return printer
