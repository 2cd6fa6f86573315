"""The arrays that the headers of loops make: `for x in np.linspace(0, 1, n)`, `for row in m[1:]`, `for x in a - b`.

Such an expression is evaluated when the nest is bound, from values whose operations run none of the user's code
(numbers, plain arrays, NumPy's own functions): if the interpreter runs the loop after all, it evaluates it again and
gets the same.  What raises or warns is left to it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from alpyna_hook.guest.errstate import with_errors
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.kinds import KIND_OF_TYPE
from alpyna_hook.operators.genuine import MAKERS, meaning_of
from alpyna_hook.reasons import Declined

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_OF_ARRAYS = ("T", "shape", "size", "ndim")
_METHODS = ("copy", "ravel", "flatten")


def made(what: ir.Made, value: Callable[[str], object]) -> Any:
    """The array that a header makes; `value` gives the object of a path.  Raises Declined."""
    evaluator = _Evaluator(value, inner=what.inner)
    try:
        result = with_errors("raise", lambda: evaluator.of(what.node))
    except (ArithmeticError, ValueError, TypeError, LookupError, MemoryError) as error:
        raise Declined("loop-iterable", f"{ast.unparse(what.node)}, which raises {type(error).__name__}", what.loc) from None
    if type(result) is not np.ndarray:
        raise Declined("loop-iterable", f"{ast.unparse(what.node)}, which is no array", what.loc)
    return result


class _Evaluator:
    """`inner`: the loop is in another one, which may have changed arrays by then: only views of them are the same."""

    def __init__(self, value: Callable[[str], object], *, inner: bool) -> None:
        self.value = value
        self.inner = inner

    def of(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=None | bool() | int() | float() as constant):
                return constant
            case ast.Tuple(elts=items):
                return tuple([self.of(item) for item in items])
            case ast.Attribute(value=owner, attr=attribute) if attribute in _OF_ARRAYS:
                return getattr(self.array(owner), attribute)
            case ast.Name() | ast.Attribute():
                return self.plain(self.value(ast.unparse(node)), node)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return _UNARY[type(op)](self.settled(self.of(operand), node))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                first = self.settled(self.of(left), node)
                return _BINARY[type(op)](first, self.settled(self.of(right), node))
            case ast.Subscript(value=owner, slice=index):
                return self.item(node, self.of(owner), index)
            case ast.Call():
                return self.call(node)
        raise self.unknown(node)

    def plain(self, value: Any, node: ast.expr) -> Any:
        if type(value) is np.ndarray or (type(type(value)) is type and type(value) in KIND_OF_TYPE):
            return value
        raise self.unknown(node)

    def array(self, node: ast.expr) -> Any:
        value = self.of(node)
        if type(value) is not np.ndarray:
            raise self.unknown(node)
        return value

    def settled(self, value: Any, node: ast.expr) -> Any:
        """An operand of what makes a copy; not of objects, whose operations are the user's."""
        if type(value) is np.ndarray and (self.inner or value.dtype.kind not in "biufc"):
            raise self.unknown(node)
        return value

    def item(self, node: ast.Subscript, owner: Any, index: ast.expr) -> Any:
        where = tuple([self.place(i) for i in index.elts]) if isinstance(index, ast.Tuple) else self.place(index)
        if type(owner) is tuple and type(where) is int:
            return owner[where]
        parts = where if type(where) is tuple else (where,)
        if type(owner) is not np.ndarray or (self.inner and any(type(part) is np.ndarray for part in parts)):
            raise self.unknown(node)
        return owner[where]

    def place(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Slice):
            return self.of(node)
        return slice(*[None if part is None else self.of(part) for part in (node.lower, node.upper, node.step)])

    def call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not node.args and not node.keywords:
            return getattr(self.settled(self.array(node.func.value), node), node.func.attr)()
        name = ast.unparse(node.func)
        meaning = meaning_of(self.value(name))
        if meaning == "len" and len(node.args) == 1:
            return len(self.array(node.args[0]))
        maker = MAKERS.get(meaning.removeprefix("numpy.")) if meaning is not None else None
        if maker is None:
            raise self.unknown(node)
        args = [self.settled(self.of(arg), node) for arg in node.args]
        return maker(*args, **{str(k.arg): self.option(k, node) for k in node.keywords})

    def option(self, keyword: ast.keyword, node: ast.Call) -> Any:
        """`dtype=float`, `num=n`, `endpoint=False`."""
        if keyword.arg is None:
            raise self.unknown(node)
        if keyword.arg != "dtype":
            return self.settled(self.of(keyword.value), node)
        kind = self.value(ast.unparse(keyword.value)) if isinstance(keyword.value, ast.Name | ast.Attribute) else None
        if not any(kind is known for known in KIND_OF_TYPE):
            raise self.unknown(node)
        return kind

    @staticmethod
    def unknown(node: ast.expr) -> Declined:
        loc = ir.Loc(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return Declined("loop-iterable", f"{ast.unparse(node)}, of something other than numbers and plain arrays", loc)
