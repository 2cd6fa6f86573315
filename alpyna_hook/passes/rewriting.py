"""What passes over kernel IR share: new variables, what statements assign, and values that are known folded away."""

from __future__ import annotations

from collections.abc import Iterator

from alpyna_hook.ir.kernel import (
    Binary,
    Compare,
    Const,
    Function,
    If,
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
from alpyna_hook.ir.schema import replace

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
