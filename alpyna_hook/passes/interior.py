"""Most iterations of an innermost loop without the tests that nearly all of them answer alike: checks, and what is different at
the borders.

before:  for k in range(low, high):
             if k - 1 < -n or k - 1 >= n: return 513
             if p[k] < -m or p[k] >= m: return 769
             a[k] = b[k - 1 + (n if k - 1 < 0 else 0)] + c[p[k]]
after:   first, last = the iterations where 0 <= k - 1 < n
         at = low
         while at < high:
             plain = first <= at < last
             if plain:
                 end = min(at + 1024, last)
                 for k in range(at, end): plain = plain and 0 <= p[k] < m
             else: end = first, or high
             if plain:
                 for k in range(at, end): a[k] = b[k - 1] + c[p[k]]
             else: the loop as it was, from `at` to `end`
             at = end

A test that compares what changes by a fixed number in each iteration is answered by a range of iterations, and so is where
`(k + 1) % n` is just k + 1.  A way out whose test
reads only what the loop does not write is looked for ahead, for a strip of iterations.  LLVM makes vectors of both loops, which
it cannot of one with ways out.  Which check fails, and in which iteration, is found by the loop as it was.
"""

from __future__ import annotations

from alpyna_hook.ir.kernel import (
    Binary,
    Break,
    Compare,
    Const,
    If,
    Kernel,
    Loop,
    Mode,
    Overflows,
    Return,
    Select,
    Set,
    Stmt,
    Unary,
    Value,
    While,
    rep_of,
)
from alpyna_hook.ir.kernel_values import FALSE, TRUE, i8
from alpyna_hook.ir.schema import mapped, replace, walk
from alpyna_hook.passes.ahead import Ahead
from alpyna_hook.passes.linear import Linear, Progress
from alpyna_hook.passes.rewriting import (
    ONE,
    ZERO,
    NewVariables,
    Rewriting,
    assigned,
    either,
    folded,
    statements,
    with_loops_rewritten,
)

STRIP = 1024
_FEW = 64  # iterations, for which nothing is looked for ahead
_NEAR = 8  # a number that is compared with an index at the begin of a loop
_LEAST, _MOST = -(2**63), 2**63 - 1
_NEGATED = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


def without_tests(kernel: Kernel) -> Kernel:
    return with_loops_rewritten(kernel, _Innermost)


class _Innermost(Rewriting):
    def loop(self, loop: Loop) -> tuple[Stmt, ...]:
        inside = list(statements(loop.body))
        if any(isinstance(x, Loop | While) for x in inside):
            return (self.inside(loop),)
        if loop.step != 1 or loop.mode is not Mode.SEQUENTIAL or any(isinstance(x, Break) for x in inside):
            return (loop,)
        return self.innermost(loop)

    def innermost(self, loop: Loop) -> tuple[Stmt, ...]:
        if not any(_is_test(x) for s in loop.body for x in walk(s)):
            return (loop,)
        new = self.new.copy()
        before: list[Stmt] = []
        low, high = (_known(x, stem, new, before) for x, stem in ((loop.low, "low"), (loop.high, "high")))
        inside = _Inside(loop, low, new)
        main = replace(loop, body=inside.block(loop.body), after=())
        ahead = Ahead(main, new)
        if not ahead.possible and not inside.useful:
            return (loop,)
        self.new = new
        return (*before, *inside.progress.before, *self.pieces(replace(loop, low=low, high=high), main, inside, ahead), *loop.after)

    def pieces(self, loop: Loop, main: Loop, inside: _Inside, ahead: Ahead) -> tuple[Stmt, ...]:
        """The loop as it was where the plain one does not do."""
        new, low, high = self.new, loop.low, loop.high
        at, end, plain = new.new("at", "i8"), new.new("end", "i8"), new.new("plain", "b1")
        before: list[Stmt] = []
        first, last = inside.bounds(low, high, new, before)
        found: list[Stmt] = [Set(end.name, last)]
        if ahead.possible:
            left = Binary("sub", last, at, "i8")
            strip = If(Compare("gt", left, i8(STRIP)), (Set(end.name, Binary("add", at, i8(STRIP), "i8")),), ())
            found.append(If(Compare("ge", left, i8(_FEW)), (strip, *ahead.look(at, end, plain)), (Set(plain.name, FALSE),)))
            main = replace(main, body=ahead.rest())
        else:
            found.append(Set(plain.name, TRUE))
        choice: tuple[Stmt, ...] = tuple(found)
        if last is not high:
            choice = (If(Compare("lt", at, last), choice, (Set(plain.name, FALSE), Set(end.name, high))),)
        if first is not low:
            choice = (If(Compare("lt", at, first), (Set(plain.name, FALSE), Set(end.name, first)), choice),)
        piece = If(plain, (replace(main, low=at, high=end),), (replace(loop, low=at, high=end, after=()),))
        return *before, Set(at.name, low), While(Compare("lt", at, high), (*choice, piece, Set(at.name, end)))


def _is_test(x: object) -> bool:
    return isinstance(x, Compare | Overflows | Return) or (isinstance(x, Binary) and x.op == "mod")


def _known(value: Value, stem: str, new: NewVariables, before: list[Stmt]) -> Value:
    """As it is before the loop."""
    if isinstance(value, Const):
        return value
    made = new.new(stem, "i8")
    before.append(Set(made.name, value))
    return made


class _Inside:
    """The body as it is in the iterations where all the tests that were understood have the usual answer."""

    def __init__(self, loop: Loop, low: Value, new: NewVariables) -> None:
        self.progress = Progress(loop, low, new)
        self.starts: list[Value] = []  # iterations, of which the plain ones begin at the last
        self.ends: list[Value] = []  # iterations, of which the plain ones end before the first
        self.apart: list[Value] = []  # iterations that are different from those before and behind

    @property
    def useful(self) -> bool:
        return bool(self.starts or self.ends or self.apart)

    # -- statements

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple([new for s in body for new in self.statement(s)])

    def statement(self, s: Stmt) -> tuple[Stmt, ...]:
        match s:
            case Set():
                made = Set(s.name, self.value(s.value))
                self.progress.assign(s)
                return (made,)
            case If():
                return self.branch(s)
            case _:
                return (mapped(s, self.value),)

    def branch(self, s: If) -> tuple[Stmt, ...]:
        leaves = not s.orelse and bool(s.body) and isinstance(s.body[-1], Return)
        test = self.unlikely(s.test) if leaves else self.value(s.test)
        if isinstance(test, Const):
            return self.block(s.body if test.value else s.orelse)
        arms = []
        for arm in (s.body, s.orelse):
            known = dict(self.progress.known)
            arms.append(self.block(arm))
            self.progress.known = known
        self.progress.forget(assigned(s.body) | assigned(s.orelse))
        return (If(test, *arms),)

    # -- values

    def value(self, value: Value) -> Value:
        match value:
            case Compare("eq" | "ne" as op):
                found = self.difference(value)
                if found is not None and abs(found.step) == 1:
                    back = folded(Binary("wrap_sub", ZERO, found.start, "i8"))
                    self.apart.append(found.start if found.step < 0 else back)
                    return Const(op == "ne", "b1")
            case Compare("lt" | "le" as op, _, Const(near)) if rep_of(value.a) == "i8" and abs(near) <= _NEAR:
                if self.never(value):
                    return FALSE
            case Compare("gt" | "ge" as op, a, Const(near)) if rep_of(a) == "i8" and abs(near) <= _NEAR:
                if self.never(Compare(_NEGATED[op], a, value.b)):
                    return TRUE
            case Binary("mod", x, m, "i8") if not isinstance(m, Const) and self.progress.of(m) is not None:
                if self.never(Compare("lt", x, ZERO)) and self.never(Compare("ge", x, m)):
                    return self.value(x)  # it wraps at the border
        return folded(mapped(value, self.value))

    def unlikely(self, test: Value) -> Value:
        """A condition that holds in no iteration, as a rule."""
        match test:
            case Select(a, Const(True), b, "b1"):
                return either(self.unlikely(a), self.unlikely(b))
            case Unary("not", x):
                return folded(Unary("not", self.value(x), "b1"))
            case Compare("lt" | "le" | "gt" | "ge"):
                return FALSE if self.never(test) else self.value(test)
            case Overflows("add" | "sub" as op, a, Const(int(b), "i8")):
                upwards = (b > 0) == (op == "add")
                limit = (_MOST if upwards else _LEAST) - (b if op == "add" else -b)
                return FALSE if self.never(Compare("gt" if upwards else "lt", a, i8(limit))) else test
            case _:
                return self.value(test)

    def difference(self, e: Compare) -> Linear | None:
        """Of the operands, where it changes from iteration to iteration."""
        if rep_of(e.a) != "i8":
            return None
        a, b = self.progress.of(e.a), self.progress.of(e.b)
        if a is None or b is None or a.step == b.step:
            return None
        return self.progress.combined("sub", a, b)

    def never(self, e: Compare) -> bool:
        """Keeps to the iterations where an inequality does not hold, if that is a range of them."""
        found = self.difference(e)
        if found is None:
            return False
        # not (d < 0): d >= 0;  not (d <= 0): d >= 1;  not (d > 0): d <= 0;  not (d >= 0): d <= -1
        shift = {"lt": 0, "le": -1, "gt": 0, "ge": 1}[e.op]
        start = found.start if not shift else self.progress.sum("add", found.start, i8(shift))
        least = self.progress.sum("sub", ZERO, start)
        step = i8(abs(found.step))
        if e.op in ("lt", "le"):  # start + step * q >= 0
            if found.step > 0:
                self.starts.append(_ceiling(least, step))
            else:
                self.ends.append(_after(start, step))
        elif found.step > 0:  # start + step * q <= 0
            self.ends.append(_after(least, step))
        else:
            self.starts.append(_ceiling(start, step))
        return True

    # -- the range

    def bounds(self, low: Value, high: Value, new: NewVariables, out: list[Stmt]) -> tuple[Value, Value]:
        """Of the plain iterations; `out` are the statements that find them."""
        if not self.useful:
            return low, high
        begin, end, at, first, last = (new.new(stem, "i8") for stem in ("begin", "stop", "border", "first", "last"))
        out += [Set(begin.name, ZERO), Set(end.name, folded(Binary("wrap_sub", high, low, "i8")))]
        for value in self.starts:
            out += [Set(at.name, value), If(Compare("gt", at, begin), (Set(begin.name, at),), ())]
        for value in self.ends:
            out += [Set(at.name, value), If(Compare("lt", at, end), (Set(end.name, at),), ())]
        for value in self.apart:
            inside = Select(Compare("ge", at, begin), Compare("lt", at, end), FALSE, "b1")
            early = Compare("lt", Binary("wrap_sub", at, begin, "i8"), Binary("wrap_sub", end, at, "i8"))
            out += [Set(at.name, value), If(inside, (
                If(early, (Set(begin.name, Binary("add", at, ONE, "i8")),), (Set(end.name, at),)),), ())]
        none = either(self.progress.unsure, Compare("ge", begin, end))
        out.append(If(none, (Set(first.name, high), Set(last.name, high)), tuple([
            Set(place.name, folded(Binary("wrap_add", low, each, "i8"))) for place, each in ((first, begin), (last, end))])))
        return first, last


def _ceiling(x: Value, step: Const) -> Value:
    if step.value == 1:
        return x
    less = Binary("wrap_sub", x, ONE, "i8")
    return Select(Compare("gt", x, ZERO),
                  Binary("add", Binary("floordiv", less, step, "i8"), ONE, "i8"), ZERO, "i8")


def _after(x: Value, step: Const) -> Value:
    """The first q with step * q > x."""
    quotient = x if step.value == 1 else Binary("floordiv", x, step, "i8")
    return Select(Compare("ge", x, ZERO), Binary("wrap_add", quotient, ONE, "i8"), ZERO, "i8")
