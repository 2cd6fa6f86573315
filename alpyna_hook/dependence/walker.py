"""From a captured nest to a `Program`: one walk that follows the values of scalars.

Each scalar has at each point a polynomial, its value.  At the head of a loop those that the
body assigns get a name of their own (`k@2`); when the body has been walked, its end is
compared with its head: `k@2 + 2` makes k an induction variable, and `k@2` is replaced everywhere
by `start + 2*(iteration)`; `k@2` itself is a value that the loop keeps.
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.dependence.accesses import Control, LoopId, LoopInfo, Program, Statement, Unknown
from alpyna_hook.dependence.effects import ANYWHERE, Called, effects_of_functions, stored_names
from alpyna_hook.dependence.inductions import find_inductions, resolve, trip_count
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.dependence.symbolic import Evaluator
from alpyna_hook.ir import captured as ir

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
    program.assigned = frozenset([name for n in nodes for name in ir.targets(n)])
    stored = frozenset(stored_names(nodes, effects, program.assigned))
    program.stored = stored - {ANYWHERE}
    arrays = {n.array for n in nodes if isinstance(n, ir.Load | ir.Store | ir.Shape)}
    program.rebound = frozenset((arrays & program.assigned) | {ANYWHERE})
    stable = frozenset() if ANYWHERE in stored else frozenset(arrays - program.stored - program.rebound - volatile)
    walker = Walker(Evaluator(program, frozenset(arrays), stable, effects))
    walker.statement(nest.loop)
    resolve(program, walker.heads)
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
        self.heads: dict[str, Poly] = {}  # names at loop heads -> what they turned out to be
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
                for target in stmt.targets:
                    self.e.use(target, True, stmt.loc)
                    self.e.env[target] = self.e.unknown(call, "call")
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
            case ir.Raise() | ir.Refused():
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
        steps = find_inductions(self.e, heads, ends, info, before, self.heads)
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

    def _leave(
        self, loop: ir.Loop, info: LoopInfo, before: dict[str, Poly], changed: frozenset[str],
        steps: dict[str, Poly], exits: _Exits,
    ) -> None:
        trips = None if exits.breaks else trip_count(self.e, info)
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

def _index_value(info: LoopInfo) -> Poly:
    """The index in terms of the loop's variable."""
    if not info.counts or info.step is None:
        return Poly.var(info.variable)
    return info.starts[0] + info.step * Poly.var(info.variable)


def _assigned_in(body: tuple[ir.Stmt, ...]) -> frozenset[str]:
    found: set[str] = set()
    pending = list(body)
    while pending:
        stmt = pending.pop()
        found.update(ir.targets(stmt))
        if isinstance(stmt, ir.If | ir.For | ir.While):
            pending += (*stmt.body, *stmt.orelse)
    return frozenset(found)


def _raises(node: ir.Node) -> bool:
    """May evaluating it raise, or flag, for some values?  (Subscripts are checked before the nest.)"""
    match node:
        case ir.Binary(op, _, right) if op in _MAY_RAISE:
            return not (isinstance(right, ir.Const) and right.value)
        case ir.Call(function):
            return function not in ("abs", "min", "max", "@min", "float", "bool", "len", *ir.AS_INTEGER)
    return False
