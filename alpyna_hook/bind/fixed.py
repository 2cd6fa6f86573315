"""Conditions that a nest cannot change: decided when it is bound, before types are inferred.

before:  for i in range(n):                         (w is None, verbose is 0)
             if w is None: s += a[i]
             else: s += a[i] * w[i]
             if verbose > 0: print(i)
after:   for i in range(n):
             s += a[i]

So one function serves callers with and without an optional array, and a message that is not asked
for does not keep a loop from being compiled.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from alpyna_hook.bind.views_rewrite import Rewrite
from alpyna_hook.guest.errstate import with_errors
from alpyna_hook.ir.captured import (
    BoolOp,
    Call,
    Const,
    Expr,
    Fixed,
    FixedKey,
    For,
    Function,
    If,
    Nest,
    Refused,
    Select,
    Stmt,
    Unary,
    Var,
    While,
    named,
    nodes,
    walk,
)
from alpyna_hook.ir.kinds import NUMPY_TYPES
from alpyna_hook.ir.schema import replace
from alpyna_hook.reasons import Declined

_PLAIN = (type(None), bool, int, float, str)  # comparing these runs no code of the user
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda x, values: x in values,
}


def outcome(condition: Fixed, value: object) -> bool:
    """Whether the condition holds for the live value.  Raises Declined for one that is not a number, a text or None."""
    if condition.op == "is":
        return value is None
    if not any(type(value) is plain for plain in _PLAIN):
        return _outcome_of_scalar(condition, value)
    if condition.op == "truth":
        return bool(value)
    try:
        return _OPERATORS[condition.op](value, condition.value)
    except TypeError as error:
        raise Declined("type-error", str(error), condition.loc) from None


def _outcome_of_scalar(condition: Fixed, value: object) -> bool:
    """Of one of NumPy's numbers; a comparison that warns would do so each time."""
    if not any(type(value) is kind for kind in NUMPY_TYPES) or isinstance(condition.value, str | tuple):
        raise Declined("value-type", f"{condition.name} is a {type(value).__name__}", condition.loc)
    if condition.op == "truth":
        return bool(value)
    try:
        return with_errors("raise", lambda: bool(_OPERATORS[condition.op](value, condition.value)))
    except (TypeError, ArithmeticError) as error:
        raise Declined("type-error", str(error), condition.loc) from None


def conditions(code: Nest | Function) -> tuple[Fixed, ...]:
    """Those of a nest or function, each once."""
    return tuple({node.key: node for node in nodes(code) if isinstance(node, Fixed) and node.op != "value"}.values())


def specialised(nest: Nest, outcomes: Mapping[FixedKey, bool], absent: Collection[str]) -> Nest:
    """The nest for these outcomes.  Raises Declined where what is left cannot be compiled, or uses an `absent`
    name, one whose value is None or a text, otherwise than as an argument."""
    (loop,) = _Specialise(lambda node: Const(outcomes[node.key], node.loc)).statement(nest.loop)
    assert isinstance(loop, For | While)
    passed = {id(value) for node in walk(loop) if isinstance(node, Call) for value in _passed(node)}
    for node in walk(loop):
        if isinstance(node, Refused):
            raise Declined(node.slug, node.detail, node.loc)
        name = named(node)
        if name in absent and id(node) not in passed:
            raise Declined("value-type", f"{name} is None or a text", node.loc)
    return replace(nest, loop=loop)


def passed_names(code: Nest | Function) -> frozenset[str]:
    """The names that stand as arguments of calls."""
    values = [value for node in nodes(code) if isinstance(node, Call) for value in _passed(node)]
    return frozenset([value.name for value in values if isinstance(value, Var)])


def _passed(call: Call) -> tuple[Expr, ...]:
    return () if call.function[0] == "@" else (*call.args, *[value for _, value in call.keywords])


def outer_conditions(function: Function, is_method: bool) -> tuple[Fixed, ...]:
    """Those on names that the function is not given by its calls."""
    given = function.params[1:] if is_method else function.params
    return tuple([c for c in conditions(function) if c.name.partition(".")[0] not in given])


def specialised_function(function: Function, decide: Callable[[Fixed], Expr]) -> Function:
    """A called function with what is decided of its conditions for one call."""
    if not conditions(function):
        return function
    return replace(function, body=_Specialise(decide).block(function.body))


class _Specialise(Rewrite):
    def __init__(self, decide: Callable[[Fixed], Expr]) -> None:
        super().__init__({}, {})
        self.decide = decide

    def _if(self, stmt: If) -> tuple[Stmt, ...]:
        test = self.expr(stmt.test)
        if isinstance(test, Const):
            return self.block(stmt.body if test.value else stmt.orelse)
        return (replace(stmt, test=test, body=self.block(stmt.body), orelse=self.block(stmt.orelse)),)

    def _expr(self, node: Expr) -> Expr:
        match node:
            case Fixed(op="value"):
                return node
            case Fixed():
                return self.decide(node)
            case Unary("not", operand) if isinstance(inner := self.expr(operand), Const):
                return Const(not inner.value, node.loc)
            case BoolOp():
                return self._bool_op(node)
            case Select(test, then, orelse) if isinstance(decided := self.expr(test), Const):
                return self.expr(then if decided.value else orelse)
        return super()._expr(node)

    def _bool_op(self, node: BoolOp) -> Expr:
        """Without the operands that do not decide, up to one that does; the value is that of the deciding one."""
        kept: list[Expr] = []
        for position, operand in enumerate(node.operands):
            value = self.expr(operand)
            last = position == len(node.operands) - 1
            if not isinstance(value, Const) or last:
                kept.append(value)
            elif bool(value.value) is (node.op == "or"):
                kept.append(value)
                break
        return kept[0] if len(kept) == 1 else replace(node, operands=tuple(kept))
