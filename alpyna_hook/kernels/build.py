"""Compiles the source of a kernel into a C function that ctypes can call, by one of two engines: LLVM, or Numba."""

from __future__ import annotations

import atexit
import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from alpyna_hook.guest.attempts import Attempts
from alpyna_hook.guest.forks import Undivided
from alpyna_hook.guest.outside import outside_cause
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel import Untaken
from alpyna_hook.kernels import ready
from alpyna_hook.kernels.kernel import CompileError, Kernel, Source
from alpyna_hook.log import log
from alpyna_hook.reasons import Declined

if TYPE_CHECKING:
    from alpyna_hook.kernels.team import Team

_PATIENCE = 10.0  # seconds


# Around all that is done with LLVM and Numba, whose own locks two threads would take in different orders.
_COMPILERS = Undivided()
atexit.register(_COMPILERS.wait, _PATIENCE)  # a thread that still compiles must not find LLVM taken down


def build(ir: k.Kernel, jit: str = "llvm", *, strict: bool = False) -> Kernel:
    """Compiles; imports the engine when called first.  Raises CompileError or Declined.

    What LLVM does not take is left to Numba, as is, unless strict, what it fails at.
    """
    if _COMPILERS.lost:
        raise Declined("compile-error", "this process was forked while another thread compiled")
    source = Source(ir)
    with _COMPILERS:
        try:
            return (jit == "llvm" and _by_llvm(source, strict)) or _by_numba(source)
        except Exception as error:
            if not _of_numba(error):
                raise
            raise CompileError(f"{error}\n{_shown(source)}") from error


def _shown(source: Source) -> str:
    from alpyna_hook.emit.python import python_text

    return python_text(source.ir)


def team() -> Team | None:
    """What runs kernels on several threads; None where LLVM is not to be had."""
    if _COMPILERS.lost:
        return None
    with _COMPILERS:
        if _LLVM.missing():
            return None
        try:
            from alpyna_hook.kernels import team as made

            return made.team()
        except Untaken:
            return None
        except RuntimeError as error:
            if not _of_llvm(error):
                raise
            log(f"no threads, since LLVM refused what they run: {error}")
            return None


def _by_llvm(source: Source, strict: bool) -> Kernel | None:
    found = _ready(source)
    if found is not None:
        return found
    try:
        found = _barely(source)
        if found is not None or _LLVM.missing():
            return found
        return _built(source, "llvm")
    except Untaken as untaken:
        log(f"a kernel is left to Numba, for {untaken}")
    except RuntimeError as error:
        if not _of_llvm(error):
            raise
        if strict:
            raise CompileError(f"{error}\n{_shown(source)}") from error
        log(f"a kernel is left to Numba, since LLVM refused it: {error}")
    return None


def _by_numba(source: Source) -> Kernel:
    if why := _NUMBA.missing():
        raise Declined("unavailable", why)
    return _built(source, "numba")


def build_launcher() -> Callable[[int], int] | None:
    """See `launcher.py`; None where LLVM is not to be had."""
    if _COMPILERS.lost:
        return None
    with _COMPILERS:
        try:
            made = import_module("alpyna_hook.kernels.launcher")
            launcher: Callable[[int], int] | None = made.stored_launcher() or made.bare_launcher()
            if launcher is None and not _LLVM.missing():
                launcher = made.launcher()
        except (Untaken, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not _of_llvm(error):
                raise
            log(f"kernels are launched without a launcher of their own: {error}")
            return None
    return launcher


class _Engine:
    """Another's library, which may not be there, or not yet."""

    def __init__(self, *modules: str) -> None:
        self.modules = modules
        self.attempts = Attempts()

    def missing(self) -> str:
        """Why it cannot be imported; nothing if it can."""
        if not self.attempts.hopeless:
            began = perf_counter()
            try:
                for name in self.modules:
                    import_module(name)
                return ""
            except BaseException as error:
                if outside_cause(error, None) is not None:
                    raise
                return self.attempts.failed(error, began)
        return self.attempts.why


_LLVM, _NUMBA = _Engine("llvmlite.binding"), _Engine("numba")


def _of_numba(error: Exception) -> bool:
    errors = sys.modules.get("numba.core.errors")
    return errors is not None and isinstance(error, errors.NumbaError)


def _of_llvm(error: RuntimeError) -> bool:
    """Did llvmlite raise it, as it does for all that LLVM refuses?"""
    tb = error.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return tb is not None and "llvmlite" in tb.tb_frame.f_code.co_filename


def forget() -> None:
    """Kernels that are asked for again are in the store alone, as in another process."""
    _built.cache_clear()
    _ready.cache_clear()
    _barely.cache_clear()


@lru_cache(maxsize=1024)
def _built(source: Source, jit: str) -> Kernel:
    """All that a kernel depends on is in its IR, so that a module that is executed again, or a loop that is written twice,
    finds its kernel."""
    engine: Any = import_module(f"alpyna_hook.kernels.{jit}_engine")
    made: Kernel = engine.built(source)
    return made


@lru_cache(maxsize=1024)
def _ready(source: Source) -> Kernel | None:
    """From the store, where LLVM is not needed for it."""
    found = ready.loaded(source.text)
    return found and _kernel(source, *found)


@lru_cache(maxsize=1024)
def _barely(source: Source) -> Kernel | None:
    """By LLVM without llvmlite's binding.  Raises Untaken."""
    from alpyna_hook.kernels import bare  # not needed for what is in the store

    here = bare.bare()
    if here is None:
        return None
    from alpyna_hook.emit.llvm import Target, llvm_text
    from alpyna_hook.kernels.levels import level_of

    target = Target(here.triple, here.layout)
    found = bare.loaded(here, source.text, lambda: llvm_text(source.ir, "kernel", target), level_of(source.ir))
    return found and _kernel(source, *found)


def _kernel(source: Source, keep: object, address: int) -> Kernel:
    return Kernel(source, ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(address), keep, "llvm")
