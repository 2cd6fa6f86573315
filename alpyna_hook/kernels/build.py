"""Compiles the source of a kernel with Numba into a C function that ctypes can call."""

from __future__ import annotations

import atexit
import ctypes
import gc
import linecache
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alpyna_hook.emit.operations import HELPERS
from alpyna_hook.emit.source import KernelSource
from alpyna_hook.reasons import Declined

_PATIENCE = 10.0  # seconds
_COUNTER = iter(range(10**9))


@dataclass(frozen=True)
class Kernel:
    """A compiled kernel: `entry(address of the frame) -> status`."""

    source: KernelSource
    entry: Callable[[int], int]
    keep: object  # owns the machine code


class _OneAtATime:
    """A lock around all that is done with Numba, whose own locks two threads would take in different orders.

    A process that is forked while another thread holds it finds Numba (or its import) half-way, and never compiles.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.lost = False
        atexit.register(self._at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _at_exit(self) -> None:
        """A thread that still compiles must not find LLVM taken down."""
        self.lock.acquire(timeout=_PATIENCE)

    def _after_fork(self) -> None:
        if self.lock.acquire(blocking=False):
            self.lock.release()
        else:
            self.lost, self.lock = True, threading.RLock()

    def __enter__(self) -> None:
        if self.lost:
            raise Declined("compile-error", "this process was forked while another thread compiled")
        self.lock.acquire()

    def __exit__(self, *error: object) -> None:
        self.lock.release()


_NUMBA = _OneAtATime()


def build(source: KernelSource) -> Kernel:
    """Compiles; imports Numba when called first.  Raises what Numba raises, or Declined.

    All that a kernel depends on is in its source, so that a module that is executed again, or a loop that is
    written twice, finds its kernel.
    """
    with _NUMBA:
        return _built(source)


@lru_cache(maxsize=1024)
def _built(source: KernelSource) -> Kernel:
    from numba import cfunc, njit

    namespace, options = _namespace(source), _options()
    filename = f"<alpyna kernel {next(_COUNTER)}>"
    linecache.cache[filename] = (len(source.text), None, source.text.splitlines(True), filename)
    try:
        exec(compile(source.text, filename, "exec"), namespace)
        for name in source.functions:
            for full in ("give_up_" + name, name):
                namespace[full] = njit(namespace[full], **options)
        with _no_collections():
            compiled = cfunc("int64(voidptr)", **options)(namespace["kernel"])
    finally:
        linecache.cache.pop(filename, None)
    entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(int(compiled.address or 0))
    return Kernel(source, entry, compiled)


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
