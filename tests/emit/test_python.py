"""Kernel IR as Python's text: Numba takes every variable and every operation for what the IR says."""

from __future__ import annotations

import math
from typing import Any

import pytest

from alpyna_hook.emit.names import Names
from alpyna_hook.emit.python import python_text, read_unset
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_values import i8
from alpyna_hook.operators.helpers import HELPERS, helpers
from tests.emit.golden_nests import NESTS
from tests.emit.test_golden import kernels

FRAME = k.Local("frame", "p")
X, U, N, F, B, Z = (k.Local(name, rep) for name, rep in zip("xunfbz", ("f8", "u8", "i8", "f4", "b1", "c16"), strict=True))


def typed(kernel: k.Kernel) -> list[tuple[str, str, str]]:
    """Of each function the variables, and the result, that Numba types in another way than the IR."""
    from numba.core import types
    from numba.core.compiler import run_frontend
    from numba.core.registry import cpu_target
    from numba.core.typed_passes import type_inference_stage

    from alpyna_hook.kernels.numba_engine import _namespace
    from alpyna_hook.kernels.primitives import NUMBA_TYPES, compiled

    known = {**NUMBA_TYPES, "p": types.voidptr}
    namespace: dict[str, Any] = _namespace(kernel)
    exec(python_text(kernel), namespace)
    wrong = []
    for f in kernel.functions:
        cpu_target.typing_context.refresh()
        parameters = tuple([known[p.rep] for p in f.parameters])
        inferred = type_inference_stage(cpu_target.typing_context, cpu_target.target_context, run_frontend(namespace[f.name]), parameters, None)
        for v in f.locals:
            found = inferred.typemap.get(v.name)  # None: a variable that nothing is assigned to
            if found is not None and types.unliteral(found) != known[v.rep]:
                wrong.append((f.name, v.name, str(found)))
        if types.unliteral(inferred.return_type) != known[f.rep]:
            wrong.append((f.name, "result", str(inferred.return_type)))
        namespace[f.name] = compiled(namespace[f.name])
    return wrong


@pytest.mark.parametrize("name", NESTS)
def test_recorded_kernels(name: str) -> None:
    assert [wrong for kernel in kernels(name) for wrong in typed(kernel)] == []


def test_helpers() -> None:
    assert typed(k.Kernel(helpers(sorted(HELPERS)), 1)) == []


UNARY = [k.Unary(op, x, x.rep) for op, x in (
    ("neg", N), ("neg", k.Local("s", "i2")), ("invert", N), ("invert", U), ("invert", k.Local("t", "u1")), ("not", B), ("abs", N),
    ("abs", k.Local("s", "i2")), *((op, x) for op in ("fneg", "fabs", "sqrt", "floor", "ceil", "trunc", "rint") for x in (X, F)))]
BINARY = [k.Binary(op, x, x, x.rep) for x, ops in (
    (X, "add sub mul div floordiv mod"), (F, "add sub mul div floordiv mod"), (Z, "add sub mul"), (B, "and or xor"),
    (N, "add sub mul floordiv mod and or xor lshift rshift wrap_add wrap_sub wrap_mul"),
    (U, "add sub mul floordiv mod and or xor lshift rshift wrap_add wrap_sub wrap_mul"),
    (k.Local("s", "i2"), "add sub mul and or xor lshift wrap_add"),
) for op in ops.split()]
OTHERS = [
    k.Unary("bits", X, "i8"), k.Unary("bits", F, "i4"), k.Unary("from_bits", N, "f8"), k.Unary("real", Z, "f8"), k.Compare("lt", F, F),
    k.Compare("ne", Z, Z), k.Cast(X, "u8"), k.Cast(X, "f4"), k.Cast(N, "b1"), k.Cast(B, "i4"), k.Cast(N, "p"), k.Select(B, X, k.Const(1.0, "f8"), "f8"),
    k.Select(B, B, k.Const(False, "b1"), "b1"), k.Select(B, k.Const(True, "b1"), B, "b1"), k.Pair(X, X, "c16"), k.Pair(F, F, "c8"),
    k.Overflows("add", U, U), k.Overflows("mul", N, N), k.CallAt(N, (F, F), "f4"), k.Poll(FRAME, N), k.Flagged(FRAME),
    k.Load(FRAME, N, "c8", None), k.Load(FRAME, N, "b1", 0),
]


def test_every_operation() -> None:
    """Each is given to a variable of its own."""
    values = [*UNARY, *BINARY, *OTHERS]
    made = [k.Local(f"v{number}", k.rep_of(value)) for number, value in enumerate(values)]
    used = {x.name: x for x in (X, U, N, F, B, Z, k.Local("s", "i2"), k.Local("t", "u1"))}
    body = [k.Set(v.name, value) for v, value in zip(made, values, strict=True)]
    assert typed(k.Kernel((k.Function("kernel", (FRAME,), "i8", (*used.values(), *made), (), (*body, k.Return(i8(0)))),), 1)) == []


@pytest.mark.parametrize("constant", [
    k.Const(value, rep) for value, rep in (
        (True, "b1"), (0, "i8"), (-5, "i8"), (-(2**63), "i8"), (2**63 - 1, "i8"), (2**64 - 1, "u8"), (2, "u8"), (-3, "i2"), (250, "u1"),
        (-0.0, "f8"), (math.inf, "f8"), (-math.inf, "f8"), (math.nan, "f8"), (0.1, "f8"), (-9.223372036854775808e18, "f8"), (0.5, "f4"),
        (math.inf, "f4"))
])
def test_constants(constant: k.Const) -> None:
    kernel = k.Kernel((k.Function("kernel", (FRAME,), constant.rep, (), (), (k.Return(constant),)),), 1)
    assert typed(kernel) == []
    namespace = {"inf": math.inf, "nan": math.nan, **dict.fromkeys(("i2", "u1", "u8"), int), "f4": float}
    exec(python_text(kernel), namespace)
    assert repr(namespace["kernel"](0)) == repr(constant.value)  # type: ignore[operator]


def test_python_computes_no_integer_that_is_too_large() -> None:
    large = k.Binary("mul", i8(2**62), i8(4), "i8")
    assert typed(k.Kernel((k.Function("kernel", (FRAME,), "i8", (X,), (), (k.Return(large),)),), 1)) == []


def test_variables_have_a_first_value_where_it_may_be_read() -> None:
    body = (
        k.If(B, (k.Set("x", k.Const(1.0, "f8")), k.Set("n", i8(1))), (k.Set("x", k.Const(2.0, "f8")), k.Return(i8(2)))),
        k.Loop("i", i8(0), N, 1, k.Mode.SEQUENTIAL, (k.Set("f", F), k.Set("u", k.Const(1, "u8"))), ()),
        k.Set("z", k.Pair(X, X, "c16")),
        k.Return(k.Cast(U, "i8")),
    )
    function = k.Function("kernel", (FRAME,), "i8", (X, U, N, F, B, Z, k.Local("i", "i8")), (), body)
    assert read_unset(function) == {"b", "f", "u"}
    lines = python_text(k.Kernel((function,), 1)).splitlines()
    assert lines[1:4] == ["    u = u8(0)", "    f = f4(0.0)", "    b = False"]


@pytest.mark.parametrize(("name", "expected"), [
    ("self.n", "self_n"), ("@tmp 3", "tmp_3"), ("größe", "gruue"), ("for", "vfor"), ("3d", "v3d"), ("@", "v"), ("__", "__"), ("x_f8", "x_f8_1"), ("load_f8_g0", "load_f8_g0_1"),
])
def test_names(name: str, expected: str) -> None:
    names = Names()
    assert names[name] == names[name] == expected
    assert names.fresh(name) != expected
