"""What the names of one call stand for: arrays, numbers and functions, and the types that inference is given of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from alpyna_hook.ir.facts import ArrayType, Facts
from alpyna_hook.ir.kinds import INT_MAX, INT_MIN, KIND_OF_DTYPE, KIND_OF_TYPE, Kind, holds, kind_of_elements
from alpyna_hook.ir.schema import Struct
from alpyna_hook.live.tuples import Tuple, as_arrays, is_item
from alpyna_hook.reasons import Declined

if TYPE_CHECKING:
    import types

    from alpyna_hook.ir import captured as ir

ALIGNED, _WRITEABLE, _WARNS_ON_WRITE = 0x0100, 0x0400, 1 << 31  # of `ndarray.flags.num` (numpy/ndarraytypes.h)
STORE_BITS = _WRITEABLE | _WARNS_ON_WRITE
WHICH = "@which"  # the number of names that arrays have changed between: see `bind/swaps.py`


class Binding(Struct):
    """The live values: arrays and scalars by name, and the facts for inference."""

    arrays: dict[str, np.ndarray[Any, Any]]
    scalars: dict[str, Any]
    functions: dict[str, object]
    signature: tuple[object, ...]
    nest: ir.Nest | None  # for the outcomes of its fixed conditions; None where the names were found without it
    owners: dict[str, object]  # of the attributes that the nest assigns
    namespace: dict[str, Any]
    tuples: dict[str, Tuple]  # their items are among the scalars, too
    fixed: dict[str, str | None]
    outcomes: dict[tuple[str, ir.FixedKey], bool]  # of conditions in called functions
    spans: dict[str, tuple[int, int]]  # of the arrays made of tuples of integers: the least and the greatest

    def facts(self) -> Facts:
        arrays = {n: ArrayType(KIND_OF_DTYPE[a.dtype], a.ndim, is_writeable(a.flags.num)) for n, a in self.arrays.items()}
        scalars = {n: KIND_OF_TYPE[type(v)] for n, v in self.scalars.items() if not is_item(n)}
        small = frozenset(n for n, v in self.scalars.items() if is_small(v))
        tuples = {n: one.type for n, one in self.tuples.items()}
        arrays |= {a: ArrayType(kind, ndim, False) for n, of in tuples.items() for a, kind, ndim in as_arrays(n, of)}
        return Facts(arrays, scalars, small, self.functions, tuples, self.fixed, self.outcomes)


def is_writeable(flags: int) -> bool:
    """Whether elements may be set, without a warning: `flags.writeable` itself warns where setting them does."""
    return flags & STORE_BITS == _WRITEABLE


def is_small(value: object) -> bool:
    """A Python number that every representation holds exactly (see `Facts`)."""
    if type(value) is int:
        return 0 <= value <= 127
    return type(value) is float and holds("f4", value)


class Live:
    """Where the names of one call are looked up; nothing that outlives the call may hold on to it."""

    __slots__ = ("called", "fixed", "namespace", "outcomes", "tuples", "values")

    def __init__(self, values: tuple[object, ...], namespace: dict[str, Any]) -> None:
        self.values = values  # those that the seam passes
        self.namespace = namespace
        self.called: dict[str, tuple[types.FunctionType, object]] = {}  # by key, with the method's object
        self.tuples: dict[str, Tuple] = {}
        self.fixed: dict[str, str | None] = {}  # None and texts
        self.outcomes: dict[tuple[str, ir.FixedKey], bool] = {}


def sort_plain(name: str, value: Any, arrays: dict[str, Any], scalars: dict[str, Any], signature: list[object]) -> bool:
    """Puts a number or an array down, with its type; False for anything else.  Raises Declined."""
    cls = type(value)
    kind = KIND_OF_TYPE.get(cls) if type(cls) is type else None  # a metaclass may have a __hash__ of its own
    if kind is not None:
        if kind == "int" and not INT_MIN <= value <= INT_MAX:
            raise Declined("big-integer", name)
        scalars[name] = value
        signature.append((name, kind, is_small(value)))
    elif cls is np.ndarray or issubclass(cls, np.ndarray):  # isinstance() would ask the value for its __class__
        arrays[name] = value
        flags = value.flags.num
        signature.append((name, array_kind(name, value, flags), value.ndim, flags & STORE_BITS))
    else:
        return False
    return True


def array_kind(name: str, array: np.ndarray[Any, Any], flags: int) -> Kind:
    """The kind of an array's elements.  Raises Declined("array-class") or ("value-type")."""
    if type(array) is not np.ndarray and type(array) is not np.memmap:
        raise Declined("array-class", f"{name} is a {type(array).__name__}")
    kind = kind_of_elements(array.dtype)
    if kind is None:
        elements = f"{array.dtype} ({array.dtype.char!r})" if array.dtype in KIND_OF_DTYPE else f"{array.dtype}"
        raise Declined("value-type" if array.dtype.isnative else "array-class", f"{name} is an array of {elements}")
    if not flags & ALIGNED:
        raise Declined("array-class", f"{name} is not aligned")
    if array.ndim == 0:
        raise Declined("dimensions", f"{name} has no dimension")
    return kind
