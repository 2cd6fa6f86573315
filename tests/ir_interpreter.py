"""The IR's meaning, as a small interpreter on live Python values.

Each node does what the Python construct that it stands for does, with the same operators on the
same objects: so a captured nest that is run here must do exactly what its source does.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import numpy as np

from alpyna_hook.bind.fixed import outcome
from alpyna_hook.ir.captured import (
    Assign,
    Binary,
    BoolOp,
    Break,
    Call,
    Compare,
    Const,
    Continue,
    Effect,
    Expr,
    Fixed,
    For,
    Function,
    If,
    Load,
    Raise,
    Refused,
    Return,
    Select,
    Shape,
    Stmt,
    Store,
    Unary,
    Var,
    While,
    key_of_step,
)

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift, "&": operator.and_,
    "|": operator.or_, "^": operator.xor,
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "-": operator.neg, "+": operator.pos, "~": operator.invert, "not": operator.not_,
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}
HIDDEN: dict[str, Callable[..., Any]] = {
    "@index": operator.index,
    "@min": min,
    "@in": lambda x, *items: x in items,
    "@equal": lambda *items: items[: len(items) // 2] == items[len(items) // 2 :],
    "@in_set": lambda x, *items: x in set(items),
    "@in_range": lambda x, start, stop, step: x in range(start, stop, step),
    "@quotient": lambda x, y: divmod(x, y)[0],
    "@rest": lambda x, y: divmod(x, y)[1],
    "@small": operator.index,
    "@extent": operator.index,
    "@int64": np.int64,
    "@tuple": lambda *items: items,
    "@real": lambda x: x.real,
    "@imag": lambda x: x.imag,
    "@conjugate": lambda x: x.conjugate(),
    "@item": lambda x: x.item(),
    "@clip": lambda x, low, high: x.clip(low, high),
    "@round": lambda x, *digits: x.round(*digits),
}


class Replay(Exception):
    """An `ir.Raise` was reached: the interpreter would replay the nest."""


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Returned(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class Interpreter:
    """Runs statements over `env`, which holds the variables, globals and temporaries."""

    def __init__(self, env: dict[str, Any]) -> None:
        self.env = env

    def block(self, body: Iterable[Stmt]) -> None:
        for stmt in body:
            self.statement(stmt)

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, value):
                self.env[target] = self.expr(value)
            case Store(array, index, value):
                new = self.expr(value)
                self.name(array)[self.subscript(index)] = new
            case Effect(call, _, targets):
                result = self.expr(call)
                if targets:
                    self.env.update(zip(targets, result, strict=True))
            case If(test, body, orelse):
                self.block(body if self.expr(test) else orelse)
            case For(index, start, stop, step, body, orelse):
                self._loop(self._count(index, range(self.expr(start), self.expr(stop), self.expr(step))), body, orelse)
            case While(test, body, orelse):
                self._loop(iter(lambda: bool(self.expr(test)), False), body, orelse)
            case Break():
                raise _Break
            case Continue():
                raise _Continue
            case Return(value):
                raise Returned(None if value is None else self.expr(value))
            case Raise() | Refused():
                raise Replay

    def _count(self, index: str, numbers: range) -> Iterable[int]:
        for number in numbers:
            self.env[index] = number
            yield number

    def _loop(self, turns: Iterable[object], body: tuple[Stmt, ...], orelse: tuple[Stmt, ...]) -> None:
        try:
            for _ in turns:
                with suppress(_Continue):
                    self.block(body)
        except _Break:
            return
        self.block(orelse)

    # -------------------------------------------------------------- expressions

    def name(self, name: str) -> Any:
        if name in HIDDEN:
            return HIDDEN[name]
        root, *attributes = name.split(".")
        if root in self.env:
            value = self.env[root]
        elif hasattr(builtins, root):
            value = getattr(builtins, root)
        else:
            raise NameError(root)
        for attribute in attributes:
            value = value[key_of_step(attribute)] if attribute[0] == "[" else getattr(value, attribute)
        return value

    def subscript(self, index: tuple[Expr, ...]) -> Any:
        values = tuple([self.expr(i) for i in index])
        return values[0] if len(values) == 1 else values

    def expr(self, node: Expr) -> Any:
        match node:
            case Const(value):
                return value
            case Var(name):
                return self.name(name)
            case Load(array, index):
                base = self.name(array)
                return base[self.subscript(index)]
            case Shape(array, axis):
                return self._extent(self.name(array), axis)
            case Unary(op, operand):
                return UNARY[op](self.expr(operand))
            case Binary(op, left, right):
                first = self.expr(left)
                return BINARY[op](first, self.expr(right))
            case Compare(operands, ops):
                return self._compare(operands, ops)
            case BoolOp(op, operands):
                for operand in operands[:-1]:
                    value = self.expr(operand)
                    if bool(value) is (op == "or"):
                        return value
                return self.expr(operands[-1])
            case Select(test, then, orelse):
                return self.expr(then if self.expr(test) else orelse)
            case Call(function, args, keywords):
                callee = self.name(function)
                given = [value for arg in args for value in self._given(arg)]
                return callee(*given, **{name: self.expr(value) for name, value in keywords})
            case Fixed(op="value", value=value):
                return value
            case Fixed():
                return outcome(node, self.name(node.name))

    def _given(self, node: Expr) -> Iterable[Any]:
        match node:
            case Call("@star", (items,)):
                return tuple(self.expr(items))
        return (self.expr(node),)

    def _extent(self, array: Any, axis: int | None) -> int:
        if axis is None or axis == -1:
            return int(array.size if axis is None else array.ndim)
        axis = axis if axis >= 0 else axis + 1
        if not -array.ndim <= axis < array.ndim:
            raise Replay  # no such axis: such a nest is declined when its arrays are bound
        return int(array.shape[axis])

    def _compare(self, operands: tuple[Expr, ...], ops: tuple[str, ...]) -> Any:
        left = self.expr(operands[0])
        for k, op in enumerate(ops[:-1], 1):
            right = self.expr(operands[k])
            result = COMPARE[op](left, right)
            if not result:
                return result
            left = right
        return COMPARE[ops[-1]](left, self.expr(operands[-1]))


def call(function: Function, args: tuple[Any, ...], env: dict[str, Any]) -> Any:
    """A captured function, called with arguments in a scope of globals."""
    values = {name: Interpreter({}).expr(value) for name, value in function.defaults}
    inner = Interpreter({**env, **values, **dict(zip(function.params, args, strict=False))})
    try:
        inner.block(function.body)
    except Returned as returned:
        return returned.value
    return None
