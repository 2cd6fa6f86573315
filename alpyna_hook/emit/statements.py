"""Typed statements as those of kernel IR."""

from __future__ import annotations

from alpyna_hook.emit.exits import Exit, KernelExit, loaded
from alpyna_hook.emit.expressions import Expressions
from alpyna_hook.emit.loops import Loops
from alpyna_hook.emit.scope import FRAME
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel import assert_never
from alpyna_hook.ir.kernel_values import arithmetic, compared, i8, word
from alpyna_hook.ir.layout import HIGH, LOW


class Statements:
    """Of the kernel or of a function."""

    def __init__(self, expressions: Expressions, leave: Exit) -> None:
        self.expressions, self.scope = expressions, expressions.scope
        self.leave = leave
        self.loops = Loops(expressions, leave, self.block)

    def nest(self, loop: t.For | t.While) -> None:
        if isinstance(loop, t.For):
            self.loops.outermost(loop)
        else:
            self.loops.turning(loop, 0, self.pause)

    def pause(self, turns: k.Local) -> None:
        """Of the outermost loop, before the turn after so many as are asked for."""
        assert isinstance(self.leave, KernelExit)
        with self.scope.when(compared("gt", turns, arithmetic("sub", word(FRAME, HIGH), word(FRAME, LOW)))):
            self.leave.pause()

    def block(self, body: tuple[t.Stmt, ...], depth: int) -> None:
        for s in body:
            self.statement(s, depth)

    def statement(self, s: t.Stmt, depth: int) -> None:
        match s:
            case t.Assign():
                self.expressions.assign(s.target, s.value)
                self.leave.mark_assigned(s.target)
            case t.Store():
                self.store(s)
            case t.Effect():
                self.effect(s)
            case t.If():
                self.expressions.branches(s.test, lambda: self.block(s.body, depth), lambda: self.block(s.orelse, depth))
            case t.For():
                self.loops.inner(s, depth)
            case t.While():
                self.loops.turning(s, depth)
            case t.Break() | t.Continue() if self.loops.of.jump:
                self.loops.of.jump(s)
            case t.Break():
                self.leave.leave_loop(depth)
                self.scope.add(k.Break())
            case t.Continue():
                self.scope.add(k.Continue())
            case t.Return():
                self.leave.returns(s)
            case t.Raise():
                self.scope.give_up(i8((s.obligation or 0) + 1))
            case _:
                assert_never(s)

    def store(self, s: t.Store) -> None:
        scope = self.scope
        value = self.expressions.value(s.value)
        if scope.stores(s.index):
            value = scope.temporary(value)
        with scope.aside() as first:
            base, offset = self.expressions.element(s.array, s.index, s.obligations)
        if first:
            value = scope.simple(value)
        scope.out.extend(first)
        scope.put(base, offset, value, scope.emission.reps[s.array], scope.emission.groups[s.array])

    def effect(self, s: t.Effect) -> None:
        """A call as a statement, and what it returns for the targets: the first item itself, the others in the frame."""
        if not s.targets:
            self.scope.simple(self.expressions.value(s.call))  # though nothing uses it: it may warn
            return
        assert isinstance(s.call, t.CallFunction)
        self.expressions.assign(s.targets[0], s.call)
        for name, slot in zip(s.targets[1:], self.scope.emission.layout.items[s.call.function.name], strict=True):
            loaded(self.scope, name, slot)
