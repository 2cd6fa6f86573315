"""The schedules of calls, remembered with what they depend on."""

from __future__ import annotations

from typing import Any

from alpyna_hook.dependence import ArrayFacts, Dependence
from alpyna_hook.emit.inline import inlined
from alpyna_hook.live.binding import Binding
from alpyna_hook.runtime.memory import address, overlap_groups
from alpyna_hook.runtime.variant import Call, Variant
from alpyna_hook.schedule.compared import refuted
from alpyna_hook.schedule.graphs import outermost
from alpyna_hook.schedule.parallel import ordered, planned
from alpyna_hook.schedule.value import Schedule

_MOST = 64


def schedule_of(variant: Variant, call: Call, arrays: list[Any], binding: Binding) -> Schedule:
    """That of this call; remembered by all that it depends on."""
    plan = variant.planned.get(call.outcomes)
    if plan is None:
        plan = variant.planned[call.outcomes] = planned(variant.typed, call.outcomes)
    if not plan.is_parallel:
        return plan
    places = tuple([address(a) for a in arrays])
    shapes, strides = tuple([a.shape for a in arrays]), tuple([a.strides for a in arrays])
    groups = overlap_groups(places, shapes, strides, variant.sizes)
    apart = len({*groups}) == len(groups)
    integers = tuple([int(binding.scalars[name]) for name in variant.integers])
    key = call.outcomes, shapes, strides, integers, None if apart else tuple([p - min(places) for p in places])
    found = variant.schedules.get(key)
    if found is None:
        if len(variant.schedules) >= _MOST:
            variant.schedules.clear()
        facts = {
            name: ArrayFacts(size, a.shape, a.strides, place)
            for name, size, a, place in zip(variant.interface.arrays, variant.sizes, arrays, places, strict=True)
        }
        bounds = dict(zip(variant.integers, integers, strict=True))
        found = ordered(plan, lambda: carried(variant, bounds, facts))
        why = refuted(found, inlined(variant.typed), bounds, facts) if variant.options.strict and found.is_parallel else None
        assert why is None, f"{found}: {why}"
        variant.schedules[key] = found
    return found


def carried(variant: Variant, bounds: dict[str, int], facts: dict[str, ArrayFacts]) -> Dependence | None:
    """A dependence that the outermost loop carries."""
    if variant.dependences is None:
        variant.dependences = outermost(variant.nest, variant.facts.functions)
    return variant.dependences.carried(bounds, facts)
