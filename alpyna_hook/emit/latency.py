"""How long one pass of a `while` loop waits for the pass before it, and how long it would take without waiting.

The first is the length of the recurrences: the longest chain of operations from the loop's variables
to their new values, as modulo scheduling bounds its interval by (Rau, "Iterative Modulo Scheduling", MICRO 1994).  What only the
condition of the loop needs is no part of it, for the processor guesses conditions.
"""

from __future__ import annotations

from collections.abc import Collection

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import is_complex, is_float
from alpyna_hook.operators.operations import operation

_LOAD = 5.0
_PASSES = 3


def recurrence(loop: t.While, once: Collection[int]) -> tuple[float, float]:
    """Cycles of a pass that waits for the last one, and of a pass that need not wait.

    once: the identities of calls that are made once for the loop.
    """
    run = _Clock(once)
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for _ in range(_PASSES):
        run.busy = 0.0
        run.expr(loop.test)
        run.block(loop.body)
        before, after = after, dict(run.ready)
    return max((after[name] - before[name] for name in after if name in before), default=0.0), run.busy


class _Clock:
    def __init__(self, once: Collection[int]) -> None:
        self.once = once
        self.ready: dict[str, float] = {}  # when the value of a variable is known
        self.busy = 0.0

    def block(self, body: tuple[t.Stmt, ...]) -> None:
        for s in body:
            if isinstance(s, t.If):
                self.branch(s)
                continue
            times = [self.expr(e) for e in t.expressions(s)]
            if isinstance(s, t.Assign):
                self.ready[s.target] = times[0]

    def branch(self, s: t.If) -> None:
        """What is assigned in a branch is chosen, when the condition is known."""
        test = self.expr(s.test)
        before = dict(self.ready)
        self.block(s.body)
        then, self.ready = self.ready, before
        self.block(s.orelse)
        for name in then.keys() | self.ready.keys():
            first, second = then.get(name, 0.0), self.ready.get(name, 0.0)
            self.ready[name] = first if first == second else max(first, second, test) + 1.0

    def expr(self, e: t.Expr) -> float:
        """When the value is known."""
        if id(e) in self.once:
            return 0.0
        if isinstance(e, t.Var):
            return self.ready.get(e.name, 0.0)
        if isinstance(e, t.Let):
            self.ready[e.name] = self.expr(e.value)
            return self.expr(e.body)
        start = max(map(self.expr, t.operands(e)), default=0.0)
        match e:
            case t.Op():
                latency, busy = cost(e)
                self.busy += busy
                return start + latency
            case t.Load():
                self.busy += 0.5
                return start + _LOAD
            case t.Select():
                self.busy += 0.5
                return start + 1.0
            case _:
                return start


def cost(e: t.Op) -> tuple[float, float]:
    """Cycles until the result is there, and until the next such operation may start."""
    cycles = operation(e.name).cycles
    if is_complex(e.compute):
        return cycles.complexes
    if is_float(e.compute):
        return cycles.floats
    return cycles.constant if len(e.args) > 1 and isinstance(e.args[1], t.Const) else cycles.integers
