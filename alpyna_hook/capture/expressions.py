"""Expressions: Python's `ast` -> `ir.Expr`, in the order in which Python evaluates.

The IR has no expression with an effect on a variable.  What needs one (`:=`, the row in
`len(a[i])`) is hoisted: assigned by a statement before the one that is being captured.  That
is exact only where the expression is always evaluated, and where nothing that is evaluated
before it can see or disturb the assignment; elsewhere the nest is declined.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence

from alpyna_hook.capture.code import Code
from alpyna_hook.capture.meanings import TUPLE
from alpyna_hook.capture.names import (
    Located,
    decline,
    describe,
    loc_of,
    root_of,
)
from alpyna_hook.ir.captured import (
    Binary,
    BoolOp,
    Call,
    Const,
    Expr,
    Load,
    Loc,
    Select,
    Shape,
    Unary,
    Var,
)
from alpyna_hook.operators.functions import PARTS

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}
UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}


class Expressions(Code):
    """Captures expressions."""

    def expr(self, node: ast.expr) -> Expr:
        method: Callable[[ast.expr], Expr] | None = getattr(self, "_expr_" + type(node).__name__, None)
        if method is None:
            raise decline("expression", describe(node), node)
        return method(node)

    def conditional(self, nodes: Sequence[ast.expr]) -> tuple[Expr, ...]:
        """Operands that may stay unevaluated."""
        self._conditional += 1
        result = tuple([self.expr(node) for node in nodes])
        self._conditional -= 1
        return result

    def _expr_Constant(self, node: ast.Constant) -> Expr:
        if not isinstance(node.value, int | float | complex):
            raise decline("expression", describe(node), node)
        return Const(node.value, loc_of(node))

    def _expr_Name(self, node: ast.Name) -> Expr:
        if node.id == "__debug__":
            return Const(not sys.flags.optimize, loc_of(node))
        name = node.id
        self._names.append(name)
        return Var(name, loc_of(node))

    def _expr_UnaryOp(self, node: ast.UnaryOp) -> Expr:
        operand = self.expr(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(operand, Const) and type(operand.value) is not bool:
            return Const(-operand.value, loc_of(node))
        return Unary(UNARY[type(node.op)], operand, loc_of(node))

    def _expr_BinOp(self, node: ast.BinOp) -> Expr:
        left = self.expr(node.left)
        return Binary(self.operator(node.op, node), left, self.expr(node.right), loc_of(node))

    def operator(self, op: ast.operator, node: Located) -> str:
        if isinstance(op, ast.MatMult):
            raise decline("expression", "the operator @", node)
        return BINARY[type(op)]

    def _expr_BoolOp(self, node: ast.BoolOp) -> Expr:
        first = self.expr(node.values[0])
        op = "and" if isinstance(node.op, ast.And) else "or"
        return BoolOp(op, (first, *self.conditional(node.values[1:])), loc_of(node))

    def _expr_IfExp(self, node: ast.IfExp) -> Expr:
        test = self.expr(node.test)
        then, orelse = self.conditional((node.body, node.orelse))
        return Select(test, then, orelse, loc_of(node))

    def _expr_NamedExpr(self, node: ast.NamedExpr) -> Expr:
        start = self.mark()
        self.hoist(node.target.id, self.expr(node.value), start, node)
        self.given.discard(node.target.id)
        self._names.append(node.target.id)
        return Var(node.target.id, loc_of(node))

    # ------------------------------------------------- attributes and subscripts

    def _expr_Attribute(self, node: ast.Attribute) -> Expr:
        name = self.dotted(node)
        if node.attr in PARTS and (name is None or root_of(name) in self.params or self.is_changed(name)):
            return Call("@" + node.attr, (self.expr(node.value),), (), loc_of(node))
        if node.attr in ("size", "ndim"):
            shape = self._extent(node)
            if shape is not None:
                return shape
        if name is None:
            raise decline("expression", f"the attribute .{node.attr} of an expression", node)
        self.path(node)
        if node.attr == "shape" and self.of_shape(node) is not None:
            raise decline("expression", f"{name} as a whole", node)
        self._names.append(name)
        return Var(name, loc_of(node))

    def _extent(self, node: ast.Attribute) -> Expr | None:
        """`a.size` and `a.ndim`; None where `a` is rather an object that has such an attribute."""
        name = self.dotted(node.value)
        if name is not None and name not in self.subscripted and not self.is_changed(name):
            return None
        return Shape(self.array(node.value), None if node.attr == "size" else -1, loc_of(node), True)

    def array(self, node: ast.expr) -> str:
        """The name of an array that is given as a path or as a row `a[i]` (hoisted into a temporary)."""
        name = self.path(node)
        if name is None:
            if not isinstance(node, ast.Subscript):
                raise decline("expression", "the length or shape of an expression", node)
            start = self.mark()
            row = self.expr(node)
            name = self.temp()
            self.hoist(name, row, start, node)
        self._names.append(name)
        return name

    def _expr_Subscript(self, node: ast.Subscript) -> Expr:
        whole = self.of_shape(node.value)
        if whole is not None:
            return self._dimension(node, whole)
        item = self.path(node)
        if item is not None:
            self._names.append(item)
            return Var(item, loc_of(node))
        array, index = self.element(node)
        self._loads += 1
        return Load(array, index, loc_of(node), _is_joined(node))

    def of_shape(self, node: ast.expr) -> ast.expr | None:
        """What `a.shape` or `np.shape(a)` is the shape of; None for any other expression, such as a tuple of that name."""
        match node:
            case ast.Attribute(value=whole, attr="shape"):
                return None if self.meaning(node) == TUPLE else whole
            case ast.Call(args=[whole], keywords=[]) if self.meaning(node.func) == "numpy.shape":
                self.builtin(node, "numpy.shape")
                return whole
        return None

    def _dimension(self, node: ast.Subscript, whole: ast.expr) -> Expr:
        """`a.shape[k]`; axis -1 - m stands for `a.shape[-m]` until the rank is known."""
        axis = self.expr(node.slice)
        if not isinstance(axis, Const) or type(axis.value) is not int:
            raise decline("expression", "a shape with an axis that is not a literal", node)
        k = axis.value
        return Shape(self.array(whole), k if k >= 0 else k - 1, loc_of(node), True)

    def element(self, node: ast.Subscript) -> tuple[str, tuple[Expr, ...]]:
        """The array and the indices of `a[i]`, `a[i, j]`, `a[i][j, k]`, not yet read or stored."""
        levels = [node]
        while isinstance(inner := levels[-1].value, ast.Subscript) and self.dotted(inner) is None:
            levels.append(inner)
        base = levels[-1].value
        array = self.path(base)
        if array is None:
            raise decline("expression", "a subscript of an expression", base)
        self._names.append(array)
        indices = [i for level in reversed(levels) for i in _indices(level)]
        for index in indices:
            if isinstance(index, ast.Constant) and isinstance(index.value, str | bytes):
                raise decline("expression", f"a look-up in a dictionary, {ast.unparse(node)}", node)
        return array, tuple([self.expr(i) for i in indices])

def _is_joined(node: ast.Subscript) -> bool:
    """`a[i, j]`, at any level of it."""
    inner = node.value
    return isinstance(node.slice, ast.Tuple) or (isinstance(inner, ast.Subscript) and _is_joined(inner))


def _indices(level: ast.Subscript) -> list[ast.expr]:
    if not isinstance(level.slice, ast.Tuple):
        return [level.slice]
    if not level.slice.elts:
        raise decline("expression", "an empty subscript", level)
    return level.slice.elts


def shifted(value: Expr, by: int, loc: Loc) -> Expr:
    """value + by for a value that is a Python integer."""
    if isinstance(value, Const) and isinstance(value.value, int):
        return Const(value.value + by, loc)
    return Binary("+" if by > 0 else "-", value, Const(abs(by), loc), loc) if by else value
