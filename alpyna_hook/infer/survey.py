"""All statements of a nest that types keep from being compiled, for the report: inference goes on where it has refused one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from alpyna_hook.infer.nest import Statements
from alpyna_hook.infer.scope import Follows, Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import Facts
from alpyna_hook.reasons import MOST_OBSTACLES, Declined


def obstacles(nest: ir.Nest, facts: Facts, unknown: Collection[str] = ()) -> tuple[Declined, ...]:
    """What is refused, in the order of the source; of one statement, what is met first.

    unknown: names about which something has been told already; nothing is told of what follows from them.
    """
    scope = Scope.outermost(facts, nest)
    scope.start_round()
    survey = _Survey(scope, unknown)
    survey.statement(nest.loop)
    return tuple(survey.found[:MOST_OBSTACLES])


class _Survey(Statements):
    """An inference whose result is of no use."""

    def __init__(self, scope: Scope, unknown: Iterable[str]) -> None:
        super().__init__(scope)
        self.found: list[Declined] = []
        scope.unknown |= set(unknown)  # and the variables that refused statements would have assigned

    def statement(self, s: ir.Stmt) -> t.Stmt:
        scope = self.scope
        depth, before = len(scope.frames), scope.copy_env()
        try:
            return super().statement(s)
        except Declined as declined:
            if not isinstance(declined, Follows):
                declined.loc = declined.loc or s.loc
                if all(declined.loc != known.loc for known in self.found):  # a statement may be there several times
                    self.found.append(declined.fresh())
            del scope.frames[depth:]
            scope.env = before
            self._inside(s)
            scope.env = before
            assigned = {name for node in ir.walk(s) for name in ir.targets(node)}
            scope.unknown |= assigned.difference(before or {})  # others are taken for what they were
            return t.Break(s.loc)

    def _inside(self, s: ir.Stmt) -> None:
        """The statements in one whose header was refused."""
        scope = self.scope
        before = scope.copy_env()
        match s:
            case ir.If():
                self.block(s.body)
                scope.env = before
                self.block(s.orelse)
            case ir.For() | ir.While():
                scope.enter_loop(s)
                for index in ir.targets(s):
                    scope.set_kinds(index, frozenset({"int"}), None)
                self.block(s.body)
                scope.close_loop(s)
