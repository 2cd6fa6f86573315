"""Which names a nest reads before it has surely assigned them, and which it may assign.

A forward walk with the set of names assigned on every path; `None` stands for a place that is
never reached.  Loops are entered with what was assigned before them: the first iteration knows
the least, so one walk is enough.  A second walk, for which the loop is known to run at least once, tells what
surely has a value after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alpyna_hook.ir.captured import (
    Assign,
    Binary,
    BoolOp,
    Break,
    Call,
    Compare,
    Const,
    Continue,
    Effect,
    Expr,
    Fixed,
    For,
    If,
    Load,
    Raise,
    Refused,
    Return,
    Select,
    Shape,
    Stmt,
    Store,
    Unary,
    Var,
    While,
)

State = frozenset[str] | None


class Flow:
    """Walks statements; `reads` and `writes` keep the order of first appearance.

    entered: loops that run at least once.
    """

    def __init__(self, assigned: Iterable[str] = (), entered: Sequence[For | While] = ()) -> None:
        self.entered = frozenset(map(id, entered))
        self.returns: list[State] = []
        self.reads: dict[str, Expr] = {}
        self.writes: dict[str, None] = {}
        self.start: frozenset[str] = frozenset(assigned)
        self._breaks: list[list[State]] = []
        self._continues: list[list[State]] = []

    def walk(self, body: Iterable[Stmt]) -> State:
        return self.block(body, self.start)

    def block(self, body: Iterable[Stmt], state: State) -> State:
        for stmt in body:
            state = self.statement(stmt, state)
        return state

    def statement(self, stmt: Stmt, state: State) -> State:
        match stmt:
            case Assign(target, value):
                self.expr(value, state)
                return self._assign(target, state)
            case Store(array, index, value):
                self.exprs((value, *index), state)
                self._read(array, state, stmt.value)
                return state
            case Effect(call):
                self.expr(call, state)
                return state
            case If(test, body, orelse):
                self.expr(test, state)
                return _join(self.block(body, state), self.block(orelse, state))
            case For():
                return self._for(stmt, state)
            case While():
                return self._while(stmt, state)
            case Break():
                self._breaks[-1].append(state)
                return None
            case Continue():
                self._continues[-1].append(state)
                return None
            case Return(value):
                if value is not None:
                    self.expr(value, state)
                self.returns.append(state)
                return None
            case Raise() | Refused():
                return None

    def _assign(self, target: str, state: State) -> State:
        if not target.startswith("@"):
            self.writes[target] = None
        return None if state is None else state | {target}

    def _for(self, loop: For, state: State) -> State:
        self.exprs((loop.start, loop.stop, loop.step), state)
        end, breaks = self._body(loop.body, self._assign(loop.index, state))
        finished = end if id(loop) in self.entered or _runs_at_least_once(loop) else state
        return _join(self.block(loop.orelse, finished), *breaks)

    def _while(self, loop: While, state: State) -> State:
        self.expr(loop.test, state)
        end, breaks = self._body(loop.body, state)
        endless = isinstance(loop.test, Const) and bool(loop.test.value)
        finished = end if id(loop) in self.entered else state
        return _join(self.block(loop.orelse, None if endless else finished), *breaks)

    def _body(self, body: Iterable[Stmt], state: State) -> tuple[State, list[State]]:
        """The state at the end of an iteration that goes on, and the states at the breaks."""
        self._breaks.append([])
        self._continues.append([])
        end = self.block(body, state)
        return _join(end, *self._continues.pop()), self._breaks.pop()

    # ------------------------------------------------------------------- reads

    def exprs(self, nodes: Iterable[Expr], state: State) -> None:
        for node in nodes:
            self.expr(node, state)

    def expr(self, node: Expr, state: State) -> None:
        match node:
            case Const():
                pass
            case Var(name) | Shape(name) | Fixed(name):
                self._read(name, state, node)
            case Load(array, index):
                self._read(array, state, node)
                self.exprs(index, state)
            case Binary(_, left, right):
                self.expr(left, state)
                self.expr(right, state)
            case Unary(_, operand):
                self.expr(operand, state)
            case Compare(operands) | BoolOp(_, operands):
                self.exprs(operands, state)
            case Select(test, then, orelse):
                self.exprs((test, then, orelse), state)
            case Call(function, args, keywords):
                self._read(function, state, node)
                self.exprs(args, state)
                self.exprs((value for _, value in keywords), state)

    def _read(self, name: str, state: State, node: Expr) -> None:
        if state is not None and name not in state and name[0] != "@":
            self.reads.setdefault(name, node)


def sure_after(body: tuple[Stmt, ...], loop: For | While) -> frozenset[str]:
    """The names that have a value after these statements, however they are left, if the body of the loop among them has run."""
    entered = [loop]
    while loop.body and loop.body[0] is loop.body[-1] and isinstance(loop, For) and loop.index[0] == "@":
        inner = loop.body[0]
        if not isinstance(inner, For):
            break
        loop = inner  # of one loop of the source, over several hidden indices
        entered.append(loop)
    flow = Flow(entered=entered)
    state = _join(flow.walk(body), *flow.returns)
    return state or frozenset()


def _join(*states: State) -> State:
    reached = [state for state in states if state is not None]
    return frozenset.intersection(*reached) if reached else None


def _runs_at_least_once(loop: For) -> bool:
    match loop.start, loop.stop, loop.step:
        case Const(int(start)), Const(int(stop)), Const(int(step)):
            return step != 0 and bool(range(start, stop, step))
    return False
