"""Integers that change by the same number in each iteration of an innermost loop."""

from __future__ import annotations

from typing import NamedTuple

from alpyna_hook.ir.kernel import Binary, Const, Continue, Local, Loop, Overflows, Set, Stmt, Unary, Value, rep_of
from alpyna_hook.ir.kernel_values import FALSE
from alpyna_hook.passes.rewriting import ZERO, NewVariables, assigned, either, folded, statements


class Linear(NamedTuple):
    """step * q + start in iteration q, counted from 0.  `start` is the same in all; it is computed before the loop."""

    step: int
    start: Value


class Progress:
    """What is known of the variables where a walk through the body of a loop is.

    unsure: whether one of the starts does not fit into 64 bits, so that nothing of this is to be believed.
    """

    def __init__(self, loop: Loop, low: Value, new: NewVariables) -> None:
        self.assigned = assigned(loop.body) | {loop.counter}
        self.known: dict[str, Linear] = {loop.counter: Linear(1, low)}
        self.unsure: Value = FALSE
        self.before: list[Stmt] = []
        jumps = any(isinstance(s, Continue) for s in statements(loop.body))
        for name, step in () if jumps else _counters(loop):
            start = new.new(name, "i8")
            self.before.append(Set(start.name, Local(name, "i8")))
            self.known[name] = Linear(step, start)

    def assign(self, s: Set) -> None:
        found = self.of(s.value)
        if found is None:
            self.known.pop(s.name, None)
        else:
            self.known[s.name] = found

    def forget(self, names: set[str]) -> None:
        for name in names:
            self.known.pop(name, None)

    def of(self, value: Value) -> Linear | None:
        if rep_of(value) != "i8":
            return None
        match value:
            case Const():
                return Linear(0, value)
            case Local(name):
                return self.known.get(name) or (None if name in self.assigned else Linear(0, value))
            case Unary("neg", operand):
                a = self.of(operand)
                return None if a is None else self.combined("sub", Linear(0, ZERO), a)
            case Binary("add" | "sub" | "mul" as op, left, right):
                a, b = self.of(left), self.of(right)
                return None if a is None or b is None else self.combined(op, a, b)
            case _:
                return None

    def combined(self, op: str, a: Linear, b: Linear) -> Linear | None:
        if op == "mul":
            a, b = (b, a) if isinstance(a.start, Const) and a.step == 0 else (a, b)
            if (a.step and not (b.step == 0 and isinstance(b.start, Const))) or b.step:
                return None
            step = a.step * b.start.value if isinstance(b.start, Const) else 0
        else:
            step = a.step + b.step if op == "add" else a.step - b.step
        return Linear(step, self.sum(op, a.start, b.start)) if abs(step) < 2**31 else None

    def sum(self, op: str, a: Value, b: Value) -> Value:
        """Of what is computed before the loop."""
        self.unsure = either(self.unsure, folded(Overflows(op, a, b)))
        return folded(Binary("wrap_" + op, a, b, "i8"))


def _counters(loop: Loop) -> list[tuple[str, int]]:
    """Variables to which each iteration adds a number, once."""
    found: dict[str, int] = {}
    for s in loop.body:
        match s:
            case Set(name, Binary("add" | "sub" as op, Local(own), Const(int(step)), "i8")) if own == name and abs(step) < 2**31:
                found[name] = step if op == "add" else -step
    everywhere = [s.name for s in statements(loop.body) if isinstance(s, Set)] + [loop.counter]
    return [(name, step) for name, step in found.items() if everywhere.count(name) == 1]
