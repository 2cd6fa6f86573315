"""Abstract execution of a typed nest with its live integers: which obligations hold for sure.

The nest is executed once for each loop level with abstract values (see `domain`).  At a loop's
head every variable that the body changes is a fresh symbol.  Where the body adds a known amount
to it (`k += 2`) its bounds follow from the number of iterations; else they are what one iteration
leaves when started from any value at all, joined with the value before the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import int_range, is_int
from alpyna_hook.ir.schema import Record
from alpyna_hook.prove.domain import BIG, Facts, Terms, Value, constant, interval
from alpyna_hook.prove.expressions import Env, Expressions


class Proof(Record):
    """outcomes: one character for each obligation (see the package).  trips: of the outermost loop, if known; none also
    if that is below zero."""

    outcomes: str
    trips: int | None
    raises: bool  # a `raise` may be reached


def prove(
    nest: t.TypedNest, scalars: Mapping[str, int | None], shapes: Mapping[str, tuple[int | None, ...]], preset: Mapping[int, str],
    wrap: bool, spans: Mapping[str, tuple[int, int]] = MappingProxyType({}),
) -> Proof:
    """Settles the obligations for these integers and shapes, or for any where one is None.

    preset: outcomes that do not depend on values.  wrap: NumPy's integer overflow goes unreported.
    spans: the least and the greatest element of arrays that stay as they are.
    """
    run = _Execution(nest, scalars, shapes, preset, wrap, spans)
    run.statement(nest.loop)
    for settled in run.shared.values():
        run.outcomes.update(settled)
    dead = {k: "P" if what == "index" else "K" for k, what in enumerate(nest.obligations) if k not in run.visited}
    outcomes = "".join([dead.get(k) or run.outcomes.get(k, "C") for k in range(len(nest.obligations))])
    return Proof(outcomes, run.trips, run.raises)


SHORT = 2**19  # iterations that are soon done
_Paths = list[tuple[Env, dict[Terms, tuple[int, int]]]]  # what holds on each of several paths


class _Flow:
    """The paths that leave a loop's body early."""

    def __init__(self) -> None:
        self.breaks: _Paths = []
        self.continues: _Paths = []


class _Execution(Expressions):
    """Statements; expressions are in the base class."""

    def __init__(
        self, nest: t.TypedNest, scalars: Mapping[str, int | None], shapes: Mapping[str, tuple[int | None, ...]],
        preset: Mapping[int, str], wrap: bool, spans: Mapping[str, tuple[int, int]],
    ) -> None:
        super().__init__(nest, scalars, shapes, preset, wrap, spans)
        self.flows: list[_Flow] = []
        self.trips: int | None = None
        self.outermost: t.Stmt = nest.loop
        self.raises = False
        self.shared: dict[int, dict[int, str]] = {}  # what holds in all calls of a function, by its identity

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
                for name in s.targets:
                    self.assign(name, None)
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
                if s.obligation is not None:
                    self.visited.add(s.obligation)
                self.env = None

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
        most = self._most_trips(start, stop, step)
        self.visited.add(s.obligation)
        self.outcomes[s.obligation] = "C" if not fine else "K" if most <= SHORT else "L"
        if s is self.outermost and start.exact is not None and stop.exact is not None and step.exact:
            self.trips = -((start.exact - stop.exact) // step.exact)
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

    # -- functions

    def call(self, e: t.CallFunction) -> Value | None:
        function = e.function
        args = [self.expr(a) for a in e.args]
        if not function.shared:
            self.run(function, args)
        elif id(function) not in self.shared:
            outcomes, facts = self.outcomes, self.facts
            self.outcomes, self.facts = {}, {}
            self.run(function, [None for _ in args])
            self.shared[id(function)] = self.outcomes
            self.outcomes, self.facts = outcomes, facts
        return interval(*int_range(e.rep)) if is_int(e.rep) else None

    def run(self, function: t.Function, args: Sequence[Value | None]) -> None:
        saved = self.env, self.variables, self.flows, self.facts
        self.env, self.flows = {}, [_Flow()]
        self.variables = function.variables
        for name, value in zip(function.params, args, strict=True):
            self.assign(name, value)
        self.block(function.body)
        self.env, self.variables, self.flows, self.facts = saved


def assigned(body: tuple[t.Stmt, ...]) -> list[str]:
    """The variables that statements may assign."""
    return [name for s in t.statements(body) for name in t.targets(s)]
