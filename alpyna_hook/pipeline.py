"""The passes, in order, one line each."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from alpyna_hook import ir
from alpyna_hook.elementwise import elementwise
from alpyna_hook.emit.expressions import Emission
from alpyna_hook.emit.inline import inlined
from alpyna_hook.emit.layout import Layout
from alpyna_hook.emit.source import KernelSource, kernel_source
from alpyna_hook.facts import Facts
from alpyna_hook.infer import infer
from alpyna_hook.kernels.build import Kernel, build
from alpyna_hook.own_imports import own_imports
from alpyna_hook.prove import anchored
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.variant import KernelKey, Variant
from alpyna_hook.types import rep_of_kind
from alpyna_hook.views import resolve_views


class CompileError(Exception):
    """The compiler refused a kernel."""


def analyse(nest: ir.Nest, facts: Facts) -> Variant:
    """What the types decide.  Raises Declined."""
    ranks = {name: array.ndim for name, array in facts.arrays.items()}
    resolved, views = resolve_views(nest, ranks)
    kept = dict.fromkeys(k for v in views.values() for k in (v.witness, *v.index) if isinstance(k, str))
    typed = infer(resolved, facts, tuple(kept))
    layout = Layout(typed, {name: facts.arrays[name].ndim for name in typed.arrays})
    reps = {name: rep_of_kind(facts.arrays[name].kind) for name in typed.arrays}
    return Variant(resolved, typed, layout, facts, reps, views, anchored(inlined(typed)))


def compiled(variant: Variant, key: KernelKey) -> Kernel:
    """The kernel for what was proved, which strides are those of contiguous elements, and who may overlap.

    Raises Declined where there is no Numba, and CompileError.
    """
    kernel = variant.kernels.get(key)
    if kernel is None:
        if why := _without_numba():
            raise Declined("unavailable", why)
        with own_imports():
            kernel = variant.kernels[key] = _built(_source(variant, key))
    return kernel


def _source(variant: Variant, key: KernelKey) -> KernelSource:
    outcomes, unit, groups = key
    numbers = dict(zip(variant.typed.arrays, groups, strict=True))
    at_once = frozenset([ufunc for ufunc in variant.typed.ufuncs if elementwise(*ufunc)])
    return kernel_source(Emission(variant.typed, variant.layout, outcomes, unit, variant.reps, numbers, at_once))


def _built(source: KernelSource) -> Kernel:
    from numba.core.errors import NumbaError

    try:
        return build(source)
    except NumbaError as error:
        raise CompileError(f"{error}\n{source.text}") from error


@cache
def _without_numba() -> str:
    """Why Numba cannot be imported; nothing if it can."""
    try:
        with own_imports():
            import_module("numba")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
