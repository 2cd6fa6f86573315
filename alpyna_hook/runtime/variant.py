"""A nest for one signature: typed, with the kernels that have been built for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alpyna_hook import ir, typed as t
from alpyna_hook.emit.layout import Layout
from alpyna_hook.facts import Facts
from alpyna_hook.kernels.build import Kernel
from alpyna_hook.types import Rep
from alpyna_hook.views import View

KernelKey = tuple[str, frozenset[tuple[str, int]], tuple[int, ...]]  # outcomes, unit strides, groups


@dataclass(frozen=True)
class Variant:
    nest: ir.Nest
    typed: t.TypedNest
    layout: Layout
    facts: Facts
    reps: Mapping[str, Rep]  # of the arrays
    views: Mapping[str, View]
    kernels: dict[KernelKey, Kernel] = field(default_factory=dict)
