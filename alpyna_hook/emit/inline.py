"""Calls of straight-line functions are replaced by what they compute.

before:  b[i] = scaled(a[i])        def scaled(x): y = x * 2.0; return y + 1.0
after:   b[i] = let x = a[i] in let y = x * 2.0 in y + 1.0

What a loop computes is then in sight of what looks at the whole of it (see `strips`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alpyna_hook import typed as t

_Names = Mapping[str, str]


def inlined(nest: t.TypedNest) -> t.TypedNest:
    """The nest with the calls inlined that can be, and only the functions that are still called."""
    if not nest.functions:
        return nest
    rewriter = _Rewriter()
    loop = rewriter.statement(nest.loop)
    assert isinstance(loop, t.For | t.While)
    return replace(nest, loop=loop, functions=tuple(rewriter.kept.values()))


def _is_straight(function: t.Function) -> bool:
    """Assignments, each to another variable and all of one kind, then `return` of a value."""
    *assignments, last = function.body or (None,)
    if function.stores or not isinstance(last, t.Return) or len(last.values) != 1 or last.values[0].rep != function.rep:
        return False
    targets = [*function.params]
    for s in assignments:
        if not isinstance(s, t.Assign) or s.value.rep != function.variables[s.target].rep:
            return False
        targets.append(s.target)
    return len(set(targets)) == len(targets) and all(len(function.variables[n].kinds) == 1 for n in targets)


class _Rewriter:
    """Rebuilds statements and expressions; a function is typed for one call, so that its name makes its variables unique."""

    def __init__(self) -> None:
        self.kept: dict[int, t.Function] = {}  # by the identity of the original; callees come before their callers

    def block(self, body: tuple[t.Stmt, ...]) -> tuple[t.Stmt, ...]:
        return tuple([self.statement(s) for s in body])

    def statement(self, s: t.Stmt) -> t.Stmt:
        none: _Names = {}
        match s:
            case t.Assign():
                return replace(s, value=self.expr(s.value, none))
            case t.Store():
                return replace(s, value=self.expr(s.value, none), index=self.all(s.index, none))
            case t.Effect():
                return replace(s, call=self.expr(s.call, none))
            case t.If():
                return replace(s, test=self.expr(s.test, none), body=self.block(s.body), orelse=self.block(s.orelse))
            case t.For():
                start, stop, step = self.all((s.start, s.stop, s.step), none)
                return replace(s, start=start, stop=stop, step=step, body=self.block(s.body), orelse=self.block(s.orelse))
            case t.While():
                return replace(s, test=self.expr(s.test, none), body=self.block(s.body), orelse=self.block(s.orelse))
            case t.Return():
                return replace(s, values=self.all(s.values, none))
            case _:
                return s

    def all(self, values: tuple[t.Expr, ...], names: _Names) -> tuple[t.Expr, ...]:
        return tuple([self.expr(e, names) for e in values])

    def expr(self, e: t.Expr, names: _Names) -> t.Expr:
        """The expression with its variables renamed and its calls inlined."""
        match e:
            case t.Const() | t.Dim():
                return e
            case t.Var():
                return replace(e, name=names[e.name]) if e.name in names else e
            case t.Load():
                return replace(e, index=self.all(e.index, names))
            case t.Op():
                return replace(e, args=self.all(e.args, names), operand_kinds=self.all(e.operand_kinds, names))
            case t.Cast():
                return replace(e, value=self.expr(e.value, names))
            case t.Select():
                test, then, orelse = self.all((e.test, e.then, e.orelse), names)
                return replace(e, test=test, then=then, orelse=orelse)
            case t.Let():
                own = names.get(e.name, e.name)
                return replace(e, name=own, value=self.expr(e.value, names), body=self.expr(e.body, names))
            case t.TagIs():
                value = self.expr(e.value, names)
                assert isinstance(value, t.Var)
                return replace(e, value=value)
            case t.CallFunction():
                return self.call(e, names)

    def call(self, e: t.CallFunction, names: _Names) -> t.Expr:
        function, args = e.function, self.all(e.args, names)
        straight = _is_straight(function) and all(
            a.rep == function.variables[p].rep and len(a.kinds) == 1 for p, a in zip(function.params, args, strict=True))
        if not straight:
            if id(function) not in self.kept:
                self.kept[id(function)] = replace(function, body=self.block(function.body))
            return replace(e, function=self.kept[id(function)], args=args)
        lets = [x.name for s in function.body for v in t.expressions(s) for x in t.walk(v) if isinstance(x, t.Let)]
        own = {n: f"{function.name} {n}" for n in (*function.variables, *lets)}
        *assignments, last = function.body
        assert isinstance(last, t.Return)
        value = self.expr(last.values[0], own)
        for s in reversed(assignments):
            assert isinstance(s, t.Assign)
            value = t.Let(own[s.target], self.expr(s.value, own), value, e.kinds, e.rep, s.loc)
        for parameter, argument in reversed(list(zip(function.params, args, strict=True))):
            value = t.Let(own[parameter], argument, value, e.kinds, e.rep, e.loc)
        return value
