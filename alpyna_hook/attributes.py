"""Attributes that are read and assigned as plain Python does it, where that runs no code of the user.

    self.total += a[i]        self.total is a variable of the nest, which is given its value before and
                              keeps it until the kernel has ended well; then the attribute is set
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from alpyna_hook import ir
from alpyna_hook.reasons import Declined
from alpyna_hook.types import KIND_OF_TYPE

MISSING = object()
Read: TypeAlias = tuple[str, int | None, str, list[str]]  # name, position among the seam's values, root, attributes


class AssignedAttributes:
    """The attributes that a nest assigns, and the objects that they belong to.

    `p.x` and `q.x` may be one and the same: no other path of the nest may come by what is assigned.
    """

    def __init__(self, nest: ir.Nest, read_of: Callable[[str], Read]) -> None:
        self.reads = [read_of(name) for name in nest.attributes]
        self.names = frozenset([read[3][-1] for read in self.reads])
        others = [read_of(name) for name in dict.fromkeys([*nest.reads, *nest.attributes])]
        self.others = [
            (path, _owner(other, k), other[0])
            for path, *_, (*_, last) in self.reads
            for other in others if other[0] != path
            for k, attribute in enumerate(other[3]) if attribute == last
        ]

    def __bool__(self) -> bool:
        return bool(self.reads)

    def owners(self, value: Callable[[Read], object]) -> dict[str, object]:
        """The owner of each by its path, with the values at this moment.  Raises Declined("attribute")."""
        owners: dict[str, object] = {}
        for read in self.reads:
            path, attributes = read[0], read[3]
            owners[path] = value(_owner(read, len(attributes) - 1))
            check_assignable(owners[path], attributes[-1], path)
        for path, owner, other in self.others:
            if value(owner) is owners[path]:
                raise Declined("attribute", f"{path}, which the loop assigns, is {other}, too")
        return owners


def _owner(read: Read, depth: int) -> Read:
    """What the attribute at a depth of the path is read from."""
    name, position, root, attributes = read
    return name, position, root, attributes[:depth]


def check_assignable(owner: object, attribute: str, path: str) -> None:
    """Declines unless `owner.attribute = value` is to replace the value that the object has of its own, and no more."""
    cls = type(owner)
    if isinstance(owner, type | types.ModuleType) or cls.__setattr__ is not object.__setattr__:
        raise Declined("attribute", f"{path}: an assignment to it may do more than that")
    found = next((vars(c)[attribute] for c in cls.__mro__ if attribute in vars(c)), MISSING)
    if isinstance(found, types.MemberDescriptorType) and "__slots__" in vars(found.__objclass__):
        return
    own = getattr(owner, "__dict__", None)
    if hasattr(type(found), "__set__") or hasattr(type(found), "__delete__") or type(own) is not dict:
        raise Declined("attribute", f"{path}: an assignment to it may do more than that")
    if attribute not in own:
        raise Declined("attribute", f"{path} is not set before the loop")


def own_value(owner: object, path: str) -> Any:
    """The value of an attribute that is assignable; MISSING for an empty slot."""
    attribute = path.rpartition(".")[2]
    try:
        return object.__getattribute__(owner, attribute)
    except AttributeError:
        return MISSING


def assign(owner: object, path: str, value: Any) -> None:
    attribute = path.rpartition(".")[2]
    if value is MISSING:
        object.__delattr__(owner, attribute)
    else:
        object.__setattr__(owner, attribute, value)


def plain_attribute(owner: object, attribute: str, path: str) -> object:
    """`owner.attribute` where reading it runs no code.  Raises Declined("attribute")."""
    if isinstance(owner, types.ModuleType):
        value = vars(owner).get(attribute, MISSING)
        if value is MISSING:
            raise Declined("attribute", path)
        return value
    if isinstance(owner, type):
        value = next((vars(c)[attribute] for c in owner.__mro__ if attribute in vars(c)), MISSING)
        if isinstance(value, staticmethod):
            return value.__func__
        if type(owner) is not type or value is MISSING or hasattr(type(value), "__get__"):
            raise Declined("attribute", path)
        return value
    if type(owner) is np.ndarray and attribute in ("size", "ndim"):
        return getattr(owner, attribute)
    if KIND_OF_TYPE.get(type(owner)) or isinstance(owner, np.ndarray):
        raise Declined("attribute", path)
    cls = type(owner)
    if cls.__getattribute__ is not object.__getattribute__:
        raise Declined("attribute", f"{path}: {cls.__name__} has its own __getattribute__")
    found = next((vars(c)[attribute] for c in cls.__mro__ if attribute in vars(c)), MISSING)
    if isinstance(found, types.MemberDescriptorType):
        value = getattr(owner, attribute, MISSING)
    elif found is not MISSING and hasattr(type(found), "__set__"):
        raise Declined("attribute", f"{path} is a {type(found).__name__}")
    else:
        value = getattr(owner, "__dict__", {}).get(attribute, MISSING)
        if value is MISSING and isinstance(found, types.FunctionType):
            return types.MethodType(found, owner)
        if value is MISSING and isinstance(found, staticmethod):
            return found.__func__
        if value is MISSING and found is not MISSING and not hasattr(type(found), "__get__"):
            value = found
    if value is MISSING:
        raise Declined("attribute", path)
    return value


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
