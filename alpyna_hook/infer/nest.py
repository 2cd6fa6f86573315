"""Types for a captured nest: from the kinds of its inputs to a typed nest.

before:  s = 0; for i in range(n): s += a[i]        (a of float32)
after:   s may be an int or a float32, lives in a float32; the addition computes in float32.

The pass runs over the nest until nothing changes: what it remembers from round to round are
the kinds that each variable has at each loop head, and all kinds that it ever takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from alpyna_hook.infer.calls import Calls
from alpyna_hook.infer.functions import check_builtins
from alpyna_hook.infer.scope import NeverBound, Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import Facts
from alpyna_hook.ir.kinds import rep_of, rep_of_kind
from alpyna_hook.reasons import Declined

_MAX_ROUNDS = 12


def infer(nest: ir.Nest, facts: Facts, kept: tuple[str, ...] = ()) -> t.TypedNest:
    """The typed nest; temporaries in `kept` are outputs too.

    Raises Declined where a type is not supported or not settled.
    """
    return _Inference(nest, facts, kept).run()


@dataclass
class _Inference:
    nest: ir.Nest
    facts: Facts
    kept: tuple[str, ...]
    scope: Scope = field(init=False)

    def run(self) -> t.TypedNest:
        self.scope = scope = Scope.outermost(self.facts, self.nest)
        check_builtins(self.nest, self.facts, "")
        loop: t.Stmt
        for _ in range(_MAX_ROUNDS):
            scope.start_round()
            statements = Statements(scope)
            loop = statements.statement(self.nest.loop)
            if not scope.changed:
                break
        else:
            raise Declined("mixed-types", "the types do not settle", self.nest.loop.loc)
        if isinstance(loop, t.Raise):
            raise Declined("unbound", ", ".join(scope.unbound), loop.loc)
        assert isinstance(loop, (t.For, t.While))
        return self._finish(loop, statements)

    def _finish(self, loop: t.For | t.While, statements: Statements) -> t.TypedNest:
        scope = self.scope
        shared = scope.shared
        variables = {name: scope.variable(name) for name in scope.stored_kinds}
        results = tuple([
            t.Variable(f"@return{k}", tuple(sorted(kinds)), rep_of(kinds) or "i8") for k, kinds in enumerate(scope.returned or ())
        ])
        variables |= {name: t.Variable(name, (kind,), rep_of_kind(kind)) for name, kind in shared.items.items()}
        inputs = (*scope.entry, *shared.items)
        return t.TypedNest(
            loop=loop, variables=variables, inputs=inputs,
            outputs=tuple(n for n in (*self.nest.writes, *self.kept) if n in variables),
            arrays=tuple(shared.arrays), stored=frozenset(shared.stored),
            obligations=tuple(shared.obligations), results=results, returns_tuple=scope.returns_tuple,
            libm=tuple(shared.libm), ufuncs=tuple(shared.ufuncs),
            has_float_warnings=shared.float_warnings, functions=tuple(shared.functions), places=tuple(shared.places),
        )


class Statements:
    """Those of the nest or of a function."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.calls = Calls(scope, _body)
        self.of = self.calls.of
        self.make = self.of.make

    def block(self, body: tuple[ir.Stmt, ...]) -> tuple[t.Stmt, ...]:
        out: list[t.Stmt] = []
        for s in body:
            if self.scope.env is None:
                break  # unreachable
            out.append(self.statement(s))
        return tuple(out)

    def statement(self, s: ir.Stmt) -> t.Stmt:
        scope = self.scope
        depth = len(scope.frames)
        try:
            return self.typed_statement(s)
        except NeverBound as error:
            del scope.frames[depth:]
            scope.env = None
            return t.Raise(error.loc, scope.obligation("bound", error.loc, error.name))

    def typed_statement(self, s: ir.Stmt) -> t.Stmt:
        scope = self.scope
        match s:
            case ir.Assign():
                return self.assign(s.target, self.of.expr(s.value), s.loc)
            case ir.Store():
                return self.store(s)
            case ir.Effect():
                return self.calls.effect(s)
            case ir.If():
                return self.branch(s)
            case ir.For():
                return self.for_loop(s)
            case ir.While():
                return self.while_loop(s)
            case ir.Break():
                scope.leave("break")
                return t.Break(s.loc)
            case ir.Continue():
                scope.leave("continue")
                return t.Continue(s.loc)
            case ir.Return():
                return self.returns(s)
            case ir.Raise():
                scope.env = None
                return t.Raise(s.loc, scope.obligation("raise", s.loc))
            case ir.Refused():
                raise Declined(s.slug, s.detail, s.loc)

    def assign(self, target: str, value: t.Expr, loc: ir.Loc) -> t.Assign:
        scope = self.scope
        if target in scope.arrays:
            raise Declined("array-variable", f"{target} is assigned in the nest", loc)
        scope.set_kinds(target, value.kinds, value.value if isinstance(value, t.Const) else None)
        variable = scope.variable(target)
        return t.Assign(target, self.make.hold(value, variable.rep), loc)

    def store(self, s: ir.Store) -> t.Store:
        value = self.of.entering(s.value)
        array, index, obligations = self.of.subscript(s.array, s.index, s.loc)
        if self.of.is_where(s.value) and value.kinds != {self.scope.shared.array_type(array).kind}:
            raise Declined("inexact", "np.where() stored into elements of another type", s.loc)
        kind = self.scope.shared.array_type(array)
        if not kind.writeable:
            raise Declined("read-only", s.array, s.loc)
        self.scope.shared.stored.add(array)
        return t.Store(array, index, self.make.store_cast(value, kind.kind, s.loc), obligations, s.loc)

    def branch(self, s: ir.If) -> t.If:
        scope = self.scope
        test = self.of.test(s.test)
        before = scope.copy_env()
        body = self.block(s.body)
        after_body = scope.env
        scope.env = before
        orelse = self.block(s.orelse)
        scope.env = scope.join(after_body, scope.env)
        return t.If(test, body, orelse, s.loc)

    def for_loop(self, s: ir.For) -> t.For:
        scope = self.scope
        start, stop, step = (self.of.index_value(e, "range() argument") for e in (s.start, s.stop, s.step))
        if s.index in scope.arrays:
            raise Declined("array-variable", f"{s.index} is assigned in the nest", s.loc)
        entry = scope.enter_loop(s)
        scope.set_kinds(s.index, frozenset({"int"}), None)
        body = self.block(s.body)
        breaks = scope.close_loop(s)
        scope.env = scope.join(entry, scope.head(s))
        orelse = self.block(s.orelse)
        scope.env = scope.join(scope.env, breaks)
        return t.For(s.index, start, stop, step, body, orelse, scope.obligation("overflow", s.loc, "range"), s.loc)

    def while_loop(self, s: ir.While) -> t.While:
        scope = self.scope
        scope.enter_loop(s)
        test = self.of.test(s.test)
        after_test = scope.copy_env()
        body = self.block(s.body)
        breaks = scope.close_loop(s)
        forever = isinstance(test, t.Const) and bool(test.value)
        scope.env = None if forever else after_test
        orelse = self.block(s.orelse)
        scope.env = scope.join(scope.env, breaks)
        return t.While(test, body, orelse, s.loc)

    def returns(self, s: ir.Return) -> t.Return:
        scope = self.scope
        is_tuple = isinstance(s.value, ir.Call) and s.value.function == "@tuple"
        parts = s.value.args if isinstance(s.value, ir.Call) and is_tuple else () if s.value is None else (s.value,)
        values = [self.of.expr(e) for e in parts]
        reps = scope.returns(tuple([v.kinds for v in values]), is_tuple, s.loc)
        scope.env = None
        return t.Return(tuple([self.make.hold(v, rep) for v, rep in zip(values, reps, strict=True)]), s.loc)


def _body(scope: Scope, body: tuple[ir.Stmt, ...]) -> tuple[t.Stmt, ...]:
    return Statements(scope).block(body)
