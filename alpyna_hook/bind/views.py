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
(`b = a`) is a row by no indices.  What cannot be had so (a row of either of two arrays) is
declined.  Axes counted from the end, and `ndim`, are resolved too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType

from alpyna_hook.bind.views_rewrite import ReplaceDefinitions, Rewrite, Row, TellSame, View, row_of
from alpyna_hook.ir.captured import (
    Assign,
    Binary,
    Const,
    Expr,
    For,
    Function,
    If,
    Load,
    Loc,
    Nest,
    Node,
    Shape,
    Stmt,
    Store,
    Unary,
    Var,
    While,
    walk,
)
from alpyna_hook.ir.schema import replace
from alpyna_hook.reasons import Declined

__all__ = ["View", "given_name", "resolve_function_views", "resolve_views"]


def resolve_views(nest: Nest, ranks: Mapping[str, int], tuples: Collection[str] = ()) -> tuple[Nest, dict[str, View]]:
    """The nest without row variables, and those that the user can see; raises Declined.

    `ranks` is the number of dimensions of each name that is an array, or one of the `tuples`, when the nest is entered.
    `writes` still has the row variables: to be assigned from their View.
    """
    body, views = _resolve((nest.loop,), ranks, nest.reads, tuples, visible=True)
    loop = body[0]
    assert isinstance(loop, For | While)
    return replace(nest, loop=loop), {name: view for name, view in views.items() if name[0] != "@"}


def resolve_function_views(
    function: Function, ranks: Mapping[str, int], given: Mapping[str, int] = MappingProxyType({}),
    tuples: Collection[str] = (),
) -> Function:
    """The same for a called function, given the ranks of its array parameters and of the arrays that it reads.

    `given` are the parameters that stand for rows, with how many indices each call gives in `given_index` beside the array.

        def h(row): return row[0]     of h(m[i])  ->  def h(row, @row of row 0): return row[@row of row 0, 0]
    """
    outer = {name: rank - given.get(name, 0) for name, rank in ranks.items()}
    body, _ = _resolve(function.body, outer, (*function.params, *function.reads), tuples, visible=False)
    rows = {p: Row(p, p, given_index(p, count, function.loc), [], direct=True) for p, count in given.items()}
    return replace(function, body=Rewrite(rows, {p: ranks[p] for p in rows}).block(body) if rows else body)


def given_name(parameter: str, axis: int) -> str:
    """The hidden parameter for an index of the row that a call passes."""
    return f"@row of {parameter} {axis}"


def given_index(parameter: str, count: int, loc: Loc) -> tuple[Expr, ...]:
    return tuple([Var(given_name(parameter, axis), loc) for axis in range(count)])


def _resolve(
    body: tuple[Stmt, ...], ranks: Mapping[str, int], live_in: Collection[str], tuples: Collection[str], *, visible: bool
) -> tuple[tuple[Stmt, ...], dict[str, View]]:
    """visible: whether the rows can be told from each other afterwards."""
    views: dict[str, View] = {}
    same: dict[str, tuple[tuple[str, str], ...]] = {}
    temps = 0
    while True:
        definitions = _definitions(body)
        arrays = {name: rank for name, rank in ranks.items() if name not in definitions}
        row = _next_row(definitions, arrays, live_in)
        if row is None:
            _check_the_rest(definitions, ranks, arrays, live_in)
            return Rewrite({}, arrays, tuples).block(body), views
        if row.array in tuples and any(isinstance(d.value, Load) and d.value.joined for d in row.definitions):
            raise Declined("type-error", f"{row.array} is a tuple, with several indices in one subscript", row.definitions[0].loc)
        width = max(1, len(row.index))
        row.temps = tuple([f"@v{temps + k + 1}" for k in range(width)])
        temps += width
        alike = _alike(row.name, definitions) if visible and row.index and row.name not in same else []
        if alike:
            pairs = {frozenset(pair): f"@v{temps + k + 1}" for k, pair in enumerate(combinations(alike, 2))}
            temps += len(pairs)
            same |= {x: tuple([(y, pairs[frozenset((x, y))]) for y in alike[:k] if y[0] != "@"]) for k, x in enumerate(alike)}
            body = TellSame(alike, pairs).block(body)
        row.same = same.get(row.name, ())
        views[row.name] = row.view()
        body = Rewrite({row.name: row}, arrays, tuples).block(_with_temps(body, row))


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


def _next_row(
    definitions: Mapping[str, list[Assign | For]], arrays: Mapping[str, int], live_in: Collection[str]
) -> Row | None:
    for name, all_of_it in definitions.items():
        targets = [row_of(d) for d in all_of_it]
        rows = [(a, i) for a, i in targets if a is not None and len(i) < arrays.get(a, 0)]
        waits = [a for a, _ in targets if a in definitions and a != name]
        if not rows or waits:
            continue
        array, index = rows[0]
        same = all(a == array and len(i) == len(index) for a, i in targets)
        if not same or name in live_in:
            raise Declined("array-variable", _shown(name), all_of_it[0].loc)
        return Row(name, array, index, [d for d in all_of_it if isinstance(d, Assign)])
    return None


def _alike(name: str, definitions: Mapping[str, list[Assign | For]]) -> list[str]:
    """The variables that may be one object with this one; none if that cannot be seen."""
    assigned = [d for all_of_it in definitions.values() for d in all_of_it if isinstance(d, Assign)]
    copies = [{d.target, d.value.name} for d in assigned if isinstance(d.value, Var)]
    found = [name]
    for x in found:
        found += sorted({y for pair in copies if x in pair for y in pair} - {*found})
    return found if sum(x[0] != "@" for x in found) > 1 else []


def _shown(name: str) -> str:
    return "the row that a loop runs over" if name[0] == "@" else name


def _check_the_rest(
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
            array, index = row_of(definition)
            if array is not None and len(index) < arrays.get(array, 0):
                raise Declined("array-variable", _shown(name), definition.loc)


# ---------------------------------------------------------- replacing the rows


def _with_temps(body: tuple[Stmt, ...], row: Row) -> tuple[Stmt, ...]:
    """Puts the temporaries and the check in place of the definitions; decides whether uses are direct."""
    row.direct = len(row.definitions) == 1 and _is_direct(body, row)
    return ReplaceDefinitions(row).block(body)


def _is_direct(body: tuple[Stmt, ...], row: Row) -> bool:
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
