"""What CPython needs for the parts of a loop that alpyna_hook/runtime/decide.py counts.

Each part is timed in a small loop, and the parts that are known by then are taken off:

    for i in range(n): t = x[i]        an element, and four nodes: the loop's two, the variable, the assignment
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .programs import clock

_HEAD = "def g(v):\n    return v\n\n\ndef measured(n, s, u, v, x):\n    for i in range(n):\n"
_LEAST = 1e-10  # nothing is free

_NODES = "s = s * 0.5 + 1.5 - s / 3.0", 12
_ELEMENT = "t = x[i]", 4
_SCALARS = "t = u * v + u - v", 7, 3
_CALLS = {
    "builtin": "t = abs(s)",
    "math": "t = math.sqrt(s)",
    "numpy": "t = np.exp(s)",
    "type": "t = np.float64(s)",
}
_CALL_NODES = 4
_USER_CALL = "t = g(s)", 6
_BODIES = (_NODES[0], _ELEMENT[0], _SCALARS[0], _USER_CALL[0], *_CALLS.values())


def seconds(n: int = 20_000, rounds: int = 5) -> dict[str, Any]:
    """Of CPU: `seconds_per_node`, `_element`, `_scalar` (an operation on NumPy scalars), `_user_call`, and `_call` by family."""
    return figures(times(n, rounds))


def times(n: int = 20_000, rounds: int = 5) -> dict[str, float]:
    """Of a turn of each loop, the least of some rounds through all of them."""
    arguments = (n, 0.75, np.float64(1.25), np.float64(0.5), np.linspace(0.0, 1.0, n))
    functions = {body: _function(body) for body in _BODIES}
    found = [{body: clock(function, *arguments) / n for body, function in functions.items()} for _ in range(rounds)]
    return least(*found)


def least(*found: dict[str, float]) -> dict[str, float]:
    """Of the times of all rounds: a machine may be slow for a second.

    >>> least({"a": 2.0, "b": 1.0}, {"a": 1.5, "b": 3.0})
    {'a': 1.5, 'b': 1.0}
    """
    return {body: min([each[body] for each in found]) for body in found[0]}


def figures(one: dict[str, float]) -> dict[str, Any]:
    """As `seconds`, of `times`."""
    body, nodes = _NODES
    node = one[body] / nodes

    def rest(body: str, nodes: int, times: int = 1) -> float:
        return max(_LEAST, (one[body] - nodes * node) / times)

    return {
        "seconds_per_node": node,
        "seconds_per_element": rest(*_ELEMENT),
        "seconds_per_scalar": rest(*_SCALARS),
        "seconds_per_user_call": rest(*_USER_CALL),
        "seconds_per_call": {family: rest(body, _CALL_NODES) for family, body in _CALLS.items()},
    }


def _function(body: str) -> Callable[..., object]:
    namespace: dict[str, Any] = {"math": math, "np": np}
    exec(compile(f"{_HEAD}        {body}\n", "<measured>", "exec"), namespace)
    function: Callable[..., object] = namespace["measured"]
    return function
