"""Tuples that a nest or a function makes and keeps: each item is a variable of its own.

    best = (i, a[i])        @made best = True;  best[0] = i;  best[1] = a[i]
    s += best[1]            s += best[1]                          (a variable of that name)
    b[at] += 1              b[at[0], at[1]] += 1                  (at = (i, j), or of np.ndindex; also one from before the nest)
    return best             return best[0], best[1]

All that is assigned to such a variable has to be a tuple, of as many items.  Of one that is a tuple before the nest, the items
are numbers that the nest is given.  Afterwards it is made of what its items are then, if the nest has made one at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from alpyna_hook.bind.views_rewrite import Rewrite
from alpyna_hook.ir.captured import (
    Assign,
    Call,
    Const,
    Expr,
    For,
    Function,
    Load,
    Loc,
    Nest,
    Return,
    Shape,
    Stmt,
    Store,
    Unary,
    Var,
    While,
    named,
    targets,
    walk,
)
from alpyna_hook.ir.facts import Facts
from alpyna_hook.ir.schema import Record, replace
from alpyna_hook.live.tuples import TupleType, given_items, item_name, tuple_of
from alpyna_hook.reasons import Declined

MADE = "@made "  # and the variable: whether the nest has made one


class Kept(Record):
    """A variable that is a tuple of its items, if the nest has given `witness` a value."""

    items: tuple[str, ...]
    witness: str


def resolve_kept_tuples(nest: Nest, facts: Facts) -> tuple[Nest, Facts, dict[str, Kept]]:
    """The nest with the items in place of the tuples that it makes, and what it is given of them.  Raises Declined."""
    lengths = _lengths((nest.loop,))
    indices = _only_read({name: of.shape[0] for name, of in facts.tuples.items() if of.rank == 1}, (nest.loop,))
    if not lengths and not indices:
        return nest, facts, {}
    before = {name: facts.tuples[name] for name in lengths if name in facts.tuples}
    for name, (length, loc) in lengths.items():
        if name in nest.reads and (name not in before or before[name].shape != (length,) or not given_items(name, (length,))):
            raise Declined("value-type", f"{name}, which is no tuple of {length} numbers before the loop, or of too many", loc)
    kept = {name: Kept(_items(name, length), MADE + name) for name, (length, _) in lengths.items()}
    (loop,) = _Items(kept, indices).block((nest.loop,))
    assert isinstance(loop, For | While)
    return replace(nest, loop=loop), _given(facts, before), kept


def resolve_function_kept_tuples(function: Function, given: Mapping[str, int]) -> Function:
    """The same for a called function, whose variables end with it; `given`: the lengths of the tuples of numbers that it gets."""
    lengths = _lengths(function.body)
    for name, (_, loc) in lengths.items():
        if name in function.params:
            raise Declined("value-type", f"{name}, a parameter that is assigned a tuple", loc)
    kept = {name: Kept(_items(name, length), "") for name, (length, _) in lengths.items()}
    indices = _only_read(given, function.body)
    return replace(function, body=_Items(kept, indices).block(function.body)) if kept or indices else function


def _only_read(tuples: Mapping[str, int], body: Sequence[Stmt]) -> dict[str, int]:
    """Those that are an index, and that the code never assigns."""
    if not tuples:
        return {}
    nodes = [node for stmt in body for node in walk(stmt)]
    used = {index.name for node in nodes if isinstance(node, Load | Store) for index in node.index if isinstance(index, Var)}
    assigned = {target for node in nodes for target in targets(node)}
    return {name: length for name, length in tuples.items() if name in used and name not in assigned}


def _items(name: str, length: int) -> tuple[str, ...]:
    return tuple([item_name(name, (k,)) for k in range(length)])


def _given(facts: Facts, before: Mapping[str, TupleType]) -> Facts:
    """The items of tuples from before the nest as numbers; the tuples themselves are no more."""
    if not before:
        return facts
    items = {item: of.kind(k) for name, of in before.items() for k, item in enumerate(given_items(name, of.shape))}
    arrays = {name: of for name, of in facts.arrays.items() if tuple_of(name) not in before}
    tuples = {name: of for name, of in facts.tuples.items() if name not in before}
    return replace(facts, arrays=arrays, tuples=tuples, scalars={**facts.scalars, **items})


def _lengths(body: Sequence[Stmt]) -> dict[str, tuple[int, Loc]]:
    """The variables that are assigned tuples: how many items they have, and where one is made."""
    values: dict[str, list[tuple[Expr | None, Loc]]] = {}
    for node in (node for stmt in body for node in walk(stmt)):
        for target in targets(node):
            values.setdefault(target, []).append((node.value if isinstance(node, Assign) else None, node.loc))
    found: dict[str, tuple[int, Loc]] = {}
    for target, given in values.items():
        for value, loc in given:
            if isinstance(value, Call) and value.function == "@tuple":
                found.setdefault(target, (len(value.args), loc))
    before = 0
    while before < len(found):
        before = len(found)
        for target, given in values.items():
            for value, loc in given:
                if isinstance(value, Var) and value.name in found:
                    found.setdefault(target, (found[value.name][0], loc))
    for target, (length, _) in found.items():
        for value, loc in values[target]:
            if _length(value, found) != length:
                raise Declined("expression", f"{target}, which is not always a tuple of {length} items", loc)
    return found


def _length(value: Expr | None, found: Mapping[str, tuple[int, Loc]]) -> int | None:
    match value:
        case Call("@tuple", args):
            return len(args)
        case Var(name) if name in found:
            return found[name][0]
    return None


class _Items(Rewrite):
    def __init__(self, kept: Mapping[str, Kept], given: Mapping[str, int]) -> None:
        super().__init__({}, {})
        self.kept = kept
        self.given = given
        self._spliced: dict[int, tuple[Expr, ...]] = {}

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        match stmt:
            case Assign() if stmt.target in self.kept:
                return tuple(self._made(stmt, self.kept[stmt.target]))
            case Return(Var(name)) if name in self.kept:
                return (replace(stmt, value=Call("@tuple", self._parts(name, stmt.loc), (), stmt.loc)),)
        return super().statement(stmt)

    def _made(self, stmt: Assign, kept: Kept) -> Iterator[Stmt]:
        """All items are computed before the first is assigned."""
        assert isinstance(stmt.value, Call | Var)
        whole = stmt.value
        parts = self.exprs(whole.args) if isinstance(whole, Call) else self._parts(whole.name, whole.loc)
        used = {name for part in parts for node in walk(part) if (name := named(node)) is not None}
        if used & {*kept.items}:
            temporaries = [f"@next {item}" for item in kept.items]
            yield from (Assign(name, part, stmt.loc) for name, part in zip(temporaries, parts, strict=True))
            parts = tuple([Var(name, stmt.loc) for name in temporaries])
        if kept.witness:
            yield Assign(kept.witness, Const(True, stmt.loc), stmt.loc)
        yield from (Assign(item, part, stmt.loc) for item, part in zip(kept.items, parts, strict=True))

    def _parts(self, name: str, loc: Loc) -> tuple[Expr, ...]:
        return tuple([Var(item, loc) for item in self.kept[name].items])

    def element(self, array: str, index: tuple[Expr, ...], loc: Loc) -> tuple[str, tuple[Expr, ...]]:
        """`a[at]`, or `at[k]` with what follows."""
        new = self._spliced.get(id(index))
        if new is None:
            new = self._spliced[id(index)] = tuple(self._indices(index))
            self._alive.append(index)
        if array not in self.kept:
            return array, new
        items, place = self.kept[array].items, _literal(new[0])
        if place is None or not -len(items) <= place < len(items):
            raise Declined("expression", f"an item of {array}, which the loop makes, by no constant within it", loc)
        return items[place], new[1:]

    def _indices(self, index: tuple[Expr, ...]) -> Iterator[Expr]:
        for each in index:
            if not self._is_tuple(each):
                yield self.expr(each)
                continue
            assert isinstance(each, Var)
            if len(index) > 1:
                raise Declined("expression", f"{each.name}, a tuple, beside other indices", each.loc)
            if each.name in self.kept:
                yield from self._parts(each.name, each.loc)
            else:
                yield from (Load(each.name, (Const(k, each.loc),), each.loc) for k in range(self.given[each.name]))

    def _is_tuple(self, node: Expr) -> bool:
        return isinstance(node, Var) and (node.name in self.kept or node.name in self.given)

    def _expr(self, node: Expr) -> Expr:
        match node:
            case Var(name) if name in self.kept:
                raise Declined("expression", f"{name} as a whole, a tuple that the loop makes", node.loc)
            case Load(joined=False) if any(map(self._is_tuple, node.index)):
                return self._expr(replace(node, joined=True))  # which a tuple refuses, as it does here
            case Load(array) if array in self.kept:
                item, rest = self.element(array, node.index, node.loc)
                if rest and node.joined:
                    raise Declined("type-error", f"{array} is a tuple, with several indices in one subscript", node.loc)
                return Load(item, rest, node.loc) if rest else Var(item, node.loc)
            case Shape(array, 0, attribute=False) if array in self.kept:
                return Const(len(self.kept[array].items), node.loc)
            case Shape(array) if array in self.kept:
                raise Declined("attribute", f"shape, size or ndim of {array}, which is a tuple", node.loc)
            case Call() if any(_starred(arg) in self.kept for arg in node.args):
                return super()._expr(replace(node, args=tuple(self._unstarred(node.args))))
        return super()._expr(node)

    def _unstarred(self, args: Iterable[Expr]) -> Iterator[Expr]:
        for arg in args:
            name = _starred(arg)
            if name in self.kept:
                yield from self._parts(name, arg.loc)
            else:
                yield arg


def _starred(arg: Expr) -> str:
    """The variable whose items are arguments."""
    match arg:
        case Call("@star", (Var(name),)):
            return name
    return ""


def _literal(node: Expr) -> int | None:
    match node:
        case Const(int(value)):
            return value
        case Unary("-", Const(int(value))):
            return -value
    return None
