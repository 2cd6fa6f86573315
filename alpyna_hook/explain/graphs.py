"""The dependence graph of a site: for the values of its latest kind of call where they are known, else for any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alpyna_hook.dependence import ArrayFacts, Contents, DependenceGraph, NestAnalysis, TooLarge, analyse
from alpyna_hook.dependence.inspector import inspections
from alpyna_hook.explain.dependences import describe, summary, words
from alpyna_hook.explain.naming import Names, is_hidden
from alpyna_hook.ir.captured import Nest
from alpyna_hook.ir.stored import loads
from alpyna_hook.reasons import Declined
from alpyna_hook.schedule.graphs import analysed

if TYPE_CHECKING:
    from alpyna_hook.runtime.variant import Variant
    from alpyna_hook.seam.site import Site


_SHOWN = 4  # dependences of a nest in the text
_LISTED = 100  # and in the data
_MOST = 2**62  # an element of an index array, at most


def of_site(site: Site, *, whole: bool = False) -> dict[str, Any]:
    """As `of_nest`; nothing for a nest that was never reached."""
    try:
        return _of_site(site, whole)
    except TooLarge as large:
        return _not_analysed(large)


def _of_site(site: Site, whole: bool) -> dict[str, Any]:
    variants = [v for v in getattr(site.state, "variants", {}).values() if not isinstance(v, Declined)]
    if variants:
        return _of_variant(variants[-1], whole)
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


def _of_variant(variant: Variant, whole: bool) -> dict[str, Any]:
    analysis = analysed(variant.nest, variant.facts.functions)
    call = _latest_call(variant)
    if call is None:
        return _entries(analysis.static, whole)
    graph = analysis.at(*call)
    found = _entries(graph, whole)
    found["words"] += _if_distinct(analysis, graph, *call)
    return found


def _latest_call(variant: Variant) -> tuple[dict[str, int], dict[str, ArrayFacts]] | None:
    """The bounds, and the shapes, strides and addresses, of the latest kind of call."""
    if not variant.placed:
        return None
    key: Any = list(variant.placed)[-1]
    (addresses, shapes, strides, *_), integers, _ = key  # as runtime/placing.py makes it
    arrays = {
        name: ArrayFacts(int(variant.reps[name][1:]), shape, steps, place)
        for name, shape, steps, place in zip(variant.typed.arrays, shapes, strides, addresses, strict=True)
    }
    return {name: int(value) for name, value in zip(variant.integers, integers, strict=True)}, arrays


def _if_distinct(
    analysis: NestAnalysis, graph: DependenceGraph, bounds: Mapping[str, int], arrays: Mapping[str, ArrayFacts]
) -> list[str]:
    """What more could be said if no element were twice in the index arrays: a report has not kept them to look."""
    indices = [each.index_array for each in inspections(analysis.program) if each.distinct_helps and each.index_array in arrays]
    if not indices or all(loop.is_parallel for loop in graph.loops):
        return []
    names = Names(graph.program)
    unlike = analysis.at(bounds, arrays, contents={name: Contents(0, _MOST, True) for name in indices})
    which = " and ".join(map(names.text, indices))
    return [
        f"{names.loop(loop.index, loop.line)}: {other.verdict} if no two elements of {which} are the same, and none is below 0"
        for loop, other in zip(graph.loops, unlike.loops, strict=True)
        if other.is_parallel and not loop.is_parallel and not is_hidden(graph.program.loops[loop.loop])
    ]
