"""Calls: what they hand on, and what stands for those of known meaning."""

from __future__ import annotations

import ast
import builtins

from alpyna_hook.capture.expressions import Expressions
from alpyna_hook.capture.names import decline, loc_of, root_of
from alpyna_hook.ir.captured import Call, Const, Expr, Fixed, Shape
from alpyna_hook.operators.functions import METHODS

_BUILTINS = frozenset(vars(builtins))
_LIBRARIES = ("math", "np", "numpy")  # whose functions take no text, and None for nothing that is supported
_EXTENTS: dict[str, int | None] = {"len": 0, "numpy.size": None, "numpy.ndim": -1}  # and the axis of the `Shape` that they give


class Calls(Expressions):
    def _expr_Call(self, node: ast.Call) -> Expr:
        return self.call(node)

    def call(self, node: ast.Call) -> Expr:
        method = self._number_method(node)
        if method is not None:
            return method
        function = self.path(node.func)
        if function is None:
            raise decline("expression", _describe_call(node), node)
        self.called.setdefault(function, node)
        meaning = self.meaning(node.func)
        if meaning in _EXTENTS and len(node.args) == 1 and not node.keywords:
            self.builtin(node, meaning)
            return Shape(self.array(node.args[0]), _EXTENTS[meaning], loc_of(node), meaning != "len")
        if meaning in ("min", "max") and not node.keywords:
            match node.args:
                case [ast.Tuple(elts=[*items]) | ast.List(elts=[*items])] if items:
                    return self._extreme(function, meaning, items, node)
        constant = _parsed_float(node) if function == "float" else None
        if constant is not None:
            return Call("float", (Const(constant, loc_of(node)),), (), loc_of(node))
        return self._plain_call(function, node)

    def _plain_call(self, function: str, node: ast.Call) -> Call:
        texts = function not in _BUILTINS and root_of(function) not in _LIBRARIES
        args = tuple([value for arg in node.args for value in self._argument(arg, texts=texts)])
        keywords: list[tuple[str, Expr]] = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise decline("expression", "a call with **keywords", node)
            keywords += [(keyword.arg, value) for value in self._argument(keyword.value, texts=texts)]
        self._calls += 1
        return Call(function, args, tuple(keywords), loc_of(node))

    def _extreme(self, function: str, meaning: str, items: list[ast.expr], node: ast.Call) -> Expr:
        """`max((x, y))` of a display."""
        self.builtin(node, meaning)
        if len(items) == 1 and not isinstance(items[0], ast.Starred):
            return self.expr(items[0])
        args = tuple([value for item in items for value in self._argument(item)])
        self._calls += 1
        return Call(function, args, (), loc_of(node))

    def text(self, node: ast.expr) -> Fixed | None:
        """None or a text, as an argument or a default."""
        match node:
            case ast.Constant(value=None | str() as value):
                return Fixed("@", "value", value, loc_of(node))
        return None

    def _argument(self, node: ast.expr, *, texts: bool = False) -> list[Expr]:
        """An argument, or the items of `*pair`."""
        text = self.text(node) if texts else None
        if text is not None:
            return [text]
        match node:
            case ast.Starred(value=ast.Tuple(elts=items) | ast.List(elts=items)):
                return [value for item in items for value in self._argument(item)]
            case ast.Starred(value=ast.Name() | ast.Attribute() | ast.Subscript() as items):
                return [self._all_of(items)]
        return [self.expr(node)]

    def _all_of(self, node: ast.expr) -> Expr:
        return Call("@star", (self.expr(node),), (), loc_of(node))

    def _number_method(self, node: ast.Call) -> Expr | None:
        """`a[i].item()`, `x.clip(0, 1)`: None where the object may be one with a method of that name."""
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr not in METHODS or node.keywords:
            return None
        if len(node.args) not in METHODS[func.attr] or any(isinstance(argument, ast.Starred) for argument in node.args):
            return None
        name = self.dotted(func)
        if name is not None and root_of(name) not in self.params and not self.is_changed(name):
            return None
        return Call("@" + func.attr, (self.expr(func.value), *map(self.expr, node.args)), (), loc_of(node))

    def is_divmod(self, node: ast.Call) -> bool:
        return self.meaning(node.func) == "divmod" and len(node.args) == 2 and not node.keywords

    def quotient_and_rest(self, node: ast.Call) -> tuple[Expr, Expr]:
        """`divmod(x, y)`: both of it, of operands that are evaluated once."""
        self.builtin(node, "divmod")
        values = tuple([self.expr(arg) for arg in node.args])
        x, y = (self.freeze(value, node) for value in values)
        return Call("@quotient", (x, y), (), loc_of(node)), Call("@rest", (x, y), (), loc_of(node))


def _describe_call(node: ast.Call) -> str:
    return f"a call of the method .{node.func.attr}()" if isinstance(node.func, ast.Attribute) else "a call of an expression"


def _parsed_float(node: ast.Call) -> float | None:
    """What `float("inf")` gives: None for another argument, or for a text that float() refuses."""
    match node:
        case ast.Call(args=[ast.Constant(value=str(text))], keywords=[]):
            try:
                return float(text)
            except ValueError:
                return None
    return None
