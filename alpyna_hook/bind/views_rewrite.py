"""Rebuilds the IR with row variables replaced by subscripts of their array; see `views`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

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
    Loc,
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
from alpyna_hook.ir.schema import replace
from alpyna_hook.live.view import View as View
from alpyna_hook.reasons import Declined


@dataclass(slots=True)
class Row:
    """A variable to be replaced: rows `array[index]` of `rank` remaining dimensions."""

    name: str
    array: str
    index: tuple[Expr, ...]  # of the first definition
    definitions: list[Assign]
    temps: tuple[str, ...] = ()
    direct: bool = False  # the uses get `index` itself
    same: tuple[tuple[str, str], ...] = ()  # see View

    def constant(self, k: int) -> int | None:
        """The k-th index if it is the same literal in all definitions."""
        values = {_literal(row_of(d)[1][k]) for d in self.definitions}
        return values.pop() if len(values) == 1 else None

    def view(self) -> View:
        constants = [self.constant(k) for k in range(len(self.index))]
        index = tuple([t if c is None else c for t, c in zip(self.temps, constants, strict=False)])
        return View(self.name, self.array, index, self.temps[-1], self.same)

    def used_index(self, loc: Loc) -> tuple[Expr, ...]:
        if self.direct:
            return self.index
        return tuple([Var(t, loc) if isinstance(t, str) else Const(t, loc) for t in self.view().index])


def _literal(node: Expr) -> int | None:
    return node.value if isinstance(node, Const) and type(node.value) is int else None


def row_of(definition: Assign | For) -> tuple[str | None, tuple[Expr, ...]]:
    """The array and the indices of a possible row: (None, ()) for anything else."""
    if isinstance(definition, Assign):
        match definition.value:
            case Load(array, index):
                return array, index
            case Var(array):
                return array, ()
    return None, ()


class Rewrite:
    """Rebuilds statements with the rows replaced.  Shared nodes (the index of an augmented store) stay shared."""

    def __init__(self, rows: Mapping[str, Row], arrays: Mapping[str, int], tuples: Collection[str] = ()) -> None:
        self.rows = rows
        self.arrays = arrays
        self.tuples = tuples
        self._done: dict[int, Expr] = {}
        self._tuples: dict[int, tuple[Expr, ...]] = {}
        self._alive: list[object] = []  # what is known by its id: some of it is made on the way

    def block(self, body: Iterable[Stmt]) -> tuple[Stmt, ...]:
        return tuple([new for stmt in body for new in self.statement(stmt)])

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        match stmt:
            case Assign():
                return (replace(stmt, value=self.expr(stmt.value)),)
            case Store():
                array, index = self.element(stmt.array, stmt.index, stmt.loc)
                return (replace(stmt, array=array, index=index, value=self.expr(stmt.value)),)
            case Effect():
                call = self.expr(stmt.call)
                assert isinstance(call, Call)
                return (replace(stmt, call=call),)
            case If():
                return self._if(stmt)
            case For():
                start, stop, step = self.expr(stmt.start), self.expr(stmt.stop), self.expr(stmt.step)
                body, orelse = self.block(stmt.body), self.block(stmt.orelse)
                return (replace(stmt, start=start, stop=stop, step=step, body=body, orelse=orelse),)
            case While():
                body, orelse = self.block(stmt.body), self.block(stmt.orelse)
                return (replace(stmt, test=self.expr(stmt.test), body=body, orelse=orelse),)
            case Return():
                return (stmt if stmt.value is None else replace(stmt, value=self.expr(stmt.value)),)
            case Break() | Continue() | Raise() | Refused():
                return (stmt,)

    def _if(self, stmt: If) -> tuple[Stmt, ...]:
        """Without the check of a number of dimensions that is known by now."""
        test = self.expr(stmt.test)
        match test:
            case Compare((Const(left), Const(right)), ("!=",)):
                return self.block(stmt.body if left != right else stmt.orelse)
        return (replace(stmt, test=test, body=self.block(stmt.body), orelse=self.block(stmt.orelse)),)

    # -------------------------------------------------------------- expressions

    def expr(self, node: Expr) -> Expr:
        new = self._done.get(id(node))
        if new is None:
            new = self._done[id(node)] = self._expr(node)
            self._alive.append(node)
        return new

    def exprs(self, nodes: tuple[Expr, ...]) -> tuple[Expr, ...]:
        new = self._tuples.get(id(nodes))
        if new is None:
            new = self._tuples[id(nodes)] = tuple([self.expr(node) for node in nodes])
            self._alive.append(nodes)
        return new

    def element(self, array: str, index: tuple[Expr, ...], loc: Loc) -> tuple[str, tuple[Expr, ...]]:
        row = self.rows.get(array)
        new = self.exprs(index)
        if row is None:
            return array, new
        key = -id(index)
        if key not in self._tuples:
            self._tuples[key] = (*row.used_index(loc), *new)
            self._alive.append(index)
        return row.array, self._tuples[key]

    def _expr(self, node: Expr) -> Expr:
        match node:
            case Const() | Fixed():
                return node
            case Var(name):
                return self._whole(node, self.rows[name]) if name in self.rows else node
            case Load(array, index):
                array, index = self.element(array, index, node.loc)
                return replace(node, array=array, index=index)
            case Shape():
                return self._extent(node)
            case Unary():
                return replace(node, operand=self.expr(node.operand))
            case Binary():
                return replace(node, left=self.expr(node.left), right=self.expr(node.right))
            case Compare() | BoolOp():
                return replace(node, operands=self.exprs(node.operands))
            case Select():
                then, orelse = self.expr(node.then), self.expr(node.orelse)
                return replace(node, test=self.expr(node.test), then=then, orelse=orelse)
            case Call():
                keywords = tuple([(name, self.expr(value)) for name, value in node.keywords])
                return replace(node, args=self.exprs(node.args), keywords=keywords)

    def _whole(self, node: Var, row: Row) -> Expr:
        """A row as a value: the argument of a call."""
        return Load(row.array, row.used_index(node.loc), node.loc) if row.index else Var(row.array, node.loc)

    def _extent(self, node: Shape) -> Expr:
        row = self.rows.get(node.array)
        array, first = (node.array, 0) if row is None else (row.array, len(row.index))
        if array not in self.arrays:
            return node
        if node.attribute and array in self.tuples:
            raise Declined("attribute", f"shape, size or ndim of {array}, which is a tuple", node.loc)
        rank = self.arrays[array]
        if node.axis is None:
            return node if not first else self._size(array, first, node)
        if node.axis == -1:
            return Const(rank - first, node.loc)
        axis = node.axis + first if node.axis >= 0 else rank + node.axis + 1
        return Shape(array, axis if first <= axis < rank else rank, node.loc)

    def _size(self, array: str, first: int, node: Shape) -> Expr:
        result: Expr = Shape(array, first, node.loc)
        for axis in range(first + 1, self.arrays[array]):
            result = Binary("*", result, Shape(array, axis, node.loc), node.loc)
        return result


class _Within(Rewrite):
    """Rebuilds the blocks alone."""

    def __init__(self) -> None:
        super().__init__({}, {})

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if isinstance(stmt, If | For | While):
            body, orelse = self.block(stmt.body), self.block(stmt.orelse)
            return (replace(stmt, body=body, orelse=orelse),)
        return (stmt,)


class TellSame(_Within):
    """Has a temporary for each two variables tell whether they are one object: a row that one got from the other."""

    def __init__(self, names: Collection[str], same: Mapping[frozenset[str], str]) -> None:
        super().__init__()
        self.names, self.same = names, same

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if not isinstance(stmt, Assign) or stmt.target not in self.names:
            return super().statement(stmt)
        source = stmt.value.name if isinstance(stmt.value, Var) else ""
        others = [name for name in self.names if name != stmt.target and source != stmt.target]
        return (stmt, *[Assign(self._name(stmt.target, x), self._is(source, x, stmt.loc), stmt.loc) for x in others])

    def _name(self, one: str, other: str) -> str:
        return self.same[frozenset((one, other))]

    def _is(self, source: str, other: str, loc: Loc) -> Expr:
        return Const(source == other, loc) if source in ("", other) else Var(self._name(source, other), loc)


class ReplaceDefinitions(_Within):
    """Puts, for each definition of a row, its indices into the temporaries, and checks them."""

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if any(stmt is definition for definition in self.row.definitions):
            return tuple(self._definition(stmt))
        return super().statement(stmt)

    def _definition(self, stmt: Stmt) -> Iterator[Stmt]:
        assert isinstance(stmt, Assign)
        _, index = row_of(stmt)
        kept = not self.row.direct or stmt.target[0] != "@"
        if kept:
            values = index or (Const(True, stmt.loc),)
            yield from (Assign(t, v, stmt.loc) for t, v in zip(self.row.temps, values, strict=True))
        for axis, value in enumerate(index):
            checked = Var(self.row.temps[axis], stmt.loc) if kept and not isinstance(value, Const) else value
            if not _is_hidden_index(value):
                yield _check(self.row.array, axis, checked, stmt.loc)


def _is_hidden_index(node: Expr) -> bool:
    """The index of a loop over the array itself: within it by construction."""
    return isinstance(node, Var) and node.name.startswith("@h")


def _check(array: str, axis: int, index: Expr, loc: Loc) -> Stmt:
    extent = Shape(array, axis, loc)
    inside = Compare((Unary("-", extent, loc), index, extent), ("<=", "<"), loc)
    return If(Unary("not", inside, loc), (Raise(loc),), (), loc)
