"""Loops for each category of the TSVC suite for vectorising compilers, written from the categories' definitions.

A loop is a public function of one of the modules below.  Its parameters are looked up by name in
`data(n, dtype)`; what it computes is left in the arrays or returned.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable

import numpy as np

MODULES = ("dependence", "flow", "restructuring", "iteration_space", "idioms", "memory")


def loops() -> dict[str, Callable[..., object]]:
    """"module.function" to function, in the order of the source."""
    found = {}
    for name in MODULES:
        module = importlib.import_module(f"{__name__}.{name}")
        for function_name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and function_name[0] != "_":
                found[f"{name}.{function_name}"] = function
    return found


def data(n: int, dtype: str) -> dict[str, object]:
    """What the loops work on: vectors of n, matrices of m by m, m about the root of n, and numbers.

    a and b have both signs and stay below 1; c, d, e are positive, fit to divide by.
    """
    rng = np.random.default_rng(n)
    m = max(6, int(n**0.5))
    values: dict[str, object] = {name: rng.uniform(-1.0, 1.0, n).astype(dtype) for name in "ab"}
    values |= {name: rng.uniform(0.5, 1.5, n).astype(dtype) for name in "cde"}
    values |= {name: rng.uniform(-1.0, 1.0, (m, m)).astype(dtype) for name in ("aa", "bb", "cc")}
    values |= {
        "x": rng.uniform(-1.0, 1.0, 2 * n + 8).astype(dtype),
        "flat": rng.uniform(-1.0, 1.0, m * m).astype(dtype),
        "perm": rng.permutation(n),
        "bins": rng.integers(0, max(1, n // 8), n).astype(np.int32),
        "flags": rng.random(n) < 0.5,
        "n": n,
        "m": m,
        "s": 0.75,
        "t": -0.5,
        "k": 3,
        "half": n // 2,
        "stride": 2,
    }
    return values


def arguments(function: Callable[..., object], values: dict[str, object]) -> tuple[object, ...]:
    return tuple(values[name] for name in inspect.signature(function).parameters)
