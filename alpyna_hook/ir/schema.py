"""Records and nodes of trees: cheap to define, and what follows from their fields alone.

    class Binary(Node):
        op: str                     Binary("+", a, b, loc).left        match e: case Binary("+", left, right): ...
        left: Expr                  children(e) gives left and right, in the order of the fields
        right: Expr                 mapped(e, change) is a Binary of what `change` makes of them
        loc: Loc

Instances have slots, and nobody changes one (mypy looks).  As with `dataclasses`, `__init__` is written and compiled for each
class, but at the first instance: most programs meet a few of the classes, and to define one costs a fiftieth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[type], type]:
        return lambda kind: kind


NONE: Mapping[Any, Any] = {}  # the default of a field


class _StructType(type):
    """Fields from the annotations, with their defaults."""

    _fields: tuple[str, ...]
    _defaults: dict[str, Any]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _StructType:
        fields = tuple(namespace.get("__annotations__", ()))
        defaults = {each: namespace.pop(each) for each in fields if each in namespace}
        made = super().__new__(cls, name, bases, {**namespace, "__slots__": fields, "__match_args__": fields})
        made._fields, made._defaults = fields, defaults
        return made


@dataclass_transform(frozen_default=True, eq_default=False)
class Struct(metaclass=_StructType):
    """Equal to itself alone."""

    if not TYPE_CHECKING:

        def __init__(self, *args: object, **kwargs: object) -> None:
            _compile(type(self), "__init__")
            self.__init__(*args, **kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join([f'{name}={getattr(self, name)!r}' for name in fields(self)])})"

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), values(self)


class Node(Struct):
    """Part of a tree: where the field of another node holds one, or a tuple of such, it is that node's child."""


@dataclass_transform(frozen_default=True, eq_default=True)
class Record(Struct):
    """Equal to those of its class whose fields are equal."""

    if not TYPE_CHECKING:

        def __eq__(self, other: object) -> bool:
            _compile(type(self), "__eq__")
            return self.__eq__(other)

        def __hash__(self) -> int:
            _compile(type(self), "__hash__")
            return hash(self)


_TEXTS = {
    "__init__": "def __init__(self, {parameters}):\n    {assignments}",
    "__eq__": "def __eq__(self, other):\n    return ({own}) == ({others}) if type(other) is type(self) else NotImplemented",
    "__hash__": "def __hash__(self):\n    return hash(({own}))",
}


def _compile(kind: _StructType, method: str) -> None:
    names = kind._fields
    text = _TEXTS[method].format(
        parameters=", ".join([f"{name}=_defaults[{name!r}]" if name in kind._defaults else name for name in names]),
        assignments="; ".join([f"self.{name} = {name}" for name in names]) or "pass",
        own="".join([f"self.{name}, " for name in names]), others="".join([f"other.{name}, " for name in names]),
    )
    namespace: dict[str, Any] = {"_defaults": kind._defaults, "__name__": kind.__module__}
    exec(text, namespace)
    setattr(kind, method, namespace[method])


S = TypeVar("S", bound=Struct)
N = TypeVar("N", bound=Node)


def fields(item: Struct) -> tuple[str, ...]:
    """The names of the fields, in the order of their definition."""
    return type(item)._fields


def values(item: Struct) -> tuple[Any, ...]:
    return tuple([getattr(item, name) for name in type(item)._fields])


def replace(item: S, **changes: Any) -> S:
    """A copy with other values in some of its fields."""
    return type(item)(**{**dict(zip(fields(item), values(item), strict=True)), **changes})


def children(node: Node) -> list[Any]:
    """The nodes in the fields of a node, in their order."""
    found: list[Any] = []
    for name in type(node)._fields:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif value and type(value) is tuple:
            _add_nodes(found, value)
    return found


def _add_nodes(found: list[Any], items: tuple[object, ...]) -> None:
    for item in items:
        if isinstance(item, Node):
            found.append(item)
        elif type(item) is tuple:
            _add_nodes(found, item)


def walk(node: Node) -> Iterator[Any]:
    """The node and all that is below it, parents first."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        below = children(node)
        below.reverse()
        pending += below


def mapped(node: N, change: Callable[[Any], Any]) -> N:
    """The node with what `change` makes of each of its children; in a tuple of nodes that may be several, or none, in a tuple.

    The node itself where nothing changes.
    """
    before = values(node)
    after = [_mapped(value, change) for value in before]
    return node if all(map(_is, before, after)) else type(node)(*after)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Node):
        return change(value)
    if type(value) is not tuple:
        return value
    items: list[Any] = []
    for item in value:
        new = _mapped(item, change)
        if isinstance(item, Node) and type(new) is tuple:
            items += new
        else:
            items.append(new)
    return value if len(items) == len(value) and all(map(_is, value, items)) else tuple(items)


def _is(a: object, b: object) -> bool:
    return a is b
