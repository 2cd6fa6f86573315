"""Assignments: those of tuples, and unpacking, become temporaries."""

from __future__ import annotations

import ast

from alpyna_hook.capture.code import Mark
from alpyna_hook.capture.iteration import Iteration
from alpyna_hook.capture.names import Located, decline, describe, loc_of, root_of
from alpyna_hook.ir.captured import (
    Assign,
    Binary,
    Call,
    Compare,
    Const,
    Effect,
    Expr,
    If,
    Load,
    Loc,
    Raise,
    Shape,
    Stmt,
    Store,
    Var,
)


class Assignments(Iteration):
    """Captures statements that assign, but for loops."""

    at_module_level = False

    def _stmt_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1:
            self.assign(node.targets[0], node.value, node)
            return
        if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            raise decline("statement", "a chained assignment to a tuple", node)
        value = self.freeze(self.expr(node.value), node.value)
        for target in node.targets:
            self.store(target, value, loc_of(node))

    def _stmt_AnnAssign(self, node: ast.AnnAssign) -> None:
        if self.at_module_level:
            raise decline("statement", "an annotated assignment at module level", node)
        if node.value is not None:
            self.assign(node.target, node.value, node)
        elif not isinstance(node.target, ast.Name):
            raise decline("statement", "an annotation of something other than a name", node)

    def assign(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            self._assign_tuple(target, value, node)
        elif isinstance(target, ast.Subscript):
            self.store(target, self.expr(value), loc_of(node))
        elif isinstance(value, ast.IfExp) and any(isinstance(part, ast.Tuple) for part in (value.body, value.orelse)):
            self._assign_either(target, value, node)
        else:
            self.store(target, self._whole(value) if isinstance(value, ast.Tuple) else self.expr(value), loc_of(node))

    def _whole(self, node: ast.Tuple) -> Expr:
        """A tuple that is kept as one value, or returned."""
        return Call("@tuple", tuple([self.expr(item) for item in node.elts]), (), loc_of(node))

    def store(self, target: ast.expr, value: Expr, loc: Loc) -> None:
        """One value into one name or element."""
        if isinstance(target, ast.Name):
            self.out.append(Assign(target.id, value, loc))
        elif isinstance(target, ast.Subscript):
            array, index = self.element(target)
            self.out.append(Store(array, index, value, loc))
        elif isinstance(target, ast.Attribute):
            self.out.append(Assign(self._assigned_path(target), value, loc))
        else:
            raise decline("statement", f"an assignment to {describe(target)}", target)

    def _assigned_path(self, target: ast.Attribute) -> str:
        """The path of an attribute that is assigned: by a nest itself, not by the functions that it calls."""
        name = self.path(target)
        if name is None or not isinstance(self.root, ast.For | ast.While):
            raise decline("statement", f"an assignment to the attribute {ast.unparse(target)}", target)
        return name

    def _stmt_AugAssign(self, node: ast.AugAssign) -> None:
        op = self.operator(node.op, node)
        loc = loc_of(node)
        if not isinstance(node.target, ast.Subscript):
            name = node.target.id if isinstance(node.target, ast.Name) else self._assigned_path(node.target)
            self._names.append(name)
            old = Var(name, loc_of(node.target))
            self.out.append(Assign(name, Binary(op, old, self.expr(node.value), loc), loc))
            return
        array, index, value = self._augmented(node.target, node.value)
        load = Load(array, index, loc_of(node.target))
        self.out.append(Store(array, index, Binary(op, load, value, loc), loc, augmented=True))

    def _augmented(self, target: ast.Subscript, node: ast.expr) -> tuple[str, tuple[Expr, ...], Expr]:
        """The index is evaluated before the value, and once: frozen where a call could tell the difference."""
        array, index = self.element(target)
        before = self.mark()
        self._loads += 1
        sink = len(self.out)
        value = self.expr(node)
        if before.calls or (before.loads and self._calls > before.calls):
            hoisted, self.out = self.out[sink:], self.out[:sink]
            index = tuple([self.freeze(i, target) for i in index])
            self.out += hoisted
        return array, index, value

    # ------------------------------------------------------------------ tuples

    def _assign_tuple(self, target: ast.Tuple | ast.List, value: ast.expr, node: ast.stmt) -> None:
        flat = not any(isinstance(one, ast.Tuple | ast.List | ast.Starred) for one in target.elts)
        leaves: list[tuple[ast.expr, Expr, Mark, Mark]] = []
        if isinstance(value, ast.Call) and flat and self.is_divmod(value):
            parts = self.quotient_and_rest(value)
            leaves = [(one, part, self.mark(), self.mark()) for one, part in zip(target.elts, parts, strict=False)]
            if len(leaves) != len(target.elts) or len(leaves) != 2:
                raise decline("statement", f"2 values for {len(target.elts)} targets", target)
            self._assign_all(leaves, loc_of(node))
            return
        if isinstance(value, ast.Call) and flat and self.of_shape(value) is None:
            self._assign_results(target.elts, value, node)
            return
        if isinstance(value, ast.IfExp):
            self._assign_either(target, value, node)
            return
        self._pair(target, value, leaves)
        self._assign_all(leaves, loc_of(node))

    def _assign_either(self, target: ast.expr, value: ast.IfExp, node: ast.stmt) -> None:
        """`x, y = (1, 2) if test else (3, 4)`, or `t = ...`: as the statement `if`."""
        test = self.expr(value.test)
        branches: list[tuple[Stmt, ...]] = []
        for part in (value.body, value.orelse):
            outer, self.out = self.out, []
            self.begin_statement()
            self.assign(target, part, node)
            branches.append(tuple(self.out))
            self.out = outer
        self.out.append(If(test, branches[0], branches[1], loc_of(node)))

    def _assign_results(self, targets: list[ast.expr], value: ast.Call, node: ast.stmt) -> None:
        """`x, y = f(...)`: the function must return a tuple."""
        call = self.expr(value)
        if not isinstance(call, Call) or call.function.startswith("@"):
            raise decline("statement", f"an unpacking of {describe(value)}", value)
        temps = [self.temp() for _ in targets]
        self.out.append(Effect(call, loc_of(node), tuple(temps)))
        for target, temp in zip(targets, temps, strict=True):
            self.store(target, Var(temp, loc_of(target)), loc_of(node))

    def _pair(self, target: ast.expr, value: ast.expr, leaves: list[tuple[ast.expr, Expr, Mark, Mark]]) -> None:
        """Matches targets with the expressions that they get, in the order in which those are evaluated."""
        if not isinstance(target, ast.Tuple | ast.List):
            start = self.mark()
            captured = self.expr(value)
            leaves.append((target, captured, start, self.mark()))
        elif isinstance(value, ast.Tuple | ast.List):
            if len(target.elts) != len(value.elts):
                raise decline("statement", f"{len(value.elts)} values for {len(target.elts)} targets", target)
            for one, item in zip(target.elts, value.elts, strict=True):
                self._pair(one, item, leaves)
        else:
            start = self.mark()
            items = self.unpacked(value, len(target.elts))
            end = self.mark()
            for one, captured in zip(target.elts, items, strict=True):
                leaves.append((one, captured, start, end))

    def unpacked(self, node: ast.expr, count: int) -> list[Expr]:
        """The items of an array, a row or a shape that is unpacked; raises in the nest if they are not `count`."""
        loc = loc_of(node)
        whole = self.of_shape(node)
        if whole is not None:
            array = self.array(whole)
            self._require(Shape(array, -1, loc, True), count, node)
            return [Shape(array, k, loc, True) for k in range(count)]
        if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            raise decline("statement", f"an unpacking of {describe(node)}", node)
        return self._row_items(self.array(node), count, node)

    def _row_items(self, row: str, count: int, node: Located) -> list[Expr]:
        self._require(Shape(row, 0, loc_of(node)), count, node)
        self._loads += 1
        return [Load(row, (Const(k, loc_of(node)),), loc_of(node)) for k in range(count)]

    def _require(self, extent: Shape, count: int, node: Located) -> None:
        if self._calls:
            raise decline("statement", "an unpacking after a call in one statement", node)
        test = Compare((extent, Const(count, extent.loc)), ("!=",), extent.loc)
        self.out.append(If(test, (Raise(extent.loc),), (), extent.loc))

    def _assign_all(self, leaves: list[tuple[ast.expr, Expr, Mark, Mark]], loc: Loc) -> None:
        """All values first, then all targets; without temporaries where no value can see a target."""
        if not self._independent(leaves):
            leaves = [(target, self.freeze(value, target), a, b) for target, value, a, b in leaves]
        for target, value, _, _ in leaves:
            self.store(target, value, loc)

    def _independent(self, leaves: list[tuple[ast.expr, Expr, Mark, Mark]]) -> bool:
        if all(isinstance(value, Const) for _, value, _, _ in leaves):
            return True
        done: set[str] = set()
        for target, _, start, end in leaves:
            if not isinstance(target, ast.Name) or (done and end.calls > start.calls):
                return False
            if any(root_of(name) in done for name in self.names_between(start, end)):
                return False
            done.add(target.id)
        return True
