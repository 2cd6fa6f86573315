"""The passes, in order, one line each."""

from __future__ import annotations

from alpyna_hook.bind.kept_tuples import Kept, resolve_kept_tuples
from alpyna_hook.bind.obstacles import following, without
from alpyna_hook.bind.swaps import WHICH, Choice, resolve_swaps
from alpyna_hook.bind.views import View, resolve_views
from alpyna_hook.emit.inline import inlined
from alpyna_hook.emit.kernel import kernel_of
from alpyna_hook.emit.scope import Emission
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.infer import survey
from alpyna_hook.infer.nest import infer
from alpyna_hook.ir import captured as ir, kernel as k
from alpyna_hook.ir.facts import Facts
from alpyna_hook.ir.interface import interface_of
from alpyna_hook.ir.kernel_check import problems
from alpyna_hook.ir.kinds import rep_of_kind
from alpyna_hook.ir.layout import Layout
from alpyna_hook.ir.schema import Record, replace
from alpyna_hook.kernels.build import build
from alpyna_hook.kernels.kernel import Kernel
from alpyna_hook.live.tuples import tuple_of
from alpyna_hook.operators.elementwise import elementwise
from alpyna_hook.passes.interior import without_tests
from alpyna_hook.passes.last_values import with_last_values
from alpyna_hook.prove import anchored
from alpyna_hook.reasons import MOST_OBSTACLES, Declined
from alpyna_hook.runtime.variant import Analysis, Given, KernelKey, Variant
from alpyna_hook.schedule import interchange
from alpyna_hook.schedule.compared import rearranged

PASSES = (with_last_values, without_tests)  # over kernel IR


class Resolved(Record):
    """A nest without tuples, swaps and rows, and what they were."""

    nest: ir.Nest
    facts: Facts
    tuples: dict[str, Kept]
    choices: dict[str, Choice]
    views: dict[str, View]


def analyse(nest: ir.Nest, facts: Facts) -> Variant:
    """What the types decide.  Raises Declined."""
    try:
        return _analysed(_resolved(nest, facts))
    except Declined as declined:
        declined.others = tuple([other for other in obstacles(nest, facts) if other.loc != declined.loc])
        raise


def obstacles(nest: ir.Nest, facts: Facts, unknown: frozenset[str] = frozenset()) -> list[Declined]:
    """All that is refused: a statement is left out, and what is left looked at again; see `infer.survey.obstacles`."""
    unknown = following(nest, unknown)
    found: list[Declined] = []
    looked_at: list[ir.Loc | None] = []
    while len(looked_at) < MOST_OBSTACLES:
        try:
            resolved = _resolved(nest, facts)
        except Declined as declined:
            if declined.loc in looked_at:
                break
            looked_at.append(declined.loc)
            if declined.detail.partition(" ")[0].rstrip(",") not in unknown:
                found.append(declined.fresh())
            nest, gone = without(nest, declined)
            unknown |= following(nest, gone)
        else:
            found += survey.obstacles(resolved.nest, resolved.facts, unknown)
            break
    return found[:MOST_OBSTACLES]


def _resolved(nest: ir.Nest, facts: Facts) -> Resolved:
    nest, facts, tuples = resolve_kept_tuples(nest, facts)
    swapped, choices = resolve_swaps(nest, facts.arrays)
    resolved, views = resolve_views(swapped, facts.ranks(), facts.tuples)
    if choices:
        facts = replace(facts, scalars={**facts.scalars, WHICH: "int"}, small=facts.small | {WHICH})
    return Resolved(resolved, facts, tuples, choices, views)


def _analysed(of: Resolved) -> Variant:
    facts = of.facts
    told = [k for v in of.views.values() for k in (v.witness, *v.index, *dict(v.same).values())]
    kept = dict.fromkeys(k for k in told if isinstance(k, str))
    kept |= dict.fromkeys(name for one in of.tuples.values() for name in (one.witness, *one.items))
    if of.choices:
        kept[WHICH] = None
    typed = infer(of.nest, facts, tuple(kept))
    layout = Layout(typed, {name: facts.arrays[name].ndim for name in typed.arrays}, typed.functions)
    reps = {name: rep_of_kind(facts.arrays[name].kind) for name in typed.arrays}
    tuples = tuple([name for name in typed.arrays if tuple_of(name) in facts.tuples])
    given = Given(interface_of(typed), layout, reps, of.views, of.choices, of.tuples, tuples, anchored(inlined(typed)))
    return Variant(given, lambda: Analysis(of.nest, typed, facts))


def compiled(variant: Variant, key: KernelKey) -> Kernel:
    """The kernel for what was proved, which strides are those of contiguous elements, and who may overlap.

    Raises Declined where no engine can be had, and CompileError.
    """
    kernel = variant.kernels.get(key)
    if kernel is None:
        with own_imports():
            kernel = variant.kernels[key] = build(kernel_ir(variant, key), variant.options.jit, strict=variant.options.strict)
    return kernel


def kernel_ir(variant: Variant, key: KernelKey) -> k.Kernel:
    """For what was proved, which strides are those of contiguous elements, and who may overlap."""
    outcomes, unit, groups = key
    numbers = dict(zip(variant.typed.arrays, groups, strict=True))
    at_once = frozenset([ufunc for ufunc in variant.typed.ufuncs if elementwise(*ufunc)])
    plain = inlined(variant.typed)
    typed, exchanged = interchange.interchanged(plain, outcomes, unit, numbers, variant.reps)
    if exchanged and variant.options.strict:
        why = rearranged(plain, typed, unit, numbers, variant.reps, extents=max(interchange.MANY + 1, 5))
        assert why is None, f"{exchanged}: {why}"
    variant.exchanged |= dict.fromkeys(exchanged)
    kernel = kernel_of(Emission(typed, variant.layout, outcomes, unit, variant.reps, numbers, at_once))
    return improved(kernel, verify=variant.options.strict)


def improved(kernel: k.Kernel, *, verify: bool) -> k.Kernel:
    """By the passes over kernel IR, one after the other.  verify: look whether what each of them gives is well formed."""
    for each in PASSES:
        kernel = each(kernel)
        assert not verify or not problems(kernel), (each.__name__, problems(kernel))
    return kernel
