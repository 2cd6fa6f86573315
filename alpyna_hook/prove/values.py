"""Abstract execution of a typed nest with its live integers: which obligations hold for sure.

The nest is executed once for each loop level with abstract values (see `domain`).  At a loop's
head every variable that the body changes is a fresh symbol.  Where the body adds a known amount
to it (`k += 2`) its bounds follow from the number of iterations; else they are what one iteration
leaves when started from any value at all, joined with the value before the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alpyna_hook import typed as t
from alpyna_hook.prove import integers
from alpyna_hook.prove.domain import BIG, Facts, Symbols, Terms, Value, constant, interval, learn
from alpyna_hook.types import EXACT_INT, INT_MAX, INT_MIN, Rep, int_range, is_float, is_int

Env = dict[str, Value]
_MIRROR = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}


@dataclass(frozen=True)
class Proof:
    """outcomes: one character for each obligation (see the package).  trips: of the outermost loop, if known."""

    outcomes: str
    trips: int | None
    raises: bool  # a `raise` may be reached


def prove(
    nest: t.TypedNest, scalars: Mapping[str, int], shapes: Mapping[str, tuple[int, ...]], preset: Mapping[int, str],
    wrap: bool,
) -> Proof:
    """Settles the obligations for these integers and shapes.

    preset: outcomes that do not depend on values.  wrap: NumPy's integer overflow goes unreported.
    """
    run = _Execution(nest, scalars, shapes, preset, wrap)
    run.statement(nest.loop)
    dead = {k: "P" if what == "index" else "K" for k, what in enumerate(nest.obligations) if k not in run.visited}
    outcomes = "".join([dead.get(k) or run.outcomes.get(k, "C") for k in range(len(nest.obligations))])
    return Proof(outcomes, run.trips, run.raises)


_Paths = list[tuple[Env, dict[Terms, tuple[int, int]]]]  # what holds on each of several paths


@dataclass
class _Flow:
    """The paths that leave a loop's body early."""

    breaks: _Paths = field(default_factory=list)
    continues: _Paths = field(default_factory=list)


class _Execution:
    def __init__(
        self, nest: t.TypedNest, scalars: Mapping[str, int], shapes: Mapping[str, tuple[int, ...]],
        preset: Mapping[int, str], wrap: bool,
    ) -> None:
        self.nest = nest
        self.shapes = shapes
        self.outcomes: dict[int, str] = dict(preset)
        self.wrap = wrap
        self.symbols = Symbols()
        self.env: Env | None = {name: constant(int(value)) for name, value in scalars.items()}
        self.globals = dict(self.env)
        self.facts: dict[Terms, tuple[int, int]] = {}
        self.variables: Mapping[str, t.Variable] = nest.variables
        self.flows: list[_Flow] = []
        self.read: set[int] = set()  # symbols that were read
        self.trips: int | None = None
        self.outermost: t.Stmt = nest.loop
        self.visited: set[int] = set()  # obligations in code that is not proved dead
        self.raises = False

    # -- statements

    def block(self, body: tuple[t.Stmt, ...]) -> None:
        for s in body:
            if self.env is None:
                return
            self.statement(s)

    def statement(self, s: t.Stmt) -> None:
        assert self.env is not None
        match s:
            case t.Assign():
                self.assign(s.target, self.expr(s.value))
            case t.Store():
                self.expr(s.value)
                self.subscript(s.array, s.index, s.obligations)
            case t.Effect():
                self.expr(s.call)
            case t.If():
                self.branch(s)
            case t.For():
                self.for_loop(s)
            case t.While():
                self.while_loop(s)
            case t.Break():
                self.flows[-1].breaks.append((self.env, self.facts))
                self.env = None
            case t.Continue():
                self.flows[-1].continues.append((self.env, self.facts))
                self.env = None
            case t.Return():
                for e in s.values:
                    self.expr(e)
                self.env = None
            case t.Raise():
                self.raises = True
                self.env = None

    def assign(self, name: str, value: Value | None) -> None:
        assert self.env is not None
        if not self._is_int(name):
            return
        if value is None:
            value = interval(*self._range(name))
        if not value.terms and value.low != value.high:
            value = self.symbols.new(constant(value.low), constant(value.high))
        self.env[name] = value

    def branch(self, s: t.If) -> None:
        self.expr(s.test)
        before, facts = dict(self.env or {}), self.facts
        truth = self.truth(s.test)
        self.facts = self.given(s.test, True)
        if truth is False:
            self.env = None
        self.block(s.body)
        after_body, body_facts = self.env, self.facts
        self.env, self.facts = before, facts
        self.facts = self.given(s.test, False)
        if truth is True:
            self.env = None
        self.block(s.orelse)
        if self.env is None:
            self.env, self.facts = after_body, body_facts if after_body is not None else facts
            return
        if after_body is None:
            return  # what the condition's failure tells goes on holding
        joined = self.join_under(after_body, body_facts, self.env, self.facts)
        self.env, self.facts = joined, facts

    # -- loops

    def for_loop(self, s: t.For) -> None:
        start, stop, step = (self.int_expr(e) for e in (s.start, s.stop, s.step))
        bounds = [self.bounds(v) for v in (start, stop, step)]
        fine = all(low >= -(2**61) and high <= 2**61 for low, high in bounds) and not bounds[2][0] <= 0 <= bounds[2][1]
        self.visited.add(s.obligation)
        self.outcomes[s.obligation] = "K" if fine else "C"
        most = self._most_trips(start, stop, step)
        if s is self.outermost and start.exact is not None and stop.exact is not None and step.exact:
            self.trips = len(range(start.exact, stop.exact, step.exact))
        assert self.env is not None
        entry = dict(self.env)
        index = self._index(start, stop, step)

        def iteration() -> None:
            assert self.env is not None
            self.env[s.index] = index
            self.block(s.body)

        breaks = self._loop(s.body, (s.index,), iteration, most, entry)
        self._after_loop(s.orelse, breaks)

    def _index(self, start: Value, stop: Value, step: Value) -> Value:
        one = constant(1)
        low, high = self.bounds(step)
        if low > 0:
            return self.symbols.new(start, stop - one)
        if high < 0:
            return self.symbols.new(stop + one, start)
        ends = [*self.bounds(start), *self.bounds(stop)]
        return self.symbols.new(constant(min(ends)), constant(max(ends)))

    def _most_trips(self, start: Value, stop: Value, step: Value) -> int:
        low, high = self.bounds(step)
        if low <= 0 <= high:
            return BIG
        distance = self.bounds(stop - start)[1] if low > 0 else self.bounds(start - stop)[1]
        least = low if low > 0 else -high
        return max(0, -(-distance // least))

    def while_loop(self, s: t.While) -> None:
        assert self.env is not None
        entry = dict(self.env)

        def iteration() -> None:
            self.expr(s.test)
            self.facts = self.given(s.test, True)
            self.block(s.body)

        breaks = self._loop(s.body, (), iteration, BIG, entry, s.test)
        self._after_loop(s.orelse, breaks)

    def _loop(
        self, body: tuple[t.Stmt, ...], own: tuple[str, ...], iteration: Callable[[], None], most: int, entry: Env,
        test: t.Expr | None = None,
    ) -> _Paths:
        """Runs the body abstractly; leaves `env` as after the last iteration; returns the paths of breaks."""
        changed = [n for n in dict.fromkeys((*own, *assigned(body))) if self._is_int(n)]
        ranges = {n: self._range(n) for n in changed}
        heads = {n: self.symbols.new(constant(low), constant(high)) for n, (low, high) in ranges.items()}
        facts = self.facts
        end, end_facts, breaks = self._iterate(iteration, entry, heads, facts)
        carried = [n for n, h in heads.items() if self.symbols.number(h) in self.read]
        deltas = {n: self._delta(heads[n], end.get(n)) for n in carried} if end is not None else {}
        if carried and end is not None:
            new = {}
            for n in carried:
                low, high = self._head_bounds(entry.get(n), facts, end.get(n), end_facts, deltas[n], max(0, most - 1), ranges[n])
                new[n] = low, high
            for n, (low, high) in new.items():
                self.symbols.rebound(heads[n], low, high)
            end, end_facts, breaks = self._iterate(iteration, entry, heads, facts)
        self.facts = facts
        after = dict(entry)
        for n, head in heads.items():
            if test is not None and self.symbols.number(head) in self.read:
                after[n] = head  # a `while` leaves with its head's values
                continue
            low, high = ranges[n]
            if end is not None and n in end:
                low, high = self._head_bounds(entry.get(n), facts, end[n], end_facts, deltas.get(n), most, ranges[n])
                if n not in entry and n not in deltas:
                    low, high = self.symbols.bounds(end[n], end_facts)
            after[n] = self.symbols.new(constant(low), constant(high))
        self.env = after
        if test is not None:
            outcomes = dict(self.outcomes)
            self.facts = self.given(test, False)
            self.outcomes = outcomes
        return breaks

    def _after_loop(self, orelse: tuple[t.Stmt, ...], breaks: _Paths) -> None:
        """The `else` clause, where the loop was not broken out of; then all paths together."""
        self.block(orelse)
        paths = [(self.env, self.facts)] if self.env is not None else []
        self.env, self.facts = self.merge([*paths, *breaks])

    def _iterate(
        self, iteration: Callable[[], None], entry: Env, heads: Env, facts: dict[Terms, tuple[int, int]]
    ) -> tuple[Env | None, dict[Terms, tuple[int, int]], _Paths]:
        """One iteration: what holds at its end, and the paths that break out of it."""
        self.env = {**entry, **heads}
        self.facts = dict(facts)
        self.flows.append(_Flow())
        iteration()
        flow = self.flows.pop()
        paths = [(self.env, self.facts)] if self.env is not None else []
        self.facts = facts
        end, end_facts = self.merge([*paths, *flow.continues])
        return end, end_facts, flow.breaks

    @staticmethod
    def _delta(head: Value, end: Value | None) -> tuple[int, int] | None:
        return (end.low, end.high) if end is not None and end.terms == head.terms else None

    def _head_bounds(
        self, entry: Value | None, entry_facts: Facts, end: Value | None, end_facts: Facts,
        delta: tuple[int, int] | None, most: int, full: tuple[int, int],
    ) -> tuple[int, int]:
        """Bounds of a variable at the head of any iteration, the test that ends a `while` included."""
        if entry is None or end is None:
            return full
        first = self.symbols.bounds(entry, entry_facts)
        if delta is not None:
            low, high = first[0] + min(0, delta[0] * most), first[1] + max(0, delta[1] * most)
        else:
            last = self.symbols.bounds(end, end_facts)
            low, high = min(first[0], last[0]), max(first[1], last[1])
        return max(low, full[0]), min(high, full[1])

    # -- joins

    def merge(self, paths: _Paths) -> tuple[Env | None, dict[Terms, tuple[int, int]]]:
        """Where paths meet: each value is bounded by what holds on its own path; of several paths'
        facts only those from before them (`self.facts`) go on holding."""
        if not paths:
            return None, self.facts
        env, facts = paths[0]
        joined: Env | None = env
        for other, other_facts in paths[1:]:
            joined = self.join_under(joined, facts, other, other_facts)
            facts = {k: v for k, v in facts.items() if other_facts.get(k) == v}
        return joined, facts

    def join_under(self, a: Env | None, a_facts: Facts, b: Env | None, b_facts: Facts) -> Env | None:
        if a is None or b is None:
            return a if b is None else b
        joined: Env = {**a, **b}  # a name that one lacks is unassigned there: it is not read after this
        for name in a.keys() & b.keys():
            x, y = a[name], b[name]
            if x.terms == y.terms:
                joined[name] = Value(x.terms, min(x.low, y.low), max(x.high, y.high))
                continue
            (x_low, x_high), (y_low, y_high) = self.symbols.bounds(x, a_facts), self.symbols.bounds(y, b_facts)
            joined[name] = self.symbols.new(constant(min(x_low, y_low)), constant(max(x_high, y_high)))
        return joined

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
                return interval(*int_range(e.rep)) if is_int(e.rep) else None
            case t.Dim():
                return constant(self.shapes[e.array][e.axis])
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
            low, high = self.bounds(self.int_expr(e))
            outcome = "P" if low >= 0 else "N" if high < 0 else "M"
            self.outcomes[obligation] = outcome if -size <= low and high < size else "C"

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
        if "exponent" in left and args[1] is not None:
            self.settle(left["exponent"], self.bounds(args[1])[0] >= 0)

    def result(self, e: t.Op, v: list[Value]) -> Value | None:
        match e.name:
            case "add":
                return v[0] + v[1]
            case "sub":
                return v[0] - v[1]
            case "neg":
                return constant(0) - v[0]
            case "invert" if e.compute[0] == "i":
                return constant(-1) - v[0]
            case "pos" | "rint" | "floor" | "ceil" | "trunc":
                return v[0]
            case "mul" if v[0].exact is not None or v[1].exact is not None:
                factor, other = (v[0].exact, v[1]) if v[0].exact is not None else (v[1].exact, v[0])
                return other.scaled(factor)  # type: ignore[arg-type]
            case "abs":
                return interval(*integers.absolute(self.bounds(v[0])))
            case "mod" if self._is_remainder(v):
                return v[0]
            case _:
                function = integers.INTERVALS.get(e.name)
                found = function(self.bounds(v[0]), self.bounds(v[1])) if function else None
                return interval(*found) if found is not None else None

    def _is_remainder(self, v: list[Value]) -> bool:
        low, high = self.bounds(v[0])
        return low >= 0 and high < self.bounds(v[1])[0]

    # -- functions

    def call(self, e: t.CallFunction) -> Value | None:
        function = e.function
        args = [self.expr(a) for a in e.args]
        saved = self.env, self.variables, self.flows, self.facts
        self.env, self.flows = {}, [_Flow()]
        self.variables = function.variables
        for name, value in zip(function.params, args, strict=True):
            self.assign(name, value)
        self.block(function.body)
        self.env, self.variables, self.flows, self.facts = saved
        return interval(*int_range(e.rep)) if is_int(e.rep) else None


def assigned(body: tuple[t.Stmt, ...]) -> list[str]:
    """The variables that statements may assign."""
    names = []
    for s in t.statements(body):
        if isinstance(s, t.Assign):
            names.append(s.target)
        elif isinstance(s, t.For):
            names.append(s.index)
    return names


def _constant(value: bool | int | float | complex) -> Value | None:
    """An integer, also one that has been cast to a float."""
    if isinstance(value, int):
        return constant(int(value))
    if isinstance(value, float) and abs(value) < 2**63 and value == int(value):
        return constant(int(value))
    return None
