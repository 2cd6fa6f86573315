"""Whether a nest is worth compiling: what the interpreter would need, against what compiling costs.

A nest is compiled when one execution is predicted to cost more in the interpreter than compiling
does, or when the executions so far add up to that (the ski-rental rule: at most twice the best).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from alpyna_hook import ir

SECONDS_PER_NODE = 25e-9  # of the interpreter, for one IR node
SECONDS_PER_ELEMENT = 45e-9  # more, for one array element read or written
COMPILE_SECONDS = 0.25
COMPILE_SECONDS_PER_NODE = 0.0015
NUMBA_IMPORT_SECONDS = 1.2
UNKNOWN_TRIPS = 1000.0  # of a `while` loop, or of one whose bounds are not known beforehand


def compile_seconds(nest: ir.Nest) -> float:
    size = sum(1 for _ in ir.walk(nest.loop))
    return COMPILE_SECONDS + COMPILE_SECONDS_PER_NODE * size + (0.0 if "numba" in sys.modules else NUMBA_IMPORT_SECONDS)


class Estimate:
    """Predicted interpreter time of a nest for live values; indices stand at the middle of their range."""

    def __init__(self, arrays: Mapping[str, np.ndarray[Any, Any]], scalars: Mapping[str, Any]) -> None:
        self.arrays = arrays
        real = {n: v for n, v in scalars.items() if not isinstance(v, (complex, np.complexfloating))}
        self.values: dict[str, float] = {n: float(v) for n, v in real.items()}

    def seconds(self, s: ir.Stmt) -> float:
        match s:
            case ir.For():
                return self._for(s)
            case ir.While():
                return UNKNOWN_TRIPS * (self._expression(s.test) + sum(map(self.seconds, s.body)))
            case ir.If():
                branches = max(sum(map(self.seconds, s.body)), sum(map(self.seconds, s.orelse)))
                return self._expression(s.test) + branches
            case ir.Assign():
                if isinstance(s.value, ir.Const):
                    self.values[s.target] = float(s.value.value.real)
                return self._expression(s.value) + SECONDS_PER_NODE
            case _:
                return sum((self._expression(e) for e in ir.children(s) if not isinstance(e, _STATEMENTS)), SECONDS_PER_NODE)

    def _for(self, s: ir.For) -> float:
        start, stop, step = (self.value(e) for e in (s.start, s.stop, s.step))
        if start is None or stop is None or not step:
            trips = UNKNOWN_TRIPS
            self.values.pop(s.index, None)
        else:
            trips = max(0.0, (stop - start) / step)
            self.values[s.index] = (start + stop) / 2
        return trips * (sum(map(self.seconds, s.body)) + SECONDS_PER_NODE) + sum(map(self.seconds, s.orelse))

    def _expression(self, e: ir.Node) -> float:
        nodes = list(ir.walk(e))
        elements = sum(isinstance(n, (ir.Load, ir.Call)) for n in nodes)
        return SECONDS_PER_NODE * len(nodes) + SECONDS_PER_ELEMENT * elements

    def value(self, e: ir.Expr) -> float | None:
        match e:
            case ir.Const():
                return None if isinstance(e.value, complex) else float(e.value)
            case ir.Var():
                return self.values.get(e.name)
            case ir.Shape():
                array = self.arrays.get(e.array)
                if array is None:
                    return None
                return float(array.size) if e.axis is None else float(array.shape[e.axis]) if 0 <= e.axis < array.ndim else None
            case ir.Binary(op="+" | "-" | "*" | "//" | "/"):
                left, right = self.value(e.left), self.value(e.right)
                if left is None or right is None:
                    return None
                return _ARITHMETIC[e.op](left, right)
            case ir.Unary(op="-"):
                value = self.value(e.operand)
                return None if value is None else -value
            case ir.Call(function="min" | "max" | "@min"):
                values = [self.value(a) for a in e.args]
                known = [v for v in values if v is not None]
                return (max if e.function == "max" else min)(known) if known else None
            case ir.Call(function="@index" | "int", args=(argument,)):
                return self.value(argument)
            case _:
                return None


_STATEMENTS = (ir.Assign, ir.Store, ir.Effect, ir.If, ir.For, ir.While, ir.Break, ir.Continue, ir.Return, ir.Raise)
_ARITHMETIC: dict[str, Callable[[float, float], float | None]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "//": lambda a, b: a // b if b else None, "/": lambda a, b: a / b if b else None,
}
