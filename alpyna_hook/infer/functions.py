"""Types of calls of the user's own functions: each is typed for the types of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from alpyna_hook.bind.fixed import outcome, specialised_function
from alpyna_hook.bind.kept_tuples import resolve_function_kept_tuples
from alpyna_hook.bind.views import given_name, resolve_function_views
from alpyna_hook.capture.flow import Flow
from alpyna_hook.infer.expressions import Expressions
from alpyna_hook.infer.scope import CallKey, Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import Facts, Known, UserFunction
from alpyna_hook.ir.kinds import is_python, rep_of
from alpyna_hook.ir.schema import replace
from alpyna_hook.reasons import Declined

Body: TypeAlias = Callable[[Scope, tuple[ir.Stmt, ...]], tuple[t.Stmt, ...]]
_Texts = dict[str, str | None]
_ROUNDS = 12
_SEPARATE = 32  # functions that are typed for one call each, so that the values of its arguments count for its proofs


class Functions:
    """The calls in one scope."""

    def __init__(self, of: Expressions, body: Body) -> None:
        self.scope = of.scope
        self.of = of
        self.make = of.make
        self.body = body

    def call(self, function: UserFunction, e: ir.Call) -> t.CallFunction:
        scope = self.scope
        if function.key in scope.active:
            raise Declined("recursion", e.function, e.loc)
        check_builtins(function.code, scope.shared.facts, function.key + "::")
        arrays, scalars, fixed = self._arguments(self._bind(function, e))
        shared = scope.shared
        key = _key(function, arrays, scalars, fixed)
        if key in shared.reusable:
            return self._call_of(shared.functions[shared.reusable[key]], scalars, e)
        many = len(shared.functions) >= _SEPARATE
        try:
            typed = self._typed(function, arrays, scalars, fixed, many, e)
        except Declined as declined:
            raise declined.in_function(e.function, function.code.filename, e.loc) from None
        shared.functions.append(typed)
        if many:
            shared.reusable[key] = len(shared.functions) - 1
        return self._call_of(typed, scalars, e)

    def _arguments(self, bound: dict[str, ir.Expr]) -> tuple[dict[str, str], dict[str, t.Expr], _Texts]:
        """The arrays, the scalars in the order of their evaluation (those are the indices of rows, too), and what is None
        or a text."""
        arrays: dict[str, str] = {}
        scalars: dict[str, t.Expr] = {}
        fixed: _Texts = {}
        for parameter, argument in bound.items():
            text = self._text(argument)
            if text is not None:
                (fixed[parameter],) = text
                continue
            index = self._row_of(argument)
            if index is None:
                scalars[parameter] = self.of.expr(argument)
                continue
            assert isinstance(argument, ir.Var | ir.Load)
            name = argument.name if isinstance(argument, ir.Var) else argument.array
            arrays[parameter] = self.of.full_name(name)
            if arrays[parameter] not in self.scope.shared.facts.tuples:
                self.of.array_name(name, argument.loc)
            elif isinstance(argument, ir.Load) and argument.joined:
                raise Declined("type-error", f"{name} is a tuple, with several indices in one subscript", argument.loc)
            for axis, e in enumerate(index):
                scalars[given_name(parameter, axis)] = self.of.row_index(arrays[parameter], axis, e)
        return arrays, scalars, fixed

    def _text(self, argument: ir.Expr) -> tuple[str | None] | None:
        """None or a text that is passed, in a tuple of one; None for anything else."""
        match argument:
            case ir.Fixed(op="value", value=None | str() as value):
                return (value,)
            case ir.Var(name):
                return self.of.fixed_value(name)
        return None

    def _typed(
        self, function: UserFunction, arrays: dict[str, str], scalars: dict[str, t.Expr], fixed: _Texts, many: bool, e: ir.Call
    ) -> t.Function:
        """The function for one call or, if there are many, for all calls like it."""
        shared = self.scope.shared
        key = _key(function, arrays, scalars, fixed)
        if key not in shared.settled:
            decided = specialised_function(function.code, lambda c: self._decided(c, function, arrays, scalars, fixed))
            decided, kept = _with_new_values(decided, fixed)
            decided = resolve_function_kept_tuples(decided, self._tuples(function, decided, arrays, scalars))
            code = self._without_rows(function, decided, arrays, scalars)
            shared.settled[key] = code, self._new_scope(function, code, arrays, scalars, kept)
        code, inner = shared.settled[key]  # its kinds are known if the function was met before, with such arguments
        inner.shared, inner.active = shared, (*self.scope.active, function.key)
        mark = shared.mark()
        for _ in range(_ROUNDS):
            shared.back_to(mark)
            inner.start_round()
            body = self.body(inner, code.body)
            if inner.env is not None and inner.returned:
                raise Declined("mixed-types", f"{e.function}() returns a value on one path and None on another", e.loc)
            if not inner.changed:
                break
        else:
            raise Declined("mixed-types", f"the types in {e.function}() do not settle", e.loc)
        return self._function(function, inner, body, tuple(scalars), many)

    def _function(
        self, function: UserFunction, inner: Scope, body: tuple[t.Stmt, ...], params: tuple[str, ...], many: bool
    ) -> t.Function:
        shared = self.scope.shared
        kinds = inner.returned[0] if inner.returned else frozenset()
        variables = {name: inner.variable(name) for name in inner.stored_kinds}
        name = f"{function.code.name.rpartition('.')[2]}_{len(shared.functions)}".replace("<", "").replace(">", "")
        results = tuple([
            t.Variable(f"@return{k}", tuple(sorted(own)), rep_of(own) or "i8") for k, own in enumerate(inner.returned or ())
        ])
        rep = rep_of(kinds) or "i8" if kinds else "i8"
        stored = frozenset([a for s in t.statements(body) for a in t.stored_arrays(s)])
        return t.Function(
            name, params, variables, body, kinds, rep, stored, t.has_loops(body), many,
            results if inner.returns_tuple else (),
        )

    def _call_of(self, function: t.Function, scalars: dict[str, t.Expr], e: ir.Call) -> t.CallFunction:
        args = tuple(self.make.hold(v, function.variables[p].rep) for p, v in scalars.items())
        return t.CallFunction(function, args, function.kinds, function.rep, e.loc)

    def _row_of(self, argument: ir.Expr) -> tuple[ir.Expr, ...] | None:
        """The indices of the array or row that is passed, none for a whole array; None for anything else."""
        match argument:
            case ir.Var(name):
                return () if self._rank(name) else None
            case ir.Load(name, index):
                return index if len(index) < self._rank(name) else None
        return None

    def _rank(self, name: str) -> int:
        """How many dimensions the array or tuple has; 0 for what is neither."""
        return self.scope.shared.facts.rank(self.of.full_name(name))

    def _bind(self, function: UserFunction, e: ir.Call) -> dict[str, ir.Expr]:
        """Parameters with their arguments.  Raises Declined where Python would raise a TypeError."""
        code = function.code
        params = code.params[1:] if function.is_method else code.params
        args = self.of.unstarred(e)
        if len(args) > len(params):
            raise Declined("type-error", f"{e.function}() with too many arguments", e.loc)
        bound: dict[str, ir.Expr] = dict(zip(params, args, strict=False))
        for name, value in e.keywords:
            if name in bound or name not in params or name in code.params[: code.positional_only]:
                raise Declined("type-error", f"{e.function}() with the keyword {name}", e.loc)
            bound[name] = value
        for name, value in code.defaults:
            bound.setdefault(name, value)
        if len(bound) != len(params):
            raise Declined("type-error", f"{e.function}() with too few arguments", e.loc)
        return bound

    def _decided(
        self, c: ir.Fixed, function: UserFunction, arrays: dict[str, str], scalars: dict[str, t.Expr], fixed: _Texts
    ) -> ir.Expr:
        """What a condition on a name that the function leaves alone comes to in this call."""
        known = self.scope.shared.facts.outcomes.get((function.key, c.key))
        if known is not None:
            return ir.Const(known, c.loc)
        if c.name in fixed:
            return ir.Const(outcome(c, fixed[c.name]), c.loc)
        if c.op == "is" and (c.name in arrays or c.name in scalars):
            return ir.Const(False, c.loc)
        value = scalars.get(c.name)
        if value is None:
            raise Declined("value-type", f"{c.name} in a condition", c.loc)
        if isinstance(value, t.Const):
            return ir.Const(outcome(c, value.value), c.loc)
        if c.op == "truth":
            return ir.Unary("not", ir.Unary("not", ir.Var(c.name, c.loc), c.loc), c.loc)
        if not isinstance(c.value, str | tuple | None):
            return ir.Compare((ir.Var(c.name, c.loc), ir.Const(c.value, c.loc)), (c.op,), c.loc)
        if c.op in ("==", "!=", "in") and all(map(is_python, value.kinds)):
            return ir.Const(c.op == "!=", c.loc)
        raise Declined("type-error", f"{c.name} compared with a text or None", c.loc)

    def _tuples(
        self, function: UserFunction, code: ir.Function, arrays: dict[str, str], scalars: dict[str, t.Expr]
    ) -> dict[str, int]:
        """The lengths of the tuples of numbers that it gets."""
        known = self.scope.shared.facts.tuples
        whole = {name: full for name, full in arrays.items() if given_name(name, 0) not in scalars}
        names = whole | {name: f"{function.key}::{name}" for name in code.reads}
        return {name: known[full].shape[0] for name, full in names.items() if full in known and known[full].rank == 1}

    def _without_rows(
        self, function: UserFunction, code: ir.Function, arrays: dict[str, str], scalars: dict[str, t.Expr]
    ) -> ir.Function:
        """The function with `row = a[i]` resolved, for arrays of these dimensions."""
        facts = self.scope.shared.facts
        names = arrays | {name: f"{function.key}::{name}" for name in code.reads}
        ranks = {name: rank for name, full in names.items() if (rank := facts.rank(full))}
        tuples = [name for name, full in names.items() if full in facts.tuples]
        given = {p: sum(given_name(p, axis) in scalars for axis in range(ranks[p])) for p in arrays}
        return resolve_function_views(code, ranks, {p: count for p, count in given.items() if count}, tuples)

    def _new_scope(
        self, function: UserFunction, code: ir.Function, arrays: dict[str, str], scalars: dict[str, t.Expr],
        fixed: _Texts,
    ) -> Scope:
        own = frozenset(code.params) | assigned(code.body)
        entry = {p: v.kinds for p, v in scalars.items()}
        inner = Scope(
            self.scope.shared, function.key + "::", arrays, entry, own, active=(*self.scope.active, function.key),
            fixed=fixed,
        )
        for name, value in scalars.items():
            inner.env = inner.env if inner.env is not None else {}
            inner.set_kinds(name, value.kinds, value.value if isinstance(value, t.Const) else None)
        return inner


def _with_new_values(code: ir.Function, fixed: _Texts) -> tuple[ir.Function, _Texts]:
    """The function, and which of its parameters stay None or a text; others get values as variables do: `w = 1.0`, where w is None.

    Raises Declined where one of those is read before.
    """
    replaced = fixed.keys() & assigned(code.body)
    if not replaced:
        return code, fixed
    params = tuple([p for p in code.params if p not in replaced])
    flow = Flow(params)
    flow.walk(code.body)
    for name, node in flow.reads.items():
        if name in replaced:
            raise Declined("value-type", f"{name} is None or a text", node.loc)
    return replace(code, params=params), {name: value for name, value in fixed.items() if name not in replaced}


def _key(function: UserFunction, arrays: dict[str, str], scalars: dict[str, t.Expr], fixed: _Texts) -> CallKey:
    kinds = [(p, v.kinds, repr(v.value) if isinstance(v, t.Const) else "") for p, v in scalars.items()]
    kinds += [(p, frozenset(), repr(value)) for p, value in fixed.items()]
    return function.key, tuple(arrays.items()), tuple(kinds)


def check_builtins(code: ir.Nest | ir.Function, facts: Facts, prefix: str) -> None:
    """Raises Declined where the program has put something of its own in the place of a builtin that is compiled away."""
    for name, meaning in code.builtins.items():
        known = facts.functions.get(prefix + name)
        if not isinstance(known, Known) or known.meaning != meaning:
            raise Declined("call", f"{name}() is not {'the builtin' if name == meaning else meaning}")


def assigned(body: tuple[ir.Stmt, ...]) -> frozenset[str]:
    """All names that statements may assign to."""
    return frozenset([name for s in body for node in ir.walk(s) for name in ir.targets(node)])
