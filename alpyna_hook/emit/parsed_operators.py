"""What operators of the kernels' text give, as Numba types and computes them, in kernel IR.

before:  (i4 value) + 1          (f4 value) < 0.5            (u8 value) == (i8 value)
after:   Binary("add", Cast(value, "i8"), 1, "i8")      Compare("lt", Cast(value, "f8"), 0.5)      by value

Integers are computed in 64 bits, unsigned where both are, and floats in the wider of the two.  What no kernel was found to need
is not taken: `Untaken` says what, and the kernel is left to Numba.
"""

from __future__ import annotations

import sys

from alpyna_hook.emit.source import Untaken
from alpyna_hook.ir.kernel import Binary, Cast, Compare, Const, Local, Pair, Rep, Select, Unary, Value, rep_of

INTS = frozenset("i1 i2 i4 i8 u1 u2 u4 u8".split())
FLOATS = frozenset({"f4", "f8"})
COMPLEX = frozenset({"c8", "c16"})
REPS = INTS | FLOATS | COMPLEX | {"b1"}
PART = {"c8": "f4", "c16": "f8"}
TRUE, FALSE = Const(True, "b1"), Const(False, "b1")
_FLIPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_OF_BITS = frozenset({"and", "or", "xor"})
_OF_COMPLEX = frozenset({"add", "sub", "mul"})


def bits(rep: Rep) -> int:
    return 1 if rep == "b1" else 8 * int(rep[1:])


def is_signed(rep: Rep) -> bool:
    return rep[0] == "i"


def cast(value: Value, rep: Rep) -> Value:
    """The value in another representation; a constant integer at once."""
    own = rep_of(value)
    if own == rep:
        return value
    if isinstance(value, Const) and own in INTS and rep in INTS:
        return Const(_wrapped(value.value, rep), rep)
    if isinstance(value, Const) and own in INTS and rep == "f8":
        return Const(float(value.value), "f8")
    if isinstance(value, Const) and own == "b1" and rep in INTS:
        return Const(int(value.value), rep)
    if own in COMPLEX and rep in COMPLEX:
        return Pair(cast(Unary("real", value, PART[own]), PART[rep]), cast(Unary("imag", value, PART[own]), PART[rep]), rep)
    if rep in COMPLEX:
        return Pair(cast(value, PART[rep]), Const(0.0, PART[rep]), rep)
    if "p" in (own, rep) and {own, rep} != {"i8", "p"}:
        raise Untaken(f"{own} as {rep}")
    return Cast(value, rep)


def _wrapped(value: int, rep: Rep) -> int:
    width = bits(rep)
    value &= (1 << width) - 1
    return value - (1 << width) if is_signed(rep) and value >> (width - 1) else value


def joined(a: Rep, b: Rep) -> Rep:
    """The representation of a variable that is given values of both."""
    if a == b:
        return a
    if a in INTS and b in INTS and a[0] == b[0]:
        return max(a, b)
    if a in FLOATS and b in FLOATS:
        return "f8"
    if a in COMPLEX and b in COMPLEX:
        return "c16"
    raise Untaken(f"{a} and {b} in one variable")


def common(a: Rep, b: Rep, *, exact: bool = False) -> Rep:
    """In what an operation on two numbers is computed.  exact: a comparison, which small integers cannot lose anything by."""
    if a in INTS and b in INTS:
        return "u8" if "i" not in (a[0], b[0]) else "i8"
    if a in INTS or b in INTS:
        a, b = (b, a) if a in INTS else (a, b)  # b is the integer
        if a in FLOATS and (exact or b in ("i8", "u8") or a == "f8"):
            return "f8"
        raise Untaken(f"{a} with {b}")
    if a in COMPLEX or b in COMPLEX:
        parts = {PART.get(a, a), PART.get(b, b)}
        if parts <= FLOATS:
            return "c8" if parts == {"f4"} else "c16"
    if a in FLOATS and b in FLOATS:
        return "f4" if a == b == "f4" else "f8"
    raise Untaken(f"{a} with {b}")


def arithmetic(op: str, a: Value, b: Value) -> Value:
    first, second = rep_of(a), rep_of(b)
    if op in ("lshift", "rshift"):
        if first not in INTS or second not in INTS:
            raise Untaken(f"{op} of {first} and {second}")
        rep = "i8" if is_signed(first) else "u8"
        return Binary(op, cast(a, rep), cast(b, rep), rep)
    if op in _OF_BITS and first == second == "b1":
        return Binary(op, a, b, "b1")
    rep = common(first, second)
    if op == "div" and rep in INTS:
        rep = "f8"
    if (op in _OF_BITS and rep not in INTS) or (rep in COMPLEX and op not in _OF_COMPLEX):
        raise Untaken(f"{op} of {rep}")
    if rep in COMPLEX and op == "mul" and sys.version_info >= (3, 14):
        raise Untaken("products of complex numbers, which this version of Python computes in another way")
    return Binary(op, cast(a, rep), cast(b, rep), rep)


def compared(op: str, a: Value, b: Value) -> Value:
    first, second = rep_of(a), rep_of(b)
    if first == second:
        if first in COMPLEX and op not in ("eq", "ne"):
            raise Untaken(f"order of {first}")
        return Compare(op, a, b)
    if first in INTS and second in INTS:
        if first[0] != second[0]:
            return _by_value(op, a, b) if is_signed(first) else _by_value(_FLIPPED[op], b, a)
        wide = "i8" if is_signed(first) else "u8"
        return Compare(op, cast(a, wide), cast(b, wide))
    rep = common(first, second, exact=True)
    if rep in COMPLEX:
        raise Untaken(f"{first} compared with {second}")
    return Compare(op, cast(a, rep), cast(b, rep))


def _by_value(op: str, signed: Value, other: Value) -> Value:
    """A signed integer with an unsigned one."""
    signed, other = cast(signed, "i8"), cast(other, "u8")
    inside = Compare(op, cast(signed, "u8"), other)
    if isinstance(signed, Const):
        return inside if signed.value >= 0 else Const(op in ("lt", "le", "ne"), "b1")
    if not is_simple(signed) or not is_simple(other):
        raise Untaken("a signed and an unsigned integer that have no names, compared")
    return Select(Compare("lt", signed, Const(0, "i8")), Const(op in ("lt", "le", "ne"), "b1"), inside, "b1")


def is_simple(value: Value) -> bool:
    """Can it be written twice?"""
    while isinstance(value, (Cast, Unary)):
        value = value.value
    return isinstance(value, (Const, Local))


def truth(value: Value) -> Value:
    rep = rep_of(value)
    if rep == "b1":
        return value
    if rep in INTS:
        return Compare("ne", value, Const(0, rep))
    if rep in FLOATS:
        return Compare("ne", value, Const(0.0, rep))
    raise Untaken(f"truth of {rep}")


def negated(value: Value) -> Value:
    rep = rep_of(value)
    if isinstance(value, Const) and rep == "i8":
        return Const(-value.value, "i8") if value.value != -(2**63) else value
    if isinstance(value, Const) and rep in FLOATS:
        return Const(-value.value, rep)
    if rep in FLOATS:
        return Unary("fneg", value, rep)
    return _in_64_bits("neg", value)


def inverted(value: Value) -> Value:
    return _in_64_bits("invert", value)


def _in_64_bits(op: str, value: Value) -> Value:
    """Of an integer: in its own width, then extended."""
    rep = rep_of(value)
    if rep not in INTS:
        raise Untaken(f"{op} of {rep}")
    return cast(Unary(op, value, rep), "i8" if is_signed(rep) else "u8")


def chosen(test: Value, then: Value, orelse: Value) -> Value:
    rep = joined(rep_of(then), rep_of(orelse))
    return Select(truth(test), cast(then, rep), cast(orelse, rep), rep)
