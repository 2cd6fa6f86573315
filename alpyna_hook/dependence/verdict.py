"""What can be done with each loop of a nest, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpyna_hook.dependence import transform
from alpyna_hook.dependence.accesses import Access, Induction, LoopId, Program
from alpyna_hook.dependence.build import Builder
from alpyna_hook.dependence.graph import Dependence, DependenceGraph, Expansion
from alpyna_hook.dependence.privatise import privatisable
from alpyna_hook.dependence.reductions import Reduction, array_reduction, scalar_reduction
from alpyna_hook.dependence.scalars import Exposure
from alpyna_hook.ir import captured as ir

PARALLEL, REDUCTION, PRIVATISE, TRANSFORM, CARRIED = "parallel", "reduction", "privatise", "transform", "carried"


@dataclass(frozen=True, slots=True)
class Private:
    """A scalar or array of which each iteration needs its own.

    `live_out`: the user can see its value after the nest; `definite`: each iteration writes it, so
    that the last iteration has that value (otherwise: the last one that wrote it).
    """

    name: str
    array: bool
    live_out: bool
    definite: bool


@dataclass(frozen=True, slots=True)
class LoopVerdict:
    """parallel: as it is; reduction and privatise: with what is listed; transform: after the
    transformation; carried: by `carried_by`, or by a statement that ends the loop early."""

    loop: LoopId
    line: int
    index: str
    depth: int
    verdict: str
    reason: str
    carried_by: tuple[Dependence, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    private: tuple[Private, ...] = ()
    inductions: tuple[Induction, ...] = ()
    transformation: transform.Transformation | None = None
    control: str | None = None
    parallel_lines: tuple[int, ...] = ()  # if carried: the lines that distribution would leave parallel

    @property
    def is_parallel(self) -> bool:
        """Can iterations run in any order, with the listed reductions and private copies?"""
        return self.verdict in (PARALLEL, REDUCTION, PRIVATISE)


def judge(graph: DependenceGraph, builder: Builder, exposed: Exposure) -> list[LoopVerdict]:
    return [_Judge(graph, builder, exposed, loop).verdict() for loop in sorted(graph.program.loops)]


def rejudge(
    verdicts: list[LoopVerdict], graph: DependenceGraph, live: Builder, exposed: Exposure,
) -> list[LoopVerdict]:
    """With live bounds: loops with arrays that are now seen to be private, or conflicts that are now seen
    to concern single iterations."""
    result = []
    for verdict in verdicts:
        arrays = {d.name for d in verdict.carried_by if isinstance(d.source, Access)} - graph.aliased
        if verdict.control is None and (
            any(privatisable(live, name, verdict.loop) for name in sorted(arrays))
            or (verdict.verdict == CARRIED and transform.special(live, verdict.loop, verdict.carried_by))
        ):
            verdict = _Judge(graph, live, exposed, verdict.loop).verdict()
        result.append(verdict)
    return result


class _Judge:
    def __init__(self, graph: DependenceGraph, builder: Builder, exposed: Exposure, loop: LoopId) -> None:
        self.graph, self.builder, self.exposed = graph, builder, exposed
        self.program: Program = graph.program
        self.loop, self.info = loop, graph.program.loops[loop]
        self.reductions: list[Reduction] = []
        self.private: list[Private] = []
        self.inductions: list[Induction] = []

    def verdict(self) -> LoopVerdict:
        control = self._control()
        carried = self.graph.carried(self.loop)
        hard = [*self._scalars(carried), *self._arrays(carried)]
        if control is not None:
            return self._make(CARRIED, control, hard, control=control)
        if not hard:
            return self._soft()
        found = self._peel_wrapped(hard) or transform.find(self.graph, self.builder, self.loop, hard, self._expansion(hard))
        if found is not None:
            return self._make(TRANSFORM, f"after {found.name}: {found.because}", hard, transformation=found)
        first = hard[0]
        return self._make(CARRIED, f"carried by {first}: {first.proof.because}", hard, lines=self._parallel_lines(hard))

    def _soft(self) -> LoopVerdict:
        private = [p.name for p in self.private if p.name[0] != "@"]  # those of the source
        extra = f"; private: {', '.join(private)}" if private else ""
        if inductions := [i.name for i in self.inductions if i.name[0] != "@"]:
            extra += f"; induction variables: {', '.join(inductions)}"
        if self.reductions:
            what = ", ".join(f"{r.operation} into {r.name} (exact for {r.exact_for})" for r in self.reductions)
            return self._make(REDUCTION, f"reduction: {what}{extra}", [])
        if self.private or self.inductions:
            return self._make(PRIVATISE, f"no dependence is carried{extra}", [])
        return self._make(PARALLEL, "no dependence is carried", [])

    def _make(
        self, verdict: str, reason: str, carried: Sequence[Dependence], *,
        control: str | None = None, transformation: transform.Transformation | None = None, lines: tuple[int, ...] = (),
    ) -> LoopVerdict:
        return LoopVerdict(
            self.loop, self.info.loc.line, self.info.index, self.info.depth, verdict, reason, tuple(carried),
            tuple(self.reductions), tuple(self.private), tuple(self.inductions), transformation, control, lines,
        )

    # ----------------------------------------------------------------- control

    def _control(self) -> str | None:
        """What decides whether later iterations run at all."""
        for control in self.program.controls:
            if self.loop in control.loops and (control.kind != "raise" or not self.graph.transaction):
                if control.kind == "while":
                    return f"the condition of the while loop (line {control.loc.line}) is tested before each iteration"
                return f"{control.kind} at line {control.loc.line} decides whether later iterations run"
        if not self.graph.transaction:
            for statement in self.program.statements:
                if statement.may_raise and self.loop in statement.loops:
                    return f"line {statement.loc.line} may raise, and orders what is around it"
        return None

    # ----------------------------------------------------------------- scalars

    def _scalars(self, carried: Sequence[Dependence]) -> list[Dependence]:
        """The dependences of scalars that are neither private, nor reduced, nor computed from the iteration."""
        hard: list[Dependence] = []
        names = dict.fromkeys(d.name for d in carried if not isinstance(d.source, Access))
        companions: set[str] = set()
        for name in names:
            reduction = self._reduction(name)
            if reduction is not None:
                self.reductions.append(reduction)
                companions.update(reduction.companions)
        for name in names:
            if name in companions or any(r.name == name for r in self.reductions):
                continue
            induction = self._induction(name)
            if induction is not None:
                self.inductions.append(induction)
            elif name in self.exposed.exposed.get(self.loop, ()):
                hard += [d for d in carried if d.name == name and not isinstance(d.source, Access)]
            else:
                self.private.append(self._private(name))
        return [d for d in hard if d.kind == "flow"] + [d for d in hard if d.kind != "flow"]

    def _reduction(self, name: str) -> Reduction | None:
        if self._is_index_only(name):
            return None
        read = name in self.exposed.exposed.get(self.loop, ())
        reduction = scalar_reduction(self.program, name, self.loop)
        if reduction is None or (not read and reduction.operation not in ("any", "all")):
            return None
        if not read and self._private(name).definite:
            return None  # written with a constant in each iteration: simply private
        return None if self._induction(name) is not None and reduction.operation == "count" else reduction

    def _is_index_only(self, name: str) -> bool:
        return all(self.program.statements[u.statement].kind == "for" for u in self.program.scalars
                   if u.name == name and u.write)

    def _induction(self, name: str) -> Induction | None:
        """k += 2: only for integers, which the subscripts (or the bindings) must tell."""
        for induction in self.program.inductions:
            if induction.name == name and induction.loop == self.loop:
                names = induction.start.names() | induction.step.names()
                if all(self.graph.integers(n) for n in names if not self.builder.loops_of(n)):
                    return induction
        return None

    def _private(self, name: str) -> Private:
        live_out = name in self.program.nest.writes and not name.startswith("@")
        return Private(name, False, live_out, name in self.exposed.definite.get(self.loop, ()))

    def _expansion(self, hard: Sequence[Dependence]) -> Expansion:
        """The scalars that may become arrays where the loop is distributed."""
        cells = frozenset(p.name for p in self.private if not p.array) - self.program.rebound
        names = {d.name for d in hard if not isinstance(d.source, Access)} - self.program.rebound
        return Expansion(cells, frozenset(name for name in names if self._only_write(name) is not None))

    def _only_write(self, name: str) -> ir.Assign | None:
        """The one assignment of a scalar, if each iteration runs it once."""
        writes = [u for u in self.program.scalars if u.name == name and u.write and self.loop in u.loops]
        if len(writes) != 1:
            return None
        statement = self.program.statements[writes[0].statement]
        if statement.guarded or statement.branch or statement.loops != self.info.path:
            return None
        return statement.node if isinstance(statement.node, ir.Assign) else None

    def _wrap_around(self, name: str, behind: frozenset[str] = frozenset()) -> int | None:
        """How many iterations before the value was computed that the scalar brings; None if it does not only do that.

        `b[i] = t; t = a[i]` brings it from one iteration before, and `b[i] = u; u = t; t = a[i]` from two: u is
        what t was at the head, before t is written anew.
        """
        assign = self._only_write(name)
        if assign is None or name in behind:
            return None
        carried, changed = self._from_earlier(), self.program.stored | self.graph.aliased
        levels = [0]
        for part in ir.walk(assign.value):
            if isinstance(part, ir.Load) and part.array in changed:
                return None
            if isinstance(part, ir.Var) and part.name in carried:
                exposed = part.name in self.exposed.exposed.get(self.loop, ())
                level = self._wrap_around(part.name, behind | {name}) if exposed else None
                if level is None:
                    return None
                levels.append(level)
        return 1 + max(levels)

    def _from_earlier(self) -> set[str]:
        """The scalars that an iteration cannot compute by itself: those that come from the one before, what the loop
        makes of them, and what it loads from arrays that it changes."""
        inside = [s.node for s in self.program.statements if self.loop in s.loops and isinstance(s.node, ir.Assign)]
        changed = self.program.stored | self.graph.aliased
        found = set(self.exposed.exposed.get(self.loop, ()))
        found |= {s.target for s in inside if any(isinstance(n, ir.Load) and n.array in changed for n in ir.walk(s.value))}
        while True:
            more = {s.target for s in inside if any(isinstance(n, ir.Var) and n.name in found for n in ir.walk(s.value))}
            if more <= found:
                return found
            found |= more

    def _peel_wrapped(self, hard: Sequence[Dependence]) -> transform.Transformation | None:
        scalars = sorted({d.name for d in hard if not isinstance(d.source, Access)})
        if not scalars or any(isinstance(d.source, Access) for d in hard):
            return None
        levels = [self._wrap_around(name) for name in scalars]
        if None in levels:
            return None
        names, count = ", ".join(scalars), max(level or 0 for level in levels)
        before, first = ("the iteration", "first") if count == 1 else (f"up to {count} iterations", f"first {count}")
        return transform.Transformation(
            "peeling", f"{names} brings the value of {before} before: peel the {first} and compute it anew")

    # ------------------------------------------------------------------ arrays

    def _arrays(self, carried: Sequence[Dependence]) -> list[Dependence]:
        by_name: dict[str, list[Dependence]] = {}
        for dependence in carried:
            if isinstance(dependence.source, Access):
                by_name.setdefault(dependence.name, []).append(dependence)
        hard: list[Dependence] = []
        for name, dependences in by_name.items():
            alone = name not in self.graph.aliased
            ends = frozenset(x.id for d in dependences for x in (d.source, d.sink))
            reduction = array_reduction(self.program, name, ends) if alone else None
            if reduction is not None:
                self.reductions.append(reduction)
            elif alone and privatisable(self.builder, name, self.loop):
                self.private.append(Private(name, True, True, True))
            else:
                hard += dependences
        return hard

    def _parallel_lines(self, hard: Sequence[Dependence]) -> tuple[int, ...]:
        """The statements outside all cycles: distribution would leave them parallel."""
        components = self.graph.components(self.loop, expanded=self._expansion(hard))
        component = {s: k for k, group in enumerate(components) for s in group}
        ends = [(component[d.source.statement], component[d.sink.statement]) for d in hard]
        bad = {source for source, sink in ends if source == sink}
        stores = {s.id: s.loc.line for s in self.program.statements if s.kind in ("store", "assign")}
        lines = {stores[s] for k, group in enumerate(components) if k not in bad for s in group if s in stores}
        return tuple(sorted(lines)) if bad else ()
