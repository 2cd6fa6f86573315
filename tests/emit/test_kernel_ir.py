"""The kernels' text as kernel IR: every recorded kernel is taken, and what is computed with is what Numba would take."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import pytest

from alpyna_hook.emit.helpers import HELPERS
from alpyna_hook.emit.layout import FAILED, LOW
from alpyna_hook.emit.llvm import llvm_text
from alpyna_hook.emit.parsed import parsed
from alpyna_hook.emit.parsed_operators import COMPLEX, FLOATS, INTS, arithmetic, compared, inverted, negated
from alpyna_hook.emit.source import KernelSource, Untaken
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_check import problems
from alpyna_hook.ir.schema import walk
from tests.emit.golden_nests import NESTS
from tests.emit.test_golden import FOLDER

ARITHMETIC = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "floordiv": operator.floordiv,
    "mod": operator.mod, "and": operator.and_, "or": operator.or_, "xor": operator.xor, "lshift": operator.lshift,
    "rshift": operator.rshift,
}
REPS = sorted(INTS | FLOATS | COMPLEX)


def source_of(text: str) -> KernelSource:
    groups = 1 + max([int(g) for g in re.findall(r"_g(\d+)\(", text)], default=0)
    return KernelSource(text, groups, (), tuple(re.findall(r"^def (?!kernel\b|give_up_)(\w+)\(", text, re.M)))


@pytest.mark.parametrize("name", NESTS)
def test_every_recorded_kernel_is_taken(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n\n")[2]
    kernel = parsed(source_of(text))
    assert problems(kernel) == []
    assert kernel.functions[-1].name == "kernel"
    assert "define i64 @kernel(ptr %p.frame)" in llvm_text(kernel)


@pytest.mark.parametrize("name", sorted(HELPERS))
def test_helpers(name: str) -> None:
    reps = {"power": "u8", "smith_f4": "f4"}.get(name) or ("f8" if name.endswith("f8") else "i8")
    count = {"isqrt_i8": 1, "smith_f4": 4, "smith_f8": 4, "quotient_f8": 4}.get(name, 2)
    args = ", ".join(f"get_{reps}(frame, {8 * n})" for n in range(count))
    kernel = parsed(source_of(f"def kernel(frame):\n    x = {name}({args})\n    return 0\n"))
    assert problems(kernel) == []
    llvm_text(kernel)


def numbas(name: str, function: object, *reps: str) -> str | None:
    from numba.core.registry import cpu_target

    from alpyna_hook.kernels.primitives import NUMBA_TYPES

    cpu_target.typing_context.refresh()
    signature = cpu_target.typing_context.resolve_function_type(function, tuple(NUMBA_TYPES[r] for r in reps), {})
    back = {kind: rep for rep, kind in NUMBA_TYPES.items()}
    return back.get(signature.return_type) if signature else None


@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_is_typed_as_by_numba(name: str) -> None:
    for a in REPS:
        for b in REPS:
            try:
                made = arithmetic(name, k.Local("x", a), k.Local("y", b))
            except Untaken:
                continue
            assert k.rep_of(made) == numbas(name, ARITHMETIC[name], a, b), (a, b)
    assert k.rep_of(arithmetic(name, k.Local("x", "u1"), k.Local("y", "u8"))) == ("f8" if name == "div" else "u8")


@pytest.mark.parametrize(("function", "made"), [(operator.neg, negated), (operator.invert, inverted)])
def test_unary_operators_are_typed_as_by_numba(function: object, made: Callable[[k.Value], k.Value]) -> None:
    for rep in sorted(INTS):
        assert k.rep_of(made(k.Local("x", rep))) == numbas("", function, rep)


@pytest.mark.parametrize(("signed", "other", "expected"), [(-1, 2**64 - 1, "lt"), (5, 5, "eq"), (3, 2, "gt"), (2**63 - 1, 2**63, "lt")])
def test_a_signed_with_an_unsigned_integer_by_value(signed: int, other: int, expected: str) -> None:
    """As Python computes with what was printed, and not as C would."""
    for op in ("lt", "le", "gt", "ge", "eq", "ne"):
        holds = getattr(operator, op)(signed, other)
        for flipped in (False, True):
            names = k.Local("s", "i8"), k.Local("u", "u8")
            name = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}.get(op, op) if flipped else op
            test = compared(name, *(names[::-1] if flipped else names))
            assert _computed(test, {"s": signed, "u": other}) == holds
    assert getattr(operator, expected)(signed, other)


def _computed(e: k.Value, values: dict[str, int]) -> object:
    match e:
        case k.Const():
            return e.value
        case k.Local():
            return values[e.name]
        case k.Cast(rep="u8"):
            return int(_computed(e.value, values)) % 2**64  # type: ignore[call-overload]
        case k.Compare():
            return getattr(operator, e.op)(_computed(e.a, values), _computed(e.b, values))
        case k.Select():
            return _computed(e.then if _computed(e.test, values) else e.orelse, values)
    raise AssertionError(e)


def function_of(*lines: str) -> k.Function:
    text = "def kernel(frame):\n" + "".join(f"    {line}\n" for line in lines)
    return parsed(source_of(text)).functions[-1]


def test_a_variable_has_one_representation() -> None:
    function = function_of("x = f4(0)", "y = x", "x = 0.5", "return 0")
    assert {v.name: v.rep for v in function.locals} == {"x": "f8", "y": "f8"}
    assert problems(k.Kernel((function,), 1)) == []


def test_a_function_is_there_once_for_each_list_of_representations() -> None:
    text = ("def g_0(frame, x):\n    return x + x\n\ndef kernel(frame):\n    a = g_0(frame, f4(1))\n    b = g_0(frame, 1.0)\n"
            "    c = g_0(frame, f4(2))\n    return 0\n")
    kernel = parsed(source_of(text))
    assert [(f.name, f.rep) for f in kernel.functions] == [("g_0", "f4"), ("g_0_2", "f8"), ("kernel", "i8")]


@pytest.mark.parametrize("line", ["x = [1]", "x = y", "x = 1 if frame else 0.5", "del x", "x = unheard_of(1)", "for i in range(4):\n        pass"])
def test_what_is_not_taken(line: str) -> None:
    with pytest.raises(Untaken):
        function_of(line, "return 0")


@pytest.mark.parametrize(("broken", "expected"), [
    (k.Set("x", k.Const(1, "i8")), "x: i8 in place of no variable"),
    (k.Evaluate(k.Binary("add", k.Const(1, "i8"), k.Const(1.0, "f8"), "i8")), "add: f8 in place of i8"),
    (k.Evaluate(k.Load(k.Local("frame", "p"), k.Const(0, "i4"), "f8", None)), "an offset: i4 in place of i8"),
    (k.Evaluate(k.Load(k.Local("frame", "p"), k.Const(0, "i8"), "f8", 3)), "group 3 of 1"),
    (k.Evaluate(k.Local("x", "f8")), "x is None, not f8"),
    (k.Evaluate(k.Call("f", (), "i8")), "f is called before it is there"),
    (k.Evaluate(k.Const(1, "f8")), "1 as f8"),
    (k.If(k.Const(1, "i8"), (), ()), "a test: i8 in place of b1"),
    (k.Loop("x", k.Const(0, "i8"), k.Const(1, "i8"), 1, k.Mode.SEQUENTIAL, (), ()), "a loop over x by 1"),
    (k.Break(), "Break outside of a loop"),
    (k.Return(k.Const(1.0, "f8")), "the result: f8 in place of i8"),
])
def test_the_verifier_finds(broken: k.Stmt, expected: str) -> None:
    function = k.Function("kernel", (k.Local("frame", "p"),), "i8", (), (), (broken,))
    assert problems(k.Kernel((function,), 1)) == [f"kernel: {expected}"]


def test_sums_that_may_wrap_are_printed_without_nsw() -> None:
    text = llvm_text(parsed(source_of(
        "def kernel(frame):\n    n = get_i8(frame, 8)\n    u = u8(n) + u8(1)\n    s = wrap_add(n, 1)\n    t = n + 1\n    return s + t + i8(u)\n")))
    assert [line.split("=")[1].split("%")[0].strip() for line in text.splitlines() if "= add" in line] == [
        "add i64", "add i64", "add nsw i64", "add nsw i64", "add nsw i64"]


def test_no_operation_may_be_contracted() -> None:
    for name in NESTS:
        text = llvm_text(parsed(source_of((FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n\n")[2])))
        assert not re.search(r"\b(fast|contract|reassoc|nnan|ninf|nsz|arcp|afn|fmuladd|fma)\b", text)


def test_walk_finds_every_node() -> None:
    function = function_of("x = get_f8(frame, 8)", "while x < 4.0:", "    x = x * 2.0", "return 0")
    assert [type(node).__name__ for node in walk(function.body[1])] == ["While", "Compare", "Local", "Const", "Set", "Binary", "Local", "Const"]


def test_the_frame_shares_no_memory_with_arrays() -> None:
    """But for its word of a failed check: any call may write that, and a look at it keeps what was stored before."""
    source = (f"def kernel(frame):\n    low = get_i8(frame, {LOW})\n    failed = get_i8(frame, {FAILED})\n    a = pointer(get_i8(frame, 96))\n"
              "    store_f8_g0(a, low * 8, 0.5)\n    if failed != 0:\n        return 1\n    return 0\n")
    text = llvm_text(parsed(source_of(source)))
    loads = {word: re.search(rf"(%t\d+) = getelementptr inbounds i8, ptr %t\d+, i64 {word}\n.*? = load i64, ptr \1\b(.*)", text) for word in (LOW, FAILED, 96)}
    marks = {word: found[2] for word, found in loads.items() if found}
    assert "!alias.scope !10" in marks[LOW] and "!range" in marks[LOW]
    assert marks[FAILED] == ""
    assert marks[96] == ", !alias.scope !10, !noalias !11"
    (store,) = re.findall(r"store double .*(, !alias.scope !\d+, !noalias !\d+)", text)
    assert "!10" not in store.split("!noalias")[0]
