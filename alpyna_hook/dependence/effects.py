"""What a call may do to arrays: known functions, the user's functions, and all others."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from alpyna_hook.ir import captured as ir

_PURE_ROOTS = ("math.", "np.", "numpy.", "cmath.", "@")
_PURE = frozenset(
    "abs bool complex divmod float int len max min pow round sum sqrt exp log sin cos tan floor ceil fabs hypot".split()
)
_CHANGING = frozenset("copyto put place putmask fill_diagonal put_along_axis at shuffle".split())
ANYWHERE = "@anywhere"  # an array that may be any other one
Elements: TypeAlias = "tuple[tuple[tuple[ir.Expr, ...], bool], ...]"  # subscripts in terms of the parameters; is it a store?


@dataclass(frozen=True, slots=True)
class Effects:
    """What a call may do: to the arrays that it is given, by parameter, and to arrays that it is not given.

    `subscripts`: may it read or store elements of the parameter (or the functions that it calls)?
    """

    params: tuple[str, ...]
    stores: tuple[bool, ...]
    subscripts: tuple[bool, ...]
    stores_elsewhere: bool
    reads_elsewhere: bool
    elements: tuple[Elements | None, ...] = ()  # of each parameter, where all its accesses are known

    def stores_to(self, argument: int | str) -> bool:
        return self.stores_elsewhere or self._holds(self.stores, argument)

    def subscripts_of(self, argument: int | str) -> bool:
        return self.reads_elsewhere or self._holds(self.subscripts, argument)

    def elements_of(self, argument: int | str) -> Elements | None:
        return self.elements[argument] if isinstance(argument, int) and argument < len(self.elements) else None

    def _holds(self, flags: tuple[bool, ...], argument: int | str) -> bool:
        if isinstance(argument, str):
            if argument not in self.params:
                return any(flags)
            argument = self.params.index(argument)
        return flags[argument] if argument < len(flags) else any(flags)


@dataclass(frozen=True, slots=True, eq=False)
class Callee:
    """A captured function of the user, and what is known of those that it calls, by the names that it calls them by.

    `bound`: its first parameter is an object that the call does not pass.
    """

    code: ir.Function
    calls: Mapping[str, Called] = field(default_factory=dict)
    bound: bool = False


Called: TypeAlias = "Callee | ir.Function | Effects"
NOTHING = Effects((), (), (), False, False)
ARGUMENTS = Effects((), (True,), (True,), False, False)
ANYTHING = Effects((), (True,), (True,), True, True)


def effects_of(call: ir.Call, known: Mapping[str, Effects]) -> Effects:
    """Drawing a random number changes a state, so it counts as storing anywhere."""
    name = call.function
    effects = known.get(name)
    if effects is None:
        plain = "random" not in name and (name in _PURE or name.startswith(_PURE_ROOTS))
        effects = NOTHING if plain else ANYTHING
    changes = name.rpartition(".")[2] in _CHANGING or any(key == "out" for key, _ in call.keywords)
    return ARGUMENTS if effects is NOTHING and changes else effects


def arguments(call: ir.Call) -> Iterator[tuple[int | str, ir.Expr]]:
    """Each argument with its position or its keyword."""
    yield from enumerate(call.args)
    yield from call.keywords


def parts_of(value: ir.Expr) -> Iterator[ir.Var | ir.Load | ir.Call]:
    """Whose memory an array belongs to that is the value: a name's, a row's, or what a call gives back."""
    match value:
        case ir.Var() | ir.Load():
            yield value
        case ir.Select(_, then, orelse):
            yield from parts_of(then)
            yield from parts_of(orelse)
        case ir.BoolOp(_, operands):
            for operand in operands:
                yield from parts_of(operand)
        case ir.Call():
            yield value
            for _, argument in arguments(value):
                yield from parts_of(argument)


def changed_by(
    call: ir.Call, known: Mapping[str, Effects], *, statement: bool = False,
) -> Iterator[ir.Var | ir.Load | ir.Call]:
    """The parts of its arguments that a call may store to; one that is a statement is there for what it does."""
    effects = effects_of(call, known)
    acts = statement and call.function not in known
    for key, argument in arguments(call):
        if acts or effects.stores_to(key):
            yield from parts_of(argument)


def stored_names(
    nodes: Iterable[ir.Node], known: Mapping[str, Effects], assigned: Container[str],
) -> Iterator[str]:
    """The arrays that are stored to; ANYWHERE for those of which the name is not known."""
    for node in nodes:
        match node:
            case ir.Store(array):
                yield array
            case ir.Effect(call):
                yield from arrays_of(changed_by(call, known, statement=True), known, assigned)
            case ir.Call():
                yield from arrays_of(changed_by(node, known), known, assigned)
                if effects_of(node, known).stores_elsewhere:
                    yield ANYWHERE


def arrays_of(
    parts: Iterable[ir.Var | ir.Load | ir.Call], known: Mapping[str, Effects], assigned: Container[str],
) -> Iterator[str]:
    """The arrays that parts of arguments belong to: of a name that the nest assigns, or a function's result, any."""
    for part in parts:
        match part:
            case ir.Var(name):
                yield ANYWHERE if name in assigned else name
            case ir.Load(array):
                yield array
            case ir.Call() if effects_of(part, known) is not NOTHING:
                yield ANYWHERE


def effects_of_functions(functions: Mapping[str, Called]) -> dict[str, Effects]:
    """What each user function may do to arrays; one that calls an unknown one may do anything."""
    found: dict[int, Effects] = {}
    return {name: _effects_of_function(function, found) for name, function in functions.items()}


def _effects_of_function(function: Called, found: dict[int, Effects]) -> Effects:
    """Each is looked at once; where it calls itself, nothing is known of it."""
    if isinstance(function, Effects):
        return function
    if id(function) not in found:
        found[id(function)] = ANYTHING
        callee = function if isinstance(function, Callee) else Callee(function)
        called = {n.function for stmt in callee.code.body for n in ir.walk(stmt) if isinstance(n, ir.Call)}
        known = {name: _effects_of_function(callee.calls[name], found) for name in sorted(called & callee.calls.keys())}
        found[id(function)] = _Body(callee, known).effects()
    return found[id(function)]


class _Body:
    """One function: which parameters' arrays its names may stand for, and what it does to them."""

    def __init__(self, callee: Callee, known: Mapping[str, Effects]) -> None:
        self.known = known
        self.params = callee.code.params[1:] if callee.bound else callee.code.params
        self.nodes = [n for stmt in callee.code.body for n in ir.walk(stmt)]
        self.origins = {param: frozenset((param,)) for param in self.params}
        self._follow_assignments()

    def effects(self) -> Effects:
        stored: set[str] = set()
        touched: set[str] = set()
        for node in self.nodes:
            match node:
                case ir.Store(array):
                    stored |= self._names(array)
                case ir.Load(array):
                    touched |= self._names(array)
                case ir.Effect(call):
                    stored |= self._origin(changed_by(call, self.known, statement=True))
                case ir.Call():
                    stored |= self._origin(changed_by(node, self.known))
                    touched |= self._read_by(node)
                    stored |= {ANYWHERE} if effects_of(node, self.known).stores_elsewhere else set()
        touched |= stored
        stores, subscripts = (tuple([param in names for param in self.params]) for names in (stored, touched))
        elements = tuple([self._elements(param) for param in self.params])
        return Effects(self.params, stores, subscripts, ANYWHERE in stored, ANYWHERE in touched, elements)

    def _elements(self, param: str) -> Elements | None:
        """The accesses of a parameter's array that no other name stands for, by numbers that are parameters as passed."""
        assigned = {name for node in self.nodes for name in ir.targets(node)}
        if param in assigned or any(isinstance(n, ir.Var) and n.name == param for n in self.nodes):
            return None
        subscripted = {n.array for n in self.nodes if isinstance(n, ir.Load | ir.Store | ir.Shape)} - {param}
        if any(param in self._names(name) for name in subscripted) or any(
            isinstance(n, ir.Effect) or (isinstance(n, ir.Call) and effects_of(n, self.known) is not NOTHING) for n in self.nodes
        ):
            return None  # a row may go by another name, or to another function
        found = [(n.index, isinstance(n, ir.Store)) for n in self.nodes if isinstance(n, ir.Load | ir.Store) and n.array == param]
        simple = frozenset(self.params) - assigned
        return tuple(found) if all(_simple(i, simple) for index, _ in found for i in index) else None

    def _read_by(self, call: ir.Call) -> set[str]:
        """Arrays that a call reads: user functions say which, others may read all that they are given by name."""
        effects = effects_of(call, self.known)
        read = {ANYWHERE} if effects.reads_elsewhere else set()
        for key, argument in arguments(call):
            if effects.subscripts_of(key):
                read |= self._origin(parts_of(argument))
            elif not call.function.startswith("math."):
                names = (p.name for p in parts_of(argument) if isinstance(p, ir.Var))
                read |= {ANYWHERE for name in names if name not in self.origins}
        return read

    def _follow_assignments(self) -> None:
        assigned = [(n.target, tuple(parts_of(n.value))) for n in self.nodes if isinstance(n, ir.Assign)]
        for name in (*(target for target, _ in assigned), *(n.index for n in self.nodes if isinstance(n, ir.For))):
            self.origins.setdefault(name, frozenset())
        changed = True
        while changed:
            changed = False
            for target, parts in assigned:
                origin = self.origins[target] | self._origin(parts)
                changed = changed or origin != self.origins[target]
                self.origins[target] = origin

    def _names(self, name: str) -> frozenset[str]:
        return self.origins.get(name, frozenset((ANYWHERE,)))

    def _origin(self, parts: Iterable[ir.Var | ir.Load | ir.Call]) -> set[str]:
        """The parameters whose arrays the parts may be, or ANYWHERE."""
        found: set[str] = set()
        for part in parts:
            match part:
                case ir.Var(name) | ir.Load(name):
                    found |= self._names(name)
                case ir.Call() if effects_of(part, self.known) is not NOTHING:
                    found.add(ANYWHERE)  # it may give back any array
        return found


def _simple(expr: ir.Expr, params: frozenset[str]) -> bool:
    """Sums and products of integers and parameters."""
    match expr:
        case ir.Const(value):
            return type(value) is int
        case ir.Var(name):
            return name in params
        case ir.Unary("-", operand):
            return _simple(operand, params)
        case ir.Binary("+" | "-" | "*", left, right):
            return _simple(left, params) and _simple(right, params)
    return False
