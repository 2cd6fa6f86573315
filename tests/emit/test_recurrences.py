"""Which loops LLVM is told not to unroll: those that wait for their own results."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.emit.llvm import llvm_text
from alpyna_hook.kernels import llvm_engine
from tests.differential import Program

WAITING = {
    "a sum": "for i in range(n):\n    s += a[i] * b[i]",
    "an element that stays": "for i in range(n):\n    a[0] = a[0] * 0.5 + b[i]",
    "in a loop around": "for j in range(n):\n    for i in range(n):\n        s = s * 0.5 + b[i]\n    a[j] = s",
}
OTHERS = {
    "apart": "for i in range(n):\n    a[i] += b[i]",
    "integers": "for i in range(n):\n    k += i * i",
    "handed on": "for i in range(n):\n    a[i] = s + b[i]\n    s = t\n    t = s * 0.5 + a[i]",
    "around others": "for j in range(n):\n    s += a[j]\n    for i in range(n):\n        a[i] += b[j]",
}


@pytest.mark.parametrize(("name", "waits"), [(name, True) for name in WAITING] + [(name, False) for name in OTHERS])
def test_loops_that_wait_for_themselves(name: str, waits: bool) -> None:
    lines = "".join(f"    {line}\n" for line in {**WAITING, **OTHERS}[name].split("\n"))
    program = Program(f"def f(a, b, n):\n    k, s, t = 0, 0.0, 0.0\n{lines}    return k, s, t\n")
    program.load()
    assert program.call("f", np.zeros(40), np.arange(40.0) / 64, 40).difference is None
    for kernel in program.kernels():
        assert ("llvm.loop.unroll.disable" in llvm_text(kernel)) == waits
        llvm_engine.optimised(kernel)  # LLVM reads what it is told
