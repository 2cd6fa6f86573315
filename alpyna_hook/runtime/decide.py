"""Whether a nest is worth compiling: what the interpreter would need, against what compiling costs.

A nest is compiled when one execution is predicted to cost more in the interpreter than compiling
does, or when the executions so far add up to a share of that: a loop that has been met often is
expected to be met again, so the share is less than the whole of the ski-rental rule.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np

from alpyna_hook import ir, profile
from alpyna_hook.facts import Known, UserFunction

# Seconds of the interpreter (CPython 3.11 to 3.13, x86-64), for predictions of cost alone.
SECONDS_PER_NODE = 12e-9  # of Python's own numbers
SECONDS_PER_ELEMENT = 80e-9  # to read or write one element
SECONDS_PER_SCALAR = 60e-9  # for an operation on NumPy scalars
SECONDS_PER_CALL = {"builtin": 50e-9, "math": 40e-9, "numpy": 400e-9, "type": 100e-9}
SECONDS_PER_USER_CALL = 60e-9
COMPILE_SECONDS = 0.12
COMPILE_SECONDS_PER_NODE = 0.0012
NUMBA_IMPORT_SECONDS = 0.9
SHARE = 0.4  # of the cost of compiling, that the interpreter may have spent before
UNKNOWN_TRIPS = 1000.0  # of a `while` loop, or of one whose bounds are not known beforehand,
INNER_UNKNOWN_TRIPS = 30.0  # and of one in another


def compile_seconds(nest: ir.Nest) -> float:
    """What compiling is predicted to cost in this process, the import of Numba included if that is still to come."""
    known = profile.load() or profile.Profile()
    base, per_node = known.compile_seconds, known.compile_seconds_per_node  # of one fit
    if base is None or per_node is None:
        base, per_node = COMPILE_SECONDS, COMPILE_SECONDS_PER_NODE
    size = sum(1 for _ in ir.walk(nest.loop))
    if "numba" in sys.modules:
        return base + per_node * size
    return base + per_node * size + (known.numba_import_seconds or NUMBA_IMPORT_SECONDS)


class Estimate:
    """Predicted interpreter time of a nest for live values; indices stand at the middle of their range.

    The time of one execution of the straight-line parts is found once; a call then only counts trips.
    """

    def __init__(self, nest: ir.Nest, functions: Mapping[str, object]) -> None:
        self.nest = nest
        self.functions = functions
        self.sure = False  # that the trips of all loops are known
        self.inner = False  # to a loop of which they are not
        self._may_last = _may_last(nest, functions)
        self.costs: dict[int, float] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}  # the arrays themselves may die after the call
        self.values: dict[str, float] = {}
        known = profile.load() or profile.Profile()
        self.node = known.seconds_per_node or SECONDS_PER_NODE
        self.element = known.seconds_per_element or SECONDS_PER_ELEMENT
        self.scalar = known.seconds_per_scalar or SECONDS_PER_SCALAR
        self.user_call = known.seconds_per_user_call or SECONDS_PER_USER_CALL
        self.by_family = {**SECONDS_PER_CALL, **known.seconds_per_call}

    def of(self, arrays: Mapping[str, np.ndarray[Any, Any]], scalars: Mapping[str, Any]) -> float:
        """Seconds for these values."""
        self.shapes = {name: array.shape for name, array in arrays.items()}
        real = {n: v for n, v in scalars.items() if not isinstance(v, (complex, np.complexfloating))}
        self.values = {n: float(v) for n, v in real.items()}
        self.sure, self.inner = not self._may_last, False
        return self.seconds(self.nest.loop)

    def seconds(self, s: ir.Stmt) -> float:
        match s:
            case ir.For():
                return self._for(s)
            case ir.While():
                with self._unknown() as trips:
                    return trips * (self.own(s) + sum(map(self.seconds, s.body)))
            case ir.If():
                branches = max(sum(map(self.seconds, s.body)), sum(map(self.seconds, s.orelse)))
                return self.own(s) + branches
            case ir.Assign():
                self._note(s)
                return self.own(s)
            case _:
                return self.own(s)

    def _note(self, s: ir.Assign) -> None:
        value = self.value(s.value)
        if value is None:
            self.values.pop(s.target, None)
        else:
            self.values[s.target] = value

    def _for(self, s: ir.For) -> float:
        start, stop, step = (self.value(e) for e in (s.start, s.stop, s.step))
        after = sum(map(self.seconds, s.orelse))
        if start is None or stop is None or not step:
            self.sure = False
            self.values.pop(s.index, None)
            with self._unknown() as trips:
                return trips * self._turn(s) + after
        self.values[s.index] = (start + stop) / 2
        return max(0.0, (stop - start) / step) * self._turn(s) + after

    def _turn(self, s: ir.For) -> float:
        return sum(map(self.seconds, s.body)) + 2 * self.node

    @contextmanager
    def _unknown(self) -> Iterator[float]:
        """How often a loop turns of which that is not known."""
        outermost, self.inner = not self.inner, True
        yield UNKNOWN_TRIPS if outermost else INNER_UNKNOWN_TRIPS
        self.inner = not outermost

    # -- straight-line parts

    def own(self, s: ir.Stmt) -> float:
        """The statement without the statements in it; the same at every call."""
        cost = self.costs.get(id(s))
        if cost is None:
            parts = [e for e in ir.children(s) if not isinstance(e, _STATEMENTS)]
            store = self.element if isinstance(s, ir.Store) else self.node
            cost = self.costs[id(s)] = store + sum(self._expression(e)[0] for e in parts)
        return cost

    def _expression(self, e: ir.Node) -> tuple[float, bool]:
        """Seconds, and whether the value is likely a NumPy scalar."""
        parts = [self._expression(x) for x in ir.children(e)]
        total = sum(p[0] for p in parts)
        numpy = any(p[1] for p in parts)
        match e:
            case ir.Load():
                return total + self.element * (1.0 + 0.4 * (len(e.index) - 1)), True
            case ir.Call():
                cost, numpy_result = self._call(e)
                return total + cost, numpy or numpy_result
            case ir.Binary() | ir.Unary() | ir.Compare():
                return total + (self.scalar if numpy else self.node), numpy
            case _:
                return total + self.node, numpy

    def _call(self, e: ir.Call) -> tuple[float, bool]:
        target = self.functions.get(e.function)
        if isinstance(target, UserFunction):
            known = id(e) in self.costs
            self.costs[id(e)] = 0.0  # a recursive function is declined later; here it must end
            return self.user_call + (0.0 if known else sum(map(self.seconds, target.code.body))), True
        family = target.family if isinstance(target, Known) else "builtin"
        return self.by_family[family], family in ("numpy", "type")

    # -- bounds

    def value(self, e: ir.Expr) -> float | None:
        match e:
            case ir.Const():
                return None if isinstance(e.value, complex) else float(e.value)
            case ir.Var():
                return self.values.get(e.name)
            case ir.Shape():
                shape = self.shapes.get(e.array)
                if shape is None:
                    return None
                return float(prod(shape)) if e.axis is None else float(shape[e.axis]) if 0 <= e.axis < len(shape) else None
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
                self.sure = self.sure and len(known) == len(values)
                return (max if e.function == "max" else min)(known) if known else None
            case ir.Call(function="@index" | "int", args=(argument,)):
                return self.value(argument)
            case _:
                return None


def _may_last(nest: ir.Nest, functions: Mapping[str, object]) -> bool:
    """Is there a loop whose trips nobody counts: a `while` loop, one with a bound that the nest assigns, or any in a function?"""
    nodes = list(ir.walk(nest.loop))
    assigned = {n.target for n in nodes if isinstance(n, ir.Assign)}
    bounds = [e for n in nodes if isinstance(n, ir.For) for e in (n.start, n.stop, n.step)]
    if any(isinstance(x, ir.Var) and x.name in assigned for e in bounds for x in ir.walk(e)):
        return True
    if any(isinstance(n, ir.While) for n in nodes):
        return True
    called = [f for f in functions.values() if isinstance(f, UserFunction)]
    return any(isinstance(node, ir.For | ir.While) for f in called for s in f.code.body for node in ir.walk(s))


_STATEMENTS = (ir.Assign, ir.Store, ir.Effect, ir.If, ir.For, ir.While, ir.Break, ir.Continue, ir.Return, ir.Raise, ir.Refused)
_ARITHMETIC: dict[str, Callable[[float, float], float | None]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "//": lambda a, b: a // b if b else None, "/": lambda a, b: a / b if b else None,
}
