"""A variant of a nest as an earlier process has left it: what a call needs, what was proved, and the names of its kernels.

What is asked for beyond that, as for new integers or by threads, is analysed again, from what was captured and the same types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alpyna_hook.guest import registries
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.ir.facts import ArrayType, Facts, Known
from alpyna_hook.ir.interface import Interface, Variable
from alpyna_hook.ir.layout import Carry, Layout
from alpyna_hook.ir.schema import values
from alpyna_hook.kernels.store import digest_of
from alpyna_hook.live.view import View
from alpyna_hook.runtime.errand import late
from alpyna_hook.runtime.kept_names import KeptNames, is_keepable, keep_names, key_of
from alpyna_hook.runtime.plan_store import load, save
from alpyna_hook.runtime.variant import Analysis, Given, KernelKey, Variant
from alpyna_hook.seam.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable

    from alpyna_hook.bind.binder import Binder
    from alpyna_hook.live.binding import Binding


def kept_variant(site: Site, signature: tuple[object, ...], nest: bytes) -> Variant | None:
    """What was kept of the nest for these types."""
    found = load(key_of(site, (signature, nest)))
    if found is None:
        return None
    given, facts, carried, exchanged, kernels, proofs = found
    kept = _given(*given)
    variant = Variant(kept, _again(nest, facts, kept.interface))
    variant.keep_carried(carried and Carry(*carried))
    variant.exchanged = dict.fromkeys(exchanged)
    variant.kept_kernels, variant.kept_proofs = kernels, proofs
    return variant


def keep(site: Site, binder: Binder | KeptNames, binding: Binding, variant: Variant) -> None:
    """For later processes.  To be called before the nest runs: what an audit hook or Ctrl-C raises in here must find it undone."""
    variant.news = False
    if not is_keepable(site) or not (isinstance(binder, KeptNames) or binder.is_plain) or not can_be_kept(variant):
        return
    if not isinstance(binder, KeptNames) and not binder.is_kept:
        binder.is_kept = True
        keep_names(site, binder, late("alpyna_hook.cost.outline").outline(binder.nest, binding.functions))
    keep_variant(site, binding.signature, binder.data, variant)


def can_be_kept(variant: Variant) -> bool:
    """Not what depends on functions of the user, on tuples, or on arrays that change their names."""
    plain = not (variant.choices or variant.made or variant.tuples or variant.facts.tuples or variant.facts.fixed)
    return plain and all(isinstance(function, Known) for function in variant.facts.functions.values())


def keep_variant(site: Site, signature: tuple[object, ...], nest: bytes, variant: Variant) -> None:
    """With all that is known of it by now; other threads may add to that meanwhile."""
    interface, facts, carried = variant.interface, variant.facts, variant.carried
    variables = {name: values(v) for name, v in interface.variables.items()}
    results = tuple([values(v) for v in interface.results])
    plain = dict(zip(Interface.__match_args__, values(interface), strict=True)) | {"variables": variables, "results": results}
    views = {name: values(view) for name, view in variant.views.items()}
    given = plain, variant.layout.ndims, dict(variant.reps), views, dict(variant.anchored)
    told = (
        {name: values(array) for name, array in facts.arrays.items()}, dict(facts.scalars), facts.small,
        {name: values(known) for name, known in facts.functions.items()},  # type: ignore[arg-type]
    )
    made = {key: digest_of(kernel.source.text) for key, kernel in list(variant.kernels.items()) if kernel.source}
    kernels: dict[KernelKey, str] = {**variant.kept_kernels, **made}
    proofs: dict[object, Any] = {**variant.kept_proofs, **{p.setting: p.dumped() for _, p in list(variant.settings.values())}}
    save(key_of(site, (signature, nest)), (given, told, carried and values(carried), tuple(variant.exchanged), kernels, proofs))


def _given(
    plain: dict[str, Any], ndims: dict[str, int], reps: dict[str, str], views: dict[str, Any], anchored: dict[int, str]
) -> Given:
    variables = {name: Variable(*each) for name, each in plain["variables"].items()}
    interface = Interface(**{**plain, "variables": variables, "results": tuple([Variable(*each) for each in plain["results"]])})
    rows = {name: View(*each) for name, each in views.items()}
    return Given(interface, Layout(interface, ndims), reps, rows, {}, {}, (), anchored)


def _again(nest: bytes, facts: Any, interface: Interface) -> Callable[[], Analysis]:
    def analyse() -> Analysis:
        with registries.kept(), own_imports():
            captured = late("alpyna_hook.ir.stored").loads(nest)
            made = late("alpyna_hook.pipeline").analyse(captured.nest, _facts(*facts))
        if values(made.interface) != values(interface):
            raise RuntimeError("a nest that was kept is analysed otherwise now")
        analysis: Analysis = made.analysis
        return analysis

    return analyse


def _facts(arrays: dict[str, Any], scalars: dict[str, str], small: frozenset[str], functions: dict[str, Any]) -> Facts:
    return Facts(
        {name: ArrayType(*each) for name, each in arrays.items()}, scalars, small,
        {name: Known(*each) for name, each in functions.items()})


