"""Generated kernels, printed for people."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from alpyna_hook.emit.opencl_values import NotOnDevices
from alpyna_hook.emit.python import python_text
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel import Untaken

Printer = Callable[[ast.AST], str]
_DEVICES = {"opencl": "opencl", "ptx": "cuda"}  # by language


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


def ir_of(variant: Any, key: Any, kernel: Any) -> k.Kernel:
    """Made again for one that came from the store."""
    if kernel.source is not None:
        return kernel.source.ir  # type: ignore[no-any-return]
    with own_imports():
        from alpyna_hook.pipeline import kernel_ir

    return kernel_ir(variant, key)


def for_device(variant: Any, language: str) -> Iterator[str]:
    """The kernels of a nest in OpenCL C ("opencl") or NVIDIA's assembly ("ptx"): those that ran on a device, or else those of
    the CPU as they would be printed for one."""
    from alpyna_hook.runtime.on_device import texts

    ran = list(texts(variant, _DEVICES[language]))
    yield from ran
    for key, kernel in () if ran else variant.kernels.items():
        bases = dict(zip([variant.layout.arrays[name] for name in variant.typed.arrays], key[2], strict=True))
        ir = ir_of(variant, key, kernel)
        try:
            with own_imports():
                yield _opencl(ir, bases) if language == "opencl" else _ptx(ir, bases)
        except (NotOnDevices, ImportError, RuntimeError) as refused:
            yield f"not to be had: {refused}\n"


def _opencl(ir: k.Kernel, bases: Mapping[int, int]) -> str:
    from alpyna_hook.emit.opencl import opencl_text

    return opencl_text(ir, bases)


def _ptx(ir: k.Kernel, bases: Mapping[int, int]) -> str:
    from alpyna_hook.emit.ptx import ptx_module
    from alpyna_hook.kernels.ptx import assembled

    return assembled(ptx_module(ir, bases))


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
