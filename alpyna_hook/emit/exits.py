"""How the kernel, and a function that it calls, are left: at the end, by `return`, where a check has failed, or when asked to."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from alpyna_hook.emit.expressions import Expressions
from alpyna_hook.emit.lanes import reads
from alpyna_hook.emit.scope import FRAME, Scope
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import TRUE, i8, word, zero
from alpyna_hook.ir.layout import ABORTED, DONE, FAILED, FLAGGED, LEFT, PAUSED, RETURNED, SEEN, SEVERAL, STATUS_BITS, TAG, Slot


def loaded(scope: Scope, name: str, slot: Slot) -> None:
    """A variable takes what the frame holds."""
    scope.set(scope.local(scope.names[name], slot.variable.rep), word(FRAME, slot.value, slot.variable.rep))
    if slot.tag >= 0:
        scope.set(scope.tag(name), word(FRAME, slot.tag))


def _written_out(scope: Scope, name: str, slot: Slot) -> None:
    scope.put(FRAME, i8(slot.value), scope.local(scope.names[name], slot.variable.rep), slot.variable.rep)
    if slot.tag >= 0:
        scope.put(FRAME, i8(slot.tag), scope.tag(name), "i8")


def _returned(expressions: Expressions, slots: list[Slot], values: tuple[t.Expr, ...]) -> None:
    """The items of a tuple into the frame."""
    scope = expressions.scope
    for slot, value in zip(slots, values, strict=True):
        scope.variables[slot.variable.name] = slot.variable
        expressions.assign(slot.variable.name, value)
    for slot in slots:
        _written_out(scope, slot.variable.name, slot)


class KernelExit:
    def __init__(self, expressions: Expressions) -> None:
        self.expressions, self.scope = expressions, expressions.scope
        self.left: k.Local | None = None  # whether the outermost loop was left by `break`
        self.scope.give_up = self.give_up

    def give_up(self, check: k.Value) -> None:
        number = check.value if isinstance(check, k.Const) else 0
        self.scope.add(k.Return(i8(FLAGGED | number << STATUS_BITS)))

    def abort(self) -> None:
        self.scope.add(k.Return(i8(ABORTED)))

    def mark_assigned(self, name: str) -> None:
        slot = self.scope.emission.layout.outputs.get(name)
        if slot and slot.assigned >= 0:
            self.scope.set(self.scope.assigned(name), i8(1))

    def leave_loop(self, depth: int) -> None:
        """Before a `break`."""
        if depth == 1:
            self.left = self.scope.local("left", "b1")
            self.scope.set(self.left, TRUE)

    def returns(self, s: t.Return) -> None:
        _returned(self.expressions, self.scope.emission.layout.results, s.values)
        self.scope.sticky = True  # what comes later may be run before
        self.write_out()
        self.scope.add(k.Return(i8(RETURNED)))

    def write_out(self) -> None:
        """What the caller is given, unless a check has failed."""
        scope, emission = self.scope, self.scope.emission
        if scope.sticky:
            with scope.when(scope.failed()):
                self.give_up(i8(0))
        if "W" in emission.outcomes:
            scope.put(FRAME, i8(SEEN), scope.witnesses(), "i8")
        for name, slot in emission.layout.outputs.items():
            _written_out(scope, name, slot)
            if slot.assigned >= 0:
                scope.put(FRAME, i8(slot.assigned), scope.assigned(name), "i8")

    def end(self) -> None:
        self.write_out()
        done: k.Value = i8(DONE)
        self.scope.add(k.Return(k.Select(self.left, i8(LEFT), done, "i8") if self.left else done))

    def pause(self) -> None:
        """Between two iterations of the nest's own loop."""
        self.write_out()
        self.scope.add(k.Return(i8(PAUSED)))

    def reads(self) -> Counter[str]:
        """How often each variable is read; what the caller is given counts as read."""
        nest = self.scope.emission.nest
        return reads([nest.loop, *(s for f in nest.functions for s in f.body)]) + Counter(nest.outputs)


class FunctionExit:
    def __init__(self, expressions: Expressions, function: t.Function) -> None:
        self.expressions, self.scope = expressions, expressions.scope
        self.function = function
        self.scope.give_up = self.give_up

    def give_up(self, check: k.Value) -> None:
        several = isinstance(check, k.Const) and check.value == 0
        self.scope.put(FRAME, i8(FAILED), i8(SEVERAL) if several else check, "i8")
        self.scope.add(k.Return(zero(self.function.rep)))

    def abort(self) -> None:
        self.give_up(i8(0))

    def mark_assigned(self, name: str) -> None:
        """Only the kernel's own outputs are tracked."""

    def leave_loop(self, depth: int) -> None:
        """Nobody asks how a loop of a function was left."""

    def returns(self, s: t.Return) -> None:
        scope, function = self.scope, self.function
        value: k.Value = zero(function.rep)
        if s.values:
            scope.variables["@return"] = t.Variable("@return", tuple(sorted(function.kinds)), function.rep)
            self.expressions.assign("@return", s.values[0])
            _returned(self.expressions, scope.emission.layout.items[function.name], s.values[1:])
            if len(function.kinds) > 1:
                scope.put(FRAME, i8(TAG), scope.tag("@return"), "i8")
            value = scope.variable("@return")
        scope.sticky = True  # what comes later may be run before
        self.look()
        scope.add(k.Return(value))

    def look(self) -> None:
        if self.scope.sticky:
            with self.scope.when(self.scope.failed()):
                self.give_up(i8(0))

    def end(self) -> None:
        self.look()
        self.scope.add(k.Return(zero(self.function.rep)))

    def reads(self) -> Counter[str]:
        return reads(self.function.body)


Exit: TypeAlias = KernelExit | FunctionExit
