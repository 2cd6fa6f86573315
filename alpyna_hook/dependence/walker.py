"""From a captured nest to a `Program`: one walk that follows the values of scalars.

Each scalar has at each point a polynomial, its value.  At the head of a loop those that the
body assigns get a name of their own (`k@2`); when the body has been walked, its end is
compared with its head: `k@2 + 2` makes k an induction variable, and `k@2` is replaced everywhere
by `start + 2*(iteration)`; `k@2` itself is a value that the loop keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alpyna_hook import ir
from alpyna_hook.dependence.accesses import (
    Control,
    Guard,
    Induction,
    LoopId,
    LoopInfo,
    Opaque,
    Program,
    Statement,
    Unknown,
)
from alpyna_hook.dependence.effects import ANYWHERE, Called, effects_of_functions, stored_names
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.dependence.symbolic import Evaluator

_MAY_RAISE = frozenset(("/", "//", "%", "**", "<<", ">>"))


def extract(
    nest: ir.Nest,
    *,
    volatile: frozenset[str] = frozenset(),
    functions: Mapping[str, Called] | None = None,
) -> Program:
    """All accesses of a nest.

    `volatile`: arrays that may change though no store names them (they share memory with one
    that is stored to).  `functions`: what is known of called user functions; one that
    is not known is taken to change any array.
    """
    effects = effects_of_functions(functions or {})
    program = Program(nest)
    nodes = list(ir.walk(nest.loop))
    program.assigned = frozenset(
        n.target if isinstance(n, ir.Assign) else n.index for n in nodes if isinstance(n, ir.Assign | ir.For)
    )
    stored = frozenset(stored_names(nodes, effects, program.assigned))
    program.stored = stored - {ANYWHERE}
    arrays = {n.array for n in nodes if isinstance(n, ir.Load | ir.Store | ir.Shape)}
    program.rebound = frozenset((arrays & program.assigned) | {ANYWHERE})
    stable = frozenset() if ANYWHERE in stored else frozenset(arrays - program.stored - program.rebound - volatile)
    walker = Walker(Evaluator(program, stable, effects))
    walker.statement(nest.loop)
    walker.finish()
    return program


class _Exits:
    """The environments that leave a loop's body early."""

    __slots__ = ("breaks", "continues")

    def __init__(self) -> None:
        self.breaks: list[dict[str, Poly]] = []
        self.continues: list[dict[str, Poly]] = []


class Walker:
    def __init__(self, evaluator: Evaluator) -> None:
        self.e = evaluator
        self.program = evaluator.program
        self.alive = True
        self._exits: list[_Exits] = []
        self._branch: list[tuple[int, bool]] = []
        self._heads: dict[str, Poly] = {}  # names at loop heads -> what they turned out to be
        self._conditional = False
        evaluator.env = {name: Poly.var(f"{name}@0") for name in self.program.assigned}

    # -------------------------------------------------------------- statements

    def block(self, body: tuple[ir.Stmt, ...]) -> None:
        for stmt in body:
            self.statement(stmt)

    def statement(self, stmt: ir.Stmt) -> None:
        if not self.alive:
            return
        match stmt:
            case ir.Assign(target, value):
                self._begin("assign", stmt, value)
                result = self.e.evaluate(value)
                self.e.use(target, True, stmt.loc)
                self.e.env[target] = result
            case ir.Store(array, index, value):
                self._begin("store", stmt, value, *index)
                self.e.evaluate(value)
                if self.e.is_assigned(array):
                    self.e.use(array, False, stmt.loc)
                self.e.record(array, tuple([self.e.evaluate(i) for i in index]), True, stmt)
            case ir.Effect(call):
                self._begin("effect", stmt, call)
                self.e.call(call, statement=True)
            case ir.If(test, body, orelse):
                self._if(stmt, test, body, orelse)
            case ir.For():
                self._for(stmt)
            case ir.While():
                self._while(stmt)
            case ir.Return(value):
                self._begin("return", stmt)
                if value is not None:
                    self.e.evaluate(value)
                self._control("return", self.e.loops)
                self.alive = False
            case ir.Raise():
                self._begin("raise", stmt)
                self._control("raise", self.e.loops)
                self.alive = False
            case ir.Break():
                self._begin("break", stmt)
                self._control("break", self.e.loops[-1:])
                self._exits[-1].breaks.append(dict(self.e.env))
                self.alive = False
            case ir.Continue():
                self._exits[-1].continues.append(dict(self.e.env))
                self._conditional = True
                self.alive = False

    def _begin(self, kind: str, stmt: ir.Stmt, *parts: ir.Expr) -> int:
        number = len(self.program.statements)
        raises = kind == "raise" or any(_raises(node) for part in parts for node in ir.walk(part))
        self.program.statements.append(Statement(
            number, kind, stmt.loc, self.e.loops, stmt, tuple(self._branch), raises, self._conditional,
        ))
        self.e.statement = number
        return number

    def _control(self, kind: str, loops: tuple[LoopId, ...]) -> None:
        self.program.controls.append(Control(kind, loops, self.e.statement, self.program.statements[-1].loc))

    def _if(self, stmt: ir.Stmt, test: ir.Expr, body: tuple[ir.Stmt, ...], orelse: tuple[ir.Stmt, ...]) -> None:
        number = self._begin("if", stmt, test)
        self.e.evaluate(test)
        before, conditional = dict(self.e.env), self._conditional
        ends: list[dict[str, Poly] | None] = []
        for branch, holds in ((body, True), (orelse, False)):
            self.e.env, self.alive, self._conditional = dict(before), True, True
            guards = self.e.conditions(test, holds)
            self._branch.append((number, holds))
            with self.e.guarded(guards):
                self.block(branch)
            self._branch.pop()
            ends.append(self.e.env if self.alive else None)
        then, other = ends
        self.alive = then is not None or other is not None
        self._conditional = conditional or then is None or other is None
        if then is None or other is None:
            self.e.env = then or other or before
            # What follows runs only where the other branch was taken; its guards last as long as the block.
        else:
            self.e.env = {name: self._merge(name, then[name], other[name], test) for name in before}

    def _merge(self, name: str, then: Poly, other: Poly, test: ir.Expr | None) -> Poly:
        if then == other:
            return then
        if test is not None and self.e.invariant(test):
            taken = self.e.opaque(ir.Select(test, ir.Const(1, test.loc), ir.Const(0, test.loc), test.loc))
            return other + (then - other) * taken
        return self.e.unknown(name, "data-dependent")

    def _join(self, envs: list[dict[str, Poly]]) -> dict[str, Poly]:
        joined = dict(envs[0])
        for env in envs[1:]:
            joined = {name: self._merge(name, value, env[name], None) for name, value in joined.items()}
        return joined

    # ------------------------------------------------------------------- loops

    def _for(self, loop: ir.For) -> None:
        self._begin("for", loop, loop.start, loop.stop, loop.step)
        starts, stops = self._bounds(loop.start, ("max",)), self._bounds(loop.stop, ("min", "@min"))
        step = self.e.evaluate(loop.step)
        if step.value == 1 and not starts:
            starts = (self.e.unknown("start", "data-dependent"),)
        if step.value != 1 and len(starts) != 1:
            starts = (self.e.unknown("start", "data-dependent"),)
        if step.value is not None and step.value < 0:
            stops = self._bounds(loop.stop, ("max",))
        info = self._declare(loop, loop.index, starts, stops, step)
        self._body(loop, info, None)

    def _bounds(self, expr: ir.Expr, functions: tuple[str, ...]) -> tuple[Poly, ...]:
        """`min(a, b)` as two bounds; min and max of anything else is one unknown."""
        if isinstance(expr, ir.Call) and expr.function in functions and len(expr.args) > 1 and not expr.keywords:
            return tuple([bound for arg in expr.args for bound in self._bounds(arg, functions)])
        return (self.e.evaluate(expr),)

    def _while(self, loop: ir.While) -> None:
        info = self._declare(loop, "while", (Poly(),), (), None)
        self._body(loop, info, loop.test)

    def _declare(
        self, loop: ir.Loop, index: str, starts: tuple[Poly, ...], stops: tuple[Poly, ...], step: Poly | None,
    ) -> LoopInfo:
        number = len(self.program.loops)
        taken = {info.variable for info in self.program.loops.values()}
        variable = index if step is not None and step.value == 1 else f"#{index}"
        while variable in taken:
            variable += "~"
        parent = self.e.loops[-1] if self.e.loops else None
        info = LoopInfo(
            number, parent, len(self.e.loops) + 1, variable, index, loop.loc, starts, stops, step,
            (*self.e.loops, number), loop,
        )
        self.program.loops[number] = info
        self.e.declare_loop(variable, number)
        return info

    def _body(self, loop: ir.Loop, info: LoopInfo, test: ir.Expr | None) -> None:
        before, around = dict(self.e.env), self.e.loops
        conditional = self._conditional
        changed = _assigned_in(loop.body)
        self.e.loops = (*around, info.id)
        heads = self._enter(changed, info)
        if isinstance(loop, ir.For):
            self.e.use(loop.index, True, loop.loc)
            self.e.env[loop.index] = _index_value(info)
        if test is not None:
            self._begin("while", loop, test)
            self.e.evaluate(test)
            self._control("while", (info.id,))
        self._exits.append(_Exits())
        guards = [] if test is None else self.e.conditions(test, True)
        with self.e.guarded(guards):
            self.block(loop.body)
        exits = self._exits.pop()
        ends = [*([self.e.env] if self.alive else []), *exits.continues]
        steps = self._inductions(heads, ends, info, before)
        self.e.loops, self.alive, self._conditional = around, True, conditional
        self._leave(loop, info, before, changed, steps, exits)

    def _enter(self, changed: frozenset[str], info: LoopInfo) -> dict[str, str]:
        heads = {}
        for name in sorted(changed):
            head = f"{name}@{info.id + 1}"
            self.program.unknowns[head] = Unknown(head, frozenset(self.e.loops), "data-dependent", source=name)
            self.e.env[name] = Poly.var(head)
            heads[name] = head
        return heads

    def _inductions(
        self, heads: dict[str, str], ends: list[dict[str, Poly]], info: LoopInfo, before: dict[str, Poly],
    ) -> dict[str, Poly]:
        """The step of each variable that every iteration steps alike (0: unchanged)."""
        steps: dict[str, Poly] = {}
        if not ends:
            return steps
        progress = True
        while progress:
            progress = False
            for name, head in heads.items():
                if name in steps or name == info.index:
                    continue
                values = {env[name].replace(self._heads) for env in ends}
                step = values.pop() - Poly.var(head)
                if values or head in step.names() or info.id in self.e.depends_on(step):
                    continue
                steps[name] = step
                self._heads[head] = before[name] + step * self._iteration(info)
                progress = True
                if step.terms:
                    updates = self._updates(name, info)
                    self.program.inductions.append(Induction(name, info.id, before[name], step, updates))
        return steps

    def _iteration(self, info: LoopInfo) -> Poly:
        """How many iterations came before."""
        variable = Poly.var(info.variable)
        if info.counts:
            return variable
        if len(info.starts) == 1:
            return variable - info.starts[0]
        first = f"{info.variable}@start"  # the greatest of several
        above = tuple([Poly.var(first) - start for start in info.starts])
        self.program.unknowns[first] = Unknown(first, frozenset(info.path[:-1]), "maximum", above, source=f"the first {info.index}")
        return variable - Poly.var(first)

    def _updates(self, name: str, info: LoopInfo) -> frozenset[int]:
        return frozenset(u.statement for u in self.program.scalars if u.name == name and u.write and info.id in u.loops)

    def _leave(
        self, loop: ir.Loop, info: LoopInfo, before: dict[str, Poly], changed: frozenset[str],
        steps: dict[str, Poly], exits: _Exits,
    ) -> None:
        trips = None if exits.breaks else self._trips(info)
        env = dict(before)
        for name in changed:
            step = steps.get(name)
            if step is not None and not step.terms:
                env[name] = before[name]
            elif step is not None and trips is not None:
                env[name] = before[name] + step * trips
            else:
                env[name] = self.e.unknown(name, "data-dependent")
        if isinstance(loop, ir.For):
            env[loop.index] = self.e.unknown(loop.index, "data-dependent")
        self.e.env = env
        if loop.orelse:
            conditional, self._conditional = self._conditional, self._conditional or bool(exits.breaks)
            self.block(loop.orelse)
            self._conditional = conditional
            if exits.breaks:
                self.e.env = self._join([env, self.e.env]) if self.alive else env
            self.alive = self.alive or bool(exits.breaks)

    def _trips(self, info: LoopInfo) -> Poly | None:
        """How often a loop without a break runs, where that is a polynomial."""
        if info.step is None or info.step.value != 1 or len(info.starts) != 1 or len(info.stops) != 1:
            return None
        length = info.stops[0] - info.starts[0]
        if self._never_negative(length):
            return length
        if self.e.depends_on(length) or any(name in self.program.unknowns for name in length.names()):
            return None
        name = f"max(0, {length})"
        self.program.opaques[name] = Opaque(name, None, length)
        return Poly.var(name)

    def _never_negative(self, poly: Poly) -> bool:
        counting = {
            loop.variable for loop in self.program.loops.values()
            if loop.counts or any((s.value or 0) >= 0 and s.value is not None for s in loop.starts)
        }
        return all(c > 0 and all(n in counting or n in self.program.shapes for n in m) for m, c in poly.terms)

    # ------------------------------------------------------------------ finish

    def finish(self) -> None:
        """Puts in what the names at loop heads turned out to be, and the integers that are sure."""
        program = self.program
        resolve = self._resolve
        program.accesses = [
            replace(
                a,
                index=None if a.index is None else tuple([resolve(p) for p in a.index]),
                guards=tuple([Guard(resolve(g.poly)) for g in a.guards]),
            )
            for a in program.accesses
        ]
        for number, loop in program.loops.items():
            program.loops[number] = replace(
                loop,
                starts=tuple([resolve(p) for p in loop.starts]),
                stops=tuple([resolve(p) for p in loop.stops]),
                step=None if loop.step is None else resolve(loop.step),
            )
        program.unknowns = {
            name: replace(
                u, constraints=tuple([resolve(p) for p in u.constraints]), index=tuple([resolve(p) for p in u.index]),
            )
            for name, u in program.unknowns.items() if name not in self._heads
        }
        program.inductions = [replace(i, start=resolve(i.start), step=resolve(i.step)) for i in program.inductions]
        outer = program.loops[0]
        if outer.step is not None:
            bounds = (*outer.starts, *outer.stops, outer.step)
            program.integers = frozenset(n for bound in bounds for m, _ in bound.terms if len(m) == 1 for n in m)
        for access in program.accesses:  # what a negative subscript counts from
            for axis in range(len(access.index or ())):
                program.shapes.setdefault(f"{access.array}.shape[{axis}]", (access.array, axis))
        self._update_reasons()

    def _resolve(self, poly: Poly) -> Poly:
        for _ in range(64):
            new = poly.replace(self._heads)
            if new is poly or new == poly:
                return new
            poly = new
        return poly

    def _update_reasons(self) -> None:
        program = self.program
        for position, access in enumerate(program.accesses):
            if access.index is None:
                continue
            reasons = [
                program.unknowns[n].reason for p in access.index for n in sorted(p.names())
                if n in program.unknowns and not program.unknowns[n].constraints
            ]
            program.accesses[position] = replace(access, reason=reasons[0] if reasons else None)


def _index_value(info: LoopInfo) -> Poly:
    """The index in terms of the loop's variable."""
    if not info.counts or info.step is None:
        return Poly.var(info.variable)
    return info.starts[0] + info.step * Poly.var(info.variable)


def _assigned_in(body: tuple[ir.Stmt, ...]) -> frozenset[str]:
    found = set()
    for stmt in body:
        for node in ir.walk(stmt):
            if isinstance(node, ir.Assign):
                found.add(node.target)
            elif isinstance(node, ir.For):
                found.add(node.index)
    return frozenset(found)


def _raises(node: ir.Node) -> bool:
    """May evaluating it raise, or flag, for some values?  (Subscripts are checked before the nest.)"""
    match node:
        case ir.Binary(op, _, right) if op in _MAY_RAISE:
            return not (isinstance(right, ir.Const) and right.value)
        case ir.Call(function):
            return function not in ("abs", "min", "max", "@index", "@min", "float", "bool", "len")
    return False
