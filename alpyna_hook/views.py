"""Row variables: `row = a[i]; row[j]` becomes `a[i, j]`, once the arrays' ranks are known.

A variable that is only ever assigned rows of one array, by equally many indices, is replaced by
those indices: the assignment keeps them in temporaries "@v1", "@v2", ..., and a use of the
variable reads them.  That is right for any flow of control.  Where the indices cannot change
between the one assignment and all uses, the uses get the index expressions themselves, so that
the analyses see `a[i, j]`.

    row = a[i]                    @v1 = i
                          ->      if not (-a.shape[0] <= @v1 < a.shape[0]):
                                      raise
    s = s + row[j]                s = s + a[i, j]

The check stands for the IndexError of the assignment.  A whole array under a second name
(`b = a`) is a row by no indices.  What cannot be had so (two buffers that are swapped, a row of
either of two arrays) is declined.  Axes counted from the end, and `ndim`, are resolved too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from alpyna_hook.ir import (
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
    For,
    Function,
    If,
    Load,
    Loc,
    Nest,
    Node,
    Raise,
    Return,
    Select,
    Shape,
    Stmt,
    Store,
    Unary,
    Var,
    While,
    walk,
)
from alpyna_hook.reasons import Declined


@dataclass(frozen=True, slots=True)
class View:
    """A user's variable that is a row of an array wherever the nest has assigned it.

    After the nest it is `array[index]` (the array itself if there is no index), where a string is
    the value of that temporary; it was assigned if and only if the temporary `witness` was.
    """

    name: str
    array: str
    index: tuple[str | int, ...]
    witness: str


def resolve_views(nest: Nest, ranks: Mapping[str, int]) -> tuple[Nest, dict[str, View]]:
    """The nest without row variables, and those that the user can see; raises Declined.

    `ranks` is the number of dimensions of each name that is an array when the nest is entered.
    `writes` still has the row variables: to be assigned from their View.
    """
    body, views = _resolve((nest.loop,), ranks, nest.reads)
    loop = body[0]
    assert isinstance(loop, For | While)
    return replace(nest, loop=loop), {name: view for name, view in views.items() if name[0] != "@"}


def resolve_function_views(function: Function, ranks: Mapping[str, int]) -> Function:
    """The same for a called function, given the ranks of its array parameters and of the arrays that it reads."""
    body, _ = _resolve(function.body, ranks, (*function.params, *function.reads))
    return replace(function, body=body)


def _resolve(
    body: tuple[Stmt, ...], ranks: Mapping[str, int], live_in: Collection[str]
) -> tuple[tuple[Stmt, ...], dict[str, View]]:
    views: dict[str, View] = {}
    temps = 0
    while True:
        definitions = _definitions(body)
        arrays = {name: rank for name, rank in ranks.items() if name not in definitions}
        row = _next_row(definitions, arrays, live_in)
        if row is None:
            _check_the_rest(body, definitions, ranks, arrays, live_in)
            return _Rewrite({}, arrays).block(body), views
        width = max(1, len(row.index))
        row.temps = tuple([f"@v{temps + k + 1}" for k in range(width)])
        temps += width
        views[row.name] = row.view()
        body = _Rewrite({row.name: row}, arrays).block(_with_temps(body, row))


@dataclass(slots=True)
class _Row:
    """A variable to be replaced: rows `array[index]` of `rank` remaining dimensions."""

    name: str
    array: str
    index: tuple[Expr, ...]  # of the first definition
    definitions: list[Assign]
    temps: tuple[str, ...] = ()
    direct: bool = False  # the uses get `index` itself

    def constant(self, k: int) -> int | None:
        """The k-th index if it is the same literal in all definitions."""
        values = {_literal(_target(d)[1][k]) for d in self.definitions}
        return values.pop() if len(values) == 1 else None

    def view(self) -> View:
        constants = [self.constant(k) for k in range(len(self.index))]
        index = tuple([t if c is None else c for t, c in zip(self.temps, constants, strict=False)])
        return View(self.name, self.array, index, self.temps[-1])

    def used_index(self, loc: Loc) -> tuple[Expr, ...]:
        if self.direct:
            return self.index
        return tuple([Var(t, loc) if isinstance(t, str) else Const(t, loc) for t in self.view().index])


def _literal(node: Expr) -> int | None:
    return node.value if isinstance(node, Const) and type(node.value) is int else None


# ------------------------------------------------------------ finding the rows


def _definitions(body: Iterable[Stmt]) -> dict[str, list[Assign | For]]:
    result: dict[str, list[Assign | For]] = {}
    for node in _all(body):
        if isinstance(node, Assign):
            result.setdefault(node.target, []).append(node)
        elif isinstance(node, For):
            result.setdefault(node.index, []).append(node)
    return result


def _all(body: Iterable[Stmt]) -> Iterator[Node]:
    for stmt in body:
        yield from walk(stmt)


def _target(definition: Assign | For) -> tuple[str | None, tuple[Expr, ...]]:
    """The array and the indices of a possible row: (None, ()) for anything else."""
    if isinstance(definition, Assign):
        match definition.value:
            case Load(array, index):
                return array, index
            case Var(array):
                return array, ()
    return None, ()


def _next_row(
    definitions: Mapping[str, list[Assign | For]], arrays: Mapping[str, int], live_in: Collection[str]
) -> _Row | None:
    for name, all_of_it in definitions.items():
        targets = [_target(d) for d in all_of_it]
        rows = [(a, i) for a, i in targets if a is not None and len(i) < arrays.get(a, 0)]
        waits = [a for a, _ in targets if a in definitions and a != name]
        if not rows or waits:
            continue
        array, index = rows[0]
        same = all(a == array and len(i) == len(index) for a, i in targets)
        if not same or name in live_in:
            raise Declined("array-variable", _shown(name), all_of_it[0].loc)
        return _Row(name, array, index, [d for d in all_of_it if isinstance(d, Assign)])
    return None


def _shown(name: str) -> str:
    return "the row that a loop runs over" if name[0] == "@" else name


def _check_the_rest(
    body: Iterable[Stmt],
    definitions: Mapping[str, list[Assign | For]],
    ranks: Mapping[str, int],
    arrays: Mapping[str, int],
    live_in: Collection[str],
) -> None:
    """No variable may be left that is assigned in the nest and yet is an array."""
    for name, all_of_it in definitions.items():
        if name in ranks and name in live_in:
            raise Declined("array-variable", _shown(name), all_of_it[0].loc)
        for definition in all_of_it:
            array, index = _target(definition)
            if array is not None and len(index) < arrays.get(array, 0):
                raise Declined("array-variable", _shown(name), definition.loc)


# ---------------------------------------------------------- replacing the rows


def _with_temps(body: tuple[Stmt, ...], row: _Row) -> tuple[Stmt, ...]:
    """Puts the temporaries and the check in place of the definitions; decides whether uses are direct."""
    row.direct = len(row.definitions) == 1 and _is_direct(body, row)
    return _ReplaceDefinitions(row).block(body)


def _is_direct(body: tuple[Stmt, ...], row: _Row) -> bool:
    """Are all uses below the definition in its own block, which never assigns what the indices read?"""
    names = _simple_names(row.index)
    rest = _after(body, row.definitions[0])
    if names is None or rest is None:
        return False
    if names & _definitions(rest).keys():
        return False
    return _uses(rest, row.name) == _uses(body, row.name)


def _simple_names(index: Iterable[Expr]) -> set[str] | None:
    """The variables that arithmetic on variables reads; None for any other expression."""
    names: set[str] = set()
    for node in (n for i in index for n in walk(i)):
        if isinstance(node, Var):
            names.add(node.name)
        elif not isinstance(node, Const | Unary | Binary):
            return None
    return names


def _after(body: tuple[Stmt, ...], definition: Assign) -> tuple[Stmt, ...] | None:
    """The statements after the definition in its block."""
    for place, stmt in enumerate(body):
        if stmt is definition:
            return body[place + 1 :]
        for block in _blocks(stmt):
            found = _after(block, definition)
            if found is not None:
                return found
    return None


def _blocks(stmt: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    return (stmt.body, stmt.orelse) if isinstance(stmt, If | For | While) else ()


def _uses(body: Iterable[Stmt], name: str) -> int:
    count = 0
    for node in _all(body):
        match node:
            case Var(used) | Load(used) | Shape(used) | Store(used):
                count += used == name
    return count


class _Rewrite:
    """Rebuilds statements with the rows replaced.  Shared nodes (the index of an augmented store) stay shared."""

    def __init__(self, rows: Mapping[str, _Row], arrays: Mapping[str, int]) -> None:
        self.rows = rows
        self.arrays = arrays
        self._done: dict[int, Expr] = {}
        self._tuples: dict[int, tuple[Expr, ...]] = {}

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
            case Break() | Continue() | Raise():
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
        return new

    def exprs(self, nodes: tuple[Expr, ...]) -> tuple[Expr, ...]:
        new = self._tuples.get(id(nodes))
        if new is None:
            new = self._tuples[id(nodes)] = tuple([self.expr(node) for node in nodes])
        return new

    def element(self, array: str, index: tuple[Expr, ...], loc: Loc) -> tuple[str, tuple[Expr, ...]]:
        row = self.rows.get(array)
        new = self.exprs(index)
        if row is None:
            return array, new
        key = -id(index)
        if key not in self._tuples:
            self._tuples[key] = (*row.used_index(loc), *new)
        return row.array, self._tuples[key]

    def _expr(self, node: Expr) -> Expr:
        match node:
            case Const():
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

    def _whole(self, node: Var, row: _Row) -> Expr:
        """A row as a value: the argument of a call."""
        return Load(row.array, row.used_index(node.loc), node.loc) if row.index else Var(row.array, node.loc)

    def _extent(self, node: Shape) -> Expr:
        row = self.rows.get(node.array)
        array, first = (node.array, 0) if row is None else (row.array, len(row.index))
        if array not in self.arrays:
            return node
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


class _ReplaceDefinitions(_Rewrite):
    """Puts, for each definition of a row, its indices into the temporaries, and checks them."""

    def __init__(self, row: _Row) -> None:
        super().__init__({}, {})
        self.row = row

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if any(stmt is definition for definition in self.row.definitions):
            return tuple(self._definition(stmt))
        if isinstance(stmt, If | For | While):
            body, orelse = self.block(stmt.body), self.block(stmt.orelse)
            return (replace(stmt, body=body, orelse=orelse),)
        return (stmt,)

    def _definition(self, stmt: Stmt) -> Iterator[Stmt]:
        assert isinstance(stmt, Assign)
        _, index = _target(stmt)
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
