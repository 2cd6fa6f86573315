"""A schedule verified by another way than it was found: the accesses of the nest, one by one, for its live integers.

No dependence test is asked and no form is affine here: subscripts are evaluated, and each byte remembers who touched it.
What is not known (an element that was read, a condition on floats) makes an access uncertain, and only two that are certain refute.
Then the nest is run on made-up numbers, in order and in chunks, which shows what the rules for its scalars are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from alpyna_hook.dependence import ArrayFacts
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import is_int
from alpyna_hook.schedule.compared import in_chunks
from alpyna_hook.schedule.value import LAST, STEP, Schedule

LIMIT = 3000  # accesses and iterations: what a nest does beyond is not looked at
_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b,
    "lt": lambda a, b: int(a < b), "le": lambda a, b: int(a <= b), "gt": lambda a, b: int(a > b), "ge": lambda a, b: int(a >= b),
    "eq": lambda a, b: int(a == b), "ne": lambda a, b: int(a != b),
}


class _Enough(Exception):
    """Nothing more can be told."""


def refuted(
    schedule: Schedule, nest: t.TypedNest, integers: Mapping[str, int], arrays: Mapping[str, ArrayFacts], limit: int = LIMIT
) -> str | None:
    """Why iterations of the outermost loop may not run in any order; None if nothing was found that speaks against it."""
    loop = nest.loop
    if not isinstance(loop, t.For):
        return "the outermost loop is no for loop"
    seen = _Enumeration(schedule, nest, integers, arrays, limit)
    try:
        for number, value in enumerate(seen.values(loop)):
            seen.begin(number)
            seen.env[loop.index] = value
            seen.assigned.add(loop.index)
            with suppress(_Jump):  # there is no `break` out of it
                seen.block(loop.body)
    except _Enough:
        pass
    return seen.found or in_chunks(schedule, nest, integers, arrays, limit // 2)


class _Jump(Exception):
    """`break` or `continue`."""


class _Enumeration:
    def __init__(
        self, schedule: Schedule, nest: t.TypedNest, integers: Mapping[str, int], arrays: Mapping[str, ArrayFacts], limit: int
    ) -> None:
        self.arrays = arrays
        self.env: dict[str, int | None] = dict(integers)
        self.left = limit
        self.certain = False  # the bounds of the outermost loop are none of an iteration's business
        self.iteration = 0
        self.found: str | None = None
        self.writers: dict[int, int] = {}  # the iteration that wrote a byte,
        self.readers: dict[int, int] = {}  # and one that read it
        self.own = {name for s in t.statements((nest.loop,)) for name in t.targets(s)}
        others = {rule.name for rule in schedule.rules if rule.kind != LAST}
        self.private = self.own - others - {name for rule in schedule.rules for name in rule.companions}
        self.reduced = {rule.name for rule in schedule.rules if rule.kind not in (LAST, STEP)}
        self.env.update(dict.fromkeys(self.reduced))
        self.assigned: set[str] = set()

    def begin(self, iteration: int) -> None:
        self.iteration, self.assigned, self.certain = iteration, set(), True

    def refute(self, why: str) -> None:
        self.found = why
        raise _Enough

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Enough

    # -- statements

    def values(self, loop: t.For) -> range:
        bounds = [self.number(e) for e in (loop.start, loop.stop, loop.step)]
        start, stop, step = [-1 if b is None else b for b in bounds]
        if None in bounds or not step:
            raise _Enough
        return range(start, stop, step)

    def block(self, body: tuple[t.Stmt, ...]) -> None:
        for s in body:
            self.spend()
            self.statement(s)

    def statement(self, s: t.Stmt) -> None:
        match s:
            case t.Assign():
                value = self.number(s.value)
                self.env[s.target] = None if s.target in self.reduced else value
                self.assigned.add(s.target)
            case t.Store():
                self.number(s.value)
                self.touch(s.array, [self.number(e) for e in s.index], write=True)
            case t.If():
                self.branch(s)
            case t.For():
                self.loop(s)
            case t.Break() | t.Continue():
                raise _Jump(type(s).__name__)
            case _:
                raise _Enough

    def branch(self, s: t.If) -> None:
        test = self.number(s.test)
        if test is not None:
            self.block(s.body if test else s.orelse)
            return
        if any(isinstance(x, t.Break | t.Continue) for x in t.statements((*s.body, *s.orelse))):
            raise _Enough
        certain, before, assigned = self.certain, dict(self.env), set(self.assigned)
        self.certain = False
        self.block(s.body)
        then, by_then = self.env, self.assigned
        self.env, self.assigned = before, assigned
        self.block(s.orelse)
        self.env = {name: value if then.get(name) == value else None for name, value in self.env.items()}
        self.assigned |= by_then
        self.certain = certain

    def loop(self, s: t.For) -> None:
        for value in self.values(s):
            self.spend()
            self.env[s.index] = value
            self.assigned.add(s.index)
            try:
                self.block(s.body)
            except _Jump as jump:
                if jump.args[0] == "Break":
                    return
        self.block(s.orelse)

    # -- accesses

    def touch(self, array: str, index: list[int | None], *, write: bool) -> None:
        self.spend()
        facts = self.arrays[array]
        place = facts.address
        for k, extent, stride in zip(index, facts.shape, facts.strides, strict=True):
            if k is None:
                return
            k = k + extent if k < 0 else k
            if not 0 <= k < extent:
                raise _Enough  # the kernel stops here
            place += k * stride
        if not self.certain:
            return
        for byte in range(place, place + facts.itemsize):
            writer, reader = self.writers.get(byte, self.iteration), self.readers.get(byte, self.iteration)
            if writer != self.iteration or (write and reader != self.iteration):
                other = writer if writer != self.iteration else reader
                self.refute(f"iterations {other} and {self.iteration} meet in an element of {array}")
            (self.writers if write else self.readers)[byte] = self.iteration

    def number(self, e: t.Expr) -> int | None:
        """The value, where it is an integer that is known; notes all that is read for it."""
        match e:
            case t.Const():
                return int(e.value) if isinstance(e.value, int) else None
            case t.Var():
                if e.name in self.private and e.name not in self.assigned and self.certain:
                    self.refute(f"iteration {self.iteration} reads what one before has left in {e.name}")
                return self.env.get(e.name)
            case t.Dim():
                return self.arrays[e.array].shape[e.axis]
            case t.Load():
                self.touch(e.array, [self.number(k) for k in e.index], write=False)
                return None
            case t.Select():
                return self.select(e)
            case t.Let():
                self.env[e.name] = self.number(e.value)
                self.assigned.add(e.name)
                return self.number(e.body)
            case t.Cast():
                value = self.number(e.value)
                return value if is_int(e.rep) and is_int(e.value.rep) else None
            case t.Op():
                values = [self.number(x) for x in e.args]
                operation = _OPERATIONS.get(e.name)
                if operation is None or len(values) != 2 or not is_int(e.compute):
                    return None
                a, b = values
                return None if a is None or b is None or (not b and e.name in ("floordiv", "mod")) else operation(a, b)
            case t.TagIs():
                return None
        raise _Enough

    def select(self, e: t.Select) -> int | None:
        test = self.number(e.test)
        if test is not None:
            return self.number(e.then if test else e.orelse)
        certain, self.certain = self.certain, False
        a, b = self.number(e.then), self.number(e.orelse)
        self.certain = certain
        return a if a == b else None
