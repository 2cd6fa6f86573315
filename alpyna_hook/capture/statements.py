"""Statements: Python's `ast` -> `ir.Stmt`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from alpyna_hook.capture.assignments import Assignments
from alpyna_hook.capture.endings import ends_by_itself, method_of_tested
from alpyna_hook.capture.expressions import shifted
from alpyna_hook.capture.meanings import spelled
from alpyna_hook.capture.names import assigned_names, decline, describe, loc_of, root_of
from alpyna_hook.capture.sources import Elements, Enumerate, Item, Range, Source, Zip, arrays_of
from alpyna_hook.ir.captured import (
    Assign,
    Break,
    Call,
    Const,
    Continue,
    Effect,
    Expr,
    For,
    If,
    Load,
    Raise,
    Refused,
    Return,
    Stmt,
    Unary,
    Var,
    While,
    walk,
)
from alpyna_hook.ir.schema import replace
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.trees import walk_tree


class Statements(Assignments):
    """Captures statements of a nest or of a function."""

    skip_lines: frozenset[int] = frozenset()
    has_return = False
    _loops = 0  # loops around the current statement, within what is captured

    def snapshot(self) -> tuple[object, ...]:
        """The state of the capture, for `restore`."""
        return (list(self.out), self.out, dict(self.builtins), dict(self.called), list(self._names), self._loads, self._calls,
                self._conditional, self._loops, self.has_return, list(self.made), set(self.given))

    def restore(self, state: tuple[Any, ...]) -> None:
        """Forgets what was captured since the snapshot, which was refused on the way."""
        (kept, self.out, self.builtins, self.called, self._names, self._loads, self._calls,
         self._conditional, self._loops, self.has_return, self.made, self.given) = state
        self.out[:] = kept

    def body(self, nodes: Sequence[ast.stmt]) -> tuple[Stmt, ...]:
        outer, self.out = self.out, []
        for node in nodes:
            self.statement(node)
        result, self.out = tuple(self.out), outer
        return result

    def statement(self, node: ast.stmt) -> None:
        self.begin_statement()
        method = getattr(self, "_stmt_" + type(node).__name__, None)
        if method is None:
            raise decline("statement", describe(node), node)
        changed = assigned_names(node) if self.given else frozenset()
        if isinstance(node, ast.For | ast.While):
            self.given -= changed  # by an iteration before
        method(node)
        self.given -= changed

    # ------------------------------------------------------------------ simple

    def _stmt_Pass(self, node: ast.Pass) -> None:
        pass

    def _stmt_Break(self, node: ast.Break) -> None:
        self._jump("break", node)
        self.out.append(Break(loc_of(node)))

    def _stmt_Continue(self, node: ast.Continue) -> None:
        self._jump("continue", node)
        self.out.append(Continue(loc_of(node)))

    def _jump(self, word: str, node: ast.stmt) -> None:
        if not self._loops:
            raise decline("outer-jump", word, node)

    def _stmt_Return(self, node: ast.Return) -> None:
        self.has_return = True
        self.out.append(Return(self._returned(node.value), loc_of(node)))

    def _returned(self, node: ast.expr | None) -> Expr | None:
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return None
        if isinstance(node, ast.Tuple):
            return self._whole(node)
        return self.expr(node)

    def _stmt_Raise(self, node: ast.Raise) -> None:
        self.out.append(Raise(loc_of(node)))

    def _stmt_Assert(self, node: ast.Assert) -> None:
        if not sys.flags.optimize:
            failed = Unary("not", self.expr(node.test), loc_of(node.test))
            self.out.append(If(failed, (Raise(loc_of(node)),), (), loc_of(node)))

    def _stmt_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call) and self._leaves(node.value):
            self.out.append(Raise(loc_of(node)))
            return
        value = self.expr(node.value)
        if isinstance(value, Call) and not value.function.startswith("@"):
            self.out.append(Effect(value, loc_of(node)))
        else:
            self.out.append(Assign(self.temp(), value, loc_of(node)))

    def _leaves(self, call: ast.Call) -> bool:
        """`sys.exit()` and the like: whatever it does, the interpreter will do, from the loop's beginning."""
        if isinstance(call.func, ast.Attribute):
            return spelled(self.dotted(call.func) or "") == "exit"
        if self.meaning(call.func) != "exit":
            return False
        self.builtin(call, "exit")
        return True

    # ---------------------------------------------------------------- branches

    def _stmt_If(self, node: ast.If) -> None:
        before = self.snapshot()
        fixed = self.fixed(node.test)
        try:
            test = self.expr(node.test)
            branches = self._branches(node, self.body)
            if fixed is not None and any(_calls(each) for branch in branches for each in branch):
                test = fixed  # what is called may be `print`
        except Declined:
            if fixed is None:
                raise
            self.restore(before)
            test, branches = fixed, self._branches(node, self._attempted)
        self.out.append(If(test, *branches, loc_of(node)))

    def _branches(
        self, node: ast.If, capture: Callable[[Sequence[ast.stmt]], tuple[Stmt, ...]]
    ) -> tuple[tuple[Stmt, ...], tuple[Stmt, ...]]:
        given = set(self.given)
        body = capture(node.body)
        self.given = given
        return body, capture(node.orelse)

    def _attempted(self, nodes: Sequence[ast.stmt]) -> tuple[Stmt, ...]:
        """A branch, or that it cannot be compiled: its condition may rule it out when the nest is bound."""
        before = self.snapshot()
        try:
            return self.body(nodes)
        except Declined as declined:
            self.restore(before)
            return (Refused(declined.reason.slug, declined.detail, declined.loc or loc_of(nodes[0])),)

    # ------------------------------------------------------------------- loops

    def _check_skip(self, node: ast.For | ast.While) -> None:
        if node.lineno in self.skip_lines:
            raise decline("skipped", "", node)

    def _stmt_While(self, node: ast.While) -> None:
        self._check_skip(node)
        outer, self.out = self.out, []
        test = self.expr(node.test)
        hoisted, self.out = self.out, outer
        body = self._loop_body(node.body)
        if not hoisted:
            self._add_while(While(test, body, self.body(node.orelse), loc_of(node)), node)
            return
        # The test assigns: while True: <assign>; if not test: <else>; break; <body>
        loops, self._loops = self._loops, 0
        orelse = self.body(node.orelse)
        self._loops = loops
        leave = If(Unary("not", test, test.loc), (*orelse, Break(test.loc)), (), test.loc)
        self._add_while(While(Const(True, test.loc), (*hoisted, leave, *body), (), loc_of(node)), node)

    def _add_while(self, loop: While, node: ast.While) -> None:
        if not ends_by_itself(loop):
            call = method_of_tested(node)
            if call is not None:
                raise decline("statement", f"a while loop that {ast.unparse(call.func)}() ends, the method of an object", call)
            raise Declined("statement", "a while loop that nothing in it can end", loop.loc)
        self.out.append(loop)

    def _loop_body(self, nodes: Sequence[ast.stmt]) -> tuple[Stmt, ...]:
        self._loops += 1
        result = self.body(nodes)
        self._loops -= 1
        return result

    def _stmt_For(self, node: ast.For) -> None:
        self._check_skip(node)
        if isinstance(node.iter, ast.Call) and self.meaning(node.iter.func) == "numpy.ndindex":
            self._for_ndindex(node, node.iter)
            return
        if isinstance(node.iter, ast.Attribute) and node.iter.attr == "flat" and (rank := self._rank(node.iter.value)):
            self._for_flat(node, node.iter.value, rank)
            return
        source = self.unchanged(self.source(node.iter), node.iter)
        self._check_kept(node, source)
        loc = loc_of(node)
        if isinstance(source, Range):
            self._for_range(node, source)
            return
        start: Expr = Const(0, loc)
        stop, step = source.count(), 1
        if isinstance(source, Elements) and source.reverse:
            start, stop, step = shifted(stop, -1, loc), Const(-1, loc), -1
            source = Elements(source.array, False, source.loc)
        index = self._index(node.target, source)
        items = self._assign_items(node, source.item(index), index)
        body = (*items, *self._loop_body(node.body))
        orelse = self.body(node.orelse)
        if isinstance(source, Zip | Enumerate):
            orelse = (*[If(test, (Raise(test.loc),), (), test.loc) for test in source.mismatches()], *orelse)
        self.out.append(For(index.name, start, stop, Const(step, loc), body, orelse, loc))

    def _index(self, target: ast.expr, source: Source) -> Var:
        """The loop's index: a target that just counts the iterations, or a hidden variable."""
        index = Var(self.hidden(), loc_of(target))
        names = [n.id for n in walk_tree(target) if isinstance(n, ast.Name)]
        for name in _counters(target, source.item(index), index):
            if names.count(name) == 1:
                return Var(name, index.loc)
        return index

    def _for_range(self, node: ast.For, source: Range) -> None:
        if not isinstance(node.target, ast.Name):
            raise decline("statement", f"a loop variable that is {describe(node.target)}", node.target)
        body = self._loop_body(node.body)
        orelse = self.body(node.orelse)
        self.out.append(For(node.target.id, source.start, source.stop, source.step, body, orelse, loc_of(node)))

    def _for_ndindex(self, node: ast.For, shape: ast.Call) -> None:
        """`for i, j in np.ndindex(n, m)`."""
        self.builtin(shape, "numpy.ndindex")
        count = len(node.target.elts) if isinstance(node.target, ast.Tuple | ast.List) else None
        extents = self.extents(shape, count)
        if count not in (None, len(extents)):
            raise decline("statement", f"{len(extents)} values for {count} targets", node.target)
        self._for_all(node, extents, lambda indices: indices)

    def _for_flat(self, node: ast.For, of: ast.expr, rank: int) -> None:
        """`for x in a.flat`: the elements as they are when it is their turn."""
        source = Elements(self.array(of), False, loc_of(of))
        self._check_kept(node, source)
        extents = self.extents_of(source.array, rank, of)
        self._for_all(node, extents, lambda indices: Load(source.array, indices, source.loc))

    def _for_all(self, node: ast.For, extents: Sequence[Expr], item: Callable[[tuple[Var, ...]], Item]) -> None:
        """Loops in each other, of which the innermost has the body."""
        loc = loc_of(node)
        indices = tuple([Var(self.hidden(), loc) for _ in extents])
        items = self._assign_items(node, item(indices), Var("@h", loc))
        body = (*items, *self._loop_body(node.body))
        orelse = self.body(node.orelse)
        leave: tuple[Stmt, ...] = ()
        if len(indices) > 1 and _is_broken(body):
            left = self.temp()
            self.out.append(Assign(left, Const(False, loc), loc))
            body = _noting_breaks(body, left)
            leave = (If(Var(left, loc), (Break(loc),), (), loc),)
        loop = For(indices[-1].name, Const(0, loc), extents[-1], Const(1, loc), body, (), loc)
        for index, extent in reversed(list(zip(indices[:-1], extents[:-1], strict=True))):
            loop = For(index.name, Const(0, loc), extent, Const(1, loc), (loop, *leave), (), loc)
        self.out.append(replace(loop, orelse=orelse))

    def _check_kept(self, node: ast.For, source: Source) -> None:
        """The loop goes on over the array that it started with, whatever its name means by then."""
        arrays = {root_of(array) for array in arrays_of(source)}
        assigned = arrays & assigned_names(node.target, *node.body) if arrays & self.assigned else set()
        assigned |= {array for array in arrays_of(source) if array in self.assigned_attributes}
        if assigned:
            raise decline("loop-iterable", f"{min(assigned)}, which the loop assigns", node.iter)

    def _assign_items(self, node: ast.For, item: Item, index: Var) -> tuple[Stmt, ...]:
        outer, self.out = self.out, []
        self.begin_statement()
        self._bind(node.target, item, index)
        result, self.out = tuple(self.out), outer
        return result

    def _bind(self, target: ast.expr, item: Item, index: Var) -> None:
        """The target of a loop gets an item."""
        if isinstance(target, ast.Tuple | ast.List):
            if not isinstance(item, tuple):
                item = self._unpacked_item(item, len(target.elts), target)
            if len(item) != len(target.elts):
                raise decline("statement", f"{len(item)} values for {len(target.elts)} targets", target)
            for one, part in zip(target.elts, item, strict=True):
                self._bind(one, part, index)
        elif isinstance(item, tuple):
            parts = tuple([part for part in item if not isinstance(part, tuple)])
            if len(parts) < len(item) or not isinstance(target, ast.Name):
                raise decline("statement", "a tuple of tuples kept in a loop variable", target)
            self.out.append(Assign(target.id, Call("@tuple", parts, (), loc_of(target)), loc_of(target)))
        elif isinstance(target, ast.Name):
            if item is not index or target.id != index.name:
                self.out.append(Assign(target.id, item, loc_of(target)))
        else:
            raise decline("statement", f"a loop variable that is {describe(target)}", target)

    def _unpacked_item(self, item: Expr, count: int, node: ast.expr) -> tuple[Expr, ...]:
        if not isinstance(item, Load):
            raise decline("statement", "an unpacking of a number", node)
        row = self.temp()
        self.out.append(Assign(row, item, item.loc))
        return tuple(self._row_items(row, count, node))


def _calls(stmt: Stmt) -> bool:
    """Does a statement call something for its effect alone?"""
    return any(isinstance(node, Effect) and not node.targets for node in walk(stmt))


def _is_broken(body: Sequence[Stmt]) -> bool:
    """Is there a break out of the loop that has this body?"""
    return any(
        isinstance(s, Break) or (isinstance(s, If) and _is_broken((*s.body, *s.orelse)))
        or (isinstance(s, For | While) and _is_broken(s.orelse)) for s in body
    )


def _noting_breaks(body: Sequence[Stmt], left: str) -> tuple[Stmt, ...]:
    """The body of a loop, with a variable that is set before it is broken out of."""
    result: list[Stmt] = []
    for s in body:
        match s:
            case Break():
                result += [Assign(left, Const(True, s.loc), s.loc), s]
            case If():
                result.append(replace(s, body=_noting_breaks(s.body, left), orelse=_noting_breaks(s.orelse, left)))
            case For() | While():
                result.append(replace(s, orelse=_noting_breaks(s.orelse, left)))
            case _:
                result.append(s)
    return tuple(result)


def _counters(target: ast.expr, item: Item, index: Var) -> Iterator[str]:
    """The names in a target that get the index itself."""
    if isinstance(target, ast.Tuple | ast.List) and isinstance(item, tuple):
        for one, part in zip(target.elts, item, strict=False):
            yield from _counters(one, part, index)
    elif isinstance(target, ast.Name) and item is index:
        yield target.id
