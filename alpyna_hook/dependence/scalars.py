"""Dependences through scalars: zero-dimensional accesses, by the flow of values.

A scalar is one memory cell, so by memory alone each of its writes conflicts with all else in
all iterations.  What counts is which reads can see the value of an earlier iteration: those
that are *exposed*, that some path reaches from the start of an iteration without a write.  A
scalar that a loop writes and that is not exposed is private to an iteration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alpyna_hook.dependence.accesses import LoopId, Program, ScalarUse
from alpyna_hook.dependence.directions import EQ
from alpyna_hook.dependence.graph import Dependence, carried_vectors, exclusive
from alpyna_hook.dependence.proof import Proof
from alpyna_hook.ir import captured as ir


@dataclass(slots=True)
class Exposure:
    """For each loop: the names that an iteration may read before it writes them, and those that
    each complete iteration surely writes."""

    exposed: dict[LoopId, frozenset[str]]
    definite: dict[LoopId, frozenset[str]]


def exposure(program: Program) -> Exposure:
    result = Exposure({}, {})
    numbers = {id(loop.node): loop.id for loop in program.loops.values()}
    _Flow(result, numbers, program.assigned).loop(program.nest.loop, set())
    return result


class _Flow:
    """Upward-exposed reads: `defined` are the names surely written since the iteration began."""

    def __init__(self, result: Exposure, numbers: dict[int, LoopId], assigned: frozenset[str]) -> None:
        self.result, self.numbers, self.assigned = result, numbers, assigned

    def block(self, body: Iterable[ir.Stmt], defined: set[str], exposed: set[str]) -> set[str] | None:
        """The names defined after the block; None if it is always left early."""
        for stmt in body:
            after = self.statement(stmt, defined, exposed)
            if after is None:
                return None
            defined = after
        return defined

    def statement(self, stmt: ir.Stmt, defined: set[str], exposed: set[str]) -> set[str] | None:
        match stmt:
            case ir.Assign(target, value):
                self.reads(value, defined, exposed)
                return defined | {target}
            case ir.If(test, body, orelse):
                self.reads(test, defined, exposed)
                then = self.block(body, set(defined), exposed)
                other = self.block(orelse, set(defined), exposed)
                return other if then is None else then if other is None else then & other
            case ir.For(_, start, stop, step, _, orelse):
                for expr in (start, stop, step):
                    self.reads(expr, defined, exposed)
                self.loop(stmt, exposed, defined)
                return self.block(orelse, defined, exposed) if not _leaves(stmt.body) else defined
            case ir.While(_, _, orelse):
                self.loop(stmt, exposed, defined)
                return self.block(orelse, defined, exposed) if not _leaves(stmt.body) else defined
            case ir.Break() | ir.Continue() | ir.Raise() | ir.Refused():
                return None
            case ir.Return(value):
                if value is not None:
                    self.reads(value, defined, exposed)
                return None
            case _:
                self.reads(stmt, defined, exposed)
                return defined.union(ir.targets(stmt))

    def loop(self, loop: ir.Loop, outer_exposed: set[str], defined: set[str] | None = None) -> None:
        """Notes what the loop's own iterations expose, and what that means for the loop around."""
        start = {loop.index} if isinstance(loop, ir.For) else set()
        own: set[str] = set()
        if isinstance(loop, ir.While):
            self.reads(loop.test, start, own)
        end = self.block(loop.body, set(start), own)
        number = self.numbers.get(id(loop))
        if number is not None:
            self.result.exposed[number] = frozenset(own)
            self.result.definite[number] = frozenset(end or ()) if not _skips(loop.body) else frozenset(start)
        outer_exposed |= own - (defined or set())

    def reads(self, node: ir.Node, defined: set[str], exposed: set[str]) -> None:
        for part in ir.walk(node):
            name = part.name if isinstance(part, ir.Var) else part.array if isinstance(
                part, ir.Load | ir.Store | ir.Shape) else None
            if name is not None and name in self.assigned and name not in defined:
                exposed.add(name)


def _leaves(body: Iterable[ir.Stmt]) -> bool:
    return any(isinstance(n, ir.Break) for stmt in body for n in ir.walk(stmt))


def _skips(body: Iterable[ir.Stmt]) -> bool:
    return any(isinstance(n, ir.Continue | ir.Break) for stmt in body for n in ir.walk(stmt))


def scalar_dependences(program: Program, exposed: Exposure) -> list[Dependence]:
    """Flow where a value may arrive; anti and output where only the memory is shared."""
    by_name: dict[str, list[ScalarUse]] = {}
    for use in program.scalars:
        by_name.setdefault(use.name, []).append(use)
    result: list[Dependence] = []
    for name, uses in by_name.items():
        writes = [u for u in uses if u.write]
        if all(program.statements[w.statement].kind == "for" for w in writes):
            continue  # a loop's index, and nothing else
        for write in writes:
            for use in uses:
                result += _between(program, exposed, name, write, use)
    return result


def _between(program: Program, exposed: Exposure, name: str, write: ScalarUse, use: ScalarUse) -> list[Dependence]:
    common = program.common(write.loops, use.loops)
    if not common:
        return []
    result = []
    if use.write:
        if use.id >= write.id:
            carried = frozenset(v for loop in common for v in carried_vectors(loop, common))
            proof = Proof("scalar", f"{name} is written in each iteration")
            vectors = carried | ({(EQ,) * len(common)} if use.id > write.id else frozenset())
            result.append(_scalar(write, use, "output", common, vectors, proof))
        return result
    seen = frozenset(
        v for loop in common if name in exposed.exposed.get(loop, ()) for v in carried_vectors(loop, common)
    )
    here = frozenset([(EQ,) * len(common)])
    apart = exclusive(program, write, use)
    flow = seen | (here if write.id < use.id and not apart else frozenset())
    if flow:
        because = "read before it is written in an iteration" if seen else "written before it is read in each iteration"
        result.append(_scalar(write, use, "flow", common, flow, Proof("scalar", f"{name} is {because}")))
    carried = frozenset(v for loop in common for v in carried_vectors(loop, common))
    anti = carried | (here if use.id < write.id and not apart else frozenset())
    because = f"{name} is written anew in later iterations"
    result.append(_scalar(use, write, "anti", common, anti, Proof("scalar", because)))
    return result


def _scalar(
    source: ScalarUse, sink: ScalarUse, kind: str, loops: tuple[LoopId, ...],
    vectors: frozenset[tuple[int, ...]], proof: Proof,
) -> Dependence:
    return Dependence(source, sink, kind, loops, vectors, (None,) * len(loops), proof)
