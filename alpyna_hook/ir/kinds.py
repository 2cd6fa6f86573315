"""Kinds of values under NEP 50, and how a machine represents them.

A kind is the type of one Python object: the four Python kinds "bool", "int", "float" and
"complex" (weak in NEP 50's words), or a NumPy scalar type by its dtype character code ("?",
"i1" ... "u8", "f4", "f8", "c8", "c16").  Where the type depends on the path taken, as in
`s = 0` followed by `s += a[i]`, an expression has a set of kinds that share one
representation, and a tag tells at run time which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

Kind: TypeAlias = str
Kinds: TypeAlias = frozenset[str]
Rep: TypeAlias = str  # "b1", "i1" ... "c16": what a register or a memory cell holds

PYTHON_TYPES: dict[type, Kind] = {bool: "bool", int: "int", float: "float", complex: "complex"}
NUMPY_KINDS = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16")
NUMPY_TYPES: dict[type, Kind] = {np.dtype(kind).type: kind for kind in NUMPY_KINDS}
KIND_OF_TYPE: dict[type, Kind] = {**PYTHON_TYPES, **NUMPY_TYPES}
TYPE_OF_KIND: dict[Kind, type] = {kind: cls for cls, kind in KIND_OF_TYPE.items()}
DTYPES: dict[Kind, np.dtype] = {kind: np.dtype(kind) for kind in NUMPY_KINDS}
KIND_OF_DTYPE = {dtype: kind for kind, dtype in DTYPES.items()}
_KIND_BY_IDENTITY = {id(dtype): kind for kind, dtype in DTYPES.items()}  # the objects that most arrays share

_REP = {"bool": "b1", "int": "i8", "float": "f8", "complex": "c16", "?": "b1"}
_CLASS_RANK = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
EXACT_INT = {"f4": 2**24, "f8": 2**53, "c8": 2**24, "c16": 2**53}  # every int up to here is exact


def rep_of_kind(kind: Kind) -> Rep:
    return _REP.get(kind, kind)


def kind_of_elements(dtype: np.dtype) -> Kind | None:
    """The kind that elements have when they are read; None for one that is not supported.

    `np.longlong` equals `np.int64` as a dtype where both have 64 bits, but its elements are of a type of their own.
    """
    kind = _KIND_BY_IDENTITY.get(id(dtype))
    if kind is None:
        kind = KIND_OF_DTYPE.get(dtype)
        if kind is not None and dtype.type is not TYPE_OF_KIND[kind]:
            return None
    return kind


def is_python(kind: Kind) -> bool:
    return kind in ("bool", "int", "float", "complex")


def is_int(rep: Rep) -> bool:
    return rep[0] in "iu"


def is_float(rep: Rep) -> bool:
    return rep[0] == "f"


def is_complex(rep: Rep) -> bool:
    return rep[0] == "c"


def int_range(rep: Rep) -> tuple[int, int]:
    """The least and greatest value of an integer (or bool) representation."""
    if rep == "b1":
        return 0, 1
    bits = 8 * int(rep[1:])
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if rep[0] == "i" else (0, 2**bits - 1)


def rep_of(kinds: Iterable[Kind]) -> Rep | None:
    """The least representation that holds every value of all these kinds, or None.

    Python's int counts as 64 bits here, and an integer beside a float must be checked to be exact.

    >>> rep_of({"float", "f4"}), rep_of({"int", "i2"}), rep_of({"int", "f8"}), rep_of({"i8", "u8"})
    ('f8', 'i8', 'f8', None)
    """
    reps = {rep_of_kind(k) for k in kinds}
    if len(reps) == 1:
        return next(iter(reps))
    if any(is_complex(r) for r in reps):
        return "c8" if reps <= {"c8", "f4", "b1"} else "c16"
    if any(is_float(r) for r in reps):
        return "f4" if reps <= {"f4", "b1"} else "f8"
    reps.discard("b1")
    if "u8" in reps and any(r[0] == "i" for r in reps):
        return None
    common = np.result_type(*(DTYPES[r] for r in reps))
    return KIND_OF_DTYPE[common]


def holds(rep: Rep, value: bool | int | float | complex) -> bool:
    """Whether a Python number is exactly representable."""
    if isinstance(value, complex):
        return is_complex(rep) and holds(rep, value.real) and holds(rep, value.imag)
    if isinstance(value, int):
        if rep == "b1" or is_int(rep):
            low, high = int_range(rep)
            return low <= value <= high
        return abs(value) <= EXACT_INT[rep]
    if rep in ("f8", "c16"):
        return True
    return rep in ("f4", "c8") and (value != value or (abs(value) <= 3.4e38 and float(np.float32(value)) == value))
