"""One execution of a kernel: the frame filled, the loop run, the results boxed, or all put back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from time import thread_time
from typing import Any

import numpy as np

from alpyna_hook import pipeline
from alpyna_hook.bind.binder import Binder, Binding
from alpyna_hook.bind.views import View
from alpyna_hook.emit import layout as frame_layout
from alpyna_hook.guest import registries
from alpyna_hook.guest.outside import came_from_outside
from alpyna_hook.guest.room import more_room
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.kinds import TYPE_OF_KIND, holds, is_complex, is_python, rep_of_kind
from alpyna_hook.kernels.build import Kernel
from alpyna_hook.log import log
from alpyna_hook.prove import Proof, prove
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime import failures
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.interrupts import Ran, Work, aside, run
from alpyna_hook.runtime.investments import INVESTMENTS
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.runtime.memory import Transaction, address, overlap_groups
from alpyna_hook.runtime.native import FLAGS, libm_address, ufunc_addresses
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Call, KernelKey, Placed, Variant
from alpyna_hook.seam.site import MISSING, Site

_FEW_KERNELS = 3  # of a variant, that may be compiled whatever they gain
_SOON = 1.5  # seconds in the interpreter: compiled, at the least of speeds, 50 ms
_MOST_CALLS = 256  # remembered for each variant
_MOST_PLACED = 64
_NOTHING: Iterator[Any] = iter(())


class NoIterations(Exception):
    """Nothing to run: the interpreter is as quick."""


class TooSmall(Exception):
    """The interpreter is quicker than a launch."""


class Flagged(Exception):
    """A run-time check failed; everything has been put back.

    by_unit: the floating-point unit told so, which flags some things that NumPy does not.  loc: where in the nest.
    """

    def __init__(self, what: str, by_unit: bool = False, loc: Loc | None = None) -> None:
        super().__init__(what)
        self.by_unit = by_unit
        self.loc = loc


def launch(
    site: Site, trace: Trace, judge: Judge, variant: Variant, binder: Binder, binding: Binding, values: tuple[object, ...],
    estimate: Estimate, *, forced: bool,
) -> tuple[Any, ...]:
    """The values of the site's targets, in a 1-tuple.

    Raises, with nothing changed: Declined, Flagged, NoIterations, or (unless forced) TooSmall.
    """
    if variant.tuples:
        binder.make_arrays(binding, variant.tuples)
    arrays = [binding.arrays[name] for name in variant.typed.arrays]
    key = place_key(variant, arrays, binding)
    placed = variant.placed.get(key)
    if placed is None:
        placed = newly_placed(trace, judge, variant, arrays, binder, binding, key, estimate)
    call = placed.call
    if call.trips == 0:
        raise NoIterations
    if not forced and call.sure and call.predicted * judge.scale < judge.launch:
        raise TooSmall
    soon = call.soon if call.sure or call.soon is not False or not judge.is_short(_SOON) else None
    work = prepared(variant, placed, arrays, binding, soon)
    depth = site.pending_returns()
    try:
        ran = run(work)
        return concluded(site, trace, judge, variant, binder, binding, values, work, call, ran, forced=forced)
    except Flagged as flagged:
        undo(site, work, depth)
        if not flagged.by_unit or not variant.trust_flags or np.geterr()["under"] != "ignore":
            raise
        judge.failed()
        variant.doubt_flags(trace.accelerated)
    except BaseException as error:
        if work.undoable or not work.has_run:
            undo(site, work, depth)
            raise
        while True:
            if came_from_outside(error):
                site.raise_afterwards(error)
            elif not isinstance(error, (MemoryError, RecursionError)):
                raise
            try:
                with more_room():
                    return concluded(site, trace, judge, variant, binder, binding, values, work, call, Ran(0.0, 0.0), forced=forced)
            except BaseException as another:
                error = another
    return launch(site, trace, judge, variant, binder, binding, values, estimate, forced=forced)


def newly_placed(
    trace: Trace, judge: Judge, variant: Variant, arrays: list[Any], binder: Binder, binding: Binding, key: tuple[Any, ...],
    estimate: Estimate,
) -> Placed:
    """`place`, with what a new proof, or a new kernel, costs put down."""
    calls, kernels, elsewhere, imported = len(variant.calls), len(variant.kernels), variant.compile_seconds, "numba" in sys.modules
    begun = thread_time()
    placed = place(variant, arrays, binder, binding, key, estimate)
    if len(variant.calls) == calls:
        return placed
    here = thread_time() - begun
    spent = here + variant.compile_seconds - elsewhere
    made = len(variant.kernels) - kernels
    if made:
        judge.built()
        spent += variant.analysis_seconds
        variant.analysis_seconds = 0.0  # once
    trace.compile_seconds += spent
    judge.proved(here, counts=not made or len(variant.kernels) > _FEW_KERNELS)
    if made and imported:
        INVESTMENTS.compiled(estimate.size, spent)
    elif made:
        INVESTMENTS.imported(spent)
    return placed


def prepared(variant: Variant, placed: Placed, arrays: list[Any], binding: Binding, soon: bool | None) -> Work:
    frame, call = fill(variant, placed.head, binding), placed.call
    saved = Transaction([a for a, stored in zip(arrays, variant.stored, strict=True) if stored] if call.keeps else ())
    undoable = call.keeps or not any(variant.stored)
    return Work(call.kernel.entry, frame, soon, call.mask, variant.trust_flags, bool(variant.typed.ufuncs), saved, undoable)


def concluded(
    site: Site, trace: Trace, judge: Judge, variant: Variant, binder: Binder, binding: Binding, values: tuple[object, ...],
    work: Work, call: Call, ran: Ran, *, forced: bool,
) -> tuple[Any, ...]:
    """The values of the targets, when the kernel has run.  A signal's handler may raise an exception anywhere here: nothing
    but the last call makes it impossible to undo all, and none is made after it."""
    if work.raised or work.status == frame_layout.FLAGGED:
        raise flagged_by(variant, work, call)
    results = unpack(variant, work.frame)
    boxed: tuple[Any, ...] = tuple([box(variant, binder, binding, results, name, values) for name in site.targets])
    if site.perhaps:
        boxed = boxed, *[if_assigned(variant, binding, results, name) for name in site.perhaps]
    for name, owner in binding.owners.items():
        value = value_of(variant, binding, results, name)
        if value is not MISSING:
            work.saved.assign(owner, name, value)
    if site.has_return:
        site.set_return(returned(variant, results) if work.status == frame_layout.RETURNED else None)
    judge.ran(call.predicted if call.exact else None, ran.seconds, ran.elsewhere)
    judge.end_compiled()
    if not forced and judge.loses():
        rest(site, judge)
    trace.seconds += judge.usual_cost
    trace.predicted += judge.worth
    INVESTMENTS.saved += judge.worth - judge.usual_cost
    trace.accelerated += 1
    if not variant.trust_flags:
        variant.note_clean_run(trace.accelerated)
    work.saved.end()
    return (boxed,)


def rest(site: Site, judge: Judge) -> None:
    """A site that loses by being run compiled."""
    log(f"{site!r}: compiled calls cost more than they save; {judge.rest} calls are left to the interpreter")
    trace: Trace = site.state.trace  # type: ignore[attr-defined]
    trace.reason = "slower"  # of those calls
    site.leave(judge.rest)


def flagged_by(variant: Variant, work: Work, call: Call) -> Flagged:
    if work.raised:
        what, loc = failures.of_unit(variant.typed, call.outcomes, FLAGS.names(work.flags_raised))
    else:
        what, loc = failures.of_check(variant.typed, call.outcomes, work.failed_check, work.get(frame_layout.VALUE))
    return Flagged(what, work.raised, loc)


def returned(variant: Variant, results: dict[str, Any]) -> tuple[Any]:
    values = tuple([results[v.name] for v in variant.typed.results])
    return (values if variant.typed.returns_tuple else values[0] if values else None,)


def undo(site: Site, work: Work, depth: int) -> None:
    """Puts everything back, also when a signal's handler raises an exception meanwhile: the first one goes on."""
    for attempts_left in range(9, -1, -1):
        try:
            with more_room():
                work.saved.roll_back()
                site.drop_returns(depth)
            return
        except BaseException:
            if not attempts_left:
                raise


def place_key(variant: Variant, arrays: list[Any], binding: Binding) -> tuple[Any, ...]:
    """Everything, beside the types, that the choice of a kernel, its proof and the head of its frame depend on."""
    scalars = binding.scalars
    return (
        tuple([address(a) for a in arrays]),
        tuple([a.shape for a in arrays]),
        tuple([a.strides for a in arrays]),
        tuple([scalars[name] for name in variant.integers]),
        variant.trust_flags,
        tuple(np.geterr().values()) if variant.warns else (),
        tuple(binding.spans.values()),
    )


def place(
    variant: Variant, arrays: list[Any], binder: Binder, binding: Binding, key: tuple[Any, ...], estimate: Estimate
) -> Placed:
    """The call for these shapes, strides, integers and overlaps, whatever the addresses; made if it is new."""
    addresses, shapes, strides, *rest = key
    call_key = (shapes, strides, overlap_groups(arrays), *rest)
    call = variant.calls.get(call_key)
    if call is None:
        with registries.kept(binding.namespace):
            call = new_call(variant, arrays, binding, call_key, estimate)
    words: list[int] = []
    for a, shape, steps in zip(addresses, shapes, strides, strict=True):
        words += (a, *shape, *steps)
    words += [libm_address(name) for name in variant.typed.libm]
    for name, rep in variant.typed.ufuncs:
        words += ufunc_addresses(name, rep)
    if len(variant.placed) >= _MOST_PLACED:
        variant.placed.clear()
    own = libm_address("fetestexcept") if call.mask and variant.trust_flags else 0
    placed = variant.placed[key] = Placed(call, variant.layout.head(words, call.mask, own))
    return placed


def new_call(
    variant: Variant, arrays: list[Any], binding: Binding, key: tuple[Any, ...], estimate: Estimate
) -> Call:
    typed = variant.typed
    errstate = np.geterr()
    mask = FLAGS.mask(errstate) if typed.has_float_warnings and FLAGS.available else 0
    if typed.ufuncs and not FLAGS.available:
        raise Declined("inexact", "NumPy functions, where the floating-point flags cannot be read")
    if errstate["under"] != "ignore" and has_unanchored(variant):
        raise Declined("inexact", "np.errstate(under=...) with operations that the compiler may drop")
    silent = all(errstate[name] == "ignore" for name in ("over", "divide", "invalid"))
    flags = bool(mask) and variant.trust_flags
    proof = settled(variant, arrays, binding, silent=silent, flags=flags, wrap=errstate["over"] == "ignore")
    if not variant.trust_flags and not typed.ufuncs:
        mask = 0
    unit = frozenset(
        (name, axis)
        for name, a in zip(typed.arrays, arrays, strict=True)
        for axis, stride in enumerate(a.strides)
        if stride == a.itemsize
    )
    kernel_key = proof.outcomes, unit, key[2]
    kernel = variant.kernels.get(kernel_key) or aside(lambda: compiled(variant, kernel_key))
    seconds = predicted(estimate, binding)
    soon = (True if proof.trips is not None and estimate.sure else None) if seconds < _SOON else False
    keeps = bool(mask) or "C" in proof.outcomes or not soon or proof.raises or bool(typed.results)
    addresses = tuple([address(a) for a in arrays])
    call = Call(
        kernel, proof.trips, seconds, estimate.sure, estimate.exact, soon, mask, keeps, addresses, proof.outcomes
    )
    if len(variant.calls) >= _MOST_CALLS:
        variant.calls.clear()
    variant.calls[key] = call
    return call


def compiled(variant: Variant, key: KernelKey) -> Kernel:
    begun = thread_time()
    try:
        return pipeline.compiled(variant, key)
    finally:
        variant.compile_seconds += thread_time() - begun


def predicted(estimate: Estimate, binding: Binding) -> float:
    """Seconds that the interpreter is predicted to need, as nothing was measured."""
    scalars, arrays = binding.scalars, binding.arrays

    def number(name: str) -> float | None:
        value = scalars.get(name)
        return None if value is None or isinstance(value, (complex, np.complexfloating)) else float(value)

    def shape(name: str) -> tuple[int, ...] | None:
        if name in binding.tuples:
            return binding.tuples[name].type.shape
        array = arrays.get(name)
        return None if array is None else array.shape

    return estimate.of(number, shape)


def has_unanchored(variant: Variant) -> bool:
    """Are there operations of which only a check of their own would tell, which does not see underflow?"""
    trusted = variant.anchored if variant.trust_flags else {}
    return any(w.startswith("finite") and k not in trusted for k, w in enumerate(variant.typed.obligations))


def settled(variant: Variant, arrays: list[Any], binding: Binding, *, silent: bool, flags: bool, wrap: bool) -> Proof:
    typed = variant.typed
    if silent:
        preset = {k: "K" for k, what in enumerate(typed.obligations) if what in ("finite", "finite_division")}
    else:
        preset = dict(variant.anchored) if flags else {}
    integers = {n: int(binding.scalars[n]) for n in variant.integers}
    shapes = {name: a.shape for name, a in zip(typed.arrays, arrays, strict=True)}
    return prove(typed, integers, shapes, preset, wrap, binding.spans)


def fill(variant: Variant, head: bytes, binding: Binding) -> Any:
    """The frame of one call.  Raises Declined where a scalar does not fit its representation."""
    words: list[Any] = []
    for name in variant.typed.inputs:
        words += scalar_words(variant.typed.variables[name], binding.scalars[name])
    frame = ctypes.create_string_buffer(head, variant.layout.size)
    variant.packer.pack_into(frame, variant.layout.scalar_offset, *words)
    return frame


def scalar_words(variable: t.Variable, value: Any) -> list[Any]:
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


def box(
    variant: Variant, binder: Binder, binding: Binding, results: dict[str, Any], name: str, values: tuple[object, ...]
) -> Any:
    value = value_of(variant, binding, results, name)
    if value is MISSING:
        value = binder.before(name, values, binding.namespace)
    if value is MISSING:  # each iteration would have assigned it
        raise NoIterations
    return value


def if_assigned(variant: Variant, binding: Binding, results: dict[str, Any], name: str) -> Iterator[Any]:
    """Its value, if the nest has assigned it."""
    value = value_of(variant, binding, results, name)
    return _NOTHING if value is MISSING else iter((value,))


def value_of(variant: Variant, binding: Binding, results: dict[str, Any], name: str) -> Any:
    """What a variable or attribute was assigned in the nest, or MISSING."""
    view = variant.views.get(name)
    return results.get(name, MISSING) if view is None else row(view, binding, results)


def row(view: View, binding: Binding, results: dict[str, Any]) -> Any:
    """The row that a row variable was left with."""
    if view.witness not in results:
        return MISSING
    index = tuple([results[k] if isinstance(k, str) else k for k in view.index])
    if view.array in binding.tuples:
        return reduce(getitem, index, binding.tuples[view.array].value)
    array = binding.arrays[view.array]
    return array[index] if index else array
