"""The dependence graph of a site: for the values of its latest kind of call where they are known, else for any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alpyna_hook.dependence import ArrayFacts, DependenceGraph, NestAnalysis, analyse
from alpyna_hook.explain.dependences import describe, words
from alpyna_hook.facts import UserFunction
from alpyna_hook.ir import Nest
from alpyna_hook.reasons import Declined

if TYPE_CHECKING:
    from alpyna_hook.hook.site import Site
    from alpyna_hook.runtime.variant import Variant


def of_site(site: Site) -> dict[str, Any]:
    """As `of_nest`; nothing for a nest that was never captured."""
    variants = [v for v in getattr(site.state, "variants", {}).values() if not isinstance(v, Declined)]
    if variants:
        return _entries(_of_variant(variants[-1]))
    nest = getattr(site.state, "nest", None)
    return of_nest(nest) if nest is not None else {}


def of_nest(nest: Nest) -> dict[str, Any]:
    """For a report's entry: `loops`, a verdict for each; `graph`, all pairs as data; `words`, both as lines of text."""
    return _entries(analyse(nest).static)


def _entries(graph: DependenceGraph) -> dict[str, Any]:
    data = describe(graph)
    return {"loops": data.pop("loops"), "graph": data, "words": words(graph)}


def _of_variant(variant: Variant) -> DependenceGraph:
    called = {name: f.code for name, f in variant.facts.functions.items() if isinstance(f, UserFunction)}
    analysis = analyse(variant.nest, functions=called)
    return _live(analysis, variant) or analysis.static


def _live(analysis: NestAnalysis, variant: Variant) -> DependenceGraph | None:
    """With the bounds, shapes and strides of the latest kind of call; None if arrays share memory in it,
    because where they lie in that memory is not kept."""
    if not variant.calls:
        return None
    key: Any = list(variant.calls)[-1]
    shapes, strides, groups, integers = key[:4]  # as runtime/launch.py makes it
    names = variant.typed.arrays
    if len(set(groups)) < len(names):
        return None
    arrays: dict[str, ArrayFacts] = {}
    address = 0
    for name, shape, steps in zip(names, shapes, strides, strict=True):
        size = int(variant.reps[name][1:])
        at_zero = ArrayFacts(size, shape, steps, 0)
        arrays[name] = ArrayFacts(size, shape, steps, address - at_zero.low)
        address += at_zero.high - at_zero.low
    bounds = {name: int(value) for name, value in zip(variant.integers, integers, strict=True)}
    return analysis.at(bounds, arrays)
