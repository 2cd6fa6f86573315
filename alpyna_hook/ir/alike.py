"""Which expressions of the typed nest have the same value, by their texts."""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.schema import NONE

_OWN = ("name", "called", "array", "axis", "compute", "numpy", "kind")


def spelled(e: t.Expr, definitions: Mapping[str, t.Expr] = NONE) -> str:
    """The same for expressions that have the same value where variables and memory do.  definitions: of variables."""
    match e:
        case t.Var(name) if name in definitions:
            return spelled(definitions[name], definitions)
        case t.Let():
            return spelled(e.body, {**definitions, e.name: e.value})
        case t.Const():
            own: object = e.value
        case t.CallFunction():
            own = e.function.name
        case _:
            own = [getattr(e, field, "") for field in _OWN]
    return f"{type(e).__name__}{e.rep}{own!r}({', '.join([spelled(x, definitions) for x in t.operands(e)])})"
