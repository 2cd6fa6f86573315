"""Whether a run that `auto` compiles goes to a device with memory of its own, by what it should need (`cost/options.py`)."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from alpyna_hook.cost.counts import Counts
from alpyna_hook.cost.options import Choice, Option, Work as Amount, on_processor
from alpyna_hook.live.binding import Binding
from alpyna_hook.runtime.decide import Estimate, measured
from alpyna_hook.runtime.interrupts import Work
from alpyna_hook.runtime.on_device import NotThere, opened, refuse_calls, tried
from alpyna_hook.runtime.placing import asked, predicted
from alpyna_hook.runtime.threads import free_threads
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Call, Variant

_LAUNCHES = 4.0  # times what a launch costs, a run must be expected to take on the processor


class Choosing:
    """Of one nest for one set of types: the options, and the counts of its work."""

    def __init__(self, choice: Choice, counts: Counts) -> None:
        self.choice, self.counts = choice, counts
        self.least = _LAUNCHES * min([costs.seconds_to_launch for costs in choice.devices.values()])


def run_chosen(
    variant: Variant, arrays: list[Any], binding: Binding, fill: Callable[..., Any], estimate: Estimate, trace: Trace
) -> tuple[Call, Work] | None:
    """What is left to do when a device has computed all, or None where the CPU is to run it."""
    choosing = variant.choosing or _made(variant, estimate)
    if not choosing:
        return None
    name = device_for(variant, choosing, arrays, binding, estimate)
    if not name:
        return None
    choice, compiling, begun = choosing.choice, trace.compile_seconds, perf_counter()
    known = name in choice.prepared
    try:
        found = tried(name, variant, arrays, binding, fill, estimate, trace)
    except NotThere as why:
        choice.refuse(name, str(why))
        if not choice.is_open:
            variant.choosing = False
        return None
    seconds = perf_counter() - begun if known else found[1].before
    choice.ran(name, max(0.0, seconds - (trace.compile_seconds - compiling)))
    return found


def _made(variant: Variant, estimate: Estimate) -> Choosing | None:
    profile = measured()
    variant.choosing = False
    if profile is None:
        return None
    try:
        refuse_calls(variant)
    except NotThere:
        return None
    variant.choosing = Choosing(Choice(profile), Counts(estimate.outline))
    made: Choosing = variant.choosing
    return made


def device_for(variant: Variant, choosing: Choosing, arrays: list[Any], binding: Binding, estimate: Estimate) -> str:
    """The name of a device, or nothing."""
    interpreter = predicted(estimate, binding)
    free = free_threads(variant.options.threads)
    seconds = variant.pace.expected(interpreter, free)
    if seconds is not None and seconds < choosing.least:
        return ""
    amount = _amount(choosing.counts, variant, arrays, binding)
    if amount is None:
        return ""
    processor = on_processor(choosing.choice.profile, amount, free)
    if seconds is not None:
        processor = Option("cpu", launch=processor.launch, compute=seconds, factor=1.0)
    return choosing.choice.taken(amount, processor, opened())


def _amount(counts: Counts, variant: Variant, arrays: list[Any], binding: Binding) -> Amount | None:
    found = counts.of(*asked(binding))
    if found is None:
        return None
    there = float(sum([a.nbytes for a in arrays]))
    return Amount(*found, there, float(sum([a.nbytes for a, stored in zip(arrays, variant.stored, strict=True) if stored])))
