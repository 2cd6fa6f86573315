"""All that keeps a nest from being compiled, when something does: what the first refusal does not tell.

It is looked for when a nest has been refused, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from alpyna_hook.bind.attributes import Read
from alpyna_hook.ir import captured as ir
from alpyna_hook.reasons import MOST_OBSTACLES, Declined


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
