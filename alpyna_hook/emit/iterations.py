"""What loops have in common: their index, strips of iterations, looks at whether to leave, and calls that are made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alpyna_hook.emit.exits import Exit
from alpyna_hook.emit.expressions import Expressions
from alpyna_hook.emit.invariants import invariant_calls
from alpyna_hook.emit.scope import FRAME
from alpyna_hook.emit.strips import Batch, batches, is_libm
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import FALSE, arithmetic, compared, i8

TURNS = 2**12  # of a loop that may have no end, between two looks at what may end it
Index = Callable[[k.Value], k.Value]  # from the counter of iterations to the loop's index


class Iterations:
    """Of the loops of one function."""

    def __init__(self, expressions: Expressions, leave: Exit) -> None:
        self.expressions, self.scope = expressions, expressions.scope
        self.leave = leave
        nest = self.scope.emission.nest
        self.calls = bool(nest.libm or nest.ufuncs)  # are there any
        self.jump: Callable[[t.Break | t.Continue], None] | None = None  # how a lane leaves its loop, while one is built

    def set_index(self, s: t.For, value: k.Value) -> None:
        scope, variable = self.scope, self.scope.variables[s.index]
        if len(variable.kinds) == 1 and variable.rep == "i8":
            scope.set(scope.variable(s.index), value)
        else:
            kinds = frozenset({"int"})
            place = f"@{s.index} place"
            scope.variables[place] = t.Variable(place, ("int",), "i8")
            scope.set(scope.variable(place), value)
            self.expressions.assign(s.index, t.Cast(t.Var(place, kinds, "i8", s.loc), kinds, variable.rep, None, s.loc))
        self.leave.mark_assigned(s.index)

    @contextmanager
    def strip_mined(
        self, low: k.Value, high: k.Value, size: int, after: Callable[[], None] | None
    ) -> Iterator[tuple[k.Local, k.Local]]:
        scope = self.scope
        first, last = scope.fresh("first"), scope.fresh("last")
        high = scope.fixed(high)
        with scope.loop(first, low, high, size, after):
            scope.set(last, arithmetic("add", first, i8(size)))
            with scope.when(compared("gt", last, high)):
                scope.set(last, high)
            yield first, last

    @contextmanager
    def strip_loop(self, first: k.Value, last: k.Value) -> Iterator[k.Local]:
        counter = self.scope.fresh("k")
        self.expressions.place = arithmetic("sub", counter, first)
        with self.scope.loop(counter, first, last):
            yield counter

    # -- looks at what may end a loop

    def look_whether_to_leave(self, iterations: int = 1) -> None:
        with self.scope.when(k.Poll(FRAME, i8(iterations))):
            self.leave.abort()

    def counted_turns(self) -> k.Local:
        turns = self.scope.fresh("turns")
        self.scope.set(turns, i8(0))
        return turns

    def look_at_turns(self, turns: k.Local, after: Callable[[], None] | None = None) -> None:
        """A loop that may have no end looks, now and then, whether it is to be left; then comes what `after` builds."""
        self.scope.set(turns, arithmetic("add", turns, i8(1)))
        with self.scope.when(compared("eq", arithmetic("and", turns, i8(TURNS - 1)), i8(0))):
            self.look_whether_to_leave(TURNS)
            self.scope.look_at_failures()
            if after:
                after()

    # -- calls that are made once for a loop, or for a strip of it

    def batches(self, s: t.For) -> tuple[Batch, ...]:
        emission, kept = self.scope.emission, self.expressions.kept
        if not self.calls:
            return ()
        once = {id(op) for op in invariant_calls(s, emission.groups) if is_libm(op)}
        return batches(s, emission.groups, emission.callable_at_once, once | kept.keys())

    def keep_calls(self, s: t.For | t.While) -> list[k.Local]:
        """Variables for the results of the calls that the loop does not change, but for those that are made in strips."""
        scope, kept = self.scope, self.expressions.kept
        if not self.calls:
            return []
        calls = [op for op in invariant_calls(s, scope.emission.groups) if id(op) not in kept]
        if calls and isinstance(s, t.For):
            in_strips = {id(op) for batch in self.batches(s) for alike in batch.calls for op in alike}
            calls = [op for op in calls if id(op) not in in_strips]
        made: list[k.Local] = []
        for op in calls:
            value = scope.fresh((op.called or op.name) + "_value", op.rep)
            known = scope.local(scope.names.named(f"known {value.name}", f"{value.name}_known"), "b1")
            kept[id(op)] = value, known
            made += (value, known)
            scope.set(known, FALSE)
        return made
