"""Attributes that are read and assigned as plain Python does it, where that runs no code of the user.

    self.total += a[i]        self.total is a variable of the nest, which is given its value before and
                              keeps it until the kernel has ended well; then the attribute is set
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from contextlib import suppress
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from alpyna_hook.ir.paths import key_of_step
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.records import MISSING

if TYPE_CHECKING:
    from alpyna_hook.ir.captured import Nest

_TUPLE_FIELD = getattr(collections, "_tuplegetter", MISSING)  # what `namedtuple` gives its fields
_MOST_KEYS = 256  # of a dictionary, that are looked at each time
_GENERIC = (object.__getattribute__, tuple.__getattribute__)
_CONTAINERS = (list, tuple, dict, set, str, bytes)
Read: TypeAlias = tuple[str, int | None, str, list[str]]  # name, position among the seam's values, root, attributes


class AssignedAttributes:
    """The attributes that a nest assigns, and the objects that they belong to.

    `p.x` and `q.x` may be one and the same: no other path of the nest may come by what is assigned.
    """

    def __init__(self, nest: Nest, read_of: Callable[[str], Read]) -> None:
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
    if issubclass(cls, (type, ModuleType)) or type.__getattribute__(cls, "__setattr__") is not object.__setattr__:
        raise Declined("attribute", f"{path}: an assignment to it may do more than that")
    found = in_class(cls, attribute)
    if type(found) is MemberDescriptorType and _is_slot(found, cls):
        return
    if _has(found, "__set__") or _has(found, "__delete__"):
        raise Declined("attribute", f"{path}: an assignment to it may do more than that")
    if attribute not in own_dict(owner):
        raise Declined("attribute", f"{path} is not set before the loop")


def own_value(owner: object, path: str) -> Any:
    """The value of an attribute that is assignable; MISSING for an empty slot."""
    attribute = path.rpartition(".")[2]
    try:
        return object.__getattribute__(owner, attribute)
    except AttributeError:
        return MISSING


def _is_slot(found: MemberDescriptorType, cls: type) -> bool:
    """A slot that objects of the class have, and not a member of some other type that is written in C."""
    return "__slots__" in _class_dict(found.__objclass__) and any(c is found.__objclass__ for c in _mro(cls))


def assign(owner: object, path: str, value: Any) -> None:
    attribute = path.rpartition(".")[2]
    if value is MISSING:
        object.__delattr__(owner, attribute)
    else:
        object.__setattr__(owner, attribute, value)


def plain_attribute(owner: object, attribute: str, path: str) -> object:
    """`owner.attribute` where reading it runs no code.  Raises Declined("attribute")."""
    cls = type(owner)
    if cls is ModuleType and attribute not in OF_EVERY_MODULE:
        value = module_dict(owner).get(attribute, MISSING)
    elif issubclass(cls, ModuleType):
        value = _of_module(owner, attribute)
    elif issubclass(cls, type):
        value = _of_class(owner, attribute)
    elif cls is np.ndarray and attribute in ("size", "ndim"):
        return getattr(owner, attribute)
    else:
        value = _of_instance(owner, attribute, path)
    if value is MISSING:
        raise Declined("attribute", path)
    return value


def plain_item(owner: object, step: str, path: str) -> object:
    """`owner["key"]` of a dictionary whose other keys compare without running code.  Raises Declined."""
    if type(owner) is not dict or len(owner) > _MOST_KEYS or not all(type(key) is str or type(key) is int for key in owner):
        raise Declined("value-type", f"{path}: not from a dictionary of at most {_MOST_KEYS} texts or integers")
    key = key_of_step(step)
    if key not in owner:
        raise Declined("unbound", path)
    return owner[key]


def _of_module(module: object, attribute: str) -> object:
    cls = type(module)
    if type.__getattribute__(cls, "__getattribute__") is not ModuleType.__getattribute__ or in_class(cls, attribute) is not MISSING:
        return MISSING
    return module_dict(module).get(attribute, MISSING)


def _of_class(owner: object, attribute: str) -> object:
    meta = type(owner)
    if type.__getattribute__(meta, "__getattribute__") is not type.__getattribute__ or in_class(meta, attribute) is not MISSING:
        return MISSING
    found: Any = in_class(owner, attribute)
    if type(found) is staticmethod:
        return found.__func__
    return MISSING if _has(found, "__get__") else found


def _of_instance(owner: object, attribute: str, path: str) -> object:
    cls = type(owner)
    if any(cls is container for container in _CONTAINERS):
        raise Declined("value-type", f"{path.rpartition('.')[0]} is a {cls.__name__}")
    if type.__getattribute__(cls, "__getattribute__") not in _GENERIC:
        raise Declined("attribute", f"{path}: {cls.__name__} has its own __getattribute__")
    found = in_class(cls, attribute)
    kind = type(found)
    plain = kind is FunctionType or kind is staticmethod or kind is MemberDescriptorType or kind is _TUPLE_FIELD
    if plain or not _has(found, "__get__"):
        try:
            return object.__getattribute__(owner, attribute)
        except (AttributeError, TypeError):  # an empty slot, or one of another class; `__getattr__` is not asked
            return MISSING
    if _has(found, "__set__") or _has(found, "__delete__"):
        raise Declined("attribute", f"{path} is a {kind.__name__}")
    return own_dict(owner).get(attribute, MISSING)  # before a descriptor such as functools.cached_property


# -- looking without running code: a class may have a property `__dict__`, its metaclass one `__mro__`

_mro = vars(type)["__mro__"].__get__
_class_dict = vars(type)["__dict__"].__get__
module_dict = vars(ModuleType)["__dict__"].__get__
OF_EVERY_MODULE = frozenset(dir(ModuleType))


def in_class(cls: object, name: str) -> object:
    """What a class or the first of its bases has under the name; MISSING if none has."""
    for base in _mro(cls):
        found = _class_dict(base).get(name, MISSING)
        if found is not MISSING:
            return found
    return MISSING


def _has(value: object, special: str) -> bool:
    """Whether the value's type has a special method."""
    return value is not MISSING and in_class(type(value), special) is not MISSING


def own_dict(owner: object) -> dict[str, object]:
    """The attributes that are the object's own; none where it keeps them otherwise than in a plain dictionary."""
    found = in_class(type(owner), "__dict__")
    if type(found) in (GetSetDescriptorType, MemberDescriptorType) and found.__name__ == "__dict__":  # type: ignore[attr-defined]
        with suppress(AttributeError, TypeError):
            own = found.__get__(owner)  # type: ignore[attr-defined]
            return own if type(own) is dict else {}
    return {}
