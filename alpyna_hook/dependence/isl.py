"""isl in the place of the exact test where that ran out of its budget, if islpy is installed (extra "exact").

The project's own test is complete and needs no library; isl's algorithms (parametric integer programming,
generalised basis reduction) decide some of the systems on which eliminating variables one by one explodes.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from alpyna_hook.dependence.directions import Vector
from alpyna_hook.dependence.problem import Problem
from alpyna_hook.integers.affine import Affine

MAX_OPERATIONS = 200_000


@cache
def _islpy() -> Any | None:
    if importlib.util.find_spec("islpy") is None:
        return None
    found = importlib.import_module("islpy")
    return found if hasattr(found, "BasicSet") else None  # not some other directory of that name


def directions(problem: Problem, candidates: Iterable[Vector]) -> frozenset[Vector] | None:
    """Those of the candidates that some integer point takes; None: no islpy, or no answer in time."""
    islpy = _islpy()
    if islpy is None:
        return None
    found = []
    try:
        for vector in candidates:
            if not _empty(islpy, problem.under(dict(enumerate(vector)))):
                found.append(vector)
    except islpy.Error:
        return None
    return frozenset(found)


def _empty(islpy: Any, problem: Problem) -> bool:
    context = islpy.Context()
    context.set_max_operations(MAX_OPERATIONS)
    names = {name: f"v{position}" for position, name in enumerate(problem.order)}
    space = islpy.Space.create_from_names(context, set=list(names.values()))
    constraints = [*_built(islpy.Constraint.eq_from_names, space, names, problem.equations),
                   *_built(islpy.Constraint.ineq_from_names, space, names, problem.constraints)]
    points = islpy.BasicSet.universe(space).add_constraints(constraints)
    return bool(points.is_empty())


def _built(build: Any, space: Any, names: dict[str, str], forms: Sequence[Affine]) -> list[Any]:
    built = []
    for form in forms:
        coefficients: dict[str | int, int] = {names[name]: c for name, c in form.terms}
        coefficients[1] = form.const
        built.append(build(space, coefficients))
    return built
