"""The passes, in order, one line each."""

from __future__ import annotations

from alpyna_hook.bind.kept_tuples import resolve_kept_tuples
from alpyna_hook.bind.swaps import WHICH, resolve_swaps
from alpyna_hook.bind.views import resolve_views
from alpyna_hook.emit.expressions import Emission
from alpyna_hook.emit.inline import inlined
from alpyna_hook.emit.layout import Layout
from alpyna_hook.emit.source import KernelSource, kernel_source
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.infer.nest import infer
from alpyna_hook.infer.survey import obstacles
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.facts import Facts
from alpyna_hook.ir.kinds import rep_of_kind
from alpyna_hook.ir.schema import replace
from alpyna_hook.kernels.build import build
from alpyna_hook.kernels.kernel import Kernel
from alpyna_hook.operators.elementwise import elementwise
from alpyna_hook.prove import anchored
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.variant import KernelKey, Variant


def analyse(nest: ir.Nest, facts: Facts) -> Variant:
    """What the types decide.  Raises Declined."""
    nest, facts, tuples = resolve_kept_tuples(nest, facts)
    swapped, choices = resolve_swaps(nest, facts.arrays)
    resolved, views = resolve_views(swapped, facts.ranks(), facts.tuples)
    kept = dict.fromkeys(k for v in views.values() for k in (v.witness, *v.index) if isinstance(k, str))
    kept |= dict.fromkeys(name for one in tuples.values() for name in (one.witness, *one.items))
    if choices:
        facts = replace(facts, scalars={**facts.scalars, WHICH: "int"}, small=facts.small | {WHICH})
        kept[WHICH] = None
    try:
        typed = infer(resolved, facts, tuple(kept))
    except Declined as declined:
        declined.others = tuple([other for other in obstacles(resolved, facts) if other.loc != declined.loc])
        raise
    layout = Layout(typed, {name: facts.arrays[name].ndim for name in typed.arrays})
    reps = {name: rep_of_kind(facts.arrays[name].kind) for name in typed.arrays}
    return Variant(resolved, typed, layout, facts, reps, views, choices, tuples, anchored(inlined(typed)))


def compiled(variant: Variant, key: KernelKey) -> Kernel:
    """The kernel for what was proved, which strides are those of contiguous elements, and who may overlap.

    Raises Declined where no engine can be had, and CompileError.
    """
    kernel = variant.kernels.get(key)
    if kernel is None:
        with own_imports():
            kernel = variant.kernels[key] = build(_source(variant, key), variant.options.jit, strict=variant.options.strict)
    return kernel


def _source(variant: Variant, key: KernelKey) -> KernelSource:
    outcomes, unit, groups = key
    numbers = dict(zip(variant.typed.arrays, groups, strict=True))
    at_once = frozenset([ufunc for ufunc in variant.typed.ufuncs if elementwise(*ufunc)])
    return kernel_source(Emission(variant.typed, variant.layout, outcomes, unit, variant.reps, numbers, at_once))
