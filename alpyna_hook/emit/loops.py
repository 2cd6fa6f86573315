"""Loops: counts of iterations, and in which form they run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from alpyna_hook.emit.abreast import SideBySide
from alpyna_hook.emit.ahead import make_ahead
from alpyna_hook.emit.exits import Exit
from alpyna_hook.emit.expressions import Expressions
from alpyna_hook.emit.iterations import Index, Iterations
from alpyna_hook.emit.lanes import LANES, reads, side_by_side
from alpyna_hook.emit.scope import FRAME
from alpyna_hook.emit.strips import STRIP
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import TRUE, added, arithmetic, both, compared, either, i8, negated, negation, word
from alpyna_hook.ir.layout import HIGH, LOW

LONG = 2**18  # iterations of a long loop, between two looks at whether it is to be left
_FARTHEST = 2**61
Block = Callable[[tuple[t.Stmt, ...], int], None]


class Loops:
    """Of one function.  block: what builds the statements of a body, at a depth."""

    def __init__(self, expressions: Expressions, leave: Exit, block: Block) -> None:
        self.expressions, self.scope = expressions, expressions.scope
        self.leave = leave
        self.block = block
        self.of = Iterations(expressions, leave)

    # -- counted loops

    def outermost(self, s: t.For) -> None:
        """The iterations low .. high, counted from 0, of the nest's own loop."""
        scope = self.scope
        self.of.keep_calls(s)
        start, bound, step = self.trip(s)
        start = scope.fixed(start)
        low, high, trip = (scope.local(name, "i8") for name in ("low", "high", "trip"))
        is_one = _is_number(step, 1)
        scope.set(trip, arithmetic("sub", bound, start) if is_one else bound)
        scope.set(low, word(FRAME, LOW))
        scope.set(high, word(FRAME, HIGH))
        with scope.when(compared("gt", high, trip)):
            scope.set(high, trip)

        def after() -> None:
            with scope.when(either(compared("eq", high, trip), compared("lt", trip, i8(0)))):
                self.block(s.orelse, 0)

        self.iterations(s, low, high, _Progression(start, step), 1, after if s.orelse else None)

    def inner(self, s: t.For, depth: int) -> None:
        self.of.keep_calls(s)
        start, bound, step = self.trip(s)
        low, start = (start, i8(0)) if _is_number(step, 1) else (i8(0), start)
        self.iterations(s, low, bound, _Progression(start, step), depth + 1, lambda: self.block(s.orelse, depth))

    def trip(self, s: t.For) -> tuple[k.Value, k.Value, k.Value]:
        """Start, stop and step for a step of 1; for others start, number of iterations and step."""
        scope = self.scope
        start, stop, step = self.expressions.values((s.start, s.stop, s.step))
        if scope.emission.unproved(s.obligation):
            start, stop, step = scope.simple(start), scope.simple(stop), scope.simple(step)
            tests = [compared(op, x, i8(y)) for x in (start, stop, step) for op, y in (("gt", _FARTHEST), ("lt", -_FARTHEST))]
            scope.give_up_if(either(*tests, compared("eq", step, i8(0))), s.obligation)
        if _is_number(step, 1):
            return start, stop, step
        start, stop, step = scope.fixed(start), scope.fixed(stop), scope.fixed(step)
        count = scope.fresh("trip")
        scope.set(count, i8(0))
        for low, high, by, sign in ((start, stop, step, "gt"), (stop, start, negated(step), "lt")):
            if not isinstance(step, k.Const):
                test = both(compared(sign, stop, start), compared(sign, step, i8(0)))
            elif (step.value > 0) == (sign == "gt"):
                test = compared(sign, stop, start)
            else:
                continue
            with scope.when(test):
                whole = arithmetic("floordiv", arithmetic("sub", arithmetic("sub", high, low), i8(1)), by)
                scope.set(count, arithmetic("add", whole, i8(1)))
        return start, count, step

    def iterations(
        self, s: t.For, low: k.Value, high: k.Value, index: Index, depth: int, after: Callable[[], None] | None
    ) -> None:
        """The body, for the counter from `low` to before `high`."""
        scope, emission = self.scope, self.scope.emission
        lanes = side_by_side(s, emission.groups, scope.variables, lambda: self.read_outside(s))
        if lanes:
            with self.of.strip_mined(low, high, LANES, after) as (first, last):
                if self.may_be_long(s):
                    scope.look_at_failures(compared("ne", first, low))
                SideBySide(self.of, s, lanes, index, lambda body: self.block(body, depth)).run(first, last)
            return
        plan = self.of.batches(s)
        if plan:
            with self.of.strip_mined(low, high, STRIP, after) as (first, last):
                self.of.look_whether_to_leave(STRIP)
                if self.may_be_long(s):
                    scope.look_at_failures(compared("ne", first, low))
                for batch in plan:
                    make_ahead(self.of, s, batch, first, last, index)
                with self.of.strip_loop(first, last) as counter:
                    self.iteration(s, index(counter), depth)
        elif self.may_be_long(s):
            self.long_loop(s, low, high, index, depth, after)
        else:
            counter = scope.fresh("k")
            with scope.loop(counter, low, high, after=after):
                self.iteration(s, index(counter), depth)

    def long_loop(
        self, s: t.For, low: k.Value, high: k.Value, index: Index, depth: int, after: Callable[[], None] | None
    ) -> None:
        """A loop that may run so long that an interrupt must be answered, or a failure be noticed, meanwhile."""
        if not t.has_loops(s.body) and not any(isinstance(x, t.Break) for x in t.statements(s.body)):
            with self.of.strip_mined(low, high, LONG, after) as (first, last):
                self.of.look_whether_to_leave(LONG)
                self.scope.look_at_failures(compared("ne", first, low))  # not for each of many short loops
                with self.of.strip_loop(first, last) as counter:
                    self.iteration(s, index(counter), depth)
            return
        counter, turns = self.scope.fresh("k"), self.of.counted_turns()
        with self.scope.loop(counter, low, high, after=after):
            self.of.look_at_turns(turns)
            self.iteration(s, index(counter), depth)

    def iteration(self, s: t.For, index: k.Value, depth: int) -> None:
        self.of.set_index(s, index)
        if t.has_loops(s.body):
            self.of.look_whether_to_leave()
        self.block(s.body, depth)

    # -- `while` loops

    def turning(self, s: t.While, depth: int, pause: Callable[[k.Local], None] | None = None) -> None:
        """pause: builds what may end a part of the turns, given how many have begun."""
        scope = self.scope
        ended = scope.fresh("ended") if s.orelse else None
        if ended:
            scope.set(ended, i8(0))
        self.of.keep_calls(s)
        turns = self.of.counted_turns()
        seldom = not t.has_loops(s.body)
        with scope.turning(TRUE):
            self.of.look_at_turns(turns, partial(pause, turns) if pause and seldom else None)
            if pause and not seldom:
                pause(turns)
            test = self.expressions.value(s.test)
            with scope.when(negation(test)):
                if ended:
                    scope.set(ended, i8(1))
                scope.add(k.Break())
            self.block(s.body, depth + 1)
        if ended:
            with scope.when(compared("eq", ended, i8(1))):
                self.block(s.orelse, depth)

    def may_be_long(self, s: t.For) -> bool:
        return self.scope.emission.outcomes[s.obligation] in "LC"

    def read_outside(self, s: t.For) -> set[str]:
        """The variables that are read, or leave the nest, after the loop or in another iteration of a loop around it."""
        return {name for name, count in (self.leave.reads() - reads(s.body)).items() if count}


class _Progression:
    """start + counter * step"""

    def __init__(self, start: k.Value, step: k.Value) -> None:
        self.start, self.step = start, step

    def __call__(self, counter: k.Value) -> k.Value:
        by_step = arithmetic("mul", counter, self.step)
        return by_step if _is_number(self.start, 0) else added(self.start, by_step)


def _is_number(value: k.Value, number: int) -> bool:
    return isinstance(value, k.Const) and value.value == number
