"""What goes into the frame of a call, and what comes out of it: as the objects that the interpreter would have left."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

from alpyna_hook.ir.kinds import TYPE_OF_KIND, holds, is_complex, is_python, rep_of_kind
from alpyna_hook.live.binding import WHICH, Binding
from alpyna_hook.live.view import View
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.variant import Variant
from alpyna_hook.seam.records import MISSING

if TYPE_CHECKING:
    from alpyna_hook.ir.interface import Variable

_NOTHING: Iterator[Any] = iter(())


def fill(variant: Variant, head: bytes, binding: Binding) -> Any:
    """The frame of one call.  Raises Declined where a scalar does not fit its representation."""
    words: list[Any] = []
    for name in variant.interface.inputs:
        words += scalar_words(variant.interface.variables[name], binding.scalars[name])
    frame = ctypes.create_string_buffer(head, variant.layout.size)
    variant.packer.pack_into(frame, variant.layout.scalar_offset, *words)
    return frame


def scalar_words(variable: Variable, value: Any) -> list[Any]:
    rep = variable.rep
    if len(variable.kinds) == 1 and rep == rep_of_kind(variable.kinds[0]):
        return [value.real, value.imag] if rep[0] == "c" else [value]
    kind = next(k for k in variable.kinds if TYPE_OF_KIND[k] is type(value))
    value = value if is_python(kind) else value.item()  # np.bool_ is no integer to `struct`
    if rep != rep_of_kind(kind) and not holds(rep, value):
        raise Declined("mixed-types", f"{variable.name} starts as {value!r}")
    words = [value.real, value.imag] if rep[0] == "c" else [value]
    return [*words, variable.kinds.index(kind)] if len(variable.kinds) > 1 else words


def unpack(variant: Variant, frame: Any) -> dict[str, Any]:
    """The outputs by name, as the objects that the interpreter would have left; unassigned ones are absent."""
    layout = variant.layout
    words = iter(variant.unpacker.unpack_from(frame, layout.output_offset))
    results: dict[str, Any] = {}
    slots = list(layout.outputs.items())
    slots += [(slot.variable.name, slot) for slot in layout.results]
    for name, slot in slots:
        variable = slot.variable
        value = complex(next(words), next(words)) if variable.rep[0] == "c" else next(words)
        kind = variable.kinds[next(words)] if slot.tag >= 0 else variable.kinds[0]
        if isinstance(value, complex) and not is_complex(rep_of_kind(kind)):
            value = value.real
        if slot.assigned < 0 or next(words):
            results[name] = TYPE_OF_KIND[kind](value)
    return results


def returned(variant: Variant, results: dict[str, Any]) -> tuple[Any]:
    values = tuple([results[v.name] for v in variant.interface.results])
    return (values if variant.interface.returns_tuple else values[0] if values else None,)


def if_assigned(variant: Variant, binding: Binding, results: dict[str, Any], name: str) -> Iterator[Any]:
    """Its value, if the nest has assigned it."""
    value = value_of(variant, binding, results, name)
    return _NOTHING if value is MISSING else iter((value,))


def value_of(variant: Variant, binding: Binding, results: dict[str, Any], name: str) -> Any:
    """What a variable or attribute was assigned in the nest, or MISSING."""
    choice = variant.choices.get(name)
    if choice is not None:
        array = choice.arrays[results[WHICH]]
        return MISSING if array is None else binding.arrays[array]
    made = variant.made.get(name)
    if made is not None:
        return tuple([value_of(variant, binding, results, item) for item in made.items]) if made.witness in results else MISSING
    view = variant.views.get(name)
    if view is not None and name not in results:
        one = next((other for other, same in view.same if results.get(same)), None)
        results[name] = row(view, binding, results) if one is None else value_of(variant, binding, results, one)
    return results.get(name, MISSING)


def row(view: View, binding: Binding, results: dict[str, Any]) -> Any:
    """The row that a row variable was left with."""
    if view.witness not in results:
        return MISSING
    index = tuple([results[k] if isinstance(k, str) else k for k in view.index])
    if view.array in binding.tuples:
        return reduce(getitem, index, binding.tuples[view.array].value)
    array = binding.arrays[view.array]
    return array[index] if index else array
