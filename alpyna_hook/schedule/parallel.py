"""Whether the iterations of the outermost loop may run in any order, as they stand."""

from __future__ import annotations

from collections.abc import Callable

from alpyna_hook.dependence import Dependence, TooLarge
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.schema import replace
from alpyna_hook.schedule.scalars import InOrder, scalar_rules
from alpyna_hook.schedule.value import Rule, Schedule


def planned(nest: t.TypedNest, outcomes: str) -> Schedule:
    """What the statements alone force, whatever the bounds.  outcomes: of the obligations, as the kernel was made for."""
    loop = nest.loop
    index = loop.index if isinstance(loop, t.For) else "while"
    try:
        return Schedule(index, loop.loc.line, _rules(nest, outcomes))
    except InOrder as found:
        return Schedule(index, loop.loc.line, (), str(found))


def ordered(plan: Schedule, carried: Callable[[], Dependence | None]) -> Schedule:
    """With the dependence that the outermost loop carries for the bounds, strides and addresses of a call; it is asked for only
    where nothing else forces the order."""
    if not plan.is_parallel:
        return plan
    try:
        found = carried()
    except TooLarge as large:
        return replace(plan, rules=(), sequential=f"dependences not analysed, {large}")
    if found is None:
        return plan
    why = f"{found.kind} dependence of {found.name}, line {found.source.loc.line} -> line {found.sink.loc.line}"
    return replace(plan, rules=(), sequential=why)


def _rules(nest: t.TypedNest, outcomes: str) -> tuple[Rule, ...]:
    loop = nest.loop
    if not isinstance(loop, t.For):
        raise InOrder("the condition of a while loop is tested before each iteration")
    if loop.orelse:
        raise InOrder(f"the loop has an else clause (line {loop.orelse[0].loc.line})")
    for s in t.statements(loop.body):
        if isinstance(s, t.Return):
            raise InOrder(f"return (line {s.loc.line}) decides whether later iterations run")
    _no_break(loop.body)
    rules, reduced = scalar_rules(nest, loop, outcomes)
    for number, (what, outcome) in enumerate(zip(nest.obligations, outcomes, strict=True)):
        if what == "overflow" and outcome == "W" and number not in reduced:
            raise InOrder(f"integers wrap around (line {nest.places[number].loc.line})")
    return rules


def _no_break(body: tuple[t.Stmt, ...]) -> None:
    for s in body:
        if isinstance(s, t.Break):
            raise InOrder(f"break (line {s.loc.line}) decides whether later iterations run")
        for block in t.blocks(s) if isinstance(s, t.If) else (s.orelse,) if isinstance(s, t.For | t.While) else ():
            _no_break(block)
