"""Arrays that change their names within a nest, as the two buffers of a time loop do.

before:  for t in range(steps):                      after:  for t in range(steps):
             for i in range(1, n):                               if @which == 0:
                 new[i] = old[i] - old[i - 1]                        for i in range(1, n):
             old, new = new, old                                         new[i] = old[i] - old[i - 1]
                                                                 else:
                                                                     for i in range(1, n):
                                                                         old[i] = new[i] - new[i - 1]
                                                                 if @which == 0:
                                                                     @which = 1
                                                                 else:
                                                                     @which = 0

Which array each of the names stands for is a state.  The states that can be reached are numbered, in the order in which they are
met; the number is a variable of the nest, 0 before it.  What uses the names is there once for each of the states that make a
difference to it, with the arrays' own names: all that follows sees arrays that never move.  So any control flow will do, and the
arrays need not be alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from alpyna_hook.bind.views_rewrite import Rewrite, Row
from alpyna_hook.ir.captured import (
    Assign,
    BoolOp,
    Break,
    Compare,
    Const,
    Continue,
    Expr,
    For,
    If,
    Load,
    Loc,
    Nest,
    Node,
    Raise,
    Refused,
    Return,
    Select,
    Shape,
    Stmt,
    Var,
    While,
    named,
    targets,
    walk,
)
from alpyna_hook.ir.schema import Record, replace
from alpyna_hook.live.binding import WHICH as WHICH
from alpyna_hook.reasons import Declined

_MOST_STATES = 8
_MOST_COPIED = 5000  # nodes of the tree

State = tuple[str | None, ...]  # the array that each name stands for, or None: no value yet
States = frozenset[int]


class Choice(Record):
    """A user's variable, which stands after the nest for the array that the final state says; None: it has no value."""

    arrays: tuple[str | None, ...]


def resolve_swaps(nest: Nest, arrays: Iterable[str]) -> tuple[Nest, dict[str, Choice]]:
    """The nest without assignments of whole arrays, of those that are given, and what the names are in the end that it assigned.

    Nothing is changed where such a name is assigned anything else, too.  Raises Declined.
    """
    arrays = frozenset(arrays)
    names = _moving(nest, arrays)
    if not names:
        return nest, {}
    resolving = _Resolving(nest, names, tuple([name if name in arrays else None for name in names]))
    while True:
        resolving.begin_round()
        body, _ = resolving.block((nest.loop,), frozenset([0]))
        if not resolving.changed:
            break
    (loop,) = body
    assert isinstance(loop, For | While)
    shown = {name: Choice(tuple([state[k] for state in resolving.states])) for k, name in enumerate(names) if name[0] != "@"}
    return replace(nest, loop=loop), shown


def _moving(nest: Nest, arrays: frozenset[str]) -> tuple[str, ...]:
    """The names that stand for several arrays, with the variables between; none where one of them is assigned anything else."""
    given: dict[str, list[str | None]] = {}
    for node in walk(nest.loop):
        for target in targets(node):
            value = node.value.name if isinstance(node, Assign) and isinstance(node.value, Var) else None
            given.setdefault(target, []).append(value)
    names = dict.fromkeys(name for name, values in given.items() if name in arrays or (
        name not in nest.reads and len({*values}) > 1 and arrays.issuperset(values)))
    before: dict[str, None] = {}
    while len(before) < len(names):
        before = dict(names)
        for target, values in given.items():
            if target in names or any(value in names for value in values):
                names.update(dict.fromkeys([target, *[value for value in values if value in given]]))
    if any(value not in arrays and value not in names for name in names for value in given[name]):
        return ()
    return tuple(names)


@dataclass
class _Resolving:
    nest: Nest
    names: tuple[str, ...]
    before: State
    states: list[State] = field(init=False)
    numbers: dict[State, int] = field(init=False)
    heads: dict[int, States] = field(default_factory=dict)
    breaks: list[States] = field(default_factory=list)
    continues: list[States] = field(default_factory=list)
    changed: bool = False
    copied: int = 0

    def __post_init__(self) -> None:
        self.states, self.numbers = [self.before], {self.before: 0}
        nodes = list(walk(self.nest.loop))
        self.uses = {name: sum(named(node) == name for node in nodes) for name in self.names}
        self.moving = {id(node) for node in nodes if any(self._moves(inner) for inner in walk(node))}

    def begin_round(self) -> None:
        self.changed, self.copied = False, 0

    def _moves(self, stmt: Node) -> bool:
        return isinstance(stmt, Assign) and stmt.target in self.names

    # --------------------------------------------------------------- statements

    def block(self, body: Sequence[Stmt], states: States) -> tuple[tuple[Stmt, ...], States]:
        """The statements, and the states in which their end is reached."""
        out: list[Stmt] = []
        for kind, group in groupby(body, self._kind):
            stmts = list(group)
            if kind is Assign:
                new, states = self._assign(stmts, states)
            elif kind is None:
                new = self._for_each(stmts, states)
                self._note_jumps(stmts, states)
                if any(isinstance(stmt, Break | Continue | Return | Raise | Refused) for stmt in stmts):
                    states = frozenset()
            else:
                new, states = self._statement(stmts[0], states)
            out += new
        return tuple(out), states

    def _kind(self, stmt: Stmt) -> object:
        """What statements that follow each other and are handled together have in common."""
        if id(stmt) not in self.moving:
            return None  # they leave the names alone
        return Assign if isinstance(stmt, Assign) else stmt

    def _note_jumps(self, body: Sequence[Stmt], states: States) -> None:
        """Of statements that leave the names alone: the states in which they may leave the loop around them."""
        for stmt in body:
            match stmt:
                case Break():
                    self.breaks[-1] |= states
                case Continue():
                    self.continues[-1] |= states
                case If():
                    self._note_jumps((*stmt.body, *stmt.orelse), states)
                case For() | While():
                    self._note_jumps(stmt.orelse, states)

    def _statement(self, stmt: Stmt, states: States) -> tuple[list[Stmt], States]:
        match stmt:
            case If():
                body, after_body = self.block(stmt.body, states)
                orelse, after_orelse = self.block(stmt.orelse, states)
                return [replace(stmt, test=self._expr(stmt.test, states), body=body, orelse=orelse)], after_body | after_orelse
            case For():
                start, stop, step = (self._expr(bound, states) for bound in (stmt.start, stmt.stop, stmt.step))
                body, orelse, _, after = self._loop(stmt, states)
                return [replace(stmt, start=start, stop=stop, step=step, body=body, orelse=orelse)], after
            case While():
                body, orelse, head, after = self._loop(stmt, states)
                return [replace(stmt, test=self._expr(stmt.test, head), body=body, orelse=orelse)], after
        raise AssertionError(stmt)

    def _loop(self, stmt: For | While, states: States) -> tuple[tuple[Stmt, ...], tuple[Stmt, ...], States, States]:
        """Body and else; the states in which an iteration may begin, and those in which what follows may."""
        head = self.heads.get(id(stmt), frozenset()) | states
        self.breaks.append(frozenset())
        self.continues.append(frozenset())
        body, end = self.block(stmt.body, head)
        again = head | end | self.continues.pop()
        if again != self.heads.get(id(stmt)):
            self.heads[id(stmt)] = again
            self.changed = True
        broken = self.breaks.pop()
        orelse, after = self.block(stmt.orelse, again)
        return body, orelse, again, after | broken

    def _assign(self, stmts: Sequence[Stmt], states: States) -> tuple[list[Stmt], States]:
        loc = stmts[0].loc
        moves = {number: self._moved(self.states[number], stmts) for number in states}
        reached = frozenset(moves.values())
        if len(reached) == 1 and reached != states:
            return [Assign(WHICH, Const(min(reached), loc), loc)], reached
        bodies: dict[int, list[Stmt]] = {k: [] if k == to else [Assign(WHICH, Const(to, loc), loc)] for k, to in moves.items()}
        return self._choose(bodies, loc) if states else [], reached

    def _moved(self, state: State, stmts: Sequence[Stmt]) -> int:
        """The number of the state after assignments; a temporary that is used once has no value any more."""
        arrays = dict(zip(self.names, state, strict=True))
        for stmt in stmts:
            assert isinstance(stmt, Assign) and isinstance(stmt.value, Var)
            source = stmt.value.name
            array = arrays.get(source, source)
            if array is None:
                raise Declined("maybe-unbound", source, stmt.value.loc)
            arrays[stmt.target] = array
            if source[0] == "@" and self.uses.get(source) == 1:
                arrays[source] = None
        new = tuple(arrays.values())
        if new not in self.numbers:
            if len(self.states) == _MOST_STATES:
                many = f"{self.names[0]}, in more than {_MOST_STATES} ways of what stands for what"
                raise Declined("array-variable", many, stmts[0].loc)
            self.numbers[new] = len(self.states)
            self.states.append(new)
        return self.numbers[new]

    # ------------------------------------------------- what uses the names, for each state

    def _for_each(self, body: Sequence[Stmt], states: States) -> list[Stmt]:
        if not body or not states:
            return []
        groups = self._groups(body, states)
        if len(groups) > 1:
            self._count(body, len(groups) - 1)
        own = self._own_temporaries(body)
        copies: dict[int, list[Stmt]] = {}
        for k, (arrays, numbers) in enumerate(groups.items()):
            renamed = {name: f"{name}/{k}" for name in own} if k else {}
            copy = list(_Renamed({**dict(arrays), **renamed}).block(body))
            copies.update(dict.fromkeys(numbers, copy))
        return self._choose(copies, body[0].loc)

    def _expr(self, node: Expr, states: States) -> Expr:
        groups = list(self._groups((node,), states).items())
        if len(groups) > 1:
            self._count((node,), len(groups) - 1)
        *others, (arrays, _) = groups or [((), [0])]
        result = _Renamed(dict(arrays)).expr(node)
        for arrays, numbers in others:
            result = Select(_is_in(numbers, node.loc), _Renamed(dict(arrays)).expr(node), result, node.loc)
        return result

    def _groups(self, nodes: Sequence[Node], states: States) -> dict[tuple[tuple[str, str], ...], list[int]]:
        """The states, by what the names that are used here stand for in them."""
        places = {name: node.loc for each in nodes for node in walk(each) if (name := named(node)) in self.names}
        groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
        for number in sorted(states):
            arrays = dict(zip(self.names, self.states[number], strict=True))
            for name, loc in places.items():
                if arrays[name] is None:
                    raise Declined("maybe-unbound", name, loc)
            groups.setdefault(tuple([(name, arrays[name]) for name in places]), []).append(number)  # type: ignore[misc]
        return groups

    def _own_temporaries(self, body: Sequence[Stmt]) -> list[str]:
        """Temporaries that may be rows: of one array in each copy."""
        here = [node for stmt in body for node in walk(stmt)]
        rows = [node.target for node in here if isinstance(node, Assign) and isinstance(node.value, Load | Var)]
        found = dict.fromkeys(name for name in rows if name[0] == "@")
        everywhere = list(walk(self.nest.loop))
        return [name for name in found if _mentions(name, here) == _mentions(name, everywhere)]

    def _count(self, nodes: Sequence[Node], times: int) -> None:
        self.copied += times * sum(1 for each in nodes for _ in walk(each))
        if self.copied > _MOST_COPIED:
            raise Declined("array-variable", f"{self.names[0]}, in a loop too long to be there for each array", nodes[0].loc)

    def _choose(self, bodies: Mapping[int, list[Stmt]], loc: Loc) -> list[Stmt]:
        """The statements for the state that there is."""
        alike: list[tuple[list[Stmt], list[int]]] = []
        for number, body in bodies.items():
            for other, numbers in alike:
                if other is body or (not other and not body):
                    numbers.append(number)
                    break
            else:
                alike.append((body, [number]))
        *others, (result, _) = sorted(alike, key=lambda each: not each[0])
        for body, numbers in reversed(others):
            result = [If(_is_in(numbers, loc), tuple(body), tuple(result), loc)]
        return result


def _mentions(name: str, nodes: Iterable[Node]) -> int:
    return sum((named(node) == name) + targets(node).count(name) for node in nodes)


def _is_in(numbers: Sequence[int], loc: Loc) -> Expr:
    tests = tuple([Compare((Var(WHICH, loc), Const(number, loc)), ("==",), loc) for number in numbers])
    return tests[0] if len(tests) == 1 else BoolOp("or", tests, loc)


class _Renamed(Rewrite):
    """A copy of the nodes, with other names for arrays and temporaries."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__({name: Row(name, new, (), [], direct=True) for name, new in names.items()}, {})

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if isinstance(stmt, Assign) and stmt.target in self.rows:
            return (replace(stmt, target=self.rows[stmt.target].array, value=self.expr(stmt.value)),)
        return super().statement(stmt)

    def _extent(self, node: Shape) -> Expr:
        row = self.rows.get(node.array)
        return node if row is None else replace(node, array=row.array)
