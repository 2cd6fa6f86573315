"""Values of kernel IR from values: they are represented as Numba would represent them, and integers compared by value."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel_values import COMPLEX, FLOATS, INTS, arithmetic, cast, compared, constant, inverted, negated

ARITHMETIC = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "floordiv": operator.floordiv,
    "mod": operator.mod, "and": operator.and_, "or": operator.or_, "xor": operator.xor, "lshift": operator.lshift,
    "rshift": operator.rshift,
}
REPS = sorted(INTS | FLOATS | COMPLEX)


def numbas(function: object, *reps: str) -> str | None:
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
            except AssertionError:  # kernels have no such operation
                continue
            assert k.rep_of(made) == numbas(ARITHMETIC[name], a, b), (a, b)
    assert k.rep_of(arithmetic(name, k.Local("x", "u1"), k.Local("y", "u8"))) == ("f8" if name == "div" else "u8")


@pytest.mark.parametrize(("function", "made"), [(operator.neg, negated), (operator.invert, inverted)])
def test_unary_operators_are_typed_as_by_numba(function: object, made: Callable[[k.Value], k.Value]) -> None:
    for rep in sorted(INTS):
        assert k.rep_of(made(k.Local("x", rep))) == numbas(function, rep)


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


@pytest.mark.parametrize(("value", "rep", "expected"), [
    (300, "u1", 44), (-1, "u8", 2**64 - 1), (2**63, "i8", -(2**63)), (2**64 - 1, "u8", 2**64 - 1), (200, "i1", -56), (True, "i4", 1),
    (3, "f8", 3.0),
])
def test_constants_are_cast_at_once(value: int, rep: str, expected: int) -> None:
    made = constant(value, rep)
    assert isinstance(made, k.Const)
    assert (made.value, type(made.value), made.rep) == (expected, type(expected), rep)


def test_what_is_known_is_computed() -> None:
    x, three = k.Local("x", "i8"), k.Const(3, "i8")
    assert arithmetic("add", x, k.Const(0, "i8")) is x
    assert arithmetic("mul", x, k.Const(1, "i8")) is x
    assert repr(arithmetic("mul", three, three)) == repr(k.Const(9, "i8"))
    assert isinstance(arithmetic("mul", k.Const(2**62, "i8"), three), k.Binary)  # no integer of 64 bits
    assert isinstance(arithmetic("add", k.Local("x", "f8"), k.Const(0.0, "f8")), k.Binary)  # -0.0 + 0.0 is 0.0
    assert isinstance(arithmetic("add", k.Local("x", "i4"), k.Const(0, "i8")), k.Binary)
    assert cast(x, "i8") is x
