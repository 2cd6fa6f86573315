"""Ways out of an innermost loop that are looked for ahead: whether any iteration of a strip takes one (see `interior`)."""

from __future__ import annotations

from functools import partial

from alpyna_hook.ir.kernel import (
    Apply,
    Binary,
    Call,
    CallAt,
    Cast,
    Compare,
    Continue,
    Flagged,
    If,
    Load,
    Local,
    Loop,
    Overflows,
    Poll,
    Return,
    Set,
    Stmt,
    Store,
    Value,
    rep_of,
)
from alpyna_hook.ir.kernel_values import FALSE, TRUE
from alpyna_hook.ir.schema import mapped, replace, walk
from alpyna_hook.passes.rewriting import ZERO, NewVariables, assigned, statements

_CALLS = (Call, CallAt, Apply, Poll, Flagged)


class _Unknown(Exception):
    """A value, or a way out, of which the iterations before decide, or a call."""


class Ahead:
    """Of a loop whose body is what is left of it between its borders."""

    def __init__(self, loop: Loop, new: NewVariables) -> None:
        self.loop = loop
        self.new = new
        self.leaves = new.new("leaves", "b1")  # one iteration
        self.any = new.new("any", "i8")  # 1 if one of them does: of this LLVM knows that it can be summed up in any order
        self.stored = {s.group for s in statements(loop.body) if isinstance(s, Store)} | {None}
        self.assigned = assigned(loop.body) | {loop.counter}
        self.copies: dict[str, Local] = {}
        self.given: set[str] = set()  # names whose copies have the value of this iteration
        self.found: set[int] = set()  # the ways out, by identity
        self.body: tuple[Stmt, ...] = ()
        self.possible = self._look()

    def _look(self) -> bool:
        body = self.loop.body
        if not _has_way_out(body) or any(isinstance(s, Continue) for s in statements(body)):
            return False
        if any(isinstance(x, _CALLS) for s in body for x in walk(s)) or self._scattered():
            return False
        self.copy(self.loop.counter, "i8")
        try:
            self.body = self.block(body)
        except _Unknown:
            return False
        return True

    def _scattered(self) -> bool:
        """Is there an access to where the data say?  To gather elements takes no less time for vectors."""
        data: set[str] = set()
        depends = partial(_depends, data)
        for _ in range(2):  # for what a later iteration finds in a variable
            data |= {s.name for s in statements(self.loop.body) if isinstance(s, Set) and depends(s.value)}
        accesses = [x for s in self.loop.body for x in walk(s) if isinstance(x, Load | Store)]
        return any(depends(x.offset) for x in accesses)

    def look(self, at: Local, end: Local, plain: Local) -> tuple[Stmt, ...]:
        """Leaves in `plain` whether no iteration takes a way out."""
        body = Set(self.leaves.name, FALSE), *self.body, Set(self.any.name, Binary("or", self.any, Cast(self.leaves, "i8"), "i8"))
        return (
            Set(self.any.name, ZERO),
            replace(self.loop, counter=self.copies[self.loop.counter].name, low=at, high=end, body=body, after=()),
            Set(plain.name, Compare("eq", self.any, ZERO)),
        )

    def rest(self) -> tuple[Stmt, ...]:
        """The body without the ways out."""
        return tuple([new for s in self.loop.body for new in self._rest(s)])

    def _rest(self, s: Stmt) -> tuple[Stmt, ...]:
        if id(s) in self.found:
            return ()
        if isinstance(s, If) and _has_way_out((s,)):
            arms = [tuple([new for each in arm for new in self._rest(each)]) for arm in (s.body, s.orelse)]
            return (If(s.test, *arms),)
        return (s,)

    # -- what is computed ahead

    def copy(self, name: str, rep: str) -> Local:
        self.given.add(name)
        if name not in self.copies:
            self.copies[name] = self.new.new(name, rep)
        return self.copies[name]

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        out: list[Stmt] = []
        for k, s in enumerate(body):
            rest = body[k + 1 :]
            match s:
                case Set():
                    self.set(s, out)
                case If(test, (*_, Return()), ()):
                    self.found.add(id(s))
                    # what follows may rely on it, such as on an index that is in range
                    tested = self.value(test)
                    if _has_way_out(rest):
                        out.append(If(tested, (Set(self.leaves.name, TRUE),), self.block(rest)))
                    else:
                        out.append(Set(self.leaves.name, tested))
                    return tuple(out)
                case If():
                    self.branch(s, out)
                    if _has_way_out((s,)):
                        if _has_way_out(rest):
                            raise _Unknown
                        return tuple(out)
                case Return():
                    raise _Unknown
        return tuple(out)

    def set(self, s: Set, out: list[Stmt]) -> None:
        try:
            value = self.value(s.value)
        except _Unknown:
            self.given.discard(s.name)
            return
        copy = self.copy(s.name, self.new.rep(s.name))
        out.append(Set(copy.name, value))

    def branch(self, s: If, out: list[Stmt]) -> None:
        try:
            test = self.value(s.test)
        except _Unknown:
            if _has_way_out((s,)):
                raise
            self.given -= assigned((s,))
            return
        before, arms, given = set(self.given), [], []
        for arm in (s.body, s.orelse):
            self.given = set(before)
            arms.append(self.block(arm))
            given.append(self.given)
        self.given = given[0] & given[1]
        out.append(If(test, *arms))

    def value(self, value: Value) -> Value:
        match value:
            case Local(name):
                if name in self.given:
                    return self.copies[name]
                if name in self.assigned:
                    raise _Unknown
                return value
            case Load(group=group) if group in self.stored:
                raise _Unknown
            case Overflows("add" | "sub" as op, a, b) if rep_of(a) == "i8":
                return _overflows(op, self.value(a), self.value(b))
            case _:
                return mapped(value, self.value)


def _has_way_out(body: tuple[Stmt, ...]) -> bool:
    return any(isinstance(s, Return) for s in statements(body))


def _depends(data: set[str], value: Value) -> bool:
    return any(isinstance(x, Load) or (isinstance(x, Local) and x.name in data) for x in walk(value))


def _overflows(op: str, a: Value, b: Value) -> Value:
    """For vectors: whether the sign of the result differs from both that decide it."""
    result = Binary("wrap_" + op, a, b, "i8")
    other = result if op == "add" else b
    both = Binary("and", Binary("xor", a, result, "i8"), Binary("xor", other, b if op == "add" else a, "i8"), "i8")
    return Compare("lt", both, ZERO)
