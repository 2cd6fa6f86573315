"""At which of LLVM's levels a kernel is optimised.

From level 3 on, loop unswitching makes two loops of one that asks, in each iteration, what has one answer for all of them.  It does
so for every test that loops around loops have, too: whether the loop inside runs at all is one.  That makes kernels many times as
long, so it is asked for only where an innermost loop has such tests.
"""

from __future__ import annotations

from alpyna_hook.ir.kernel import Compare, If, Kernel, Load, Local, Loop, Select, Value, While
from alpyna_hook.ir.schema import walk
from alpyna_hook.passes.rewriting import assigned, statements

LEVEL, UNSWITCHING = 2, 3


def compiler_name(version: tuple[int, ...], llvmlite: str) -> str:
    return f"LLVM {version} by llvmlite {llvmlite}, levels {LEVEL} and {UNSWITCHING}"


def level_of(kernel: Kernel) -> int:
    return UNSWITCHING if has_fixed_tests(kernel) else LEVEL


def has_fixed_tests(kernel: Kernel) -> bool:
    return any(isinstance(s, Loop) and _asks(s) for f in kernel.functions for s in statements(f.body))


def _asks(loop: Loop) -> bool:
    inside = list(statements(loop.body))
    if any(isinstance(s, Loop | While) for s in inside):
        return False
    changed = assigned((loop,))
    tests = [x.test for s in loop.body for x in walk(s) if isinstance(x, If | Select)]
    return any(isinstance(x, Compare | Local) and _is_fixed(x, changed) for test in tests for x in walk(test))


def _is_fixed(test: Value, changed: set[str]) -> bool:
    if isinstance(test, Local) and test.rep != "b1":
        return False
    return not any(isinstance(x, Load) or (isinstance(x, Local) and x.name in changed) for x in walk(test))
