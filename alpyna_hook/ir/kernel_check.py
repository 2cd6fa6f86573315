"""Whether kernel IR is well formed: operands of one representation, names that are there, jumps inside of loops.

    problems(kernel)     [] or, for each problem, where it is and what is wrong
"""

from __future__ import annotations

from collections.abc import Iterator

from alpyna_hook.ir.kernel import (
    Apply,
    Binary,
    Break,
    Call,
    CallAt,
    Cast,
    Compare,
    Const,
    Continue,
    Evaluate,
    Flagged,
    Function,
    If,
    InnerLoop,
    Kernel,
    Load,
    Local,
    Loop,
    Overflows,
    Pair,
    Poll,
    Rep,
    Return,
    Select,
    Set,
    Stmt,
    Store,
    Unary,
    Value,
    While,
    assert_never,
    rep_of,
)
from alpyna_hook.ir.schema import children

REPS = frozenset("b1 i1 i2 i4 i8 u1 u2 u4 u8 f4 f8 c8 c16 p".split())
_PARTS = {"c8": "f4", "c16": "f8"}
_OF_INTEGERS = frozenset("wrap_add wrap_sub wrap_mul and or xor lshift rshift".split())


def problems(kernel: Kernel) -> list[str]:
    known: dict[str, Function] = {}
    found: list[str] = []
    for function in kernel.functions:
        found += [f"{function.name}: {what}" for what in _Checker(function, known, kernel.groups).found()]
        known[function.name] = function
    return found


class _Checker:
    """One function.  Each method yields what is wrong with a node, not with those below it."""

    def __init__(self, function: Function, known: dict[str, Function], groups: int) -> None:
        self.function = function
        self.known = known
        self.groups = groups
        self.reps: dict[str, Rep] = {v.name: v.rep for v in (*function.parameters, *function.locals)}
        self.buffers = {b.name for b in function.buffers}

    def found(self) -> Iterator[str]:
        for name in self.buffers & set(self.reps):
            yield f"{name} is a variable and a buffer"
        yield from self.block(self.function.body, inside=False)

    def block(self, body: tuple[Stmt, ...], *, inside: bool) -> Iterator[str]:
        for s in body:
            yield from self.statement(s, inside)
            for child in children(s):
                if not isinstance(child, Stmt):
                    yield from self.values(child)
            match s:
                case If():
                    yield from self.block(s.body, inside=inside)
                    yield from self.block(s.orelse, inside=inside)
                case Loop():
                    yield from self.block(s.body, inside=True)
                    yield from self.block(s.after, inside=inside)
                case While():
                    yield from self.block(s.body, inside=True)

    def values(self, value: Value) -> Iterator[str]:
        if rep_of(value) not in REPS:
            yield f"{value!r}: no representation"
        else:
            yield from self.value(value)
        for child in children(value):
            yield from self.values(child)

    def statement(self, s: Stmt, inside: bool) -> Iterator[str]:
        match s:
            case Set():
                yield from self.are(self.reps.get(s.name, "no variable"), s.value, what=s.name)
            case Store():
                yield from self.memory(s.base, s.offset, s.group)
                yield from self.are(s.rep, s.value, what="a store")
            case InnerLoop():
                yield from self.are("i8", s.count, what="a count")
                yield from self.are("p", s.frame, *s.buffers, what="an inner loop")
            case If() | While():
                yield from self.are("b1", s.test, what="a test")
            case Loop():
                yield from self.are("i8", s.low, s.high, what="a loop")
                if s.step <= 0 or self.reps.get(s.counter) != "i8":
                    yield f"a loop over {s.counter} by {s.step}"
            case Break() | Continue():
                if not inside:
                    yield f"{type(s).__name__} outside of a loop"
            case Return():
                yield from self.are(self.function.rep, s.value, what="the result")
            case Evaluate():
                pass
            case _:
                assert_never(s)

    def value(self, e: Value) -> Iterator[str]:
        match e:
            case Const():
                if isinstance(e.value, float) != (e.rep[0] == "f") or isinstance(e.value, bool) != (e.rep == "b1"):
                    yield f"{e.value!r} as {e.rep}"
            case Local():
                own = "p" if e.name in self.buffers else self.reps.get(e.name)
                if own != e.rep:
                    yield f"{e.name} is {own}, not {e.rep}"
            case Unary():
                yield from self.unary(e)
            case Binary():
                yield from self.are(e.rep, e.a, e.b, what=e.op)
                if e.op in _OF_INTEGERS and e.rep[0] not in "iub":
                    yield f"{e.op} of {e.rep}"
            case Compare():
                yield from self.are(rep_of(e.a), e.b, what=e.op)
            case Cast():
                if (rep_of(e.value) in _PARTS or e.rep in _PARTS) and rep_of(e.value) != e.rep:
                    yield f"a cast of {rep_of(e.value)} to {e.rep}"
            case Select():
                yield from self.are("b1", e.test, what="a condition")
                yield from self.are(e.rep, e.then, e.orelse, what="a choice")
            case Pair():
                yield from self.are(_PARTS.get(e.rep, "no number"), e.real, e.imag, what="a complex number")
            case Load():
                yield from self.memory(e.base, e.offset, e.group)
            case Call():
                yield from self.call(e)
            case CallAt():
                yield from self.are(e.rep, *e.args, what="a call")
            case Apply():
                yield from self.are(e.rep, *e.args, what="a call")
                yield from self.are("p", e.frame, what="a call")
            case Overflows():
                yield from self.are(rep_of(e.a), e.b, what="an overflow")
            case Poll():
                yield from self.are("i8", e.iterations, what="a poll")
            case Flagged():
                yield from self.are("p", e.frame, what="a look at flags")
            case _:
                assert_never(e)

    def unary(self, e: Unary) -> Iterator[str]:
        own = rep_of(e.value)
        if e.op in ("real", "imag"):
            right = _PARTS.get(own) == e.rep
        elif e.op in ("bits", "from_bits"):
            right = {own[0], e.rep[0]} == {"i", "f"} and own[1:] == e.rep[1:]
        else:
            right = own == e.rep
        if not right:
            yield f"{e.op} of {own} as {e.rep}"

    def memory(self, base: Value, offset: Value, group: int | None) -> Iterator[str]:
        yield from self.are("p", base, what="a base")
        yield from self.are("i8", offset, what="an offset")
        if group is not None and not 0 <= group < self.groups:
            yield f"group {group} of {self.groups}"

    def call(self, e: Call) -> Iterator[str]:
        function = self.known.get(e.function)
        if function is None:
            yield f"{e.function} is called before it is there"
        elif [p.rep for p in function.parameters] != [rep_of(a) for a in e.args] or function.rep != e.rep:
            yield f"{e.function} is called with other representations"

    @staticmethod
    def are(rep: Rep, *values: Value, what: str) -> Iterator[str]:
        for value in values:
            if rep_of(value) != rep:
                yield f"{what}: {rep_of(value)} in place of {rep}"
