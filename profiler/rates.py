"""What kernels do in a second: operations on float64, and bytes that they go over, in one thread and on devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .programs import Pair, clock, source_of, usual

LEVELS = tuple(2**k for k in (14, 18, 22, 26))  # bytes that are gone over, of the caches and of what is beyond them
_ARITHMETIC = source_of(  # chains of operations that wait for each other, side by side
    "x, out, n, turns",
    "p, q, r, s = x[i], x[i] + 1.0, x[i] + 2.0, x[i] + 3.0", "for k in range(turns):", "    p = p * 0.75 + 0.5",
    "    q = q * 0.75 + 0.5", "    r = r * 0.75 + 0.5", "    s = s * 0.75 + 0.5", "out[i] = p + q + r + s",
)
_OPERATIONS = 8  # a turn
_ROWS, _TURNS = 4096, 512
_COPY = source_of("x, out, n", "for k in range(len(x)):", "    out[k] = x[k]")
_TRANSPOSED = source_of(
    "x, out, n", "s = 0.0", "for r in range(8):", "    for k in range(x.shape[0]):", "        s += x[k, i]", "out[i] = s")
_SUMS, _PASSES = (64, 2**14), 8
_REPEATS = 5
_LEAST_SHARE = 0.05  # of what was measured, that is left where all of it seems to be launch and copies


def of_processor() -> dict[str, Any]:
    """operations_a_second; bytes_a_second, by the bytes that are gone over."""
    levels = {}
    pair = Pair.of(_COPY)
    for size in LEVELS:
        x = np.ones(size // 16)
        times = max(1, 2**24 // size)
        levels[str(size)] = times * size / _least(pair, x, x.copy(), times)
    pair.drop()
    pair = Pair.of(_ARITHMETIC)
    seconds = _least(pair, *_numbers())
    pair.drop()
    return {"operations_a_second": _ROWS * _TURNS * _OPERATIONS / seconds, "bytes_a_second": levels}


def of_device(name: str, costs: Mapping[str, Any]) -> dict[str, float]:
    """The same, each with one number; nothing where one of the kernels did not run there."""
    x = np.ones(_SUMS)
    going_over = _there(name, _TRANSPOSED, x, np.zeros(_SUMS[1]), _SUMS[1])
    computing = _there(name, _ARITHMETIC, *_numbers())
    if going_over is None or computing is None:
        return {}
    return {
        "operations_a_second": _ROWS * _TURNS * _OPERATIONS / _without(computing, 16 * _ROWS, costs),
        "bytes_a_second": _PASSES * x.nbytes / _without(going_over, x.nbytes, costs),
    }


def _numbers() -> tuple[Any, ...]:
    """For the chains."""
    x = np.linspace(0.0, 1.0, _ROWS)
    return x, x.copy(), _ROWS, _TURNS


def _there(name: str, source: str, *arguments: Any) -> float | None:
    """Seconds of a run on a device."""
    pair = Pair.of(source, name)
    seconds = usual(lambda: pair.fast(*arguments), _REPEATS)
    where = pair.device()
    pair.drop()
    return seconds if where == name else None


def _without(seconds: float, copied: int, costs: Mapping[str, float]) -> float:
    """Less the launch, and the copies."""
    beside = costs["seconds_to_launch"] + copied / costs["bytes_a_second_there"]
    return max(seconds - beside, _LEAST_SHARE * seconds)


def _least(pair: Pair, *arguments: Any) -> float:
    """Of the processor."""
    return min([clock(pair.fast, *arguments) for _ in range(_REPEATS + 1)])
