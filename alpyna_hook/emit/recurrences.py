"""Loops that wait for their own results: nothing is gained by writing several of their iterations out.

Each iteration of `s += a[k] * b[k]` ends a floating-point operation later than the one before; what else there is to do is done
meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

from alpyna_hook.ir.kernel import Load, Local, Loop, Set, Stmt, Store, Value, While, rep_of
from alpyna_hook.ir.schema import walk
from alpyna_hook.passes.rewriting import assigned, statements


def waits_for_itself(loop: Loop) -> bool:
    """Of an innermost loop: does a floating-point variable, or an element that stays the same, go from one iteration to the next?

    Not where a variable hands its value on to another, for which unrolled iterations need no copies.
    """
    inside = list(statements(loop.body))
    if any(isinstance(s, Loop | While) for s in inside):
        return False
    changed = assigned((loop,))
    sums = any(_adds_to_an_element(s, changed) for s in inside)
    before = {name: {name} for name in changed}  # the variables, as the iteration finds them, that those now depend on
    copies = {name: name for name in changed}  # of which one they are copies
    for s in inside:
        if isinstance(s, Set):
            used = {x.name for x in _locals(s.value) if x.name in changed}
            before[s.name] = {origin for name in used for origin in before[name]}
            copies[s.name] = copies.get(s.value.name, "") if isinstance(s.value, Local) else ""
    floats = {s.name for s in inside if isinstance(s, Set) and _is_float(rep_of(s.value))}
    handed_on = any(copies[name] not in ("", name) and copies[name] in floats for name in floats)
    return not handed_on and (sums or any(name in before[name] and not copies[name] for name in floats))


def _adds_to_an_element(s: Stmt, changed: set[str]) -> bool:
    if not isinstance(s, Store) or not _is_float(s.rep) or any(x.name in changed for x in _locals(s.offset)):
        return False
    place = repr((s.base, s.offset))
    return any(isinstance(x, Load) and repr((x.base, x.offset)) == place for x in walk(s.value))


def _locals(value: Value) -> Iterable[Local]:
    return [x for x in walk(value) if isinstance(x, Local)]


def _is_float(rep: str) -> bool:
    return rep[0] in "fc"
