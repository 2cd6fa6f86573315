"""Distribution and interchange of inner loops: a loop whose iterations have nothing to do with each other goes inside.

before:  for j in range(m):                       after:  if 16 <= m and 0 < n:
             c[i, j] = 0.0                                    for j in range(m): c[i, j] = 0.0
             for k in range(n):                               for k in range(n):
                 c[i, j] += a[i, k] * b[k, j]                     for j in range(m): c[i, j] += a[i, k] * b[k, j]
                                                          else: as it was

Legal where the loop over j carries no dependence: it may then stand anywhere among the loops inside of it, and be distributed over
its statements (Allen and Kennedy, Optimizing Compilers for Modern Architectures, 2.4 and 5.2).  Here that is seen from the
subscripts alone, whatever the bounds: all accesses to what is written have the same subscript in one dimension, j and something
that stays as it is.  Each element is computed from the same operands in the same order as before, so that its bits are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.kinds import Rep, is_int
from alpyna_hook.ir.schema import Node, Record, fields, replace
from alpyna_hook.schedule.accumulated import in_element

MANY = 16  # iterations, from which on a loop is worth being the innermost
_PLAIN = frozenset("add sub mul truediv neg pos abs".split())  # operations that any order and number of loops leaves alone
_SETTLED = frozenset("PNMKLH")  # outcomes without a check, and without a sum that the kernel keeps
_STRIDED, _CARRIED = 8, 6  # what accesses cost in an innermost loop, where one to the neighbour of the last costs 1


def interchanged(
    nest: t.TypedNest, outcomes: str, unit: frozenset[tuple[str, int]], groups: Mapping[str, int], reps: Mapping[str, Rep]
) -> tuple[t.TypedNest, tuple[str, ...]]:
    """The nest with inner loops in another order, where that is legal and worth it; and what was done, in words.

    outcomes: of the obligations.  unit: (array, axis) whose stride is the size of an element.  groups: for each array the number of
    its group; those of different groups do not overlap.  An array that may overlap itself has no such axis.  reps: of
    the elements of arrays.
    """
    loop = nest.loop
    if not isinstance(loop, t.For):
        return nest, ()
    exchange = _Interchange(outcomes, unit, groups, reps)
    body = exchange.block(loop.body)
    return nest if body is loop.body else replace(nest, loop=replace(loop, body=body)), tuple(exchange.done)


class _Pair(Record):
    """A loop, and the one loop in it, with what stands before and behind that: stores, all of them."""

    outer: t.For
    before: tuple[t.Stmt, ...]
    inner: t.For
    behind: tuple[t.Stmt, ...]


class _Access(Record):
    array: str
    index: tuple[t.Expr, ...]
    obligations: tuple[int, ...]


class _Interchange:
    def __init__(
        self, outcomes: str, unit: frozenset[tuple[str, int]], groups: Mapping[str, int], reps: Mapping[str, Rep]
    ) -> None:
        self.outcomes, self.unit, self.groups, self.reps = outcomes, unit, groups, reps
        self.done: list[str] = []

    def block(self, body: tuple[t.Stmt, ...]) -> tuple[t.Stmt, ...]:
        made = tuple([self.statement(s) for s in body])
        return body if all(new is old for new, old in zip(made, body, strict=True)) else made

    def statement(self, s: t.Stmt) -> t.Stmt:
        if not isinstance(s, t.For | t.While | t.If):
            return s
        if isinstance(s, t.For):
            expanded = in_element(s, self.groups, self.reps)
            loop, last = expanded or (s, None)
            pair = _pair(loop)
            if pair is not None and self.is_legal(pair) and self.is_worth_it(pair):
                self.done.append(_words(pair, last))
                return _exchanged(s, pair, last)
        body, orelse = self.block(s.body), self.block(s.orelse)
        return s if body is s.body and orelse is s.orelse else replace(s, body=body, orelse=orelse)

    # -- legality

    def is_legal(self, pair: _Pair) -> bool:
        j, k = pair.outer.index, pair.inner.index
        stores = [*pair.before, *pair.inner.body, *pair.behind]
        outside = [x for s in (*pair.before, *pair.behind) for e in t.expressions(s) for x in t.walk(e)]
        bounds = [x for loop in (pair.outer, pair.inner) for e in (loop.start, loop.stop) for x in t.walk(e)]
        if j == k or any(_is_variable(x, k) for x in outside) or not all(_stays(x, j, k) for x in bounds):
            return False
        nodes = [*bounds, *[x for s in stores for e in t.expressions(s) for x in t.walk(e)]]
        if not all(map(self._is_plain, [*nodes, *stores, pair.outer, pair.inner])):
            return False
        accesses = [access for s in stores for access in _accesses(s)]
        written = {s.array for s in stores if isinstance(s, t.Store)}
        return all(self._is_apart(array, accesses, j, k) for array in written) and all(self._is_kept(s, k) for s in pair.inner.body)

    def _is_plain(self, x: Node) -> bool:
        match x:
            case t.Const() | t.Dim():
                return True
            case t.Var(obligation=obligation) | t.Cast(obligation=obligation) | t.For(obligation=obligation):
                return obligation is None or self.outcomes[obligation] in _SETTLED
            case t.Op(name=name):
                return name in _PLAIN and not x.tag_map and self._are_settled(x.obligations)
            case t.Load() | t.Store():
                return self._are_settled(x.obligations)
            case _:
                return False

    def _are_settled(self, obligations: tuple[int, ...]) -> bool:
        return all(self.outcomes[number] in _SETTLED for number in obligations)

    def _is_apart(self, array: str, accesses: list[_Access], j: str, k: str) -> bool:
        """Does each iteration of j touch elements of its own, of an array that is written?"""
        own = [x for x in accesses if self.groups[x.array] == self.groups[array]]
        if any(x.array != array for x in own) or (array, len(own[0].index) - 1) not in self.unit:  # it might overlap itself
            return False
        return any(self._is_common(axis, own) and _steps(own[0].index[axis], j, k) for axis in range(len(own[0].index)))

    def _is_common(self, axis: int, accesses: list[_Access]) -> bool:
        first, *others = accesses
        outcome = self.outcomes[first.obligations[axis]]
        return outcome in "PN" and all(
            self.outcomes[x.obligations[axis]] == outcome and _same(x.index[axis], first.index[axis]) for x in others)

    def _is_kept(self, s: t.Stmt, k: str) -> bool:
        """Is what is stored needed by the next iteration of k, or stays, so that no compiler leaves out what computes it?"""
        assert isinstance(s, t.Store)
        reads = [x for x in t.walk(s.value) if isinstance(x, t.Load) and x.array == s.array]
        if any(all(map(_same, x.index, s.index)) for x in reads):
            return True
        return any(self.outcomes[o] in "PN" and _steps(e, k, "") for e, o in zip(s.index, s.obligations, strict=True))

    # -- profit

    def is_worth_it(self, pair: _Pair) -> bool:
        accesses = [(access, written) for s in pair.inner.body for written, access in enumerate(_accesses(s))]
        now, then = (
            sum([self._cost(access, loop.index, is_store=not last) for access, last in accesses])
            for loop in (pair.inner, pair.outer)
        )
        return then < now

    def _cost(self, access: _Access, index: str, *, is_store: bool) -> int:
        axes = [axis for axis, e in enumerate(access.index) if any(_is_variable(x, index) for x in t.walk(e))]
        if not axes:
            return _CARRIED if is_store else 0
        last = len(access.index) - 1
        is_unit = axes == [last] and (access.array, last) in self.unit and _steps(access.index[last], index, "")
        return 1 if is_unit else _STRIDED


def _pair(s: t.For) -> _Pair | None:
    loops = [k for k, inner in enumerate(s.body) if isinstance(inner, t.For)]
    if len(loops) != 1 or s.orelse or not _is_one(s.step):
        return None
    (at,) = loops
    inner = s.body[at]
    assert isinstance(inner, t.For)
    if inner.orelse or not _is_one(inner.step) or not inner.body:
        return None
    others = (*s.body[:at], *s.body[at + 1 :], *inner.body)
    return _Pair(s, s.body[:at], inner, s.body[at + 1 :]) if all(isinstance(x, t.Store) for x in others) else None


def _words(pair: _Pair, last: t.Assign | None) -> str:
    parts = [f"line {pair.outer.loc.line}: loops {pair.outer.index} and {pair.inner.index} interchanged"]
    loops = 1 + bool(pair.before) + bool(pair.behind)
    if loops > 1:
        parts.append(f"distributed into {loops}")
    if last is not None and isinstance(last.value, t.Load):
        parts.append(f"{last.target} expanded into {last.value.array}")
    return ", ".join(parts)


def _exchanged(written: t.For, pair: _Pair, last: t.Stmt | None) -> t.If:
    """written: the loop as it was, for few iterations.  last: what comes after the others."""
    outer, inner, loc = pair.outer, pair.inner, pair.outer.loc
    parts: list[t.Stmt] = [replace(outer, body=pair.before)] if pair.before else []
    parts.append(replace(inner, body=(replace(outer, body=inner.body),)))
    if pair.behind:
        parts.append(replace(outer, body=pair.behind))
    if last is not None:
        parts.append(last)
    no = t.Const(False, _BOOL, "b1", loc)
    many = _less(_moved(outer.start, MANY - 1, loc), outer.stop, loc)
    test = t.Select(many, _less(inner.start, inner.stop, loc), no, _BOOL, "b1", loc)
    return t.If(test, tuple(parts), (written,), loc)


_INT, _BOOL = frozenset({"int"}), frozenset({"bool"})


def _moved(e: t.Expr, by: int, loc: Loc) -> t.Expr:
    if isinstance(e, t.Const) and isinstance(e.value, int):
        return t.Const(e.value + by, _INT, "i8", loc)
    return t.Op("add", (e, t.Const(by, _INT, "i8", loc)), "i8", _INT, "i8", False, (), (), (), loc)


def _less(a: t.Expr, b: t.Expr, loc: Loc) -> t.Op:
    return t.Op("lt", (a, b), "i8", _BOOL, "b1", False, (), (), (), loc)


def _accesses(s: t.Stmt) -> Iterator[_Access]:
    """What is written comes first."""
    if isinstance(s, t.Store):
        yield _Access(s.array, s.index, s.obligations)
    for e in t.expressions(s):
        for x in t.walk(e):
            if isinstance(x, t.Load):
                yield _Access(x.array, x.index, x.obligations)


def _is_variable(x: t.Expr, *names: str) -> bool:
    return isinstance(x, t.Var) and x.name in names


def _is_one(e: t.Expr) -> bool:
    return isinstance(e, t.Const) and e.value == 1


def _steps(e: t.Expr, index: str, other: str) -> bool:
    """Is it the index, plus or minus what neither loop changes?"""
    match e:
        case t.Var():
            return e.name == index
        case t.Cast(value, rep="i8") if is_int(value.rep):
            return _steps(value, index, other)
        case t.Op(name="add" | "sub", args=(a, b), compute="i8"):
            return (_steps(a, index, other) and _stays(b, index, other)) or (_stays(a, index, other) and _steps(b, index, other))
        case _:
            return False


def _stays(e: t.Expr, *names: str) -> bool:
    return not any(isinstance(x, t.Load) or _is_variable(x, *names) for x in t.walk(e))


def _same(a: object, b: object) -> bool:
    """Do they compute the same, wherever they stand in the source?"""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if not isinstance(a, Node) or type(a) is not type(b):
        return type(a) is type(b) and a == b
    return all(_same(getattr(a, name), getattr(b, name)) for name in fields(a) if name not in ("loc", "obligation", "obligations"))
