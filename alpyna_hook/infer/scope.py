"""The kinds that the variables of one function (or of the nest itself) have, as inference goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import ArrayType, Facts
from alpyna_hook.ir.kinds import Kind, Kinds, Rep, holds, is_python, rep_of
from alpyna_hook.reasons import Declined

Env: TypeAlias = dict[str, Kinds]
# what the types in a called function depend on: its key, its arrays, and the kinds and constants that it is given
CallKey: TypeAlias = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, Kinds, str], ...]]


_UNBOUND: Kinds = frozenset({"no value"})


class NeverBound(Exception):
    """A variable is read that has no value on any path to this place."""

    def __init__(self, name: str, loc: ir.Loc) -> None:
        super().__init__(name)
        self.name = name
        self.loc = loc


class Follows(Declined):
    """Of a variable that is not known, as what it was to be given was refused."""


@dataclass
class Shared:
    """What all scopes of one nest collect in a round."""

    facts: Facts
    arrays: dict[str, None] = field(default_factory=dict)
    obligations: list[str] = field(default_factory=list)
    places: list[t.Place] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)
    libm: dict[str, None] = field(default_factory=dict)
    ufuncs: dict[tuple[str, Rep], None] = field(default_factory=dict)
    functions: list[t.Function] = field(default_factory=list)
    reusable: dict[CallKey, int] = field(default_factory=dict)  # positions of the functions that stand for several calls
    settled: dict[CallKey, tuple[ir.Function, Scope]] = field(default_factory=dict)  # kept from round to round
    float_warnings: bool = False
    temporaries: int = 0
    items: dict[str, Kind] = field(default_factory=dict)  # of tuples, that are needed as numbers

    def obligation(self, what: str, place: t.Place) -> int:
        self.obligations.append(what)
        self.places.append(place)
        return len(self.obligations) - 1

    def mark(self) -> tuple[int, int]:
        return len(self.obligations), len(self.functions)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Takes back the obligations and functions since the mark."""
        del self.obligations[mark[0]:], self.places[mark[0]:], self.functions[mark[1]:]
        self.reusable = {key: k for key, k in self.reusable.items() if k < mark[1]}

    def array_type(self, array: str) -> ArrayType:
        return self.facts.arrays[array]

    def temporary(self) -> str:
        self.temporaries += 1
        return f"@x{self.temporaries}"


@dataclass
class _LoopFrame:
    breaks: Env | None = None
    continues: Env | None = None


@dataclass
class Scope:
    shared: Shared
    prefix: str  # of names that are not local: "" for the nest, "f::" in a function
    arrays: dict[str, str]  # local name of an array -> its name in the nest
    entry: Env
    locals: frozenset[str] | None  # names local to a function; None for the nest
    env: Env | None = field(default_factory=dict)
    stored_kinds: dict[str, Kinds] = field(default_factory=dict)
    constants: dict[str, set[tuple[type, object]]] = field(default_factory=dict)
    wide: set[str] = field(default_factory=set)
    heads: dict[int, Env] = field(default_factory=dict)
    frames: list[_LoopFrame] = field(default_factory=list)
    returned: tuple[Kinds, ...] | None = None  # the kinds of what is returned, in order
    returns_tuple: bool = False
    changed: bool = False
    rounds: int = 0
    active: tuple[str, ...] = ()  # functions being inferred, against recursion
    unbound: tuple[str, ...] = ()  # variables that have no value before the nest, and may be read before they are given one
    fixed: Mapping[str, str | None] = field(default_factory=dict)  # parameters that are None or a text
    unknown: set[str] = field(default_factory=set)  # for a survey: what refused statements would have assigned

    @staticmethod
    def outermost(facts: Facts, nest: ir.Nest) -> Scope:
        arrays = {name: name for name in (*facts.arrays, *facts.tuples) if "::" not in name}
        entry = {name: frozenset({kind}) for name, kind in facts.scalars.items()}
        known = facts.arrays.keys() | facts.scalars.keys() | facts.functions.keys()
        unbound = tuple([name for name in nest.targets if name in nest.reads and name not in known])
        scope = Scope(Shared(facts), "", arrays, entry, None, unbound=unbound)
        for name, kinds in entry.items():
            scope.stored_kinds[name] = kinds
            if name not in facts.small and any(is_python(k) for k in kinds):
                scope.wide.add(name)
        return scope

    def start_round(self) -> None:
        if self.locals is None:
            self.shared = Shared(self.shared.facts, settled=self.shared.settled)
        self.env = {**self.entry, **{_without_value(name): _UNBOUND for name in self.unbound}}
        self.frames = []
        self.changed = False
        self.rounds += 1

    def obligation(self, what: str, loc: ir.Loc, subject: str = "") -> int:
        """The number of a new one; the subject is what it is about, for people."""
        function = self.active[-1].partition("@")[0] if self.active else ""
        return self.shared.obligation(what, t.Place(loc, subject, function))

    # -- variables

    def set_kinds(self, name: str, kinds: Kinds, constant: bool | int | float | complex | None) -> None:
        assert self.env is not None
        self.env[name] = kinds
        if name in self.unbound:
            self.env[_without_value(name)] = frozenset()
        known = self.stored_kinds.get(name, frozenset())
        if not kinds <= known:
            self.stored_kinds[name] = known | kinds
            self.changed = True
        if any(is_python(k) for k in kinds):
            if constant is None:
                if name not in self.wide:
                    self.wide.add(name)
                    self.changed = True
            elif (key := (type(constant), constant)) not in self.constants.setdefault(name, set()):
                self.constants[name].add(key)
                self.changed = True

    def set_result(self, name: str, kinds: Kinds) -> None:
        """A temporary that takes an item of a returned tuple, and nothing else."""
        assert self.env is not None
        self.env[name] = kinds
        self.wide.add(name)
        if self.stored_kinds.get(name) != kinds:
            self.stored_kinds[name] = kinds
            self.changed = True

    def may_be_unbound(self, name: str) -> bool:
        return bool(self.unbound) and self.env is not None and bool(self.env.get(_without_value(name)))

    def variable(self, name: str) -> t.Variable:
        """Where the variable lives: in the representation of its NumPy kinds, if its Python values fit that."""
        kinds = self.stored_kinds[name]
        strong = [k for k in kinds if not is_python(k)]
        rep = rep_of(kinds)
        if strong and len(strong) < len(kinds) and name not in self.wide:
            narrow = rep_of(strong)
            constants = self.constants.get(name, set())
            if narrow and (narrow != "b1" or name not in self.entry) and all(holds(narrow, v) for _, v in constants):  # type: ignore[arg-type]
                rep = narrow
        if rep is None:
            raise Declined("mixed-types", f"{name} may be {' or '.join(sorted(kinds))}")
        return t.Variable(name, tuple(sorted(kinds)), rep)

    # -- control flow

    def copy_env(self) -> Env | None:
        return None if self.env is None else dict(self.env)

    @staticmethod
    def join(a: Env | None, b: Env | None) -> Env | None:
        if a is None or b is None:
            return a if b is None else b
        return {name: a.get(name, frozenset()) | b.get(name, frozenset()) for name in {**a, **b}}

    def enter_loop(self, loop: ir.Loop) -> Env | None:
        before = self.copy_env()
        self.heads[id(loop)] = self.join(self.heads.get(id(loop)), self.env) or {}
        self.env = dict(self.heads[id(loop)])
        self.frames.append(_LoopFrame())
        return before

    def close_loop(self, loop: ir.Loop) -> Env | None:
        """Feeds the end of the body back to the head; returns what `break` leaves with."""
        frame = self.frames.pop()
        back = self.join(self.env, frame.continues)
        head = self.join(self.heads[id(loop)], back) or {}
        if head != self.heads[id(loop)]:
            self.heads[id(loop)] = head
            self.changed = True
        return frame.breaks

    def head(self, loop: ir.Loop) -> Env:
        return self.heads[id(loop)]

    def leave(self, how: str) -> None:
        frame = self.frames[-1]
        if how == "break":
            frame.breaks = self.join(frame.breaks, self.env)
        else:
            frame.continues = self.join(frame.continues, self.env)
        self.env = None

    # -- results of functions

    def returns(self, kinds: tuple[Kinds, ...], is_tuple: bool, loc: ir.Loc) -> list[Rep]:
        """The representations of the values returned, from all `return`s so far."""
        before = self.returned if self.returned is not None else tuple([frozenset[str]() for _ in kinds])
        if len(before) != len(kinds) or (self.returned is not None and self.returns_tuple != is_tuple):
            raise Declined("mixed-types", "the returns of the loop differ in how many values they give", loc)
        joined = tuple([a | b for a, b in zip(before, kinds, strict=True)])
        if joined != self.returned:
            self.returned, self.returns_tuple = joined, is_tuple
            self.changed = True
        reps = [rep_of(k) for k in joined]
        for rep, k in zip(reps, joined, strict=True):
            if rep is None:
                raise Declined("mixed-types", f"returns {' or '.join(sorted(k))}", loc)
        return [rep for rep in reps if rep is not None]


def _without_value(name: str) -> str:
    """The entry of an environment that tells whether the variable may have no value: not empty if so, as paths join."""
    return "no value: " + name
