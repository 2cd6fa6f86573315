"""The user's functions that a nest calls: their source, captured, and what of them may differ from it by now."""

from __future__ import annotations

import types
from collections import ChainMap

from alpyna_hook.capture import capture_function
from alpyna_hook.guest.library import origin_of
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.untracked import untracked
from alpyna_hook.live.attributes import plain_attribute, plain_item
from alpyna_hook.live.names import meaning_by
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.origin import module_of
from alpyna_hook.seam.records import MISSING


def captured(function: types.FunctionType) -> ir.Function:
    """The function's source, captured; only functions of marked modules have it."""
    code = function.__code__
    module = module_of(code)
    node = module.function_node(code.co_firstlineno, code.co_name) if module else None
    if node is None:
        raise Declined("call", f"{function.__name__}(), {_changed(code) if module else origin_of(function)}")
    if code.co_flags & 0x2A0:  # a generator or coroutine
        raise Declined("call", f"{function.__name__}() is a generator or coroutine")
    found = capture_function(node, filename=code.co_filename, name=function.__qualname__, names=_NamesOf(function))
    check_scopes(found, code)
    return untracked(found)


def _changed(code: types.CodeType) -> str:
    also = ", or one of several in a line" if code.co_name == "<lambda>" else ""
    return f"which is not as it is written in its module{also}"


class _NamesOf:
    """What the names around a function stand for (`capture.meanings.Names`)."""

    def __init__(self, function: types.FunctionType) -> None:
        builtins: dict[str, object] = getattr(function, "__builtins__", {})
        self._outer = ChainMap(closure_of(function), function.__globals__, builtins)

    def meaning(self, path: str) -> str | None:
        return meaning_by(path, self._value)

    def _value(self, path: str) -> object:
        root, *attributes = path.split(".")
        value = self._outer.get(root, MISSING)
        try:
            for step in attributes:
                value = plain_item(value, step, path) if step[0] == "[" else plain_attribute(value, step, path)
        except Declined:
            return MISSING
        return value


def check_scopes(function: ir.Function, code: types.CodeType) -> None:
    """Python's compiler sees names in what the capture leaves out: `x: float`, an `assert` under -O."""
    own = {*code.co_varnames, *code.co_cellvars}
    for name in function.reads:
        if name.partition(".")[0] in own:
            raise Declined("maybe-unbound", f"{name} in a called function", function.loc)
    for name in (name for s in function.body for node in ir.walk(s) for name in ir.targets(node)):
        if name not in own and not name.startswith("@"):
            raise Declined("statement", f"an assignment to {name}, which is not local to {function.name}()", function.loc)


def closure_of(function: types.FunctionType) -> dict[str, object]:
    outer: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            outer[name] = cell.cell_contents
        except ValueError:
            raise Declined("unbound", f"{name} in {function.__name__}()") from None
    return outer


def check_defaults(function: types.FunctionType, code: ir.Function) -> None:
    """The defaults in force must be the constants of the source."""
    if not code.defaults:
        return
    values = function.__defaults__ or ()
    live = dict(zip(reversed(code.params), reversed(values), strict=False))
    for name, source in code.defaults:
        if name not in live or not _is_default(source, live[name]):
            raise Declined("call", f"{function.__name__}() has had its defaults changed")


def _is_default(source: ir.Expr, value: object) -> bool:
    if isinstance(source, ir.Fixed):
        return type(source.value) is type(value) and source.value == value
    return isinstance(source, ir.Const) and _same(source.value, value)


def _same(constant: bool | int | float | complex, value: object) -> bool:
    """In type, value and signs of zeros."""
    if type(constant) is not type(value) or constant != value:
        return False
    return (constant != 0 and type(constant) is not complex) or repr(constant) == repr(value)


def attribute_paths(code: ir.Function, owner: str) -> tuple[str, ...]:
    """What a method reads from its object: `self.n`, `self.a`, `self.other_method`."""
    names = []
    for s in code.body:
        for node in ir.walk(s):
            for field in ("name", "array", "function"):
                name = getattr(node, field, "")
                if isinstance(name, str) and name.startswith(owner + "."):
                    names.append(name)
    return tuple(dict.fromkeys(names))
