"""What an iteration of a kernel's outermost loop needs from those before it, if they ran in another call of the kernel."""

from __future__ import annotations

from collections.abc import Iterable

from alpyna_hook.emit.iterations import TURNS
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.layout import Carry, Layout, Slot, words


def carry(typed: t.TypedNest, layout: Layout) -> Carry | None:
    """None where an iteration needs more than variables and arrays from those before it."""
    loop = typed.loop
    inner = list(t.statements((loop,)))
    assigned = {name for s in inner for name in t.targets(s)}
    nodes = [x for s in inner for e in t.expressions(s) for x in t.walk(e)]
    if isinstance(loop, t.For) and not _keeps_bounds(loop, assigned):
        return None
    if any(_asks_whether_bound(typed, x) for x in (*inner, *nodes)):
        return None  # that is not known in a later part
    if not assigned.intersection(typed.inputs) <= layout.outputs.keys():
        return None
    moved = [(slot.value, layout.inputs[name].value, _size(slot)) for name, slot in layout.outputs.items() if name in layout.inputs]
    moved += [(s.tag, layout.inputs[n].tag, 8) for n, s in layout.outputs.items() if n in layout.inputs and s.tag >= 0]
    kept = [(slot.value, slot.assigned - slot.value, slot.assigned) for slot in layout.outputs.values() if slot.assigned >= 0]
    seldom = isinstance(loop, t.While) and not t.has_loops(loop.body)
    return Carry(tuple(moved), tuple(kept), TURNS if seldom else 1, isinstance(loop, t.For))


def _asks_whether_bound(typed: t.TypedNest, node: t.Stmt | t.Expr) -> bool:
    """Does it need to know whether a variable was assigned before?"""
    match node:
        case t.Var():
            return node.obligation is not None
        case t.Raise(_, int(number)):
            return typed.obligations[number] == "bound"
    return False


def _keeps_bounds(loop: t.For, assigned: Iterable[str]) -> bool:
    """Are the bounds the same whenever they are computed?"""
    for e in t.expressions(loop):
        for x in t.walk(e):
            match x:
                case t.Var(name) if name in assigned:
                    return False
                case t.Load() | t.CallFunction():  # of an array that the loop may write to under another name
                    return False
    return True


def _size(slot: Slot) -> int:
    return 8 * words(slot.variable.rep)
