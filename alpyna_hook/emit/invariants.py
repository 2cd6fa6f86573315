"""Calls of C functions that give the same in each iteration of a loop.

before:  while error > limit: x = x * math.exp(-rate * step) ...
after:   known = False
         while error > limit:
             if not known: value = exp(-rate * step); known = True
             x = x * value ...

Loop-invariant code motion, but in place: the call is made where it is first met, so that nothing is
computed, and no warning given, that the interpreter would not have come to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from alpyna_hook.emit.strips import is_libm, is_ufunc
from alpyna_hook.ir import typed as t


def invariant_calls(loop: t.For | t.While, groups: Mapping[str, int]) -> list[t.Op]:
    """The calls in a loop whose operands the loop does not change."""
    inner = list(t.statements(loop.body))
    roots = [e for s in inner for e in t.expressions(s)]
    if isinstance(loop, t.While):
        roots.append(loop.test)
    nodes = [x for e in roots for x in t.walk(e)]
    calls = [x for x in nodes if isinstance(x, t.Op) and _is_call(x)]
    if not calls:
        return []
    lets = {x.name: x.value for x in nodes if isinstance(x, t.Let)}
    bound = Counter([x.name for x in nodes if isinstance(x, t.Let)])
    bound.update([name for s in (loop, *inner) for name in t.targets(s)])
    stored = {groups[a] for s in inner for a in t.stored_arrays(s)}
    if isinstance(loop, t.While):
        stored |= {groups[a] for a in t.stored_arrays(t.Effect(loop.test, loop.loc))}

    def fixed(e: t.Expr) -> bool:
        match e:
            case t.Var() if e.name in lets and bound[e.name] == 1:
                return fixed(lets[e.name])
            case t.Var(obligation=None):
                return not bound[e.name]
            case t.Var() | t.CallFunction() | t.TagIs():
                return False
            case t.Load() if groups[e.array] in stored:
                return False
            case _:
                return all(map(fixed, t.operands(e)))

    return [op for op in dict.fromkeys(calls) if all(map(fixed, op.args))]


def _is_call(e: t.Op) -> bool:
    return is_ufunc(e) or is_libm(e)
