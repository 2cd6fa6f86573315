"""Whether compiled calls of libm and of NumPy's inner loops give the interpreter's bits on this machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpyna_hook.operators.functions import INNER_LOOP, LIBM, MATH, NUMPY
from alpyna_hook.operators.helpers import HELPERS
from alpyna_hook.profile import function_key

from .programs import Pair, source_of

INPUTS = 20_000
_GROUP = 8  # functions that share a kernel

_UNIT, _EXPONENT = (-1.0, 1.0), (-80.0, 80.0)
_DOMAINS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("acos", "asin", "arccos", "arcsin"), _UNIT),
    **dict.fromkeys(("atanh", "arctanh"), (-0.9999, 0.9999)),
    **dict.fromkeys(("acosh", "arccosh"), (1.0, 1e8)),
    **dict.fromkeys(("log", "log2", "log10", "log1p"), (1e-30, 1e30)),
    **dict.fromkeys(("exp", "exp2", "expm1", "sinh", "cosh"), _EXPONENT),
    **dict.fromkeys(("erf", "erfc"), (-6.0, 6.0)),
    "gamma": (-150.0, 150.0),
    **dict.fromkeys(("logaddexp", "logaddexp2"), _EXPONENT),
}
_EXPONENTS = (2.0, 0.5, -1.0, 1.0, 0.0, 3.0)  # some have ways of their own
_POWER = ((1e-3, 1e3), (-10.0, 10.0))


@dataclass(frozen=True)
class Function:
    family: str
    name: str
    rep: str
    arity: int

    @property
    def key(self) -> str:
        return function_key(self.family, self.name, self.rep)

    def call(self, *operands: str) -> str:
        if self.family == "operator":
            return " ** ".join(operands)
        module = "math" if self.family == "math" else "np"
        return f"{module}.{self.name}({', '.join(operands)})"

    def inputs(self, n: int, rng: np.random.Generator) -> list[np.ndarray[Any, Any]]:
        if self.name in ("pow", "power"):
            domains: Sequence[tuple[float, float]] = _POWER
        else:
            domains = [_DOMAINS.get(self.name, (-1e6, 1e6))] * self.arity
        drawn = [sample(n, low, high, rng).astype(self.rep) for low, high in domains]
        if self.name in ("pow", "power"):
            drawn[1][::7] = rng.choice(_EXPONENTS, drawn[1][::7].size)
        return drawn


def functions() -> list[Function]:
    """All that kernels call by address."""
    called = {name: len(row.takes) for name, row in sorted(MATH.items()) if row.operation == LIBM or f"{name}_f8" in HELPERS}
    known = [Function("math", name, "f8", arity) for name, arity in called.items() if hasattr(math, name)]
    for rep in ("f8", "f4"):
        known.append(Function("operator", "pow", rep, 2))
        known += [Function("numpy", name, rep, row.takes) for name, row in sorted(NUMPY.items()) if row.floats == INNER_LOOP]
    return known


def differences(chosen: Sequence[Function] | None = None, n: int = INPUTS) -> dict[str, dict[str, Any]]:
    """For each function: `inputs` tried, `differences` in bits (any NaN equals any other); `declined`: why not."""
    found: dict[str, dict[str, Any]] = {}
    for group in _groups(functions() if chosen is None else chosen):
        results = _compare(group, n)
        if len(group) > 1 and any("declined" in result for result in results.values()):
            for function in group:  # one of them has kept all of the others from being compiled
                results.update(_compare([function], n))
        found.update(results)
    return found


def sample(n: int, low: float, high: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Half of them spread evenly over the range, half evenly over the magnitudes in it."""
    even = rng.uniform(low, high, n - n // 2)
    smallest = max(low, 1e-12)
    sizes = np.exp(rng.uniform(math.log(smallest), math.log(high), n // 2))
    signs = np.where(rng.random(n // 2) < 0.5, -1.0, 1.0) if low < 0 else 1.0
    return np.concatenate([even, np.clip(sizes * signs, low, high)])


def _groups(chosen: Sequence[Function]) -> Iterator[list[Function]]:
    alike: dict[tuple[str, str], list[Function]] = {}
    for function in chosen:
        alike.setdefault((function.family, function.rep), []).append(function)
    for same in alike.values():
        for start in range(0, len(same), _GROUP):
            yield same[start : start + _GROUP]


def _compare(group: Sequence[Function], n: int) -> dict[str, dict[str, Any]]:
    rng = np.random.default_rng(0)
    inputs = [function.inputs(n, rng) for function in group]
    names = [[f"x{k}_{j}" for j in range(function.arity)] for k, function in enumerate(group)]
    outputs = [f"out{k}" for k in range(len(group))]
    body = [
        f"{out}[i] = {function.call(*(f'{name}[i]' for name in used))}"
        for out, function, used in zip(outputs, group, names, strict=True)
    ]
    pair = Pair.of(source_of(", ".join([*outputs, *(name for used in names for name in used), "n"]), *body))
    plain, fast = ([np.zeros(n, function.rep) for function in group] for _ in range(2))
    flat = [array for arrays in inputs for array in arrays]
    with np.errstate(all="ignore"):
        pair.plain(*plain, *flat, n)
        pair.fast(*fast, *flat, n)
    reason = pair.reason()
    pair.drop()
    if reason is not None:
        return {function.key: {"inputs": 0, "differences": 0, "declined": reason} for function in group}
    return {
        function.key: {"inputs": n, "differences": _different(a, b)}
        for function, a, b in zip(group, plain, fast, strict=True)
    }


def _different(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> int:
    bits = f"u{a.itemsize}"
    return int(np.count_nonzero((a.view(bits) != b.view(bits)) & ~(np.isnan(a) & np.isnan(b))))
