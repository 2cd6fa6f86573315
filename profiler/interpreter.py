"""What CPython needs for one node of a nest's IR, and for one array element more."""

from __future__ import annotations

import ast

import numpy as np

from alpyna_hook import ir
from alpyna_hook.capture import capture_nest

from .programs import Pair, clock, fit, source_of

BODIES = (
    ("s = s * 0.5 + 1.5 - s / 3.0",),
    ("k = k + i % 7", "s = s + 0.5 if k > i else s - 0.5"),
    ("out[i] = x[i]",),
    ("out[i] = x[i] * y[i] + x[i]",),
    ("t = x[i] - y[i]", "if t > 0.5:", "    t = 0.5", "out[i] = out[i] + t * t"),
    ("out[i] = abs(x[i]) * 0.25",),
)
PARAMETERS = "x, y, out, n, s=0.0, k=0"


def seconds(n: int = 20_000, rounds: int = 3) -> dict[str, float]:
    """`seconds_per_node` and `seconds_per_element`, fitted to the best of some rounds of each body."""
    rng = np.random.default_rng(0)
    x, y, out = rng.random(n), rng.random(n), np.zeros(n)
    rows = []
    for body in BODIES:
        source = source_of(PARAMETERS, *body)
        pair = Pair.of(source)
        best = min(clock(pair.plain, x, y, out, n) for _ in range(rounds))
        pair.drop()
        rows.append((counts(source), best / n))
    per_node, per_element = fit(rows)
    return {"seconds_per_node": per_node, "seconds_per_element": per_element}


def counts(source: str) -> tuple[float, float]:
    """Nodes and elements of one iteration of the loop, as alpyna_hook/runtime/decide.py counts them."""
    function = ast.parse(source).body[-1]
    assert isinstance(function, ast.FunctionDef)
    loop = function.body[0]
    assert isinstance(loop, ast.For)
    nest = capture_nest(loop, filename="<measured>", qualname="measured")
    assert isinstance(nest.loop, ir.For)
    nodes, elements = _block(nest.loop.body)
    return nodes + 1.0, elements


def _block(body: tuple[ir.Stmt, ...]) -> tuple[float, float]:
    pairs = [_statement(s) for s in body]
    return sum(p[0] for p in pairs), sum(p[1] for p in pairs)


def _statement(s: ir.Stmt) -> tuple[float, float]:
    if isinstance(s, ir.If):
        test, then, orelse = _expressions((s.test,)), _block(s.body), _block(s.orelse)
        branch = max(then, orelse)
        return test[0] + branch[0], test[1] + branch[1]
    nodes, elements = _expressions(tuple(ir.children(s)))
    return nodes + 1.0, elements


def _expressions(roots: tuple[ir.Node, ...]) -> tuple[float, float]:
    nodes = [node for root in roots for node in ir.walk(root)]
    return float(len(nodes)), float(sum(isinstance(node, (ir.Load, ir.Call)) for node in nodes))
