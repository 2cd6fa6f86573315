"""What a call may do to arrays: known functions, the user's functions, and all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alpyna_hook import ir

_PURE_ROOTS = ("math.", "np.", "numpy.", "cmath.", "@")
_PURE = frozenset(
    "abs bool complex divmod float int len max min pow round sum sqrt exp log sin cos tan floor ceil fabs hypot".split()
)
_CHANGING = frozenset("copyto put place putmask fill_diagonal put_along_axis at shuffle".split())
ANYWHERE = "@anywhere"  # an array that may be any other one


@dataclass(frozen=True, slots=True)
class Effects:
    """What a call may do: store to which of its parameters; store to or read arrays that it is not given."""

    stores: tuple[bool, ...]
    stores_elsewhere: bool
    reads_elsewhere: bool

    def stores_to(self, position: int) -> bool:
        return self.stores_elsewhere or (self.stores[position] if position < len(self.stores) else any(self.stores))


NOTHING, ANYTHING = Effects((), False, False), Effects((True,), True, True)


def is_pure(call: ir.Call) -> bool:
    """A function that is known not to change its arguments, nor any state (random numbers do)."""
    name = call.function
    if "random" in name or name.rpartition(".")[2] in _CHANGING or any(key == "out" for key, _ in call.keywords):
        return False
    return name in _PURE or name.startswith(_PURE_ROOTS)


def effects_of(call: ir.Call, known: Mapping[str, Effects]) -> Effects:
    if call.function in known:
        return ANYTHING if call.keywords else known[call.function]
    return NOTHING if is_pure(call) else ANYTHING


def stored_names(nodes: Iterable[ir.Node], effects: Mapping[str, Effects]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ir.Store):
            yield node.array
        elif isinstance(node, ir.Call):
            known = effects_of(node, effects)
            for position, arg in enumerate((*node.args, *(v for _, v in node.keywords))):
                if isinstance(arg, ir.Var | ir.Load) and known.stores_to(position):
                    yield arg.name if isinstance(arg, ir.Var) else arg.array


def effects_of_functions(functions: Mapping[str, ir.Function]) -> dict[str, Effects]:
    """What each user function may do to arrays; one that calls an unknown one may do anything."""
    found: dict[str, Effects] = {}
    for name, function in functions.items():
        nodes = [n for stmt in function.body for n in ir.walk(stmt)]
        stored = frozenset(stored_names(nodes, {}))
        touched = stored | {n.array for n in nodes if isinstance(n, ir.Load)}
        renamed = any(isinstance(n, ir.Assign) and isinstance(n.value, ir.Var | ir.Load) for n in nodes)
        stores = tuple([(renamed and bool(stored)) or param in stored for param in function.params])
        opaque = any(isinstance(n, ir.Call) and not is_pure(n) for n in nodes)
        local = {n.target for n in nodes if isinstance(n, ir.Assign)} | set(function.params)
        found[name] = Effects(stores, opaque or not stored <= local, opaque or not touched <= local)
    return found
