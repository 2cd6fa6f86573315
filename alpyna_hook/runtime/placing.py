"""Which kernel runs a call, and what stands at the head of its frame: by where the arrays lie, their shapes, and the integers."""

from __future__ import annotations

from time import thread_time
from typing import TYPE_CHECKING, Any

import numpy as np

from alpyna_hook.guest import registries
from alpyna_hook.integers.general import UNKNOWN, General, inputs
from alpyna_hook.ir.layout import NO_END
from alpyna_hook.kernels import ready, store
from alpyna_hook.live.binding import Binding
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.decide import MEASURED, Estimate, is_imported
from alpyna_hook.runtime.errand import aside, late
from alpyna_hook.runtime.memory import address, overlap_groups, overlaps_itself
from alpyna_hook.runtime.native import FLAGS, libm_address, ufunc_addresses
from alpyna_hook.runtime.progress import COMPILATION, Line
from alpyna_hook.runtime.proofs import Proofs, covers
from alpyna_hook.runtime.variant import Call, KernelKey, Lie, Placed, Spent, Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from alpyna_hook.kernels.kernel import Kernel

SOON = 1.5  # seconds in the interpreter: compiled, at the least of speeds, 50 ms
_MOST_CALLS = 256  # remembered for each variant
_MOST_PLACED = 64
_MOST_SETTINGS = 16
_MOST_KERNELS = 4  # made for arrays that lie alike, before a kernel that checks more stands in,
_OFTEN = 1000  # for so many new calls with the same outcomes
PlaceKey = tuple[Any, ...]


def place_key(variant: Variant, arrays: list[Any], binding: Binding) -> PlaceKey:
    """Everything, beside the types, that the choice of a kernel, its proof and the head of its frame depend on: how the arrays
    lie, with the settings, and the integers."""
    scalars = binding.scalars
    return (
        (
            tuple([address(a) for a in arrays]),
            tuple([a.shape for a in arrays]),
            tuple([a.strides for a in arrays]),
            variant.trust_flags,
            tuple(np.geterr().values()) if variant.warns else (),
        ),
        tuple([scalars[name] for name in variant.integers]),
        tuple(binding.spans.values()),
    )


def place(variant: Variant, arrays: list[Any], binding: Binding, key: PlaceKey, estimate: Estimate) -> Placed:
    """The call for arrays that lie so, and for these integers; made if it is new."""
    where, integers, spans = key
    lie = variant.lies.get(where)
    if lie is not None:
        call = new_call(variant, lie, integers, spans, binding, estimate)
    else:
        lie = new_lie(variant, arrays, where)
        alike = lie.shapes, where[2], lie.groups, where[3:], integers, spans
        known = variant.calls.get(alike)
        call = known or new_call(variant, lie, integers, spans, binding, estimate)
        if known is None:
            remember(variant.calls, alike, call, _MOST_CALLS)
    placed = Placed(call, lie.head)
    remember(variant.placed, key, placed, _MOST_PLACED)
    return placed


def remember(table: dict[Any, Any], key: object, value: object, most: int) -> None:
    if len(table) >= most:
        table.clear()
    table[key] = value


def new_lie(variant: Variant, arrays: list[Any], where: tuple[Any, ...]) -> Lie:
    addresses, shapes, strides, trust_flags, _ = where
    groups = overlap_groups(where[0], shapes, strides, variant.sizes)
    mask, proofs = variant.settings.get(where[3:]) or setting(variant, where[3:])
    words = [NO_END, mask, libm_address("fetestexcept") if mask and trust_flags else 0]
    for a, shape, steps in zip(addresses, shapes, strides, strict=True):
        words += (a, *shape, *steps)
    for name in variant.interface.libm:
        words.append(libm_address(name))
    for name, rep in variant.interface.ufuncs:
        words += ufunc_addresses(name, rep)
    lie = Lie(shapes, groups, unit_strides(variant, shapes, strides), mask, proofs, variant.head.pack(*words), {})
    remember(variant.lies, where, lie, _MOST_PLACED)
    return lie


def unit_strides(
    variant: Variant, shapes: tuple[tuple[int, ...], ...], strides: tuple[tuple[int, ...], ...]
) -> frozenset[tuple[str, int]]:
    """The axes along which elements are contiguous; of an array that is written and may overlap itself, none."""
    apart = tuple([
        not stored or len(shape) < 2 or not overlaps_itself(shape, steps, size)
        for shape, steps, size, stored in zip(shapes, strides, variant.sizes, variant.stored, strict=True)
    ])
    found = variant.units.get((strides, apart))
    if found is None:
        arrays = zip(variant.interface.arrays, strides, variant.sizes, apart, strict=True)
        found = frozenset([
            (name, axis) for name, steps, size, is_apart in arrays if is_apart for axis, step in enumerate(steps) if step == size])
        remember(variant.units, (strides, apart), found, _MOST_PLACED)
    return found


def new_call(
    variant: Variant, lie: Lie, integers: tuple[Any, ...], spans: tuple[Any, ...], binding: Binding, estimate: Estimate
) -> Call:
    found = lie.proofs.find(inputs(integers, lie.shapes, spans)) or proved(variant, lie, binding)
    return call_by(variant, lie, *found, binding, estimate)


def call_by(variant: Variant, lie: Lie, proof: General, trips: int, binding: Binding, estimate: Estimate) -> Call:
    """By a proof that holds, and how often the outermost loop turns."""
    outcomes, kernel = proof.outcomes, None
    if trips != 0:
        outcomes, kernel = lie.kernels.get(outcomes) or kernel_for(variant, lie, outcomes, binding)
    seconds = estimate.of_turns(trips) if trips != UNKNOWN else None
    if seconds is None:
        seconds = predicted(estimate, binding)
    soon = (True if trips != UNKNOWN and estimate.sure else None) if seconds < SOON else False
    keeps = bool(lie.mask) or "C" in outcomes or not soon or proof.raises or bool(variant.interface.results)
    known = trips if trips != UNKNOWN else None
    return Call(kernel, known, seconds, estimate.sure, estimate.exact, soon, lie.mask, keeps, outcomes)


def setting(variant: Variant, key: tuple[Any, ...]) -> tuple[int, Proofs]:
    """What np.errstate, and whether the floating-point flags are trusted, mean for a nest: the flags to watch, and the proofs."""
    typed = variant.interface
    errstate = np.geterr()
    mask = FLAGS.mask(errstate) if typed.has_float_warnings and FLAGS.available else 0
    if typed.ufuncs and not FLAGS.available:
        raise Declined("inexact", "NumPy functions, where the floating-point flags cannot be read")
    if errstate["under"] != "ignore" and has_unanchored(variant):
        raise Declined("inexact", "np.errstate(under=...) with operations that the compiler may drop")
    if all(errstate[name] == "ignore" for name in ("over", "divide", "invalid")):
        preset = {k: "K" for k, what in enumerate(typed.obligations) if what in ("finite", "finite_division")}
    else:
        preset = dict(variant.anchored) if mask and variant.trust_flags else {}
    if not variant.trust_flags and not typed.ufuncs:
        mask = 0
    proofs = Proofs(lambda: variant.typed, variant.integers, variant.layout.ndims, preset, errstate["over"] == "ignore")
    proofs.take(variant.kept_proofs.get(proofs.setting, []))
    found = mask, proofs
    remember(variant.settings, key, found, _MOST_SETTINGS)
    return found


def has_unanchored(variant: Variant) -> bool:
    """Are there operations of which only a check of their own would tell, which does not see underflow?"""
    trusted = variant.anchored if variant.trust_flags else {}
    return any(w.startswith("finite") and k not in trusted for k, w in enumerate(variant.interface.obligations))


def proved(variant: Variant, lie: Lie, binding: Binding) -> tuple[General, int]:
    """A new proof, or the one that holds for anything."""
    proofs = lie.proofs
    begun, made = thread_time(), proofs.made
    with registries.kept(binding.namespace):
        integers = {name: int(binding.scalars[name]) for name in variant.integers}
        found = proofs.new(integers, dict(zip(variant.interface.arrays, lie.shapes, strict=True)), binding.spans)
    if proofs.made > made:
        seconds = thread_time() - begun
        variant.news = True
        variant.spent.append(Spent(seconds, seconds, False, True))
    return found


def kernel_for(variant: Variant, lie: Lie, outcomes: str, binding: Binding) -> tuple[str, Kernel]:
    """A kernel for arrays that lie so, and the outcomes that it was made for: these, or, where too many kernels differ in nothing
    else, ones that leave more to be checked, until it has stood in often."""
    key = outcomes, lie.unit, lie.groups
    kernel = variant.kernels.get(key)
    if kernel is None:
        alike = [other[0] for other in list(variant.kernels) if other[1:] == key[1:]]
        times = variant.stood_in.get(key, 0)
        if len(alike) >= _MOST_KERNELS and times < _OFTEN:
            remember(variant.stood_in, key, times + 1, _MOST_CALLS)
            return stand_in(variant, lie, outcomes, alike, binding)
        kernel = compiled(variant, key, binding)
    found = lie.kernels[outcomes] = outcomes, kernel
    return found


def stand_in(variant: Variant, lie: Lie, outcomes: str, alike: list[str], binding: Binding) -> tuple[str, Kernel]:
    fit = [o for o in alike if covers(o, outcomes)]
    checking = min(fit, key=lambda o: o.count("C")) if fit else lie.proofs.anything().outcomes
    key = checking, lie.unit, lie.groups
    return checking, variant.kernels.get(key) or compiled(variant, key, binding)


def compiled(variant: Variant, key: KernelKey, binding: Binding) -> Kernel:
    begun, imported, missing = thread_time(), is_imported(variant.options.jit), store.missing()
    elsewhere: list[float] = []

    def task() -> Kernel:
        own = thread_time()
        try:
            return kept_kernel(variant, key) or made_kernel(variant, key)
        finally:
            elsewhere.append(thread_time() - own)

    with registries.kept(binding.namespace), Line(f"compiling {variant.place}", variant.options.progress, COMPILATION) as line:
        kernel = aside(task, line.tick)
    here = thread_time() - begun
    fresh = variant.options.jit != MEASURED or store.missing() > missing
    variant.spent.append(Spent(here + sum(elsewhere), here, True, imported, fresh))
    return kernel


def kept_kernel(variant: Variant, key: KernelKey) -> Kernel | None:
    """One that an earlier process has made, from the store."""
    digest = variant.kept_kernels.get(key)
    found = ready.by_digest(digest) if digest else None
    if found is not None:
        variant.kernels[key] = found
    return found


def made_kernel(variant: Variant, key: KernelKey) -> Kernel:
    pipeline = late("alpyna_hook.pipeline")
    variant.news = True
    kernel: Kernel = pipeline.compiled(variant, key)
    return kernel


def estimate_of(outline: Any, nest: bytes, binding: Binding) -> Estimate:
    scalars = binding.scalars
    return Estimate(outline, nest, is_scalar=lambda name: isinstance(scalars.get(name), np.number))


def predicted(estimate: Estimate, binding: Binding) -> float:
    """Seconds that the interpreter is predicted to need, as nothing was measured."""
    return estimate.of_new(*asked(binding))


def asked(binding: Binding) -> tuple[Callable[[str], float | None], Callable[[str], tuple[int, ...] | None]]:
    """The numbers and shapes of a call, by name, as what counts the work in a nest asks for them."""
    scalars, arrays = binding.scalars, binding.arrays

    def number(name: str) -> float | None:
        value = scalars.get(name)
        return None if value is None or isinstance(value, (complex, np.complexfloating)) else float(value)

    def shape(name: str) -> tuple[int, ...] | None:
        if name in binding.tuples:
            return binding.tuples[name].type.shape
        array = arrays.get(name)
        return None if array is None else array.shape

    return number, shape
