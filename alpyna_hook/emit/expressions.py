"""Typed expressions as values of kernel IR.

What must be computed before a value (a check, a value that is used twice, a conditional whose branches need
statements) is written as statements first.
"""

from __future__ import annotations

from collections.abc import Callable

from alpyna_hook.emit.checks import cast_of, checked
from alpyna_hook.emit.scope import FRAME, Scope
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel import assert_never
from alpyna_hook.ir.kernel_values import (
    TRUE,
    added,
    arithmetic,
    both,
    cast,
    chosen,
    compared,
    constant,
    either,
    i8,
    negated,
    negation,
    size,
    word,
)
from alpyna_hook.ir.kinds import Kind
from alpyna_hook.ir.layout import FAILED, TAG


class Expressions:
    """Of one function of the kernel."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.made_ahead: dict[int, k.Local] = {}  # calls, by identity, whose results lie in a buffer
        self.kept: dict[int, tuple[k.Local, k.Local]] = {}  # calls, by identity, whose results a loop keeps, if they are known
        self.place: k.Value = i8(0)  # of the present iteration in its strip

    def value(self, e: t.Expr) -> k.Value:
        scope = self.scope
        match e:
            case t.Const():
                return constant(e.value, e.rep)
            case t.Var():
                if scope.emission.unproved(e.obligation):
                    scope.give_up_if(compared("eq", scope.assigned(e.name), i8(0)), e.obligation)
                return scope.variable(e.name)
            case t.Load():
                return k.Load(*self.element(e.array, e.index, e.obligations), e.rep, scope.emission.groups[e.array])
            case t.Dim():
                return scope.dimension(e.array, e.axis)
            case t.Op() if id(e) in self.made_ahead:
                return self.in_strip(self.made_ahead[id(e)], e.compute)
            case t.Op() if id(e) in self.kept:
                return self.kept_call(e)
            case t.Op(name="row"):
                length, index = self.values(e.args)
                return self.from_the_front(index, length, e.obligations[0])
            case t.Op():
                return checked(scope, e, self.values(e.args))
            case t.Cast():
                return cast_of(scope, e, self.value(e.value))
            case t.Select():
                return self.select(e)
            case t.Let():
                self.bind(e.name, e.value)
                return self.value(e.body)
            case t.TagIs():
                kinds = scope.variables[e.value.name].kinds
                return compared("eq", scope.tag(e.value.name), i8(kinds.index(e.kind)))
            case t.CallFunction():
                return self.call(e)
            case _:
                assert_never(e)

    def values(self, values: tuple[t.Expr, ...]) -> list[k.Value]:
        """Operands, in order: what comes before a call that stores is evaluated before it."""
        scope, made = self.scope, []
        for position, each in enumerate(values):
            value = self.value(each)
            if scope.stores(values[position + 1 :]) and not isinstance(each, t.Const):
                value = scope.temporary(value)
            made.append(value)
        return made

    # -- subscripts

    def element(self, array: str, index: tuple[t.Expr, ...], obligations: tuple[int, ...]) -> tuple[k.Value, k.Value]:
        """The base and the offset of an element."""
        scope = self.scope
        base = scope.base(array)
        terms: list[k.Value] = []
        for axis, (value, obligation) in enumerate(zip(self.values(index), obligations, strict=True)):
            place = self.from_the_front(value, scope.dimension(array, axis), obligation)
            stride = scope.stride(array, axis)
            is_one = isinstance(stride, k.Const) and stride.value == 1
            terms.append(cast(place if is_one else arithmetic("mul", place, stride), "i8"))
        return base, added(*terms) if terms else i8(0)

    def from_the_front(self, index: k.Value, length: k.Value, obligation: int) -> k.Value:
        """The index from the front.  P: never negative; N: always; M: either; C: to be checked."""
        outcome = self.scope.emission.outcomes[obligation]
        if outcome == "P":
            return index
        if outcome == "N":
            return arithmetic("add", index, length)
        index, length = self.scope.simple(index), self.scope.simple(length)
        if outcome == "C":
            outside = either(compared("lt", index, negated(length)), compared("ge", index, length))
            self.scope.give_up_if(outside, obligation, index)
        return arithmetic("add", index, chosen(compared("lt", index, i8(0)), length, i8(0)))

    def in_strip(self, buffer: k.Local, rep: k.Rep) -> k.Load:
        return k.Load(buffer, self.strip_offset(rep), rep, None)

    def strip_offset(self, rep: k.Rep) -> k.Value:
        return arithmetic("mul", self.place, i8(size(rep)))

    # -- conditionals

    def select(self, e: t.Select) -> k.Value:
        scope = self.scope
        test = self.value(e.test)
        with scope.aside() as then_first:
            then = self.value(e.then)
        with scope.aside() as else_first:
            orelse = self.value(e.orelse)
        if not then_first and not else_first:
            return chosen(test, then, orelse)
        made = scope.fresh("tmp", e.rep)
        for branch, value in ((then_first, then), (else_first, orelse)):
            branch.append(k.Set(made.name, cast(value, e.rep)))
        scope.add(k.If(test, tuple(then_first), tuple(else_first)))
        return made

    def kept_call(self, e: t.Op) -> k.Value:
        value, known = self.kept[id(e)]
        with self.scope.when(negation(known)):
            self.scope.set(value, checked(self.scope, e, self.values(e.args)))
            self.scope.set(known, TRUE)
        return value

    def branches(self, test: t.Expr, then: Callable[[], None], orelse: Callable[[], None]) -> None:
        chosen_by = self.value(test)
        with self.scope.aside() as first:
            then()
        with self.scope.aside() as second:
            orelse()
        self.scope.add(k.If(chosen_by, tuple(first), tuple(second)))

    # -- assignments, and tags: the position of the kind among those of a variable

    def bind(self, name: str, value: t.Expr) -> None:
        """Gives a temporary its value, and its tag if it may have several kinds."""
        self.scope.variables[name] = t.Variable(name, tuple(sorted(value.kinds)), value.rep)
        self.assign(name, value)

    def assign(self, target: str, value: t.Expr) -> None:
        scope = self.scope
        kinds = scope.variables[target].kinds
        if len(kinds) == 1:
            scope.set(scope.variable(target), self.value(value))
        elif len(value.kinds) > 1 and isinstance(value, t.Select):
            self.branches(value.test, lambda: self.assign(target, value.then), lambda: self.assign(target, value.orelse))
        elif isinstance(value, t.Let):
            self.bind(value.name, value.value)
            self.assign(target, value.body)
        elif isinstance(value, t.Cast) and value.kinds == value.value.kinds and isinstance(value.value, t.Select | t.Let):
            self.assign(target, _cast_inside(value, value.value))
        else:
            made = scope.simple(self.value(value))
            tag = self.tag(value, kinds)
            scope.set(scope.variable(target), made)
            scope.set(scope.tag(target), tag)

    def tag(self, e: t.Expr, kinds: tuple[Kind, ...]) -> k.Value:
        if len(e.kinds) == 1:
            return i8(kinds.index(next(iter(e.kinds))))
        match e:
            case t.Var():
                own = self.scope.variables[e.name].kinds
                return self.translated(self.scope.tag(e.name), own, sorted(e.kinds), kinds)
            case t.Cast():
                return self.tag(e.value, kinds)
            case t.Op():
                return _first([(self.are(e.operand_kinds, combination), kinds.index(result)) for combination, result in e.tag_map])
            case t.CallFunction():
                return self.translated(word(FRAME, TAG), tuple(sorted(e.function.kinds)), sorted(e.kinds), kinds)
            case _:
                raise AssertionError(f"no tag for {type(e).__name__}")

    @staticmethod
    def translated(tag: k.Value, own: tuple[Kind, ...], which: list[Kind], kinds: tuple[Kind, ...]) -> k.Value:
        return _first([(compared("eq", tag, i8(own.index(kind))), kinds.index(kind)) for kind in which])

    def are(self, operands: tuple[t.Expr, ...], kinds: tuple[Kind, ...]) -> k.Value:
        """Whether operands have these kinds."""
        several = [(x, kind) for x, kind in zip(operands, kinds, strict=True) if len(x.kinds) > 1]
        tags = [self.tag(x, (kind, *(other for other in sorted(x.kinds) if other != kind))) for x, kind in several]
        return both(*[compared("eq", tag, i8(0)) for tag in tags])

    # -- calls of the user's functions

    def call(self, e: t.CallFunction) -> k.Value:
        scope, function = self.scope, e.function
        args: list[k.Value] = [FRAME]
        for position, (parameter, each) in enumerate(zip(function.params, e.args, strict=True)):
            variable = function.variables[parameter]
            if len(variable.kinds) > 1:
                args += self.tagged(each, variable)
                continue
            value = cast(self.value(each), variable.rep)
            if scope.stores(e.args[position + 1 :]) and not isinstance(each, t.Const):
                value = scope.temporary(value)
            args.append(value)
        if function.loops:
            scope.give_up_if(scope.failed())  # what was computed wrong might never let it end
        result = scope.temporary(k.Call(function.name, tuple(args), function.rep))
        failed = word(FRAME, FAILED)
        with scope.when(compared("ne", failed, i8(0))):
            scope.give_up(failed)
        return result

    def tagged(self, value: t.Expr, variable: t.Variable) -> list[k.Value]:
        """An argument, and the tag for a parameter that may be of several kinds."""
        scope = self.scope
        if len(value.kinds) > 1:
            name = scope.names.fresh("argument")
            self.bind(name, value)
            value = t.Var(name, value.kinds, value.rep, value.loc)
        made = scope.temporary(cast(self.value(value), variable.rep))
        return [made, scope.temporary(self.tag(value, variable.kinds))]


def _first(cases: list[tuple[k.Value, int]]) -> k.Value:
    """The number of the first condition that holds; the last is not looked at."""
    value: k.Value = i8(cases[-1][1])
    for test, number in reversed(cases[:-1]):
        value = chosen(test, i8(number), value)
    return value


def _cast_inside(cast: t.Cast, inner: t.Select | t.Let) -> t.Expr:
    def around(x: t.Expr) -> t.Cast:
        return t.Cast(x, x.kinds, cast.rep, cast.obligation, cast.loc)

    if isinstance(inner, t.Let):
        return t.Let(inner.name, inner.value, around(inner.body), cast.kinds, cast.rep, cast.loc)
    return t.Select(inner.test, around(inner.then), around(inner.orelse), cast.kinds, cast.rep, cast.loc)
