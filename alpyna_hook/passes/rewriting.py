"""What passes over kernel IR share: new variables, the way to the loops, what statements assign, and known values folded away."""

from __future__ import annotations

from collections.abc import Iterator

from alpyna_hook.ir.kernel import (
    Binary,
    Compare,
    Const,
    Function,
    If,
    Kernel,
    Local,
    Loop,
    Overflows,
    Rep,
    Select,
    Set,
    Stmt,
    Unary,
    Value,
    While,
)
from alpyna_hook.ir.kernel_values import FALSE, TRUE, i8
from alpyna_hook.ir.schema import mapped, replace

ZERO, ONE = i8(0), i8(1)
_EXACT = {"add": int.__add__, "sub": int.__sub__, "mul": int.__mul__}


class NewVariables:
    """Of one function.  taken: names that its variables cannot have."""

    def __init__(self, function: Function, taken: frozenset[str], made: tuple[Local, ...] = ()) -> None:
        self.function = function
        self.reps = {v.name: v.rep for v in (*function.parameters, *function.locals)}
        self.taken = taken
        self.used = {*taken, *self.reps, *[b.name for b in function.buffers], *[v.name for v in made]}
        self.made = list(made)

    def copy(self) -> NewVariables:
        """For what may not be done in the end."""
        return NewVariables(self.function, self.taken, tuple(self.made))

    def rep(self, name: str) -> Rep:
        """Of a variable that was there before."""
        return self.reps[name]

    def new(self, stem: str, rep: Rep) -> Local:
        number = len(self.made)
        while (name := f"{stem}_{number}") in self.used:
            number += 1
        self.used.add(name)
        self.made.append(Local(name, rep))
        return self.made[-1]

    def function_with(self, body: tuple[Stmt, ...]) -> Function:
        return replace(self.function, body=body, locals=(*self.function.locals, *self.made))


class Rewriting:
    """Of the loops of one function; what is not made anew stays the same node."""

    def __init__(self, function: Function, names: frozenset[str]) -> None:
        self.written = function
        self.new = NewVariables(function, names)

    def loop(self, loop: Loop) -> tuple[Stmt, ...]:
        raise NotImplementedError

    def function(self) -> Function:
        body = self.block(self.written.body)
        return self.written if body is self.written.body else self.new.function_with(body)

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        made = [self.statement(s) for s in body]
        same = all(len(new) == 1 and new[0] is old for new, old in zip(made, body, strict=True))
        return body if same else tuple([s for new in made for s in new])

    def statement(self, s: Stmt) -> tuple[Stmt, ...]:
        match s:
            case Loop():
                return self.loop(s)
            case If():
                body, orelse = self.block(s.body), self.block(s.orelse)
                return (s if body is s.body and orelse is s.orelse else If(s.test, body, orelse),)
            case While():
                body = self.block(s.body)
                return (s if body is s.body else While(s.test, body),)
            case _:
                return (s,)

    def inside(self, loop: Loop) -> Loop:
        """With the loops in it rewritten."""
        body, after = self.block(loop.body), self.block(loop.after)
        return loop if body is loop.body and after is loop.after else replace(loop, body=body, after=after)


def with_loops_rewritten(kernel: Kernel, how: type[Rewriting]) -> Kernel:
    names = frozenset([f.name for f in kernel.functions])
    return mapped(kernel, lambda f: how(f, names).function())


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """All of them, those inside of others too."""
    for s in body:
        yield s
        match s:
            case If():
                yield from statements(s.body)
                yield from statements(s.orelse)
            case Loop():
                yield from statements(s.body)
                yield from statements(s.after)
            case While():
                yield from statements(s.body)


def assigned(body: tuple[Stmt, ...]) -> set[str]:
    return {s.name if isinstance(s, Set) else s.counter for s in statements(body) if isinstance(s, Set | Loop)}


def either(a: Value, b: Value) -> Value:
    """`a or b`."""
    return folded(Select(a, TRUE, b, "b1"))


def folded(value: Value) -> Value:
    """Without what is known of it, itself and not below."""
    match value:
        case Select(Const(test), then, orelse):
            return then if test else orelse
        case Select(test, Const(True), Const(False), "b1"):
            return test
        case Unary("not", Const(x)):
            return Const(not x, "b1")
        case Binary("add" | "wrap_add", x, Const(0)) | Binary("add" | "wrap_add", Const(0), x):
            return x
        case Binary("sub" | "wrap_sub", x, Const(0)) | Binary("mul" | "wrap_mul", x, Const(1)):
            return x
        case Binary(op, Const(a), Const(b), "i8") if op.removeprefix("wrap_") in _EXACT:
            exact = _EXACT[op.removeprefix("wrap_")](a, b)
            return Const(exact, "i8") if fits(exact) else value
        case Overflows(op, Const(a, "i8"), Const(b)):
            return Const(not fits(_EXACT[op](a, b)), "b1")
        case Overflows("add" | "sub", _, Const(0)) | Overflows("mul", _, Const(1)) | Overflows("add", Const(0), _):
            return FALSE
        case Compare(op, Const(a, "i8"), Const(b)):
            return Const({"lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b, "eq": a == b, "ne": a != b}[op], "b1")
        case _:
            return value


def fits(value: int) -> bool:
    return -(2**63) <= value < 2**63
