"""Calls of small straight-line functions are replaced by what they compute.

before:  b[i] = scaled(a[i])        def scaled(x): y = x * 2.0; return y + 1.0
after:   b[i] = let x = a[i] in let y = x * 2.0 in y + 1.0

before:  x, y = turned(a[i])        def turned(x): if x < 0.0: x = -x; return x, x + 1.0
after:   turned x = a[i]; if turned x < 0.0: turned x = -turned x; x = turned x; y = turned x + 1.0

before:  add(a, i, 2.0)             def add(to, k, x): to[k] += x
after:   add k = i; add x = 2.0; a[add k] += add x

What a loop computes is then in sight of what looks at the whole of it (see `strips`).
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.schema import N, mapped, replace

_Names = Mapping[str, str]
_LARGEST = 200  # expressions in a function that is inlined, with those that are inlined into it


def inlined(nest: t.TypedNest) -> t.TypedNest:
    """The nest with the calls inlined that can be, and only the functions that are still called."""
    if not nest.functions:
        return nest
    rewriter = _Rewriter()
    (loop,), new = rewriter.unit((nest.loop,))
    assert isinstance(loop, t.For | t.While)
    return replace(nest, loop=loop, variables={**nest.variables, **new}, functions=tuple(rewriter.kept.values()))


def _is_straight(function: t.Function) -> bool:
    """Assignments, each to another variable and all of one kind, then `return` of a value."""
    *assignments, last = function.body or (None,)
    if function.stored or not isinstance(last, t.Return) or len(last.values) != 1 or last.values[0].rep != function.rep:
        return False
    targets = [*function.params]
    for s in assignments:
        if not isinstance(s, t.Assign) or s.value.rep != function.variables[s.target].rep:
            return False
        targets.append(s.target)
    return len(set(targets)) == len(targets) and all(len(function.variables[n].kinds) == 1 for n in targets)


def _returned(function: t.Function) -> tuple[t.Expr, ...] | None:
    """What it returns by the one `return`, which is its last statement, or by none; None if it returns from elsewhere."""
    match [s for s in t.statements(function.body) if isinstance(s, t.Return)]:
        case []:
            return ()
        case [last] if last is function.body[-1]:
            return last.values
        case _:
            return None


def _nodes(function: t.Function) -> list[t.Expr]:
    return [x for s in t.statements(function.body) for e in t.expressions(s) for x in t.walk(e)]


class _Rewriter:
    """Rebuilds statements and expressions."""

    def __init__(self) -> None:
        self.kept: dict[int, t.Function] = {}  # by the identity of the original; callees come before their callers
        self.sizes: dict[int, int] = {}  # by the same
        self.inlined = 0
        self.new: dict[str, t.Variable] = {}  # of functions whose statements were put in

    def is_small(self, function: t.Function) -> bool:
        """Calls of small functions that call small ones, ..., would be inlined to a text of exponential size."""
        if id(function) not in self.sizes:
            nodes = _nodes(function)
            calls = [x.function for x in nodes if isinstance(x, t.CallFunction)]
            self.sizes[id(function)] = len(nodes) + sum(self.sizes[id(f)] for f in calls if self.is_small(f))
        return self.sizes[id(function)] <= _LARGEST

    def renamed(self, function: t.Function) -> _Names:
        """The names of the function's variables where it is inlined, each time others."""
        self.inlined += 1
        lets = [x.name for x in _nodes(function) if isinstance(x, t.Let)]
        return {n: f"{function.name}, {self.inlined}: {n}" for n in (*function.variables, *lets)}

    def unit(self, body: tuple[t.Stmt, ...]) -> tuple[tuple[t.Stmt, ...], dict[str, t.Variable]]:
        """The body of the nest or of a function, and the variables that it has got."""
        outer, self.new = self.new, {}
        body = self.block(body, {})
        new, self.new = self.new, outer
        return body, new

    def block(self, body: tuple[t.Stmt, ...], names: _Names) -> tuple[t.Stmt, ...]:
        return tuple([new for s in body for new in self.statement(s, names)])

    def statement(self, s: t.Stmt, names: _Names) -> tuple[t.Stmt, ...]:
        match s:
            case t.Effect():
                targets = tuple([names.get(n, n) for n in s.targets])
                return self.effect(s, names, targets)
            case t.Assign(target, t.CallFunction(function) as call) if self.is_block(function):
                return self.put_in(call, names, (names.get(target, target),), s.loc)
            case t.Assign():
                return (replace(self.inside(s, names), target=names.get(s.target, s.target)),)
            case t.For():
                return (replace(self.inside(s, names), index=names.get(s.index, s.index)),)
            case _:
                return (self.inside(s, names),)

    def inside(self, node: N, names: _Names) -> N:
        """The node with the statements and expressions in it rewritten."""
        return mapped(node, lambda x: self.statement(x, names) if isinstance(x, t.Stmt) else self.expr(x, names))

    def effect(self, s: t.Effect, names: _Names, targets: tuple[str, ...]) -> tuple[t.Stmt, ...]:
        """A call for a tuple, or for what it stores: the statements of the function, if it returns at its end only."""
        call = s.call
        if isinstance(call, t.CallFunction) and self.may_stand_here(call.function, len(targets)):
            return self.put_in(call, names, targets, s.loc)
        return (replace(s, call=self.expr(call, names), targets=targets),)

    def put_in(self, call: t.CallFunction, names: _Names, targets: tuple[str, ...], loc: Loc) -> tuple[t.Stmt, ...]:
        function = call.function
        own = self.renamed(function)
        self.new.update({own[n]: replace(v, name=own[n]) for n, v in function.variables.items()})
        args = self.all(call.args, names)
        entered = [t.Assign(own[p], a, loc) for p, a in zip(function.params, args, strict=True)]
        body = [s for s in function.body if not isinstance(s, t.Return)]
        values = zip(targets, self.all(_returned(function) or (), own), strict=True)
        return (*entered, *self.block(tuple(body), own), *[t.Assign(name, value, loc) for name, value in values])

    def may_stand_here(self, function: t.Function, results: int) -> bool:
        values = _returned(function)
        return values is not None and len(values) == results and self.is_small(function)

    def is_block(self, function: t.Function) -> bool:
        """May the statements of a function that stores stand where its one result is assigned?"""
        values = _returned(function)
        return bool(function.stored) and self.may_stand_here(function, 1) and values is not None and (
            values[0].rep == function.rep and len(function.kinds) == 1)

    def all(self, values: tuple[t.Expr, ...], names: _Names) -> tuple[t.Expr, ...]:
        return tuple([self.expr(e, names) for e in values])

    def expr(self, e: t.Expr, names: _Names) -> t.Expr:
        """The expression with its variables renamed and its calls inlined."""
        match e:
            case t.Var():
                return replace(e, name=names[e.name]) if e.name in names else e
            case t.Let():
                return replace(self.inside(e, names), name=names.get(e.name, e.name))
            case t.CallFunction():
                return self.call(e, names)
            case _:
                return self.inside(e, names)

    def call(self, e: t.CallFunction, names: _Names) -> t.Expr:
        function, args = e.function, self.all(e.args, names)
        straight = _is_straight(function) and self.is_small(function) and all(
            a.rep == function.variables[p].rep and len(a.kinds) == 1 for p, a in zip(function.params, args, strict=True))
        if not straight:
            if id(function) not in self.kept:
                body, new = self.unit(function.body)
                self.kept[id(function)] = replace(function, body=body, variables={**function.variables, **new})
            return replace(e, function=self.kept[id(function)], args=args)
        own = self.renamed(function)
        *assignments, last = function.body
        assert isinstance(last, t.Return)
        value = self.expr(last.values[0], own)
        for s in reversed(assignments):
            assert isinstance(s, t.Assign)
            value = t.Let(own[s.target], self.expr(s.value, own), value, e.kinds, e.rep, s.loc)
        for parameter, argument in reversed(list(zip(function.params, args, strict=True))):
            value = t.Let(own[parameter], argument, value, e.kinds, e.rep, e.loc)
        return value
