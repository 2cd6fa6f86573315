"""Decides for loops while there is no engine, which takes a tenth of a second to import, and NumPy as long again.

From the outline of a nest, and from what its calls are seen to cost, it finds out whether compiling could be worth it at all.
Only then is the engine imported, which decides from there on.
"""

from __future__ import annotations

import builtins
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType

from alpyna_hook.cost.priced import A_CALL
from alpyna_hook.operators.builtin_names import BUILTIN_NAMES, EXITS
from alpyna_hook.runtime.around import calls_to_come
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.investments import INVESTMENTS
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.seam.origin import module_of
from alpyna_hook.seam.site import refuse_unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from alpyna_hook.cost.priced import Work
    from alpyna_hook.seam.site import Site

_PLAIN = (object.__getattribute__, ModuleType.__getattribute__)
_NEVER = (list, set, frozenset, bytearray)  # types of values with which no nest is compiled
_GIVE_UP_AFTER = 32  # refusals, as in the engine
_NUMPY_CALL, _TYPE_CALL = (0.0,) * 6 + (1.0, 0.0), (0.0,) * 7 + (1.0,)
_CACHE = b"\0"  # what is no instruction, but room for one's cache


class FrontState:
    """What is known of a site before the engine is there."""

    def __init__(self, site: Site, look_up: _Values) -> None:
        self.trace = Trace()
        self.estimate = Estimate(site.outline, site.nest, look_up.work, look_up.is_scalar)


def leaves(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> bool:
    """Whether the loop is left to the interpreter; if not, the engine is to decide."""
    if site.module.options.device == "interpreter":
        disabled = refuse_unseen(site, "disabled", "")
        if disabled is not None:
            disabled.runs += 1
        site.decline_for_good()
        return True
    state = site.state
    first = state is None
    if not isinstance(state, FrontState):
        if state is not None:
            return False
        state = site.state = FrontState(site, _Values(site, values, namespace))
    judge = site.judge = site.judge or Judge()
    calls = site.take_unseen()
    if calls:
        state.trace.leave(calls)
        judge.unseen(calls)
    to_come = calls_to_come(site, judge, state.trace.runs + 1)
    if INVESTMENTS.worth_all_runs(id(site), judge.pending, state.estimate, site.module.options.jit, judge.ahead(to_come)):
        return _cannot_be_called(site, state.trace, _Values(site, values, namespace))
    if first or (judge.wants_estimate() and not state.estimate.constant):
        look_up = _Values(site, values, namespace)
        if first and (why := look_up.never()):
            state.trace.runs += 1
            state.trace.refuse("value-type", why, None)
            site.decline_for_good()
            return True
        predicted = state.estimate.of(look_up.number, look_up.shape)
        seconds = judge.estimated(predicted, state.estimate.turns)
        if look_up.unresolved or INVESTMENTS.worth_one_run(seconds, state.estimate, site.module.options.jit):
            return _cannot_be_called(site, state.trace, look_up)
    state.trace.runs += 1
    state.trace.refuse("too-small", "", None)
    judge.timing = True
    return True


def _cannot_be_called(site: Site, trace: Trace, look_up: _Values) -> bool:
    """Whether the nest calls what no engine can compile, so that none has to be imported to find that out."""
    why = look_up.uncallable()
    if not why:
        return False
    INVESTMENTS.refused(id(site))
    trace.runs += 1
    trace.refuse("call", why, None)
    for child in site.children:
        child.live = True
    if trace.refusals["call"] >= _GIVE_UP_AFTER:
        site.decline_for_good()
    return True


def _has_a_meaning(name: str, module: str) -> bool:
    """Whether a function in C may be one that can be compiled."""
    if module == "builtins":
        return name in BUILTIN_NAMES
    return module == "math" or module.partition(".")[0] == "numpy" or (module, name) in EXITS


def _is_of_numpy(function: FunctionType) -> bool:
    module: object = function.__globals__.get("__name__")
    return type(module) is str and module.partition(".")[0] == "numpy"


class _Values:
    """What the names of a nest stand for, found without running any code of the program."""

    def __init__(self, site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> None:
        self.site = site
        self.values = dict(zip(site.params, values, strict=True))
        self.namespace = namespace
        self.unresolved = False  # an attribute was asked for that may be a property
        numpy = sys.modules.get("numpy")
        self.array: Any = getattr(numpy, "ndarray", None)
        self.ufunc: Any = getattr(numpy, "ufunc", None)
        self.scalars = tuple([kind for name in ("integer", "floating") if isinstance(kind := getattr(numpy, name, None), type)])

    def _object(self, name: str) -> object:
        if name.endswith("]") and name[-2] != '"' and ".[" not in name:  # of a tuple
            of, _, place = name[:-1].rpartition("[")
            return self._item(self._object(of), int(place))
        root, *attributes = name.split(".")
        value = self.values[root] if root in self.values else self.namespace.get(root)
        for attribute in attributes:
            if attribute[0] == "[":  # of a dictionary, whose keys are not looked at here
                self.unresolved = True
                return None
            value = self._attribute(value, attribute)
        return value

    def is_scalar(self, name: str) -> bool:
        """Whether it is one of NumPy's; not to find out runs nothing of the program's."""
        return issubclass(type(self.values.get(name)), self.scalars)

    def _item(self, value: object, place: int) -> object:
        return value[place] if type(value) is tuple and -len(value) <= place < len(value) else None

    def number(self, name: str) -> float | None:
        value = self._object(name)
        if type(value) not in (int, float, bool) and not issubclass(type(value), self.scalars):
            return None
        try:
            return float(value)  # type: ignore[arg-type]
        except OverflowError:
            return None

    def shape(self, name: str) -> tuple[int, ...] | None:
        unresolved = self.unresolved
        value = self._object(name)
        if self.array is None:  # so that a property could only give a tuple
            self.unresolved = unresolved
        if type(value) is tuple:
            return (len(value),)
        return value.shape if type(value) is self.array is not None else None  # type: ignore[attr-defined]

    def never(self) -> str:
        """The name of a value with which the nest is never compiled, and its type."""
        for name in self.site.plain:
            kind = type(self._object(name))
            if kind in _NEVER:
                return f"{name} is a {kind.__name__}"
        return ""

    def _called(self, name: str) -> object:
        value = self._object(name)
        if value is None and name not in self.values and name not in self.namespace:
            value = vars(builtins).get(name)
        return value

    def work(self, name: str) -> Work:
        """Of a call, for each of the kinds of an outline: of a function in Python, as if each of its instructions ran once."""
        unresolved = self.unresolved
        value = self._called(name)
        self.unresolved = unresolved
        if type(value) is FunctionType and not _is_of_numpy(value):
            instructions = len(value.__code__.co_code[::2].replace(_CACHE, b""))
            return (float(instructions), 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
        if type(value) in (self.ufunc, FunctionType):  # or what is in Python around one
            return _NUMPY_CALL
        return _TYPE_CALL if type(value) is type and issubclass(value, self.scalars) else A_CALL

    def uncallable(self) -> str:
        """What the nest calls that no engine compiles: a function in C of which it is not known what it does, as `random.random`
        and `next` are, or one of a module that is not marked."""
        for name in self.site.calls:
            value = self._called(name)
            if type(value) is BuiltinFunctionType:
                owner: object = value.__self__
                if type(owner) is not ModuleType:
                    return f"{name}(), a method of {type(owner).__name__}"
                if not _has_a_meaning(value.__name__, owner.__name__):
                    return f"{name}()"
            elif type(value) is FunctionType and not _is_of_numpy(value) and module_of(value.__code__) is None:
                from alpyna_hook.guest.library import origin_of  # after all that a program's start needs

                return f"{name}(), {origin_of(value)}"
        return ""

    def _attribute(self, value: object, name: str) -> object:
        """Of an instance itself, or a module.  Its `__dict__` is not asked for: once that is made, all attributes take longer."""
        kind = type(value)
        plain = type(kind) is type and kind.__getattribute__ in _PLAIN and not any(name in vars(base) for base in kind.__mro__)
        try:
            if plain:
                return object.__getattribute__(value, name)
        except AttributeError:
            pass
        self.unresolved = True
        return None
