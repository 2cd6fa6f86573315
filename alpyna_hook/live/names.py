"""Looks up what the names of a nest stand for."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from alpyna_hook.ir.paths import DICTIONARY, FLOAT, RANK, TUPLE
from alpyna_hook.ir.schema import Record
from alpyna_hook.live.attributes import Read, module_dict, plain_attribute, plain_item
from alpyna_hook.live.binding import Live
from alpyna_hook.operators.genuine import meaning_of
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.records import MISSING

_FLOATS = (float, np.float64, np.float32)


class Names:
    """Those of one nest.  writes: the variables and attributes that it assigns."""

    def __init__(self, params: Mapping[str, int], writes: tuple[str, ...]) -> None:
        self.params = params  # name -> position among the values that the seam passes
        self.written = frozenset(writes)
        self.assigns_attributes = any("." in name for name in writes)

    def read_of(self, name: str) -> Read:
        root, *attributes = name.split(".")
        return name, self.params.get(root), root, attributes

    def look_up(self, read: Read, live: Live) -> object:
        name, position, root, attributes = read
        value = live.values[position] if position is not None else self._global(root, live)
        if value is MISSING and (attributes or name not in self.written):
            raise Declined("unbound", root)
        return self._attribute(value, attributes, name, live) if attributes else value

    def _attribute(self, value: object, attributes: list[str], path: str, live: Live) -> object:
        for attribute in attributes:
            if attribute in self.written and self._is_own_module(value, live):
                raise Declined("attribute", f"{path}, which the loop assigns as {attribute}")
            if attribute[0] == "[":
                value = self._item(value, attribute, path, live)
            else:
                value = plain_attribute(value, attribute, path)
        return value

    def _item(self, owner: object, step: str, path: str, live: Live) -> object:
        """Of a dictionary that the nest leaves alone: what it assigns may be an item of one, if it is looked at as vars()."""
        shown = path.replace(".[", "[")
        if owner is live.namespace or self.assigns_attributes:
            raise Declined("attribute", f"{shown}, in a loop that may assign it otherwise")
        return plain_item(owner, step, shown)

    @staticmethod
    def _is_own_module(value: object, live: Live) -> bool:
        return issubclass(type(value), types.ModuleType) and module_dict(value) is live.namespace

    def before(self, name: str, values: tuple[object, ...], namespace: dict[str, Any]) -> object:
        """What a variable that the nest assigns was before it; MISSING where that is not known."""
        position = self.params.get(name)
        if position is not None:
            return values[position]
        return namespace.get(name, MISSING) if not self.params else MISSING

    def _global(self, root: str, live: Live) -> object:
        value = live.namespace.get(root, MISSING)
        if value is MISSING:
            value = vars(builtins).get(root, MISSING)
        return value


class LiveNames(Record):
    """What the names around a nest stand for at this moment, for its capture (`capture.meanings.Names`)."""

    params: Mapping[str, int]
    values: tuple[object, ...]
    namespace: dict[str, Any]

    def meaning(self, path: str) -> str | None:
        found = meaning_by(path, self._value)
        return FLOAT if found is None and any(type(self._value(path)) is kind for kind in _FLOATS) else found

    def _value(self, path: str) -> object:
        root, *attributes = path.split(".")
        position = self.params.get(root)
        if position is None:
            value = self.namespace.get(root, vars(builtins).get(root, MISSING))
        else:
            value = self.values[position]
        try:
            for step in attributes:
                value = plain_item(value, step, path) if step[0] == "[" else plain_attribute(value, step, path)
        except Declined:
            return MISSING
        return value


def meaning_by(path: str, value_of: Callable[[str], object]) -> str | None:
    """The answer of `capture.meanings.Names`, by the values of paths; MISSING for one that has none."""
    if path.endswith(RANK):
        value = value_of(path.removesuffix(RANK))
        if type(value) is np.ndarray:
            return str(value.ndim)
        return str(len(value)) if type(value) is tuple else None
    value = value_of(path)
    if type(value) is dict or type(value) is tuple:
        return DICTIONARY if type(value) is dict else TUPLE
    return meaning_of(value)
