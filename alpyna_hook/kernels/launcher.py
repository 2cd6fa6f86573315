"""Runs a kernel with the floating-point flags cleared before it and read after it, as one call of a C function.

Whatever Python might do in between, such as run a signal's handler, could compute with floats; and three calls by ctypes take
longer than many a kernel.  The function is given the address of a *block*: words of 8 bytes, and then the frame of the kernel.

    ENTRY       the kernel
    CLEAR TEST  feclearexcept and fetestexcept, if MASK is not 0
    MASK        the flags that matter
    ANSWER      written: what the function returns
    RAN         written: 1, when the kernel has returned
    FRAME       the frame

It returns the kernel's status, with UNSURE if a check failed or a flag was raised.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

from alpyna_hook.emit.llvm_parts import ALL_FLAGS
from alpyna_hook.ir.layout import FAILED, FOUND, RAISED, STATUS_BITS
from alpyna_hook.kernels import ready

ENTRY, CLEAR, TEST, MASK, ANSWER, RAN = range(0, 48, 8)
FRAME = 64
UNSURE = 1 << STATUS_BITS
Launcher = Callable[[int], int]


def _load(name: str, block: str, word: int, kind: str = "i64") -> str:
    return f"  %{name}.at = getelementptr i8, ptr %{block}, i64 {word}\n  %{name} = load {kind}, ptr %{name}.at\n"


_TEXT = f"""
define i64 @kernel(i64 %at) nounwind {{
  %block = inttoptr i64 %at to ptr
  %frame = getelementptr i8, ptr %block, i64 {FRAME}
{_load("entry", "block", ENTRY, "ptr")}{_load("mask", "block", MASK)}
  %watch = icmp ne i64 %mask, 0
  br i1 %watch, label %watched, label %plain
watched:
{_load("clear", "block", CLEAR, "ptr")}{_load("test", "block", TEST, "ptr")}
  %cleared = call i32 %clear(i32 {ALL_FLAGS})
  %status.watched = call i64 %entry(ptr %frame)
  %mask.short = trunc i64 %mask to i32
  %flags.short = call i32 %test(i32 %mask.short)
  %flags = zext i32 %flags.short to i64
{_load("raised", "frame", RAISED)}{_load("found", "frame", FOUND)}
  %noted = or i64 %raised, %found
  %noted.watched = and i64 %noted, %mask
  %all = or i64 %flags, %noted.watched
  br label %end
plain:
  %status.plain = call i64 %entry(ptr %frame)
  br label %end
end:
  %returned = phi i64 [ %status.watched, %watched ], [ %status.plain, %plain ]
  %told = phi i64 [ %all, %watched ], [ 0, %plain ]
{_load("failed", "frame", FAILED)}
  %any = or i64 %told, %failed
  %unsure = icmp ne i64 %any, 0
  %sign = select i1 %unsure, i64 {UNSURE}, i64 0
  %status = and i64 %returned, {UNSURE - 1}
  %answer = or i64 %status, %sign
  %answer.at = getelementptr i8, ptr %block, i64 {ANSWER}
  store i64 %answer, ptr %answer.at
  %ran.at = getelementptr i8, ptr %block, i64 {RAN}
  store i64 1, ptr %ran.at
  ret i64 %answer
}}
"""


@cache
def launcher() -> Launcher:
    """Raises Untaken or RuntimeError where LLVM does not make it."""
    from alpyna_hook.kernels import llvm_engine  # which imports llvmlite

    return _function(*llvm_engine.loaded_text(_TEXT))


@cache
def stored_launcher() -> Launcher | None:
    """Without LLVM, if an earlier process has made it."""
    found = ready.loaded(_TEXT)
    return found and _function(*found)


@cache
def bare_launcher() -> Launcher | None:
    """Without llvmlite's binding, where that can be done."""
    from alpyna_hook.kernels import bare
    from alpyna_hook.kernels.levels import LEVEL

    here = bare.bare()
    found = bare.loaded(here, _TEXT, lambda: _TEXT, LEVEL) if here else None
    return found and _function(*found)


def _function(keep: object, address: int) -> Launcher:
    function: Launcher = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(address)
    _kept.append(keep)
    return function


_kept: list[object] = []
