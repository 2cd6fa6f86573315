"""A scalar in which the iterations of an inner loop add up what is then stored, kept in the element that it is stored to.

before:  for j in range(m):                       after:  for j in range(m):
             s = 0.0                                          c[i, j] = 0.0
             for k in range(n):                               for k in range(n):
                 s += a[i, k] * b[k, j]                           c[i, j] += a[i, k] * b[k, j]
             c[i, j] = s                                  s = c[i, j]

Scalar expansion (Allen and Kennedy, Optimizing Compilers for Modern Architectures, 5.3) into memory that is there already: each
iteration of j has then a place of its own, and the loop can go inside (see `interchange`).  Legal where nothing else in the loop
touches the array, or one that overlaps it, and an element holds just what the scalar does.
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import Rep
from alpyna_hook.ir.schema import mapped, replace


def in_element(loop: t.For, groups: Mapping[str, int], reps: Mapping[str, Rep]) -> tuple[t.For, t.Assign] | None:
    """The loop, and what gives the scalar the value that it has after one iteration or more of the loop and of that in it.

    None where there is no such scalar.  groups: for each array the number of its group; reps: what its elements are.
    """
    assigned = [s for s in t.statements(loop.body) if isinstance(s, t.Assign)]
    inner = [s for s in loop.body if isinstance(s, t.For)]
    if len(assigned) != 2 or len(inner) != 1 or assigned[0].target != assigned[1].target:
        return None
    first, second = assigned
    name, last = first.target, loop.body[-1]
    if loop.body[0] is not first or second not in inner[0].body or not isinstance(last, t.Store):
        return None
    reading = [s for s in t.statements((loop,)) if any(_is(x, name) for e in t.expressions(s) for x in t.walk(e))]
    if [id(s) for s in reading] != [id(second), id(last)] or not _is(last.value, name):
        return None
    accesses = [x.array for s in t.statements((loop,)) for e in t.expressions(s) for x in t.walk(e) if isinstance(x, t.Load)]
    accesses += [s.array for s in t.statements((loop,)) if isinstance(s, t.Store) and s is not last]
    if any(groups[array] == groups[last.array] for array in accesses) or len(second.value.kinds) != 1:
        return None
    rep = reps[last.array]
    if not rep == last.value.rep == first.value.rep == second.value.rep or rep not in ("f4", "f8"):
        return None
    element = t.Load(last.array, last.index, last.obligations, second.value.kinds, rep, last.loc)

    def with_element(e: t.Expr) -> t.Expr:
        if _is(e, name):
            return element
        new = mapped(e, with_element)
        return replace(new, tag_map=(), operand_kinds=()) if isinstance(new, t.Op) and new is not e and len(new.kinds) == 1 else new

    def store(s: t.Assign) -> t.Store:
        return t.Store(last.array, last.index, with_element(s.value), last.obligations, s.loc)

    body = tuple([store(second) if s is second else s for s in inner[0].body])
    middle = tuple([replace(s, body=body) if s is inner[0] else s for s in loop.body[1:-1]])
    return replace(loop, body=(store(first), *middle)), t.Assign(name, element, last.loc)


def _is(e: t.Expr, name: str) -> bool:
    return isinstance(e, t.Var) and e.name == name
