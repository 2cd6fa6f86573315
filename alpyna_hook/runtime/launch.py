"""One execution of a kernel: the frame filled, the loop run, the results boxed, or all put back."""

from __future__ import annotations

import ctypes
import time
from typing import Any

import numpy as np

from alpyna_hook import pipeline, typed as t
from alpyna_hook.binding import MISSING, Binder, Binding
from alpyna_hook.emit import layout as frame_layout
from alpyna_hook.hook.site import Site
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.memory import Transaction, overlap_groups
from alpyna_hook.runtime.native import FLAGS, libm_address, ufunc_addresses
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import KernelKey, Variant
from alpyna_hook.types import TYPE_OF_KIND, holds, is_python, rep_of_kind

_FOREVER = 2**62


class Flagged(Exception):
    """A run-time check failed; everything has been put back."""


def launch(
    site: Site, trace: Trace, variant: Variant, binder: Binder, binding: Binding, values: tuple[object, ...]
) -> tuple[Any, ...]:
    """The values of the site's targets, in a 1-tuple.  Raises Declined or Flagged with nothing changed."""
    typed = variant.typed
    arrays = {name: binding.arrays[name] for name in typed.arrays}
    kernel = pipeline.compiled(variant, kernel_key(variant, arrays))
    frame = fill(variant, arrays, binding)
    mask = FLAGS.mask(np.geterr()) if typed.has_float_warnings and FLAGS.available else 0
    transaction = Transaction(arrays[name] for name in typed.stored)
    begun = time.perf_counter()
    try:
        if mask:
            FLAGS.clear()
        status = kernel.entry(ctypes.addressof(frame))
        if mask and FLAGS.raised(mask):
            raise Flagged("a floating-point exception flag")
        if status in (frame_layout.FLAGGED, frame_layout.ABORTED):
            raise Flagged("a check in the kernel")
        results = unpack(variant, frame)
        boxed = tuple([box(variant, binder, results, name, values) for name in site.targets])
    except BaseException:
        transaction.roll_back()
        raise
    trace.seconds += time.perf_counter() - begun
    trace.accelerated += 1
    if status == frame_layout.RETURNED:
        result = typed.result
        site.set_return(None if result is None else results["@return"])
    return (boxed,)


def kernel_key(variant: Variant, arrays: dict[str, np.ndarray[Any, Any]]) -> KernelKey:
    unit = frozenset(
        (name, axis)
        for name, a in arrays.items()
        for axis, stride in enumerate(a.strides)
        if stride == a.itemsize
    )
    outcomes = "C" * len(variant.typed.obligations)
    return outcomes, unit, overlap_groups(arrays)


def fill(variant: Variant, arrays: dict[str, np.ndarray[Any, Any]], binding: Binding) -> Any:
    """The frame of one call.  Raises Declined where a scalar does not fit its representation."""
    layout, typed = variant.layout, variant.typed
    words: list[Any] = []
    for a in arrays.values():
        words += (a.__array_interface__["data"][0], *a.shape, *a.strides)
    words += [libm_address(name) for name in typed.libm]
    for name, rep in typed.ufuncs:
        words += ufunc_addresses(name, rep)
    for name in typed.inputs:
        words += scalar_words(typed.variables[name], binding.scalars[name])
    frame = ctypes.create_string_buffer(layout.size)
    ctypes.c_int64.from_buffer(frame, frame_layout.HIGH).value = _FOREVER
    layout.packer.pack_into(frame, frame_layout.CONTROL_BYTES, *words)
    return frame


def scalar_words(variable: t.Variable, value: Any) -> list[Any]:
    kind = next(k for k in variable.kinds if TYPE_OF_KIND[k] is type(value))
    rep = variable.rep
    if rep != rep_of_kind(kind) and not holds(rep, value if is_python(kind) else value.item()):
        raise Declined("mixed-types", f"{variable.name} starts as {value!r}")
    if rep[0] == "c":
        words = [value.real, value.imag]
    else:
        words = [value]
    if len(variable.kinds) > 1:
        words.append(variable.kinds.index(kind))
    return words


def unpack(variant: Variant, frame: Any) -> dict[str, Any]:
    """The outputs by name, as the objects that the interpreter would have left; unassigned ones are absent."""
    layout = variant.layout
    words = iter(layout.unpacker.unpack_from(frame, layout.output_offset))
    results: dict[str, Any] = {}
    slots = list(layout.outputs.items())
    if layout.result is not None:
        slots.append(("@return", layout.result))
    for name, slot in slots:
        variable = slot.variable
        value = complex(next(words), next(words)) if variable.rep[0] == "c" else next(words)
        kind = variable.kinds[next(words)] if slot.tag >= 0 else variable.kinds[0]
        if slot.assigned < 0 or next(words):
            results[name] = TYPE_OF_KIND[kind](value)
    return results


def box(variant: Variant, binder: Binder, results: dict[str, Any], name: str, values: tuple[object, ...]) -> Any:
    value = results.get(name, MISSING)
    if value is MISSING:
        value = binder.before(name, values)
    if value is MISSING:
        raise Flagged(f"{name} was not assigned")
    return value
