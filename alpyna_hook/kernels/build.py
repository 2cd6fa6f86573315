"""Compiles the source of a kernel with Numba into a C function that ctypes can call."""

from __future__ import annotations

import atexit
import ctypes
import gc
import linecache
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from time import perf_counter
from typing import Any

from alpyna_hook.emit.operations import HELPERS
from alpyna_hook.emit.source import KernelSource
from alpyna_hook.guest.attempts import Attempts
from alpyna_hook.guest.forks import Undivided
from alpyna_hook.guest.outside import outside_cause
from alpyna_hook.reasons import Declined

_PATIENCE = 10.0  # seconds
_COUNTER = iter(range(10**9))


@dataclass(frozen=True)
class Kernel:
    """A compiled kernel: `entry(address of the frame) -> status`."""

    source: KernelSource
    entry: Callable[[int], int]
    keep: object  # owns the machine code


# Around all that is done with Numba, whose own locks two threads would take in different orders.
_NUMBA = Undivided()
atexit.register(_NUMBA.wait, _PATIENCE)  # a thread that still compiles must not find LLVM taken down


class CompileError(Exception):
    """The compiler refused a kernel."""


def build(source: KernelSource) -> Kernel:
    """Compiles; imports Numba when called first.  Raises CompileError or Declined.

    All that a kernel depends on is in its source, so that a module that is executed again, or a loop that is
    written twice, finds its kernel.
    """
    if _NUMBA.lost:
        raise Declined("compile-error", "this process was forked while another thread compiled")
    with _NUMBA:
        if why := _without_numba():
            raise Declined("unavailable", why)
        from numba.core.errors import NumbaError

        try:
            return _built(source)
        except NumbaError as error:
            raise CompileError(f"{error}\n{source.text}") from error


_IMPORTS = Attempts()


def _without_numba() -> str:
    """Why Numba cannot be imported; nothing if it can."""
    if not _IMPORTS.hopeless:
        began = perf_counter()
        try:
            import_module("numba")
            return ""
        except BaseException as error:
            if outside_cause(error, None) is not None:
                raise
            return _IMPORTS.failed(error, began)
    return _IMPORTS.why


@lru_cache(maxsize=1024)
def _built(source: KernelSource) -> Kernel:
    from numba import cfunc

    from alpyna_hook.kernels.primitives import compiled

    namespace, options = _namespace(source), _options()
    filename = f"<alpyna kernel {next(_COUNTER)}>"
    linecache.cache[filename] = (len(source.text), None, source.text.splitlines(True), filename)
    try:
        exec(compile(source.text, filename, "exec"), namespace)
        for name in source.functions:
            for full in ("give_up_" + name, name):
                namespace[full] = compiled(namespace[full], **options)
        with _no_collections():
            made = cfunc("int64(voidptr)", **options)(namespace["kernel"])
    finally:
        linecache.cache.pop(filename, None)
    entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(int(made.address or 0))
    return Kernel(source, entry, made)


@contextmanager
def _no_collections() -> Iterator[None]:
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


def _options() -> dict[str, Any]:
    options: dict[str, Any] = {"error_model": "numpy"}
    try:
        from alpyna_hook.kernels.compiler import KernelCompiler
    except ImportError:  # a Numba with its passes elsewhere: its own pipeline compiles the same, slower
        return options
    return {**options, "pipeline_class": KernelCompiler}


def _namespace(source: KernelSource) -> dict[str, Any]:
    from alpyna_hook.kernels import primitives

    namespace = dict(primitives.fixed_namespace())
    for name, rep, group, is_store in source.accesses:
        make = primitives.store if is_store else primitives.load
        namespace[name] = make(rep, group, source.groups)
    if helped := [name for name in HELPERS if f"{name}(" in source.text]:
        from alpyna_hook.kernels import helpers

        namespace.update({name: getattr(helpers, name) for name in helped})
    return namespace
