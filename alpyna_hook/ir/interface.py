"""What the kernels of a typed nest take and give: all of it that a call of one needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alpyna_hook.ir.schema import Record, Struct

if TYPE_CHECKING:
    from alpyna_hook.ir.kinds import Kind, Rep
    from alpyna_hook.ir.typed import TypedNest


class Variable(Record):
    """A scalar of the kernel: all the kinds that it may have, and where it lives in the frame."""

    name: str
    kinds: tuple[Kind, ...]  # sorted: the tag is the position
    rep: Rep


class Interface(Struct):
    """The fields of `TypedNest` of these names; of its variables, those that come in or go out."""

    variables: dict[str, Variable]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    arrays: tuple[str, ...]
    stored: frozenset[str]
    obligations: tuple[str, ...]
    results: tuple[Variable, ...]
    returns_tuple: bool
    libm: tuple[str, ...]
    ufuncs: tuple[tuple[str, Rep], ...]
    has_float_warnings: bool


def interface_of(nest: TypedNest) -> Interface:
    given = {name: getattr(nest, name) for name in Interface.__match_args__}
    return Interface(**{**given, "variables": {name: nest.variables[name] for name in (*nest.inputs, *nest.outputs)}})
