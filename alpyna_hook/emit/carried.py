"""What an iteration of a kernel's outermost loop needs from those before it, if they ran in another call of the kernel."""

from __future__ import annotations

from collections.abc import Iterable

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.layout import Layout, Slot, words
from alpyna_hook.ir.schema import Record


class Carry(Record):
    """What goes on from one part to the next, as places in the frame, in bytes.

    moved: where the kernel leaves a variable, where it takes it from, and how much that is.  unbound: of those that it is not
    given: the value, how much that is, and the word that tells whether they were assigned, since the part began.
    """

    moved: tuple[tuple[int, int, int], ...]
    unbound: tuple[tuple[int, int, int], ...]


def carry(typed: t.TypedNest, layout: Layout) -> Carry | None:
    """None where an iteration needs more than variables and arrays from those before it."""
    loop = typed.loop
    inner = list(t.statements((loop,)))
    assigned = {name for s in inner for name in t.targets(s)}
    nodes = [x for s in inner for e in t.expressions(s) for x in t.walk(e)]
    if not isinstance(loop, t.For) or loop.orelse or not _keeps_bounds(loop, assigned):
        return None
    if any(isinstance(x, t.Var) and x.obligation is not None for x in nodes) or any(isinstance(s, t.Raise) for s in inner):
        return None  # whether a variable was assigned before is not known in a later part
    if not assigned.intersection(typed.inputs) <= layout.outputs.keys():
        return None
    moved = [(slot.value, layout.inputs[name].value, _size(slot)) for name, slot in layout.outputs.items() if name in layout.inputs]
    moved += [(s.tag, layout.inputs[n].tag, 8) for n, s in layout.outputs.items() if n in layout.inputs and s.tag >= 0]
    unbound = [(slot.value, slot.assigned - slot.value, slot.assigned) for slot in layout.outputs.values() if slot.assigned >= 0]
    return Carry(tuple(moved), tuple(unbound))


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
