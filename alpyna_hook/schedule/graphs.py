"""The dependences of a nest, by what its functions are bound to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from alpyna_hook.dependence import Callee, NestAnalysis, Outermost, analyse
from alpyna_hook.dependence.effects import NOTHING, Called
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.facts import Known, UserFunction


def analysed(nest: ir.Nest, functions: Mapping[str, object]) -> NestAnalysis:
    """functions: what its calls are bound to.  Raises TooLarge."""
    return analyse(nest, functions=_called(functions))


def outermost(nest: ir.Nest, functions: Mapping[str, object]) -> Outermost:
    """functions: what its calls are bound to."""
    return Outermost(nest, functions=_called(functions))


def _called(functions: Mapping[str, object]) -> dict[str, Called]:
    """What the nest calls, each function with what that one calls (bound as `<its key>::<name>`)."""
    calls: defaultdict[str, dict[str, Called]] = defaultdict(dict)
    callees: dict[str, Callee] = {}
    for path, function in functions.items():
        key, _, name = path.rpartition("::")
        if isinstance(function, UserFunction):
            new = Callee(function.code, calls[function.key], function.is_method)
            calls[key][name] = callees.setdefault(function.key, new)
        elif isinstance(function, Known):
            calls[key][name] = NOTHING
    return calls[""]
