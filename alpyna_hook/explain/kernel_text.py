"""Generated kernels, printed for people."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable

from alpyna_hook.emit.python import python_text
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel import Untaken

Printer = Callable[[ast.AST], str]


def in_language(ir: k.Kernel, language: str) -> str:
    """A kernel in Python, as the LLVM engine prints it ("llvm"), or as the processor's assembly ("asm")."""
    if language == "python":
        return python_text(ir)
    try:
        with own_imports():
            from alpyna_hook.kernels import llvm_engine

        return llvm_engine.text_of(ir) if language == "llvm" else llvm_engine.assembly_of(ir)
    except (ImportError, Untaken) as error:
        return f"not to be had: {error}\n"


def printed(text: str, language: str = "python") -> str:
    """The source of a kernel by astor, which breaks long lines, or else by `ast.unparse`; another language as it is."""
    if language != "python":
        return text
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
