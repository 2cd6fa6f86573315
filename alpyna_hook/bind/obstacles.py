"""All that keeps a nest from being compiled, when something does: what the first refusal does not tell.

It is looked for when a nest has been refused, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from alpyna_hook.bind.views_rewrite import Rewrite
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.schema import replace
from alpyna_hook.reasons import MOST_OBSTACLES, Declined

if TYPE_CHECKING:
    from alpyna_hook.live.attributes import Read  # which imports NumPy


def of_names(first: Declined, nest: ir.Nest, reads: Iterable[Read], bind: Callable[[Read], object]) -> Declined:
    """The first refusal with the place of the name that it is about, and those of the other names.

    bind: gives a name its value, or raises Declined.
    """
    places = _places(nest)
    found: list[Declined] = []
    for read in reads:
        try:
            bind(read)
        except Declined as declined:
            found.append(_told(declined, read[0], places))
            if len(found) == MOST_OBSTACLES:
                break
    result = found[0] if found else Declined(first.reason.slug, first.detail, first.loc or _place_of(first.detail, places))
    result.others = tuple(found[1:])
    return result


def without(nest: ir.Nest, declined: Declined) -> tuple[ir.Nest, frozenset[str]]:
    """The nest without the statement that a refusal is about, and the variables that have no value without it.

    They are assigned nowhere any more.  Of a statement around others, these are left.
    """
    if declined.loc is None:
        return nest, frozenset()
    removing = _Without(declined.loc)
    removing.block((nest.loop,))
    (loop,) = _Without(declined.loc, removing.gone).block((nest.loop,))
    assert isinstance(loop, ir.For | ir.While)
    return replace(nest, loop=loop), frozenset(removing.gone)


def following(nest: ir.Nest, unknown: frozenset[str]) -> frozenset[str]:
    """The names of which nothing is known where nothing is of these: what is assigned one of them, or a row of one."""
    given = [(node.target, ir.named(node.value)) for node in ir.walk(nest.loop) if isinstance(node, ir.Assign)]
    while True:
        more = unknown.union([target for target, name in given if name in unknown])
        if more == unknown:
            return unknown
        unknown = more


class _Without(Rewrite):
    """Without the innermost statements that a place lies in, and all assignments to the variables that these assign."""

    def __init__(self, loc: ir.Loc, gone: Iterable[str] = ()) -> None:
        super().__init__({}, {})
        self.loc = loc
        self.gone = set(gone)

    def statement(self, stmt: ir.Stmt) -> tuple[ir.Stmt, ...]:
        if isinstance(stmt, ir.If | ir.For | ir.While):
            return self._around(stmt)
        if _within(self.loc, stmt.loc):
            self.gone.update(ir.targets(stmt))
        elif self.gone.isdisjoint(ir.targets(stmt)):
            return (stmt,)
        return ()

    def _around(self, stmt: ir.If | ir.For | ir.While) -> tuple[ir.Stmt, ...]:
        inner = (*stmt.body, *stmt.orelse)
        if _within(self.loc, stmt.loc) and not any(_within(self.loc, each.loc) for each in inner):
            loc = stmt.loc
            self.gone.update(ir.targets(stmt))
            if isinstance(stmt, ir.If):
                return self.block(inner)
            stmt = ir.For(ir.HEADER, ir.Const(0, loc), ir.Const(1, loc), ir.Const(1, loc), stmt.body, stmt.orelse, loc)
        return (replace(stmt, body=self.block(stmt.body), orelse=self.block(stmt.orelse)),)


def _within(inner: ir.Loc, outer: ir.Loc) -> bool:
    return (outer.line, outer.col) <= (inner.line, inner.col) and (inner.end_line, inner.end_col) <= (outer.end_line, outer.end_col)


def place_of(nest: ir.Nest, detail: str) -> ir.Loc | None:
    """Where the name stands that a detail begins with."""
    return _place_of(detail, _places(nest))


def _told(declined: Declined, name: str, places: dict[str, ir.Node]) -> Declined:
    node = places.get(name)
    slug, detail = declined.reason.slug, declined.detail
    last = name.rpartition(".")[2]
    if isinstance(node, ir.Call):
        if slug == "attribute" and detail == name:  # a method of something that is not written in Python
            slug, detail = "call", f"{name}()"
        elif slug == "value-type" and detail.startswith(name.rpartition(".")[0] + " is a "):
            detail += f", of which {name}() is a method"
        elif detail.startswith(f"{last}()"):
            detail = name + detail[len(last):]
    return Declined(slug, detail, declined.loc or (None if node is None else _place(node, name)))


def _place_of(detail: str, places: dict[str, ir.Node]) -> ir.Loc | None:
    name = detail.partition(" ")[0].rstrip(",:()")
    node = places.get(name)
    return None if node is None else _place(node, name)


def _places(nest: ir.Nest) -> dict[str, ir.Node]:
    """Where each name stands first."""
    found: dict[str, ir.Node] = {}
    for node in ir.walk(nest.loop):
        name = ir.named(node)
        if name is None and isinstance(node, ir.Assign):
            name = node.target
        if name is not None and name not in found:
            found[name] = node
    return found


def _place(node: ir.Node, name: str) -> ir.Loc:
    """A call as a whole; the name alone of an element, or of a statement, which begins with it."""
    loc = node.loc
    if isinstance(node, ir.Load | ir.Store | ir.Assign):
        end = loc.col + len(name.encode())
        return ir.Loc(loc.line, loc.col, loc.line, min(end, loc.end_col) if loc.end_line == loc.line else end)
    return loc
