"""Which calls of NumPy's inner loops can be made for a strip of iterations at once.

before:  for i in range(n): b[i] = np.exp(a[i] * s) + c[i]
after:   for low in range(0, n, STRIP):
             for i in strip: x[i - low] = a[i] * s
             exp(x, y, length of the strip)
             for i in strip: b[i] = y[i - low] + c[i]

This is strip-mining, and distribution of the loop with the operands and the results as expanded
scalars (Allen and Kennedy, "Optimizing Compilers for Modern Architectures", 5.3, 5.7 and 6.2).  It holds where
each iteration makes the call, and where the operands depend on nothing that the loop changes.
Calls of the C library's functions are made one by one, but by loops of their own where much else is computed, so that the
compiler can use vectors for that.
They are computed twice, once ahead and once in their place, unless the compiler sees that they are not needed there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from alpyna_hook.emit.latency import cost
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.alike import spelled
from alpyna_hook.ir.kinds import is_float
from alpyna_hook.ir.schema import Record
from alpyna_hook.operators.functions import INNER_LOOP, LIBM

_MUCH = 12.0  # cycles of vectors' work, about, for each call of the C library
STRIP = 256  # iterations: the operands and results of some calls stay in the first-level cache


class Batch(Record):
    """Calls whose operands need no result of each other, and the definitions that the operands need, in order.

    calls: those that give the same stand together; the first is made.
    """

    calls: tuple[tuple[t.Op, ...], ...]
    definitions: tuple[tuple[str, t.Expr], ...]


def batches(
    loop: t.For, groups: Mapping[str, int], callable_at_once: Collection[tuple[str, str]], known: Collection[int] = (),
) -> tuple[Batch, ...]:
    """The calls of a loop that can be made ahead, those first that others need.

    groups: of arrays; those of different groups share no memory.  callable_at_once: ufuncs by name and representation.
    known: the identities of calls that an outer loop keeps the results of.
    """
    inner = list(t.statements(loop.body))
    if any(isinstance(s, (t.For, t.While, t.Break, t.Continue, t.Return, t.Raise)) for s in inner):
        return ()
    return _Plan(inner, loop.body, groups, callable_at_once, known).batches()


def is_ufunc(e: t.Expr) -> bool:
    return isinstance(e, t.Op) and e.name == INNER_LOOP


def is_libm(e: t.Expr) -> bool:
    return isinstance(e, t.Op) and (e.name == LIBM or (e.name == "pow" and is_float(e.compute)))


class _Plan:
    def __init__(
        self, inner: list[t.Stmt], body: tuple[t.Stmt, ...], groups: Mapping[str, int],
        callable_at_once: Collection[tuple[str, str]], known: Collection[int],
    ) -> None:
        nodes = [x for s in inner for e in t.expressions(s) for x in t.walk(e)]
        self.groups = groups
        self.callable_at_once = callable_at_once
        self.takes_libm = _much_else(nodes, known)
        self.known = known
        self.bound = Counter([name for s in inner for name in t.targets(s)])
        self.bound.update([x.name for x in nodes if isinstance(x, t.Let)])
        self.stored = {groups[a] for s in inner for a in t.stored_arrays(s)}
        self.definitions: dict[str, tuple[int, t.Expr]] = {}  # level and value, in order
        self.calls: dict[int, tuple[int, t.Op]] = {}  # by identity
        self.read: set[str] = set()
        for s in body:
            self.statement(s)

    def batches(self) -> tuple[Batch, ...]:
        levels = sorted({level for level, _ in self.calls.values()})
        values = {name: value for name, (_, value) in self.definitions.items()}
        made = []
        for level in levels:
            alike: dict[str, list[t.Op]] = {}
            for own, op in self.calls.values():
                if own == level:
                    alike.setdefault(spelled(op, values), []).append(op)
            needed = self._needed([ops[0] for ops in alike.values()])
            definitions = tuple([(n, v) for n, (_, v) in self.definitions.items() if n in needed])
            made.append(Batch(tuple(map(tuple, alike.values())), definitions))
        return tuple(made)

    def _needed(self, calls: list[t.Op]) -> set[str]:
        needed: set[str] = set()
        left: list[t.Expr] = [a for op in calls for a in op.args]
        while left:
            e = left.pop()
            if isinstance(e, t.Op) and id(e) in self.calls:
                continue  # its result lies in memory
            if isinstance(e, t.Var) and e.name in self.definitions and e.name not in needed:
                needed.add(e.name)
                left.append(self.definitions[e.name][1])
            left.extend(t.operands(e))
        return needed

    # -- what each iteration evaluates, in order

    def statement(self, s: t.Stmt) -> None:
        for e in t.expressions(s):
            self.visit(e)
        self._note_reads(s)
        if isinstance(s, t.Assign):
            self.define(s.target, s.value)

    def _note_reads(self, s: t.Stmt) -> None:
        for inner in t.statements((s,)):
            self.read.update([x.name for e in t.expressions(inner) for x in t.walk(e) if isinstance(x, t.Var)])

    def define(self, name: str, value: t.Expr) -> None:
        """A variable that has one value in each iteration, known ahead: bound once, and not read before."""
        level = self.level(value)
        if level is not None and self.bound[name] == 1 and name not in self.read and len(value.kinds) == 1:
            self.definitions[name] = level, value

    def visit(self, e: t.Expr) -> None:
        match e:
            case t.Select():
                self.visit(e.test)  # the branches are not evaluated each time
            case t.Let():
                self.visit(e.value)
                self.define(e.name, e.value)
                self.visit(e.body)
            case _:
                for x in t.operands(e):
                    self.visit(x)
                if isinstance(e, t.Op) and self.is_candidate(e):
                    levels = [self.level(x) for x in e.args]
                    known = [level for level in levels if level is not None]
                    if len(known) == len(levels):
                        self.calls[id(e)] = max(known), e

    def is_candidate(self, e: t.Op) -> bool:
        if id(e) in self.known:
            return False
        if is_libm(e):
            return self.takes_libm
        return is_ufunc(e) and (e.called, e.compute) in self.callable_at_once

    def level(self, e: t.Expr) -> int | None:
        """How many batches must come before the value is known; None if it is not known ahead."""
        match e:
            case t.Var(obligation=None):
                if e.name in self.definitions:
                    return self.definitions[e.name][0]
                return None if self.bound[e.name] else 0
            case t.Var() | t.TagIs() | t.CallFunction():
                return None
            case t.Load() if self.groups[e.array] in self.stored:
                return None
            case t.Op() if (is_ufunc(e) or (is_libm(e) and self.takes_libm)) and id(e) not in self.known:
                return self.calls[id(e)][0] + 1 if id(e) in self.calls else None
        levels = [self.level(x) for x in t.operands(e)]
        known = [level for level in levels if level is not None]
        return max(known, default=0) if len(known) == len(levels) else None


def _much_else(nodes: list[t.Expr], known: Collection[int]) -> bool:
    """Is there so much other floating-point work that it is worth a loop without calls?"""
    operations = [x for x in nodes if isinstance(x, t.Op)]
    calls = sum(is_libm(x) and id(x) not in known for x in operations)
    work = [cost(x)[1] for x in operations if is_float(x.compute) and not is_libm(x) and not is_ufunc(x)]
    return 0 < calls * _MUCH <= sum(work)
