"""What each iteration of a loop gives a variable anew, given once, after the loop.

before:  for k in range(0, n):
             j = k
             j_assigned = 1
             a[j] = b[j]
after:   for k in range(0, n): a[k] = b[k]
         if 0 < n:
             j = n - 1
             j_assigned = 1

A value that goes on from one iteration to the next, and out of the loop, is one that LLVM keeps through loops around it, and for
which it makes vectors of fewer iterations.
"""

from __future__ import annotations

from typing import Any

from alpyna_hook.ir.kernel import (
    Binary,
    Break,
    Compare,
    Const,
    Continue,
    If,
    Kernel,
    Local,
    Loop,
    Set,
    Stmt,
    Value,
    While,
)
from alpyna_hook.ir.kernel_values import i8
from alpyna_hook.ir.schema import mapped, replace, walk
from alpyna_hook.passes.rewriting import NewVariables, Rewriting, assigned, folded, statements, with_loops_rewritten

_OPERATIONS = frozenset({"add", "sub", "mul"})


def with_last_values(kernel: Kernel) -> Kernel:
    return with_loops_rewritten(kernel, _LastValues)


class _LastValues(Rewriting):
    def loop(self, loop: Loop) -> tuple[Stmt, ...]:
        loop = self.inside(loop)
        if loop.step != 1:
            return (loop,)
        found = _Given(loop, self.new)
        if not found.values:
            return (loop,)
        before: list[Stmt] = []
        low, high = (self.kept(x, loop, stem, before) for x, stem in ((loop.low, "low"), (loop.high, "high")))
        last = folded(Binary("sub", high, i8(1), "i8"))
        sets = [Set(name, _with(value, {loop.counter: last})) for name, value in found.values.items()]
        given = If(Compare("lt", low, high), tuple(sets), ())
        if _breaks(found.body):
            body = _before_breaks(found.body, tuple([Set(name, value) for name, value in found.values.items()]))
            return (*before, replace(loop, low=low, high=high, body=body, after=(given, *loop.after)))
        return (*before, replace(loop, low=low, high=high, body=found.body, after=()), given, *loop.after)

    def kept(self, value: Value, loop: Loop, stem: str, before: list[Stmt]) -> Value:
        """The same after the loop as before."""
        if isinstance(value, Const) or (isinstance(value, Local) and value.name not in assigned((loop,))):
            return value
        made = self.new.new(stem, "i8")
        before.append(Set(made.name, value))
        return made


class _Given:
    """values: what each iteration gives variables before all that could read them, or could end it.  body: without that."""

    def __init__(self, loop: Loop, new: NewVariables) -> None:
        self.counter = loop.counter
        sets = [s.name if isinstance(s, Set) else s.counter for s in statements(loop.body) if isinstance(s, Set | Loop)]
        self.changed = {*sets, loop.counter}
        once = {name for name in self.changed if sets.count(name) == 1}
        self.values: dict[str, Value] = {}
        inside: dict[str, Value] = {}  # what stands for the variables in the body
        body: list[Stmt] = []
        read: set[str] = set()
        start = True
        for s in loop.body:
            start = start and not any(isinstance(x, Loop | While | Break | Continue) for x in statements((s,)))
            made = _with(s, inside)
            if isinstance(made, Set) and start and made.name in once - read and loop.counter not in sets and self.known(made.value):
                self.values[made.name] = made.value
                inside[made.name] = made.value
                if isinstance(made.value, Binary):
                    local = new.new(made.name, made.value.rep)
                    inside[made.name] = local
                    body.append(Set(local.name, made.value))
            else:
                body.append(made)
            if start:
                read |= {x.name for x in walk(s) if isinstance(x, Local)}
        self.body = tuple(body)

    def known(self, value: Value) -> bool:
        """By the counter, and by what the loop does not change."""
        match value:
            case Const():
                return True
            case Local(name):
                return name == self.counter or name not in self.changed
            case Binary(op, a, b, "i8"):
                return op in _OPERATIONS and self.known(a) and self.known(b)
            case _:
                return False


def _with(node: Any, values: dict[str, Value]) -> Any:
    """With values in the place of variables."""
    if not values:
        return node
    if isinstance(node, Local):
        return values.get(node.name, node)
    return mapped(node, lambda child: _with(child, values))


def _breaks(body: tuple[Stmt, ...]) -> bool:
    """Does any statement leave the loop that this is the body of?  What runs after a loop inside of it may."""
    return any(
        isinstance(s, Break)
        or (isinstance(s, If) and (_breaks(s.body) or _breaks(s.orelse)))
        or (isinstance(s, Loop) and _breaks(s.after))
        for s in body
    )


def _before_breaks(body: tuple[Stmt, ...], sets: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    made: list[Stmt] = []
    for s in body:
        match s:
            case Break():
                made += [*sets, s]
            case If():
                made.append(If(s.test, _before_breaks(s.body, sets), _before_breaks(s.orelse, sets)))
            case Loop(after=(_, *_)):
                made.append(replace(s, after=_before_breaks(s.after, sets)))
            case _:
                made.append(s)
    return tuple(made)
