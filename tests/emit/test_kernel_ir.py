"""Kernel IR as it is built, verified and printed as LLVM."""

from __future__ import annotations

import re

import pytest

from alpyna_hook.emit.llvm import llvm_text
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_check import problems
from alpyna_hook.ir.kernel_values import i8, wrapping
from alpyna_hook.ir.layout import FAILED, LOW
from alpyna_hook.ir.schema import walk
from alpyna_hook.operators.helpers import HELPERS, helpers
from tests.emit.golden_nests import NESTS
from tests.emit.test_golden import kernels

FRAME = k.Local("frame", "p")


def kernel_of(*body: k.Stmt, variables: tuple[k.Local, ...] = ()) -> k.Kernel:
    return k.Kernel((k.Function("kernel", (FRAME,), "i8", variables, (), body),), 1)


@pytest.mark.parametrize("name", NESTS)
def test_every_recorded_kernel_is_well_formed(name: str) -> None:
    for kernel in kernels(name):
        assert problems(kernel) == []
        assert kernel.functions[-1].name == "kernel"
        text = llvm_text(kernel)
        assert "define i64 @kernel(ptr %p.frame)" in text
        assert not re.search(r"\b(fast|contract|reassoc|nnan|ninf|nsz|arcp|afn|fmuladd|fma)\b", text)


@pytest.mark.parametrize("name", sorted(HELPERS))
def test_helpers(name: str) -> None:
    kernel = k.Kernel((*helpers([name]), *kernel_of(k.Return(i8(0))).functions), 1)
    assert problems(kernel) == []
    llvm_text(kernel)
    assert all(x.value.rep == f.rep for f in kernel.functions for x in walk(f) if isinstance(x, k.Return))


def test_helpers_come_before_their_callers() -> None:
    assert [f.name for f in helpers(["decimal_f8", "hypot_f8"])] == [
        "high_f8", "product_f8", "lost_f8", "decimal_f8", "norm_f8", "hypot_f8"]


@pytest.mark.parametrize(("broken", "expected"), [
    (k.Set("x", k.Const(1, "i8")), "x: i8 in place of no variable"),
    (k.Evaluate(k.Binary("add", k.Const(1, "i8"), k.Const(1.0, "f8"), "i8")), "add: f8 in place of i8"),
    (k.Evaluate(k.Load(FRAME, k.Const(0, "i4"), "f8", None)), "an offset: i4 in place of i8"),
    (k.Evaluate(k.Load(FRAME, k.Const(0, "i8"), "f8", 3)), "group 3 of 1"),
    (k.Evaluate(k.Local("x", "f8")), "x is None, not f8"),
    (k.Evaluate(k.Call("f", (), "i8")), "f is called before it is there"),
    (k.Evaluate(k.Const(1, "f8")), "1 as f8"),
    (k.If(k.Const(1, "i8"), (), ()), "a test: i8 in place of b1"),
    (k.Loop("x", k.Const(0, "i8"), k.Const(1, "i8"), 1, k.Mode.SEQUENTIAL, (), ()), "a loop over x by 1"),
    (k.Break(), "Break outside of a loop"),
    (k.Return(k.Const(1.0, "f8")), "the result: f8 in place of i8"),
])
def test_the_verifier_finds(broken: k.Stmt, expected: str) -> None:
    assert problems(kernel_of(broken)) == [f"kernel: {expected}"]


def test_sums_that_may_wrap_are_printed_without_nsw() -> None:
    n, u, one = k.Local("n", "i8"), k.Local("u", "u8"), i8(1)
    for value, expected in (
        (wrapping("add", n, one), "add i64"), (k.Binary("add", n, one, "i8"), "add nsw i64"),
        (k.Cast(k.Binary("add", u, u, "u8"), "i8"), "add i64"),
    ):
        text = llvm_text(kernel_of(k.Return(value), variables=(n, u)))
        assert [line.split("=")[1].split("%")[0].strip() for line in text.splitlines() if "= add" in line] == [expected]


def test_walk_finds_every_node() -> None:
    x = k.Local("x", "f8")
    loop = k.While(k.Compare("lt", x, k.Const(4.0, "f8")), (k.Set("x", k.Binary("mul", x, k.Const(2.0, "f8"), "f8")),))
    assert [type(node).__name__ for node in walk(loop)] == ["While", "Compare", "Local", "Const", "Set", "Binary", "Local", "Const"]


def test_the_frame_shares_no_memory_with_arrays() -> None:
    """But for its word of a failed check: any call may write that, and a look at it keeps what was stored before."""
    low, a, failed = k.Local("low", "i8"), k.Local("a", "p"), k.Local("failed", "i8")
    kernel = kernel_of(
        k.Set("low", k.Load(FRAME, i8(LOW), "i8", None)),
        k.Set("failed", k.Load(FRAME, i8(FAILED), "i8", None)),
        k.Set("a", k.Cast(k.Load(FRAME, i8(96), "i8", None), "p")),
        k.Store(a, k.Binary("mul", low, i8(8), "i8"), k.Const(0.5, "f8"), "f8", 0),
        k.If(k.Compare("ne", failed, i8(0)), (k.Return(i8(1)),), ()),
        k.Return(i8(0)), variables=(low, a, failed))
    text = llvm_text(kernel)
    loads = {word: re.search(rf"(%t\d+) = getelementptr inbounds i8, ptr %t\d+, i64 {word}\n.*? = load i64, ptr \1\b(.*)", text) for word in (LOW, FAILED, 96)}
    marks = {word: found[2] for word, found in loads.items() if found}
    assert "!alias.scope !10" in marks[LOW] and "!range" in marks[LOW]
    assert marks[FAILED] == ""
    assert marks[96] == ", !alias.scope !10, !noalias !11"
    (store,) = re.findall(r"store double .*(, !alias.scope !\d+, !noalias !\d+)", text)
    assert "!10" not in store.split("!noalias")[0]
