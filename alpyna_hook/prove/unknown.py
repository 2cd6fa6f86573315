"""Which values a compiler cannot know, and so cannot compute with before the program runs."""

from __future__ import annotations

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import is_complex


def unknown_names(nest: t.TypedNest) -> frozenset[str]:
    """Variables, and arrays for their elements, of which the compiler cannot know a value: what they are given is unknown
    wherever they are given it."""
    bodies: list[tuple[t.Stmt, ...]] = [(nest.loop,), *(f.body for f in nest.functions)]
    statements = [s for body in bodies for s in t.statements(body)]
    given = [(s.target, s.value) for s in statements if isinstance(s, t.Assign)]
    given += [(_elements(s.array), s.value) for s in statements if isinstance(s, t.Store)]
    for e in (e for s in statements for e in t.expressions(s)):
        for x in t.walk(e):
            if isinstance(x, t.Let):
                given.append((x.name, x.value))
            elif isinstance(x, t.CallFunction):
                given += zip(x.function.params, x.args, strict=True)
    # an index is known where its loop is unrolled or its first iteration is peeled
    known = {s.index for s in statements if isinstance(s, t.For)}
    names = frozenset([*nest.inputs, *map(_elements, nest.arrays), *(name for name, _ in given)]) - known
    while True:
        fewer = names - {name for name, value in given if not is_unknown(value, names)}
        if fewer == names:
            return names
        names = fewer


def widens(e: t.Cast) -> bool:
    return is_complex(e.rep) and not is_complex(e.value.rep)


def _elements(array: str) -> str:
    return array + "[]"


def is_unknown(e: t.Expr, names: frozenset[str]) -> bool:
    """Can the compiler not know the value, nor either part of a complex one, whichever way the conditions in it turn out?
    What a function returns it may know."""
    match e:
        case t.Op(name="complex"):
            return all(is_unknown(x, names) for x in e.args)
        case t.Cast() if widens(e):
            return False
        case t.Op(name="row"):
            return is_unknown(e.args[1], names)
        case t.Var():
            return e.name in names
        case t.Load():
            return _elements(e.array) in names
        case t.Dim():
            return True
        case t.Const() | t.TagIs() | t.CallFunction():
            return False
        case t.Select():
            return is_unknown(e.then, names) and is_unknown(e.orelse, names)
        case t.Let():
            return is_unknown(e.body, names)
        case _:
            return any(is_unknown(x, names) for x in t.operands(e))
