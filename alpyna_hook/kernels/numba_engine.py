"""Numba as the compiler of kernels: their text is compiled as it stands.

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

from alpyna_hook.emit.helpers import helper_text, helpers_of
from alpyna_hook.emit.source import KernelSource
from alpyna_hook.kernels.kernel import Kernel
from alpyna_hook.kernels.primitives import compiled, fixed_namespace, load, store

_COUNTER = iter(range(10**9))


def built(source: KernelSource) -> Kernel:
    namespace, options = _namespace(source), compiler_options()
    helpers = helpers_of(source.text)
    filename = f"<alpyna kernel {next(_COUNTER)}>"
    text = "\n".join([source.text, *map(helper_text, helpers)])
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    try:
        exec(compile(text, filename, "exec"), namespace)
        for name in helpers:
            namespace[name] = compiled(namespace[name], **options)
        for name in source.functions:
            for full in ("give_up_" + name, name):
                namespace[full] = compiled(namespace[full], **options)
        with no_collections():
            made = cfunc("int64(voidptr)", **options)(namespace["kernel"])
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


def _namespace(source: KernelSource) -> dict[str, Any]:
    namespace = dict(fixed_namespace())
    for name, rep, group, is_store in source.accesses:
        make = store if is_store else load
        namespace[name] = make(rep, group, source.groups)
    return namespace
