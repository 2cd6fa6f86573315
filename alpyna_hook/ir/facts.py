"""What type inference is told about the live values: types, never values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from alpyna_hook.ir.schema import NONE, Record, Struct

if TYPE_CHECKING:
    from alpyna_hook.ir import captured as ir
    from alpyna_hook.ir.kinds import Kind  # imports NumPy, which rewriting a module does without
    from alpyna_hook.live.tuples import TupleType


class ArrayType(Record):
    kind: Kind
    ndim: int
    writeable: bool


class Facts(Record):
    """What inference is given: the types of all that the nest reads, none of the values.

    small: Python numbers among the scalars whose value is exact in every representation
    (integers from 0 to 127, floats that are float32 values).
    functions: what the called names stand for; user's functions as `UserFunction`.
    tuples: of numbers; the arrays that may be made of them are among the arrays.
    fixed: names that stand for None or a text; outcomes: of the conditions of called functions, by their keys.
    """

    arrays: Mapping[str, ArrayType]
    scalars: Mapping[str, Kind]
    small: frozenset[str]
    functions: Mapping[str, object]
    tuples: Mapping[str, TupleType] = NONE
    fixed: Mapping[str, str | None] = NONE
    outcomes: Mapping[tuple[str, ir.FixedKey], bool] = NONE

    def rank(self, name: str) -> int:
        """How many dimensions the array or tuple has; 0 for what is neither."""
        if name in self.tuples:
            return self.tuples[name].rank
        return self.arrays[name].ndim if name in self.arrays else 0

    def ranks(self) -> dict[str, int]:
        return {name: self.rank(name) for name in (*self.arrays, *self.tuples)}


class UserFunction(Struct):
    """A captured function of the user; what it reads from outside is bound as `<key>::<name>`."""

    key: str
    code: ir.Function
    is_method: bool = False  # its first parameter is an object, not passed by the call
    conditions: tuple[ir.Fixed, ...] = ()  # on names from outside of it


class Known(Record):
    """A function whose meaning is known: family "builtin", "math", "numpy" or "type" (a kind's constructor)."""

    family: str
    name: str

    @property
    def meaning(self) -> str:
        """As the capture calls it: "range", "math.sqrt", "numpy.shape"."""
        return self.name if self.family == "builtin" else f"{self.family}.{self.name}"
