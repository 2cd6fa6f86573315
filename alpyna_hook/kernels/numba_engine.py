"""Numba as the compiler of kernels, of their text in Python.

Importing this module imports Numba.
"""

from __future__ import annotations

import ctypes
import gc
import linecache
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba import cfunc

from alpyna_hook.emit.python import access, python_text
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.schema import walk
from alpyna_hook.kernels.kernel import Kernel, Source
from alpyna_hook.kernels.primitives import compiled, fixed_namespace, load, store

_COUNTER = iter(range(10**9))


def built(source: Source) -> Kernel:
    ir = source.ir
    namespace, options = _namespace(ir), compiler_options()
    filename = f"<alpyna kernel {next(_COUNTER)}>"
    text = python_text(ir)
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    try:
        exec(compile(text, filename, "exec"), namespace)
        *functions, main = ir.functions
        for function in functions:
            namespace[function.name] = compiled(namespace[function.name], **options)
        with no_collections():
            made = cfunc("int64(voidptr)", **options)(namespace[main.name])
    finally:
        linecache.cache.pop(filename, None)
    entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(int(made.address or 0))
    return Kernel(source, entry, made, "numba")


@contextmanager
def no_collections() -> Iterator[None]:
    """Garbage collections are a sixth of the time that Numba needs.  With other threads, which may
    ask for collections themselves, things stay as they are."""
    if not gc.isenabled() or threading.active_count() > 1:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def compiler_options() -> dict[str, Any]:
    options: dict[str, Any] = {"error_model": "numpy"}
    try:
        from alpyna_hook.kernels.numba_passes import KernelCompiler
    except ImportError:  # a Numba with its passes elsewhere: its own pipeline compiles the same, slower
        return options
    return {**options, "pipeline_class": KernelCompiler}


def _namespace(ir: k.Kernel) -> dict[str, Any]:
    namespace = dict(fixed_namespace())
    for node in walk(ir):
        if isinstance(node, k.Load | k.Store) and node.group is not None:
            make = load if isinstance(node, k.Load) else store
            namespace[access(node)] = make(node.rep, node.group, ir.groups)
    return namespace
