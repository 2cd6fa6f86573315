"""What kernels do in a second: operations on float64, and bytes that they go over, in one thread and on devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .programs import Pair, clock, source_of, usual

LEVELS = tuple(2**k for k in (14, 18, 22, 26))  # bytes that are gone over, of the caches and of what is beyond them
_CHAINS = (  # of operations that wait for each other, side by side
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
    return {"operations_a_second": _ROWS * _TURNS * _OPERATIONS / _arithmetic("cpu", _least), "bytes_a_second": levels}


def of_device(name: str, costs: Mapping[str, Any]) -> dict[str, float]:
    """The same, each with one number."""
    pair = Pair.of(_TRANSPOSED, name)
    x = np.ones(_SUMS)
    seconds = _usual(pair, x, np.zeros(_SUMS[1]), _SUMS[1])
    pair.drop()
    whole = _PASSES * x.nbytes
    return {
        "operations_a_second": _ROWS * _TURNS * _OPERATIONS / _without(_arithmetic(name, _usual), 16 * _ROWS, costs),
        "bytes_a_second": whole / _without(seconds, x.nbytes, costs),
    }


def _arithmetic(device: str, timed: Callable[..., float]) -> float:
    pair = Pair.of(source_of("x, out, n, turns", *_CHAINS), device)
    x = np.linspace(0.0, 1.0, _ROWS)
    seconds = timed(pair, x, x.copy(), _ROWS, _TURNS)
    pair.drop()
    return seconds


def _without(seconds: float, copied: int, costs: Mapping[str, float]) -> float:
    """Less the launch, and the copies."""
    beside = costs["seconds_to_launch"] + copied / costs["bytes_a_second_there"]
    return max(seconds - beside, _LEAST_SHARE * seconds)


def _least(pair: Pair, *arguments: Any) -> float:
    """Of the processor."""
    return min([clock(pair.fast, *arguments) for _ in range(_REPEATS + 1)])


def _usual(pair: Pair, *arguments: Any) -> float:
    """Of a device."""
    return usual(lambda: pair.fast(*arguments), _REPEATS)
