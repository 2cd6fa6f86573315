"""What predicts how long the interpreter needs for a nest: its loops, their bounds, and how much of each kind of work is in them.

    for i in range(n):          ((), (("for", "i", 0.0, "n", 1.0, ((2 nodes, 2 elements), ...), ()),))
        b[i] = a[i] * 2.0

An outline is made of a nest when its module is rewritten, and stored with the bytecode: tuples, strings and numbers only.  It is
made anew, with what is in the functions that are called, when the engine binds them.

    body   (work, (statement, ...))                 work: a number for each of `KINDS`
    for    ("for", index, start, stop, step, body, else)
    while  ("while", body)
    if     ("if", body, else)
    =      ("=", name, bound)                       an assignment that a bound may depend on
    call   ("call", name)                           of what is not known before the loop is reached
    bound  number | name | ("shape", array, axis) | (operator, bound, ...) | None where it is not known beforehand
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.facts import Known, UserFunction

Bound: TypeAlias = Any
Body: TypeAlias = tuple[tuple[float, ...], tuple[Any, ...]]
Outline: TypeAlias = tuple[int, bool, bool, Body, tuple[str, ...]]
KINDS = ("node", "element", "scalar", "user_call", "builtin", "math", "numpy", "type")
_NODE, _ELEMENT, _SCALAR, _USER_CALL = range(4)
_NOTHING: Body = (0.0,) * len(KINDS), ()


def outline(nest: ir.Nest, functions: Mapping[str, object]) -> Outline:
    """Its size in nodes; whether a loop may turn more often than its bounds tell; whether one may be left early; the nest; the
    variables that it computes with, beside bounds."""
    size = sum(1 for _ in ir.walk(nest.loop))
    early = any(isinstance(node, ir.Break | ir.Return) for node in ir.walk(nest.loop))
    made = _Outline(nest, functions)
    body = made.body((nest.loop,))
    return size, _may_last(nest, functions), early, body, tuple(name for name in nest.reads if name in made.operands)


class _Outline:
    def __init__(self, nest: ir.Nest, functions: Mapping[str, object]) -> None:
        self.functions = functions
        self.needed = _names_in_bounds(nest)
        self.called: dict[int, Body] = {}  # of the functions, by the identity of their code
        self.bound = bound
        self.operands: set[str] = set()

    def body(self, statements: tuple[ir.Stmt, ...]) -> Body:
        work = [0.0] * len(KINDS)
        nested: list[Any] = []
        for s in statements:
            self.statement(s, work, nested)
        return tuple(work), tuple(nested)

    def statement(self, s: ir.Stmt, work: list[float], nested: list[Any]) -> None:
        match s:
            case ir.For():
                bounds = [self.bound(e) for e in (s.start, s.stop, s.step)]
                nested.append(("for", s.index, *bounds, self.body(s.body), self.body(s.orelse)))
            case ir.While():
                test: list[float] = [0.0] * len(KINDS)
                inner: list[Any] = []
                self.own(s, test, inner)
                turn = self.body(s.body)
                total = tuple([a + b for a, b in zip(test, turn[0], strict=True)])
                nested.append(("while", (total, (*inner, *turn[1]))))
            case ir.If():
                self.own(s, work, nested)
                nested.append(("if", self.body(s.body), self.body(s.orelse)))
            case ir.Assign():
                self.own(s, work, nested)
                if s.target in self.needed:
                    nested.append(("=", s.target, self.bound(s.value)))
            case _:
                self.own(s, work, nested)

    def own(self, s: ir.Stmt, work: list[float], nested: list[Any]) -> None:
        """The statement without the statements in it; of a called function, its loops are nested here."""
        work[_ELEMENT if isinstance(s, ir.Store) else _NODE] += 1
        for e in ir.children(s):
            if not isinstance(e, _STATEMENTS):
                self.expression(e, work, nested)

    def expression(self, e: ir.Node, work: list[float], nested: list[Any]) -> bool:
        """Whether the value is likely a NumPy scalar."""
        parts = [self.expression(x, work, nested) for x in ir.children(e)]
        numpy = any(parts)
        if isinstance(e, (ir.Binary, ir.Unary, ir.Compare, ir.Call)):
            self.operands.update([x.name for x in ir.children(e) if isinstance(x, ir.Var)])
        match e:
            case ir.Load():
                work[_ELEMENT] += 1.0 + 0.4 * (len(e.index) - 1)
                return True
            case ir.Call():
                return self.call(e, work, nested) or numpy
            case ir.Binary() | ir.Unary() | ir.Compare():
                work[_SCALAR if numpy else _NODE] += 1
            case _:
                work[_NODE] += 1
        return numpy

    def call(self, e: ir.Call, work: list[float], nested: list[Any]) -> bool:
        target = self.functions.get(e.function)
        if target is None and e.function[0] != "@":
            nested.append(("call", e.function))
            return False
        if not isinstance(target, UserFunction):
            family = target.family if isinstance(target, Known) else "builtin"
            work[KINDS.index(family)] += 1
            return family in ("numpy", "type")
        work[_USER_CALL] += 1
        own, inner = self.function(target.code)
        for k, amount in enumerate(own):
            work[k] += amount
        nested += inner
        return True

    def function(self, code: ir.Function) -> Body:
        """Nothing of a recursive one, which is declined later.  What a function's own variables are is not known beforehand."""
        found = self.called.get(id(code))
        if found is None:
            self.called[id(code)] = _NOTHING
            before, self.bound = self.bound, _constant
            found = self.called[id(code)] = self.body(code.body)
            self.bound = before
        return found


def _constant(e: ir.Expr) -> Bound:
    return bound(e) if isinstance(e, ir.Const) else None


def bound(e: ir.Expr) -> Bound:
    match e:
        case ir.Const():
            return None if isinstance(e.value, complex) else float(e.value)
        case ir.Var():
            return e.name
        case ir.Load(array, (ir.Const(value=int(k)),)):
            return f"{array}[{k}]"  # of a tuple, perhaps
        case ir.Shape():
            return "shape", e.array, e.axis
        case ir.Binary(op="+" | "-" | "*" | "//" | "/"):
            left, right = bound(e.left), bound(e.right)
            return None if left is None or right is None else (e.op, left, right)
        case ir.Unary(op="-"):
            operand = bound(e.operand)
            return None if operand is None else ("neg", operand)
        case ir.Call(function="min" | "max" | "@min"):
            return ("max" if e.function == "max" else "min", *map(bound, e.args))
        case ir.Call(args=(argument,)) if e.function in ("int", *ir.AS_INTEGER):
            return bound(argument)
        case _:
            return None


def _names_in_bounds(nest: ir.Nest) -> frozenset[str]:
    """The names that the bounds of loops depend on, also by way of others."""
    nodes = list(ir.walk(nest.loop))
    bounds = [e for n in nodes if isinstance(n, ir.For) for e in (n.start, n.stop, n.step)]
    found = {x.name for e in bounds for x in ir.walk(e) if isinstance(x, ir.Var)}
    while True:
        values = [n.value for n in nodes if isinstance(n, ir.Assign) and n.target in found]
        more = {x.name for e in values for x in ir.walk(e) if isinstance(x, ir.Var)}
        if more <= found:
            return frozenset(found)
        found |= more


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
