"""The dependence graph of a site: for the values of its latest kind of call where they are known, else for any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alpyna_hook.dependence import ArrayFacts, DependenceGraph, NestAnalysis, TooLarge, analyse
from alpyna_hook.explain.dependences import describe, summary, words
from alpyna_hook.ir.captured import Nest
from alpyna_hook.ir.stored import loads
from alpyna_hook.reasons import Declined
from alpyna_hook.schedule.graphs import analysed

if TYPE_CHECKING:
    from alpyna_hook.runtime.variant import Variant
    from alpyna_hook.seam.site import Site


_SHOWN = 4  # dependences of a nest in the text
_LISTED = 100  # and in the data


def of_site(site: Site, *, whole: bool = False) -> dict[str, Any]:
    """As `of_nest`; nothing for a nest that was never reached."""
    try:
        return _of_site(site, whole)
    except TooLarge as large:
        return _not_analysed(large)


def _of_site(site: Site, whole: bool) -> dict[str, Any]:
    variants = [v for v in getattr(site.state, "variants", {}).values() if not isinstance(v, Declined)]
    if variants:
        return _entries(_of_variant(variants[-1]), whole)
    if site.state is None:
        return {}
    nest = getattr(site.state, "nest", None) or loads(site.nest).nest
    return of_nest(nest, whole=whole)


def of_nest(nest: Nest, *, whole: bool = False) -> dict[str, Any]:
    """For a report's entry: `loops`, a verdict for each; `graph`, pairs as data; `words`, both as lines of text.

    whole: with all pairs, else with the first of those that matter.  A nest that is too large has words alone.
    """
    try:
        return _entries(analyse(nest).static, whole)
    except TooLarge as large:
        return _not_analysed(large)


def _not_analysed(large: TooLarge) -> dict[str, Any]:
    return {"words": [f"dependences not analysed: {large}"]}


def _entries(graph: DependenceGraph, whole: bool) -> dict[str, Any]:
    data = describe(graph, None if whole else _LISTED)
    lines = words(graph) if whole else summary(graph, _SHOWN)
    return {"loops": data.pop("loops"), "graph": data, "words": lines}


def _of_variant(variant: Variant) -> DependenceGraph:
    analysis = analysed(variant.nest, variant.facts.functions)
    return _live(analysis, variant) or analysis.static


def _live(analysis: NestAnalysis, variant: Variant) -> DependenceGraph | None:
    """With the bounds, shapes, strides and addresses of the latest kind of call."""
    if not variant.placed:
        return None
    key: Any = list(variant.placed)[-1]
    (addresses, shapes, strides, *_), integers, _ = key  # as runtime/placing.py makes it
    arrays = {
        name: ArrayFacts(int(variant.reps[name][1:]), shape, steps, place)
        for name, shape, steps, place in zip(variant.typed.arrays, shapes, strides, addresses, strict=True)
    }
    bounds = {name: int(value) for name, value in zip(variant.integers, integers, strict=True)}
    return analysis.at(bounds, arrays)
