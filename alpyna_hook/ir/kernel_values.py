"""Values of kernel IR from values: casts are put in, and what is known is computed.

before:  arithmetic("add", (i4 value), 1)               compared("lt", (f4 value), 0.5)       compared("eq", (u8 value), (i8 value))
after:   Binary("add", Cast(value, "i8"), 1, "i8")      Compare("lt", Cast(value, "f8"), 0.5)      by value

Integers are computed in 64 bits, unsigned where both are, and floats in the wider of the two.
"""

from __future__ import annotations

from alpyna_hook.ir.kernel import Binary, Cast, Compare, Const, Load, Local, Pair, Rep, Select, Unary, Value, rep_of

INTS = frozenset("i1 i2 i4 i8 u1 u2 u4 u8".split())
FLOATS = frozenset({"f4", "f8"})
COMPLEX = frozenset({"c8", "c16"})
REPS = INTS | FLOATS | COMPLEX | {"b1"}
PART = {"c8": "f4", "c16": "f8"}
TRUE, FALSE = Const(True, "b1"), Const(False, "b1")
INFINITY = Const(float("inf"), "f8")
_FLIPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_OF_BITS = frozenset({"and", "or", "xor"})
_WHOLE = frozenset({"add", "sub", "mul"})
_NOTHING = frozenset({("add", 0), ("sub", 0), ("mul", 1)})


def bits(rep: Rep) -> int:
    return 1 if rep == "b1" else 8 * int(rep[1:])


def size(rep: Rep) -> int:
    """Bytes of an element in memory."""
    return 1 if rep == "b1" else int(rep[1:])


def is_signed(rep: Rep) -> bool:
    return rep[0] == "i"


def i8(value: int) -> Const:
    return Const(value, "i8")


def constant(value: bool | int | float | complex, rep: Rep) -> Value:
    if isinstance(value, complex):
        return Pair(constant(value.real, PART[rep]), constant(value.imag, PART[rep]), rep)
    if isinstance(value, bool):
        return cast(TRUE if value else FALSE, rep)
    if isinstance(value, int):
        return cast(Const(value, "i8" if value < 2**63 else "u8"), rep)
    return cast(Const(value, "f8"), rep)


def zero(rep: Rep) -> Value:
    if rep in COMPLEX:
        return constant(0j, rep)
    return FALSE if rep == "b1" else Const(0 if rep in INTS else 0.0, rep)


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
        return Pair(cast(real(value), PART[rep]), cast(imag(value), PART[rep]), rep)
    if rep in COMPLEX:
        return Pair(cast(value, PART[rep]), Const(0.0, PART[rep]), rep)
    assert "p" not in (own, rep) or {own, rep} == {"i8", "p"}, (own, rep)
    return Cast(value, rep)


def _wrapped(value: int, rep: Rep) -> int:
    width = bits(rep)
    value &= (1 << width) - 1
    return value - (1 << width) if is_signed(rep) and value >> (width - 1) else value


def joined(a: Rep, b: Rep) -> Rep:
    """The representation of a choice between values of both."""
    if a == b:
        return a
    if a in INTS and b in INTS and a[0] == b[0]:
        return max(a, b)
    assert {a, b} <= FLOATS or {a, b} <= COMPLEX, (a, b)
    return "f8" if a in FLOATS else "c16"


def common(a: Rep, b: Rep, *, exact: bool = False) -> Rep:
    """In what an operation on two numbers is computed.  exact: a comparison, which small integers cannot lose anything by."""
    if a in INTS and b in INTS:
        return "u8" if "i" not in (a[0], b[0]) else "i8"
    if a in INTS or b in INTS:
        a, b = (b, a) if a in INTS else (a, b)  # b is the integer
        assert a in FLOATS and (exact or b in ("i8", "u8") or a == "f8"), (a, b)
        return "f8"
    parts = {PART.get(a, a), PART.get(b, b)}
    assert parts <= FLOATS, (a, b)
    if a in COMPLEX or b in COMPLEX:
        return "c8" if parts == {"f4"} else "c16"
    return "f4" if parts == {"f4"} else "f8"


def arithmetic(op: str, a: Value, b: Value) -> Value:
    first, second = rep_of(a), rep_of(b)
    if op in ("lshift", "rshift"):
        assert first in INTS and second in INTS, (op, first, second)
        rep = "i8" if is_signed(first) else "u8"
        return Binary(op, cast(a, rep), cast(b, rep), rep)
    if op in _OF_BITS and first == second == "b1":
        return Binary(op, a, b, "b1")
    if isinstance(a, Const) and isinstance(b, Const) and first == second == "i8" and op in _WHOLE:
        exact = {"add": a.value + b.value, "sub": a.value - b.value, "mul": a.value * b.value}[op]
        if -(2**63) <= exact < 2**63:
            return i8(exact)
    if isinstance(b, Const) and first == second == "i8" and (op, b.value) in _NOTHING:
        return a
    rep = common(first, second)
    if op == "div" and rep in INTS:
        rep = "f8"
    assert rep in INTS or op not in _OF_BITS, (op, rep)
    assert rep not in COMPLEX or op in _WHOLE, (op, rep)
    return Binary(op, cast(a, rep), cast(b, rep), rep)


def added(*values: Value) -> Value:
    first, *others = values
    for other in others:
        first = arithmetic("add", first, other)
    return first


def wrapping(op: str, a: Value, b: Value) -> Value:
    return Binary(f"wrap_{op}", cast(a, "i8"), cast(b, "i8"), "i8")


def compared(op: str, a: Value, b: Value) -> Value:
    """Numbers by their values."""
    first, second = rep_of(a), rep_of(b)
    if first == second:
        assert first not in COMPLEX or op in ("eq", "ne"), op
        return Compare(op, a, b)
    if first in INTS and second in INTS:
        if first[0] != second[0]:
            return _by_value(op, a, b) if is_signed(first) else _by_value(_FLIPPED[op], b, a)
        wide = "i8" if is_signed(first) else "u8"
        return Compare(op, cast(a, wide), cast(b, wide))
    rep = common(first, second, exact=True)
    assert rep not in COMPLEX, (first, second)
    return Compare(op, cast(a, rep), cast(b, rep))


def _by_value(op: str, signed: Value, other: Value) -> Value:
    """A signed integer with an unsigned one."""
    signed, other = cast(signed, "i8"), cast(other, "u8")
    inside = Compare(op, cast(signed, "u8"), other)
    below = Const(op in ("lt", "le", "ne"), "b1")
    if isinstance(signed, Const):
        return inside if signed.value >= 0 else below
    assert is_simple(signed) and is_simple(other), "written twice"
    return Select(Compare("lt", signed, i8(0)), below, inside, "b1")


def is_simple(value: Value) -> bool:
    """Can it be written twice?"""
    while isinstance(value, (Cast, Unary)):
        value = value.value
    return isinstance(value, (Const, Local))


def truth(value: Value) -> Value:
    rep = rep_of(value)
    if rep == "b1":
        return value
    assert rep in INTS | FLOATS, rep
    return Compare("ne", value, Const(0, rep) if rep in INTS else Const(0.0, rep))


def both(*tests: Value) -> Value:
    """Of several tests all hold, looked at in order."""
    *parts, last = tests or (TRUE,)
    for part in reversed(parts):
        last = Select(part, last, FALSE, "b1")
    return last


def either(*tests: Value) -> Value:
    *parts, last = tests
    for part in reversed(parts):
        last = Select(part, TRUE, last, "b1")
    return last


def negation(test: Value) -> Value:
    return Unary("not", truth(test), "b1")


def negated(value: Value) -> Value:
    rep = rep_of(value)
    if isinstance(value, Const) and rep == "i8":
        return i8(-value.value) if value.value != -(2**63) else value
    if isinstance(value, Const) and rep in FLOATS:
        return Const(-value.value, rep)
    return Unary("fneg", value, rep) if rep in FLOATS else _in_64_bits("neg", value)


def inverted(value: Value) -> Value:
    return _in_64_bits("invert", value)


def _in_64_bits(op: str, value: Value) -> Value:
    """Of an integer: in its own width, then extended."""
    rep = rep_of(value)
    assert rep in INTS, (op, rep)
    return cast(Unary(op, value, rep), "i8" if is_signed(rep) else "u8")


def magnitude(value: Value) -> Value:
    rep = rep_of(value)
    if rep in FLOATS:
        return Unary("fabs", value, rep)
    return Unary("abs", value, rep) if is_signed(rep) else value


def chosen(test: Value, then: Value, orelse: Value) -> Value:
    rep = joined(rep_of(then), rep_of(orelse))
    return Select(truth(test), cast(then, rep), cast(orelse, rep), rep)


def real(value: Value) -> Value:
    return value.real if isinstance(value, Pair) else Unary("real", value, PART[rep_of(value)])


def imag(value: Value) -> Value:
    return value.imag if isinstance(value, Pair) else Unary("imag", value, PART[rep_of(value)])


def word(base: Value, offset: int, rep: Rep = "i8") -> Load:
    """A scalar in the frame, or in other memory of our own."""
    return Load(base, i8(offset), rep, None)
