"""From the names that a nest reads to what they stand for at this moment.

`bind` sorts the live values into arrays, scalars and functions, and forms the signature: all of
the types, none of the values.  What a signature has led to is remembered, so a second call with
the same types only fetches the values.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from alpyna_hook.bind.fixed import (
    conditions,
    outcome,
    outer_conditions,
    passed_names,
    specialised,
    specialised_function,
)
from alpyna_hook.bind.functions import attribute_paths, captured, check_defaults, closure_of
from alpyna_hook.bind.headers import made
from alpyna_hook.bind.obstacles import of_names
from alpyna_hook.guest import registries
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.facts import Facts, UserFunction
from alpyna_hook.ir.kinds import (
    rep_of_kind,
)
from alpyna_hook.live.attributes import AssignedAttributes, Read
from alpyna_hook.live.binding import Binding as Binding, Live as Live, sort_plain
from alpyna_hook.live.names import LiveNames as LiveNames, Names
from alpyna_hook.live.tuples import given_items, is_tuple, live_tuple, part, tuple_of
from alpyna_hook.operators.genuine import KNOWN, known
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.origin import module_of
from alpyna_hook.seam.records import MISSING
from alpyna_hook.seam.source import ModuleSource

_LONGEST_OPTION, _MOST_OPTIONS = 64, 16
_MOST_MADE = 64  # arrays of tuples that are kept


Meanings: TypeAlias = tuple[tuple[str, str | None], ...]


class Binder(Names):
    """Binds the names of one nest.  It lives as long as the nest's code, and keeps no value of the program."""

    def __init__(self, nest: ir.Nest, in_params: Mapping[str, int], meanings: Meanings = (), data: bytes = b"") -> None:
        super().__init__(in_params, nest.writes)
        self.nest = nest
        self.meanings, self.data = meanings, data  # what names were taken for at its capture; the nest as bytes, if there are any
        self.is_kept = False  # for later processes
        self.calls = {n.function for n in ir.walk(nest.loop) if isinstance(n, ir.Call)}
        self.reads = [self.read_of(name) for name in nest.reads if name not in nest.header_reads]
        self.conditions = conditions(nest)
        tested = {condition.name for condition in self.conditions}
        self.tested = [read for read in self.reads if read[0] in tested]
        self.assigned = AssignedAttributes(nest, self.read_of)
        self.special: dict[tuple[object, ...], tuple[ir.Nest, list[Read]]] = {}  # by the conditions' outcomes
        # By module, first line and name of the code, and not by the code, which this would keep alive.
        self.user_functions: dict[tuple[ModuleSource | None, int, str, bool], UserFunction] = {}
        self.passed = set(passed_names(nest))
        self.options: set[str] = set()
        self.reads_outside: dict[tuple[str, tuple[bool, ...]], tuple[str, ...]] = {}  # of called functions
        self.item_names: dict[tuple[str, tuple[int, ...]], list[str]] = {}
        self.rest: tuple[ir.Nest, Facts, frozenset[str]] | None = None  # what a refusal leaves to look at for a report
        self.made: dict[tuple[object, ...], np.ndarray[Any, Any]] = {}  # of tuples; for the same numbers at the same place

    @property
    def is_plain(self) -> bool:
        """Whether numbers, arrays and functions of known meaning are all that the nest may be bound to."""
        return bool(self.data) and not (self.conditions or self.assigned or self.nest.made)

    def bind(self, values: tuple[object, ...], namespace: dict[str, Any]) -> Binding:
        """Raises Declined for a name or a value that is not supported."""
        try:
            return self._bound(values, namespace)
        except Declined as declined:
            told = self._told(declined, values, namespace)
        raise told

    def _told(self, first: Declined, values: tuple[object, ...], namespace: dict[str, Any]) -> Declined:
        """The refusal, with the place of the name that it is about, and those of the names after it."""
        live = Live(values, namespace)
        nest, reads = self.nest, self.reads
        self.rest = None
        if self.conditions:
            try:
                nest, reads = self.specialised_for(*self.decided(live))
            except Declined:
                return of_names(first, nest, (), lambda read: None)
        arrays: dict[str, Any] = {}
        scalars: dict[str, Any] = {}
        functions: dict[str, object] = {}
        bound: list[str] = []

        def bind(read: Read) -> None:
            own: tuple[dict[str, Any], dict[str, Any], dict[str, object]] = {}, {}, {}
            self.sort(read[0], self.look_up(read, live), *own, [], live)
            for whole, new in zip((arrays, scalars, functions), own, strict=True):
                whole.update(new)
            bound.append(read[0])

        result = of_names(first, nest, reads, bind)
        binding = Binding(arrays, scalars, functions, (), nest, {}, namespace, live.tuples, live.fixed, live.outcomes, {})
        unknown = {read[0] for read in reads}.difference(bound)
        self.rest = nest, binding.facts(), frozenset([*unknown, *[made.name for made in nest.made]])
        return result

    def _bound(self, values: tuple[object, ...], namespace: dict[str, Any]) -> Binding:
        arrays: dict[str, np.ndarray[Any, Any]] = {}
        scalars: dict[str, Any] = {}
        functions: dict[str, object] = {}
        signature: list[object] = []
        live = Live(values, namespace)
        nest, reads = self.nest, self.reads
        if self.conditions:
            decided = self.decided(live)
            nest, reads = self.specialised_for(*decided)
            signature += decided
        for read in reads:
            name, value = read[0], self.look_up(read, live)
            genuine = KNOWN.get(id(value))
            if genuine is not None:
                functions[name] = genuine
                signature.append(genuine)
            else:
                self.sort(name, value, arrays, scalars, functions, signature, live)
        for what in nest.made:
            self._make(what, arrays, scalars, functions, signature, live)
        owners = self.assigned.owners(lambda read: self.look_up(read, live)) if self.assigned else {}
        return Binding(
            arrays, scalars, functions, tuple(signature), nest, owners, namespace, live.tuples, live.fixed, live.outcomes, {}
        )

    def _make(
        self, what: ir.Made, arrays: dict[str, Any], scalars: dict[str, Any],
        functions: dict[str, object], signature: list[object], live: Live,
    ) -> None:
        array = made(what, lambda path: self.look_up(self.read_of(path), live))
        try:
            self.sort(what.name, array, arrays, scalars, functions, signature, live)
        except Declined as declined:
            detail = declined.detail.replace(what.name, ast.unparse(what.node))
            raise Declined(declined.reason.slug, detail, what.loc) from None

    def decided(self, live: Live) -> tuple[tuple[bool, ...], frozenset[str]]:
        """The outcomes of the fixed conditions, and which of their names stand for None or a text."""
        tested = {read[0]: self.look_up(read, live) for read in self.tested}
        outcomes = tuple([outcome(condition, tested[condition.name]) for condition in self.conditions])
        return outcomes, frozenset([name for name, value in tested.items() if value is None or type(value) is str])

    def specialised_for(self, outcomes: tuple[bool, ...], absent: frozenset[str]) -> tuple[ir.Nest, list[Read]]:
        """The nest for these outcomes, and what it still reads."""
        found = self.special.get((outcomes, absent))
        if found is None:
            keys = [condition.key for condition in self.conditions]
            nest = specialised(self.nest, dict(zip(keys, outcomes, strict=True)), absent)
            gone = (ir.names_used(self.nest) | {key[0] for key in keys}) - ir.names_used(nest) - {*nest.builtins}
            found = self.special[outcomes, absent] = nest, [read for read in self.reads if read[0] not in gone]
        return found

    def sort(
        self, name: str, value: Any, arrays: dict[str, Any], scalars: dict[str, Any],
        functions: dict[str, object], signature: list[object], live: Live,
    ) -> None:
        if sort_plain(name, value, arrays, scalars, signature):
            return
        cls = type(value)
        if is_tuple(cls):
            self._tuple(name, value, scalars, signature, live)
        elif value is None or (cls is str and self._is_option(name, value)):
            live.fixed[name] = value
            signature.append((name, value))
        else:
            self._function(name, value, arrays, scalars, functions, signature, live)

    def _is_option(self, name: str, value: str) -> bool:
        """A text that is passed on, and one of few: each leads to a kernel of its own."""
        if name.rpartition("::")[2] not in self.passed or len(value) > _LONGEST_OPTION:
            return False
        self.options.add(value)
        return len(self.options) <= _MOST_OPTIONS

    def _tuple(self, name: str, value: Any, scalars: dict[str, Any], signature: list[object], live: Live) -> None:
        one = live.tuples[name] = live_tuple(name, value)
        key = name, one.type.shape
        names = self.item_names.get(key)
        if names is None:
            names = self.item_names[key] = given_items(*key)
        scalars.update(zip(names, one.items, strict=False))
        signature.append((name, one.type))

    def make_arrays(self, binding: Binding, names: tuple[str, ...]) -> None:
        """The arrays of tuples that a kernel reads."""
        for name in names:
            items, shape, kind = part(binding.tuples[tuple_of(name)], name)
            array = np.array(items, rep_of_kind(kind)).reshape(shape)
            key = (name, shape, kind, array.tobytes())
            if len(self.made) >= _MOST_MADE:
                self.made.clear()
            binding.arrays[name] = self.made.setdefault(key, array)
            binding.spans[name] = (int(min(items)), int(max(items))) if kind == "int" else (0, 0)

    # -- functions

    def _function(
        self, name: str, value: object, arrays: dict[str, Any], scalars: dict[str, Any],
        functions: dict[str, object], signature: list[object], live: Live,
    ) -> None:
        genuine = known(value)
        if genuine is not None:
            functions[name] = genuine
            signature.append((name, genuine))
            return
        if value is MISSING:  # the nest assigns it, on some path: reading it is checked
            signature.append((name, "no value"))
            return
        function, owner = (value.__func__, value.__self__) if type(value) is types.MethodType else (value, MISSING)
        if type(function) is types.FunctionType:
            self._user_function(name, function, owner, arrays, scalars, functions, signature, live)
            return
        if name in self.calls:
            if type(value) is types.BuiltinFunctionType and type(value.__self__) is not types.ModuleType:
                owner = value.__self__
            raise Declined("call", f"{name}()" + ("" if owner is MISSING else f", a method of {type(owner).__name__}"))
        raise Declined("value-type", f"{name} is a {type(value).__name__}")

    def _user_function(
        self, name: str, function: types.FunctionType, owner: object, arrays: dict[str, Any], scalars: dict[str, Any],
        functions: dict[str, object], signature: list[object], live: Live,
    ) -> None:
        code = function.__code__
        is_method = owner is not MISSING
        place = module_of(code), code.co_firstlineno, code.co_name, is_method
        user = self.user_functions.get(place)
        if user is None:
            with registries.kept(live.namespace):
                try:
                    source = captured(function)
                except Declined as declined:
                    raise declined if declined.loc is None else declined.in_function(
                        function.__name__, code.co_filename, None) from None
                key = f"{function.__name__}@{len(self.user_functions)}"
                user = UserFunction(key, source, is_method, outer_conditions(source, is_method))
            self.user_functions[place] = user
            self.passed |= passed_names(user.code)
        check_defaults(function, user.code)
        other = live.called.get(user.key)
        functions[name] = user
        signature.append((name, user))
        if other is not None:
            if other[0] is function and other[1] is owner:
                return
            raise Declined("call", f"{function.__name__}() of two objects, or with two closures")
        live.called[user.key] = function, owner
        outer = closure_of(function)
        if is_method:
            outer[user.code.params[0]] = owner

        def value(read: str) -> object:
            return self._value_outside(read, function, outer, live)

        outcomes = tuple([outcome(condition, value(condition.name)) for condition in user.conditions])
        live.outcomes.update({(user.key, c.key): found for c, found in zip(user.conditions, outcomes, strict=True)})
        signature.append(outcomes)
        for read in self._reads_of(user, outcomes):
            self.sort(f"{user.key}::{read}", value(read), arrays, scalars, functions, signature, live)

    def _reads_of(self, user: UserFunction, outcomes: tuple[bool, ...]) -> tuple[str, ...]:
        """What a called function reads from outside of it, where its conditions come to this."""
        found = self.reads_outside.get((user.key, outcomes))
        if found is None:
            known = {c.key: result for c, result in zip(user.conditions, outcomes, strict=True)}
            code = specialised_function(user.code, lambda c: ir.Const(known[c.key], c.loc) if c.key in known else c)
            reads = user.code.reads + (attribute_paths(code, code.params[0]) if user.is_method else ())
            used = ir.names_used(code) | {*code.builtins, *[c.name for c in conditions(code)]}
            found = self.reads_outside[user.key, outcomes] = tuple([read for read in reads if read in used])
        return found

    def _value_outside(self, read: str, function: types.FunctionType, outer: dict[str, object], live: Live) -> object:
        root, *attributes = read.split(".")
        if not self.assigned.names.isdisjoint(attributes):
            raise Declined("call", f"{function.__name__}() reads {read}, which the loop may assign")
        if root in self.nest.writes and (root in outer or function.__globals__ is live.namespace):
            raise Declined("call", f"{function.__name__}() reads {root}, which the loop assigns")
        value = outer.get(root, MISSING)
        if value is MISSING:
            own: dict[str, object] = getattr(function, "__builtins__", {})
            value = function.__globals__.get(root, own.get(root, MISSING))
        if value is MISSING:
            raise Declined("unbound", f"{root} in {function.__name__}()")
        return self._attribute(value, attributes, read, live)
