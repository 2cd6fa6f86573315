"""Abstract execution of expressions: the values of integers, and the obligations that they settle."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import EXACT_INT, INT_MAX, INT_MIN, Rep, int_range, is_float, is_int
from alpyna_hook.operators.operations import operation
from alpyna_hook.prove.domain import BIG, Facts, Symbols, Terms, Value, constant, interval, learn

Env = dict[str, Value]
_MIRROR = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}


class Expressions(ABC):
    """What holds at the present point: `env`, the variables' values, and `facts`, what conditions tell of forms."""

    def __init__(
        self, nest: t.TypedNest, scalars: Mapping[str, int | None], shapes: Mapping[str, tuple[int | None, ...]],
        preset: Mapping[int, str], wrap: bool, spans: Mapping[str, tuple[int, int]],
    ) -> None:
        self.nest = nest
        self.outcomes: dict[int, str] = dict(preset)
        self.wrap = wrap
        self.spans = spans
        self.symbols = Symbols()
        self.env: Env | None = {name: self._input(value, *int_range(nest.variables[name].rep)) for name, value in scalars.items()}
        self.shapes = {name: tuple([self._input(n, 0, INT_MAX) for n in shape]) for name, shape in shapes.items()}
        self.globals = dict(self.env)
        self.facts: dict[Terms, tuple[int, int]] = {}
        self.variables: Mapping[str, t.Variable] = nest.variables
        self.read: set[int] = set()  # symbols that were read
        self.visited: set[int] = set()  # obligations in code that is not proved dead

    def _input(self, value: int | None, low: int, high: int) -> Value:
        """One of which the value is known, or anything."""
        return constant(value) if value is not None else self.symbols.new(constant(low), constant(high))

    @abstractmethod
    def call(self, e: t.CallFunction) -> Value | None:
        """Executes the statements of the function, which are not this class's."""

    def assign(self, name: str, value: Value | None) -> None:
        assert self.env is not None
        if not self._is_int(name):
            return
        if value is None:
            value = interval(*self._range(name))
        if not value.terms and value.low != value.high:
            value = self.symbols.new(constant(value.low), constant(value.high))
        self.env[name] = value

    # -- conditions

    def given(self, e: t.Expr, truth: bool) -> dict[Terms, tuple[int, int]]:
        """The facts where the condition has this truth value."""
        facts = dict(self.facts)
        self._learn(e, truth, facts)
        return facts

    def _learn(self, e: t.Expr, truth: bool, facts: dict[Terms, tuple[int, int]]) -> None:
        match e:
            case t.Op(name="not"):
                self._learn(e.args[0], not truth, facts)
            case t.Let():
                self._learn(e.body, truth, facts)
            case t.Cast() if e.rep == "b1" == e.value.rep:
                self._learn(e.value, truth, facts)
            case t.Select(rep="b1") if truth and isinstance(e.orelse, t.Const) and not e.orelse.value:
                self._learn(e.test, True, facts)
                self._learn(e.then, True, facts)
            case t.Select(rep="b1") if not truth and isinstance(e.then, t.Const) and e.then.value:
                self._learn(e.test, False, facts)
                self._learn(e.orelse, False, facts)
            case t.Op() if e.name in _MIRROR and is_int(e.compute):
                self._compare(e.name if truth else _MIRROR[e.name], e, facts)

    def truth(self, e: t.Expr) -> bool | None:
        """The condition's truth value where the bounds decide it."""
        match e:
            case t.Const():
                return bool(e.value)
            case t.Let():
                return self.truth(e.body)
            case t.Op(name="not"):
                inner = self.truth(e.args[0])
                return None if inner is None else not inner
            case t.Select(rep="b1"):
                test = self.truth(e.test)
                if test is not None:
                    return self.truth(e.then if test else e.orelse)
                then, orelse = self.truth(e.then), self.truth(e.orelse)
                return then if then == orelse else None
            case t.Op() if e.name in _MIRROR and is_int(e.compute):
                return self._compare_truth(e)
            case _:
                return None

    def _compare_truth(self, e: t.Op) -> bool | None:
        left, right = (self.value_only(a) for a in e.args)
        if left is None or right is None:
            return None
        low, high = self.bounds(left - right)
        if e.name in ("lt", "ge"):
            known = True if high < 0 else False if low >= 0 else None
        elif e.name in ("le", "gt"):
            known = True if high <= 0 else False if low > 0 else None
        else:
            known = True if low == high == 0 else False if high < 0 or low > 0 else None
        return known if known is None or e.name in ("lt", "le", "eq") else not known

    def _compare(self, name: str, e: t.Op, facts: dict[Terms, tuple[int, int]]) -> None:
        left, right = (self.value_only(a) for a in e.args)
        if left is None or right is None:
            return
        difference = left - right
        if name in ("lt", "le", "eq"):
            learn(facts, difference, -BIG, -1 if name == "lt" else 0)
        if name in ("gt", "ge", "eq"):
            learn(facts, difference, 1 if name == "gt" else 0, BIG)

    def value_only(self, e: t.Expr) -> Value | None:
        """The value of an expression that has been executed already: settles nothing again."""
        outcomes, self.outcomes = self.outcomes, dict(self.outcomes)
        value = self.expr(e)
        self.outcomes = outcomes
        return value

    # -- expressions

    def bounds(self, value: Value) -> tuple[int, int]:
        return self.symbols.bounds(value, self.facts)

    def _is_int(self, name: str) -> bool:
        variable = self.variables.get(name)
        return variable is None or is_int(variable.rep)

    def _range(self, name: str) -> tuple[int, int]:
        variable = self.variables.get(name)
        return int_range(variable.rep) if variable is not None else (INT_MIN, INT_MAX)

    def int_expr(self, e: t.Expr) -> Value:
        value = self.expr(e)
        return value if value is not None else interval(*int_range(e.rep))

    def expr(self, e: t.Expr) -> Value | None:
        """The value of an integer expression; None for one that is not; settles its obligations."""
        match e:
            case t.Const():
                return _constant(e.value)
            case t.Var():
                return self.var(e)
            case t.Load():
                self.subscript(e.array, e.index, e.obligations)
                return interval(*self.spans.get(e.array) or int_range(e.rep)) if is_int(e.rep) else None
            case t.Dim():
                return self.shapes[e.array][e.axis]
            case t.Op(name="row"):
                return self.row(e)
            case t.Op():
                return self.operation(e)
            case t.Cast():
                return self.cast(e)
            case t.Select():
                return self.select(e)
            case t.Let():
                assert self.env is not None
                value = self.expr(e.value)
                if is_int(e.value.rep):
                    self.assign(e.name, value)
                return self.expr(e.body)
            case t.TagIs():
                return None
            case t.CallFunction():
                return self.call(e)

    def var(self, e: t.Var) -> Value | None:
        assert self.env is not None
        if e.obligation is not None:
            self.visited.add(e.obligation)
        value = self.env.get(e.name)
        if value is None and e.name not in self.variables:
            value = self.globals.get(e.name)
        if value is None:
            return interval(*int_range(e.rep)) if is_int(e.rep) else None
        for symbol, _ in value.terms:
            self.read.add(symbol)
        return value

    def subscript(self, array: str, index: tuple[t.Expr, ...], obligations: tuple[int, ...]) -> None:
        self.visited.update(obligations)
        for e, size, obligation in zip(index, self.shapes[array], obligations, strict=True):
            self.outcomes[obligation] = self._place(self.int_expr(e), size)

    def _place(self, index: Value, size: Value) -> str:
        """Counted from the front, from the end, either, or to be checked."""
        if self.bounds(index + size)[0] < 0 or self.bounds(index - size)[1] >= 0:
            return "C"
        low, high = self.bounds(index)
        return "P" if low >= 0 else "N" if high < 0 else "M"

    def row(self, e: t.Op) -> Value:
        """The index of a row, from the front."""
        extent, index = e.args
        size = self.int_expr(extent)
        value = self.int_expr(index)
        (obligation,) = e.obligations
        self.visited.add(obligation)
        outcome = self.outcomes[obligation] = self._place(value, size)
        if outcome in "PN":
            return value if outcome == "P" else value + size
        return interval(0, max(0, self.bounds(size)[1] - 1))

    def settle(self, obligation: int | None, holds: bool) -> None:
        if obligation is not None:
            self.outcomes[obligation] = "K" if holds else "C"

    def clip(self, value: Value, rep: Rep) -> Value:
        """The value after a check that it fits the representation."""
        low, high = self.bounds(value)
        least, greatest = int_range(rep)
        if (least <= low and high <= greatest) or value.terms:
            return value  # an affine form goes on being exact where the check has passed
        low, high = max(low, least), min(high, greatest)
        return self.symbols.new(constant(low), constant(high)) if low <= high else interval(least, greatest)

    def cast(self, e: t.Cast) -> Value | None:
        value = self.expr(e.value)
        if e.obligation is not None:
            self.visited.add(e.obligation)
        if e.value.rep == "b1" and e.rep != "b1":
            return interval(0, 1)
        if value is None:
            return interval(*int_range(e.rep)) if is_int(e.rep) else None
        low, high = self.bounds(value)
        if is_int(e.rep):
            least, greatest = int_range(e.rep)
            if e.obligation is not None and not is_float(e.value.rep):
                self.settle(e.obligation, least <= low and high <= greatest)
                return self.clip(value, e.rep)
            if is_float(e.value.rep):
                return interval(least, greatest)
            return value if least <= low and high <= greatest else interval(least, greatest)
        if e.obligation is not None and is_int(e.value.rep) and self.nest.obligations[e.obligation] == "exact":
            bound = EXACT_INT[e.rep]
            self.settle(e.obligation, -bound <= low and high <= bound)
        return value if is_float(e.rep) and is_int(e.value.rep) else None

    def select(self, e: t.Select) -> Value | None:
        self.expr(e.test)
        facts, env = self.facts, dict(self.env or {})
        self.facts = self.given(e.test, True)
        then, then_facts = self.expr(e.then), self.facts
        self.env = dict(env)
        self.facts = facts
        self.facts = self.given(e.test, False)
        orelse, else_facts = self.expr(e.orelse), self.facts
        self.env, self.facts = env, facts
        if then is None or orelse is None or not is_int(e.rep):
            return None if not is_int(e.rep) else interval(*int_range(e.rep))
        return self._joined(e.test, then, then_facts, orelse, else_facts)

    def _joined(self, test: t.Expr, a: Value, a_facts: Facts, b: Value, b_facts: Facts) -> Value:
        if a == b:
            return a
        (a_low, a_high), (b_low, b_high) = self.symbols.bounds(a, a_facts), self.symbols.bounds(b, b_facts)
        low, high = min(a_low, b_low), max(a_high, b_high)
        if self._picks(test, a, b):
            (a_low, a_high), (b_low, b_high) = self.bounds(a), self.bounds(b)
            pick = min if isinstance(test, t.Op) and test.name in ("lt", "le") else max
            low, high = pick(a_low, b_low), pick(a_high, b_high)
        return interval(low, high)

    def _picks(self, test: t.Expr, a: Value, b: Value) -> bool:
        """Whether `a if test else b` is the less or the greater of the two."""
        if not (isinstance(test, t.Op) and test.name in ("lt", "le", "gt", "ge") and is_int(test.compute)):
            return False
        return (self.value_only(test.args[0]), self.value_only(test.args[1])) == (a, b)

    # -- operations

    def operation(self, e: t.Op) -> Value | None:
        args = [self.expr(a) for a in e.args]
        self.visited.update(e.obligations)
        left = {self.nest.obligations[k]: k for k in e.obligations}
        self._operand_checks(e, args, left)
        if not is_int(e.compute):
            return None
        values = [v if v is not None else interval(*int_range(a.rep)) for v, a in zip(args, e.args, strict=True)]
        result = self.result(e, values)
        overflow = left.get("overflow")
        if result is None:
            return interval(*int_range(e.rep)) if is_int(e.rep) else None
        low, high = self.bounds(result)
        least, greatest = int_range(e.compute)
        fits = least <= low and high <= greatest
        if overflow is not None:
            quiet = self.wrap and e.numpy and "int" not in e.kinds and e.name in ("add", "sub", "mul", "neg", "abs")
            self.outcomes[overflow] = "K" if fits else "W" if quiet else "C"
            if not fits and quiet:
                return interval(least, greatest)
            return self.clip(result, e.compute)
        return result if fits else interval(least, greatest)

    def _operand_checks(self, e: t.Op, args: list[Value | None], left: dict[str, int]) -> None:
        if "nonzero" in left:
            divisor = e.args[1]
            if isinstance(divisor, t.Const):
                self.settle(left["nonzero"], divisor.value != 0)
            elif args[1] is not None:
                low, high = self.bounds(args[1])
                self.settle(left["nonzero"], low > 0 or high < 0)
        if "shift" in left and args[1] is not None:
            low, high = self.bounds(args[1])
            self.settle(left["shift"], low >= 0 and high <= 63)
        if "exponent" in left and args[-1] is not None:
            self.settle(left["exponent"], self.bounds(args[-1])[0] >= 0)

    def result(self, e: t.Op, v: list[Value]) -> Value | None:
        """An affine form, or an interval."""
        match e.name:
            case "add":
                return v[0] + v[1]
            case "sub":
                return v[0] - v[1]
            case "neg":
                return constant(0) - v[0]
            case "invert" if e.compute[0] == "i":
                return constant(-1) - v[0]
            case "mul" if v[0].exact is not None or v[1].exact is not None:
                factor, other = (v[0].exact, v[1]) if v[0].exact is not None else (v[1].exact, v[0])
                return other.scaled(factor)  # type: ignore[arg-type]
            case "mod" if self._is_remainder(v):
                return v[0]
            case _:
                known = operation(e.name)
                found = known.interval(*map(self.bounds, v)) if known.interval else None
                return interval(*found) if found is not None else v[0] if known.keeps else None

    def _is_remainder(self, v: list[Value]) -> bool:
        low, high = self.bounds(v[0])
        return low >= 0 and high < self.bounds(v[1])[0]


def _constant(value: bool | int | float | complex) -> Value | None:
    """An integer, also one that has been cast to a float."""
    if isinstance(value, int):
        return constant(int(value))
    if isinstance(value, float) and abs(value) < 2**63 and value == int(value):
        return constant(int(value))
    return None
