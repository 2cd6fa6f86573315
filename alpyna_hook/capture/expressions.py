"""Expressions: Python's `ast` -> `ir.Expr`, in the order in which Python evaluates.

The IR has no expression with an effect on a variable.  What needs one (`:=`, the row in
`len(a[i])`) is hoisted: assigned by a statement before the one that is being captured.  That
is exact only where the expression is always evaluated, and where nothing that is evaluated
before it can see or disturb the assignment; elsewhere the nest is declined.
"""

from __future__ import annotations

import ast
import builtins
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
    Compare,
    Const,
    Expr,
    Fixed,
    FixedValue,
    Load,
    Loc,
    Select,
    Shape,
    Unary,
    Var,
)
from alpyna_hook.operators.functions import METHODS, PARTS

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}
UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}
_UNSUPPORTED_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}
_BUILTINS = frozenset(vars(builtins))
_LIBRARIES = ("math", "np", "numpy")  # whose functions take no text, and None for nothing that is supported


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

    def _expr_Compare(self, node: ast.Compare) -> Expr:
        fixed = self._fixed_comparison(node)
        if isinstance(fixed, Fixed) and (fixed.op == "is" or isinstance(fixed.value, str | tuple)):
            return fixed
        if fixed is not None and isinstance(node.ops[0], ast.IsNot | ast.NotIn):
            return fixed
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn() as membership],
                             comparators=[ast.Tuple() | ast.List() | ast.Set() as items]):
                return self._contained(node, membership, items)
            case ast.Compare(ops=[ast.In() | ast.NotIn() as membership], comparators=[ast.Call() as numbers]):
                if self.meaning(numbers.func) == "range":
                    return self._in_range(node, membership, numbers)
            case ast.Compare(ops=[ast.In() | ast.NotIn() as membership],
                             comparators=[ast.Name() | ast.Attribute() | ast.Subscript() as items]):
                return self._contained(node, membership, ast.Tuple([ast.Starred(items)]))
            case ast.Compare(left=ast.Tuple() as left, ops=[ast.Eq() | ast.NotEq() as same], comparators=[ast.Tuple() as right]):
                return self._equal_tuples(node, left, same, right)
        for op in node.ops:
            if type(op) not in COMPARE:
                raise decline("expression", f"the operator {_UNSUPPORTED_COMPARE[type(op)]!r}", node)
        first, second = self.expr(node.left), self.expr(node.comparators[0])
        rest = self.conditional(node.comparators[1:])
        return Compare((first, second, *rest), tuple([COMPARE[type(op)] for op in node.ops]), loc_of(node))

    def _contained(self, node: ast.Compare, op: ast.cmpop, items: ast.Tuple | ast.List | ast.Set) -> Expr:
        """`x in (1, y)`: all items are evaluated before the first comparison."""
        if not items.elts:
            raise decline("expression", "an empty display", items)
        args = (self.expr(node.left), *[value for item in items.elts for value in self._argument(item)])
        found = Call("@in_set" if isinstance(items, ast.Set) else "@in", args, (), loc_of(node))
        return found if isinstance(op, ast.In) else Unary("not", found, loc_of(node))

    def _equal_tuples(self, node: ast.Compare, left: ast.Tuple, op: ast.cmpop, right: ast.Tuple) -> Expr:
        """`(i, j) == (0, x)`: all items are evaluated before the first comparison."""
        items = [value for item in (*left.elts, *right.elts) for value in self._argument(item)]
        if len(left.elts) != len(right.elts) or not left.elts or len(items) != 2 * len(left.elts):
            raise decline("expression", "a comparison of tuples of other lengths", node)
        found = Call("@equal", tuple(items), (), loc_of(node))
        return found if isinstance(op, ast.Eq) else Unary("not", found, loc_of(node))

    def _in_range(self, node: ast.Compare, op: ast.cmpop, numbers: ast.Call) -> Expr:
        """`i in range(first, last, step)`, with a literal step."""
        if numbers.keywords or not 1 <= len(numbers.args) <= 3:
            raise decline("expression", "a range with such arguments", numbers)
        x, loc = self.expr(node.left), loc_of(node)
        bounds = [self.expr(arg) for arg in numbers.args]
        if len(bounds) == 1:
            bounds.insert(0, Const(0, loc))
        step = bounds[2] if len(bounds) == 3 else Const(1, loc)
        if not isinstance(step, Const) or type(step.value) is not int or step.value == 0:
            raise decline("expression", "'in' a range with a step that is not a literal", numbers)
        self.builtin(numbers, "range")
        found = Call("@in_range", (x, bounds[0], bounds[1], step), (), loc)
        return found if isinstance(op, ast.In) else Unary("not", found, loc)

    def is_divmod(self, node: ast.Call) -> bool:
        return self.meaning(node.func) == "divmod" and len(node.args) == 2 and not node.keywords

    def quotient_and_rest(self, node: ast.Call) -> tuple[Expr, Expr]:
        """`divmod(x, y)`: both of it, of operands that are evaluated once."""
        self.builtin(node, "divmod")
        values = tuple([self.expr(arg) for arg in node.args])
        x, y = (self.freeze(value, node) for value in values)
        return Call("@quotient", (x, y), (), loc_of(node)), Call("@rest", (x, y), (), loc_of(node))

    # ------------------------------------------------ conditions that are fixed

    def fixed(self, node: ast.expr) -> Expr | None:
        """A condition on names that the nest leaves alone, in full; None for any other expression."""
        match node:
            case ast.Constant(value=bool() | int() as value):
                return Const(value, loc_of(node))
            case ast.Name() | ast.Attribute() | ast.Subscript():
                name = self._untouched(node)
                return None if name is None else Fixed(name, "truth", None, loc_of(node))
            case ast.UnaryOp(op=ast.Not()):
                inner = self.fixed(node.operand)
                return None if inner is None else Unary("not", inner, loc_of(node))
            case ast.BoolOp():
                parts = [self.fixed(value) for value in node.values]
                known = tuple([part for part in parts if part is not None])
                op = "and" if isinstance(node.op, ast.And) else "or"
                return BoolOp(op, known, loc_of(node)) if len(known) == len(parts) else None
            case ast.Compare():
                return self._fixed_comparison(node)
        return None

    def _fixed_comparison(self, node: ast.Compare) -> Expr | None:
        if len(node.ops) != 1:
            return None
        name, value, loc = self._untouched(node.left), _fixed_value(node.comparators[0]), loc_of(node)
        if name is None or value is None:
            return None
        match node.ops[0], value[0]:
            case ast.Is() | ast.IsNot(), None:
                found: Expr = Fixed(name, "is", None, loc)
            case ast.In() | ast.NotIn(), tuple():
                found = Fixed(name, "in", value[0], loc)
            case op, constant if type(op) in COMPARE and not isinstance(constant, tuple):
                return Fixed(name, COMPARE[type(op)], constant, loc)
            case _:
                return None
        return Unary("not", found, loc) if isinstance(node.ops[0], ast.IsNot | ast.NotIn) else found

    def _untouched(self, node: ast.expr) -> str | None:
        """The path of a variable from outside the nest, or in a called function of a parameter too, that nothing assigns; or
        of a parameter that nothing has assigned yet."""
        name = self.dotted(node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else None
        return None if name is None or (self.is_changed(name) and name not in self.given) else name

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

    # --------------------------------------------------------------------- calls

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


_EXTENTS: dict[str, int | None] = {"len": 0, "numpy.size": None, "numpy.ndim": -1}  # and the axis of the `Shape` that they give


def _describe_call(node: ast.Call) -> str:
    return f"a call of the method .{node.func.attr}()" if isinstance(node.func, ast.Attribute) else "a call of an expression"


def _is_joined(node: ast.Subscript) -> bool:
    """`a[i, j]`, at any level of it."""
    inner = node.value
    return isinstance(node.slice, ast.Tuple) or (isinstance(inner, ast.Subscript) and _is_joined(inner))


def _fixed_value(node: ast.expr) -> tuple[FixedValue] | None:
    """The constant that a condition compares with, or the texts of `in ("a", "b")`, in a tuple of one."""
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return (value,)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return (-number,)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            texts = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            return (tuple(texts),) if texts and len(texts) == len(items) else None
    return None


def _parsed_float(node: ast.Call) -> float | None:
    """What `float("inf")` gives: None for another argument, or for a text that float() refuses."""
    match node:
        case ast.Call(args=[ast.Constant(value=str(text))], keywords=[]):
            try:
                return float(text)
            except ValueError:
                return None
    return None


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
