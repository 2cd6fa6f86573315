"""Comparisons, and the conditions among them that the nest cannot change."""

from __future__ import annotations

import ast

from alpyna_hook.capture.calls import Calls
from alpyna_hook.capture.names import decline, loc_of
from alpyna_hook.ir.captured import BoolOp, Call, Compare, Const, Expr, Fixed, FixedValue, Unary

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}
_UNSUPPORTED_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}


class Comparisons(Calls):
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
            if type(op) not in _COMPARE:
                raise decline("expression", f"the operator {_UNSUPPORTED_COMPARE[type(op)]!r}", node)
        first, second = self.expr(node.left), self.expr(node.comparators[0])
        rest = self.conditional(node.comparators[1:])
        return Compare((first, second, *rest), tuple([_COMPARE[type(op)] for op in node.ops]), loc_of(node))

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
            case op, constant if type(op) in _COMPARE and not isinstance(constant, tuple):
                return Fixed(name, _COMPARE[type(op)], constant, loc)
            case _:
                return None
        return Unary("not", found, loc) if isinstance(node.ops[0], ast.IsNot | ast.NotIn) else found

    def _untouched(self, node: ast.expr) -> str | None:
        """The path of a variable from outside the nest, or in a called function of a parameter too, that nothing assigns; or
        of a parameter that nothing has assigned yet."""
        name = self.dotted(node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else None
        return None if name is None or (self.is_changed(name) and name not in self.given) else name


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
