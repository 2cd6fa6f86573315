"""Tuples of numbers, and tuples of such: immutable, so that a nest is given their items.

    W = (0.5, 0.25)      W[0], also of a tuple of several types: a number that the nest is given, named "W[0]"
                         W[k] of one type: an array that nobody can write to, made when the kernel is called
    PAIRS = ((0, 0.5), (1, 0.25))      PAIRS[k][1]: the array "PAIRS[:,1]"
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from alpyna_hook.ir.kinds import INT_MAX, INT_MIN, KIND_OF_TYPE, Kind, is_python
from alpyna_hook.ir.schema import Record
from alpyna_hook.reasons import Declined

_LARGEST = 4096  # numbers: a larger tuple takes too long to copy at each call
_FEW = 32  # items that the nest is given one by one
_LOOKS = ("__getitem__", "__len__", "__iter__", "__contains__")


class TupleType(Record):
    """The lengths, outermost first, and the kinds of all items in order: a single one where all are alike."""

    shape: tuple[int, ...]
    kinds: tuple[Kind, ...]

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def alike(self) -> Kind | None:
        """The kind of all items; None where they differ, or are NumPy's scalars, which are objects of their own."""
        return self.kinds[0] if len(self.kinds) == 1 and is_python(self.kinds[0]) else None

    def kind(self, place: int) -> Kind:
        return self.kinds[0 if len(self.kinds) == 1 else place]

    def column(self, last: int) -> Kind | None:
        """The kind of the items with this last index, if it is one, of a tuple of tuples of several types."""
        kinds = set(self.kinds[last :: self.shape[-1]])
        kind = next(iter(kinds))
        return kind if self.rank == 2 and len(kinds) == 1 and len(self.kinds) > 1 and is_python(kind) else None

    def place(self, index: tuple[int, ...]) -> int | None:
        """The position of an item among all; None where it is not given by itself, or out of range."""
        if prod(self.shape) > _FEW:
            return None
        place = 0
        for k, length in zip(index, self.shape, strict=True):
            if not -length <= k < length:
                return None
            place = place * length + k % length
        return place


class Tuple(Record):
    """A tuple of the program, as it is at one call."""

    value: Any
    type: TupleType
    items: list[Any]


def is_tuple(cls: type) -> bool:
    """A tuple, or of a subclass that looks its items up as tuples do."""
    return cls is tuple or (issubclass(cls, tuple) and all(_found(cls, name) is vars(tuple)[name] for name in _LOOKS))


def _found(cls: type, name: str) -> object:
    for base in type.__dict__["__mro__"].__get__(cls):
        own = type.__dict__["__dict__"].__get__(base)
        if name in own:
            return own[name]
    return None


def live_tuple(name: str, value: Any) -> Tuple:
    """What the tuple is made of.  Raises Declined for anything but numbers, or parts of unequal lengths."""
    shape: list[int] = []
    items: list[Any] = [value]
    while True:
        lengths = {len(part) for part in items}
        if len(lengths) > 1 or 0 in lengths:
            raise Declined("value-type", f"{name} is a tuple that is empty, or whose parts have unequal lengths")
        shape += lengths
        if prod(shape) > _LARGEST:
            raise Declined("value-type", f"{name} is a tuple of more than {_LARGEST} items")
        items = [item for part in items for item in part]
        if not is_tuple(type(items[0])):
            return Tuple(value, TupleType(tuple(shape), _kinds(name, items)), items)
        if not all(is_tuple(type(item)) for item in items):
            raise Declined("value-type", f"{name} is a tuple of numbers and tuples")


def _kinds(name: str, items: list[Any]) -> tuple[Kind, ...]:
    kinds: list[Kind] = []
    for item in items:
        cls = type(item)
        kind = KIND_OF_TYPE.get(cls) if type(cls) is type else None
        if kind is None:
            raise Declined("value-type", f"{name} is a tuple with a {cls.__name__} in it")
        if kind == "int" and not INT_MIN <= item <= INT_MAX:
            raise Declined("big-integer", name)
        kinds.append(kind)
    return tuple(kinds) if len(set(kinds)) > 1 else (kinds[0],)


def item_name(name: str, index: tuple[int, ...]) -> str:
    """What an item is called among the numbers that a nest is given."""
    return f"{name}[{','.join(map(str, index))}]"


def given_items(name: str, shape: tuple[int, ...]) -> list[str]:
    """The names of all items, in order; none of a tuple of many."""
    return [item_name(name, index) for index in product(*map(range, shape))] if prod(shape) <= _FEW else []


def column_name(name: str, last: int) -> str:
    return f"{name}[:,{last}]"


def is_item(name: str) -> bool:
    """Of a tuple, and not a path that ends with the item of a dictionary."""
    return name[-1] == "]" and name[-2] != '"' and not name.rpartition("[")[0].endswith(".")


def as_arrays(name: str, of: TupleType) -> Iterator[tuple[str, Kind, int]]:
    """The arrays that may be made of it: name, kind, and how many dimensions."""
    if of.alike is not None:
        yield name, of.alike, of.rank
    elif of.rank == 2:
        for last in range(of.shape[-1]):
            kind = of.column(last)
            if kind is not None:
                yield column_name(name, last), kind, 1


def part(one: Tuple, name: str) -> tuple[list[Any], tuple[int, ...], Kind]:
    """The items, shape and kind of an array of that name."""
    if is_item(name):
        last = int(name.rpartition(",")[2][:-1])
        return one.items[last :: one.type.shape[-1]], one.type.shape[:1], one.type.kind(last)
    return one.items, one.type.shape, one.type.kind(0)


def tuple_of(name: str) -> str:
    """The name of the tuple that an array is made of."""
    return name.rpartition("[")[0] if is_item(name) else name
