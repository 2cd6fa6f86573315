"""Loops as Python source: counts of iterations, and strips of them for NumPy's inner loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alpyna_hook import typed as t
from alpyna_hook.emit.expressions import Emission, Expressions
from alpyna_hook.emit.invariants import invariant_calls
from alpyna_hook.emit.strips import STRIP, Batch, batches
from alpyna_hook.emit.writer import Names, Writer

_Index = Callable[[str], str]  # from the counter of iterations to the loop's index


class Loops(Expressions):
    def __init__(self, emission: Emission, writer: Writer, names: Names, variables: dict[str, t.Variable], fail: str) -> None:
        super().__init__(emission, writer, names, variables, fail)
        self.strips: list[str] = []  # buffers

    def block(self, body: tuple[t.Stmt, ...], *, depth: int) -> None:
        raise NotImplementedError  # given by `Statements`

    def mark_assigned(self, name: str) -> None:
        """Only the kernel's own outputs are tracked."""

    def for_loop(self, s: t.For, depth: int) -> None:
        self.keep_calls(s)
        start, count = self.trip(s)
        step = s.step.value if isinstance(s.step, t.Const) else None
        if step == 1:
            self.iterations(s, start, count, lambda k: k, depth=depth + 1)
        else:
            factor = str(step) if step is not None else self.step_name
            self.iterations(s, "0", count, lambda k: f"{start} + {k} * {factor}", depth=depth + 1)
        self.loop_else(s.orelse, depth)

    def index(self, s: t.For, value: str) -> None:
        self.writer.line(f"{self.names[s.index]} = {value}")
        variable = self.variables[s.index]
        if len(variable.kinds) > 1 or variable.rep != "i8":
            self.writer.lines.pop()
            kinds = frozenset({"int"})
            place = self.temporary(value)
            self.variables["@" + place] = t.Variable("@" + place, ("int",), "i8")
            self.writer.line(f"{self.names['@' + place]} = {place}")
            self.assign(s.index, t.Cast(t.Var("@" + place, kinds, "i8", s.loc), kinds, variable.rep, None, s.loc))
        self.mark_assigned(s.index)

    def trip(self, s: t.For) -> tuple[str, str]:
        """Start and, for step 1, stop; otherwise start and the number of iterations."""
        start, stop, step = self.args((s.start, s.stop, s.step))
        if self.unproved(s.obligation):
            start, stop, step = self.simple(start), self.simple(stop), self.simple(step)
            limit = 2**61
            self.give_up_if(" or ".join(f"{x} > {limit} or {x} < -{limit}" for x in (start, stop, step)) + f" or {step} == 0")
        if isinstance(s.step, t.Const) and s.step.value == 1:
            return start, stop
        start, stop, step = self.fixed(start), self.fixed(stop), self.fixed(step)
        self.step_name = step
        count = self.names.fresh("trip")
        self.writer.line(f"{count} = 0")
        constant = s.step.value if isinstance(s.step, t.Const) else None
        if constant is None or constant > 0:  # type: ignore[operator]
            with self.writer.block(f"if {stop} > {start} and {step} > 0:" if constant is None else f"if {stop} > {start}:"):
                self.writer.line(f"{count} = ({stop} - {start} - 1) // {step} + 1")
        if constant is None or constant < 0:  # type: ignore[operator]
            with self.writer.block(f"if {stop} < {start} and {step} < 0:" if constant is None else f"if {stop} < {start}:"):
                self.writer.line(f"{count} = ({start} - {stop} - 1) // (-{step}) + 1")
        return start, count

    def fixed(self, text: str) -> str:
        """A bound as it is before the loop, whose body may change the variables in it."""
        return text if text.isdigit() else self.temporary(text)

    def loop_else(self, orelse: tuple[t.Stmt, ...], depth: int) -> None:
        if orelse:
            with self.writer.block("else:"):
                self.block(orelse, depth=depth)

    def while_loop(self, s: t.While, depth: int) -> None:
        ended = self.names.fresh("ended") if s.orelse else ""
        if ended:
            self.writer.line(f"{ended} = 0")
        self.keep_calls(s)
        with self.writer.block("while True:"):
            self.check_abort()
            with self.writer.block(f"if not {self.expr(s.test)}:"):
                if ended:
                    self.writer.line(f"{ended} = 1")
                self.writer.line("break")
            self.block(s.body, depth=depth + 1)
        if ended:
            with self.writer.block(f"if {ended} == 1:"):
                self.block(s.orelse, depth=depth)

    def check_abort(self) -> None:
        raise NotImplementedError

    # -- calls that are made once for a loop, or for a strip of it

    def batches(self, s: t.For) -> tuple[Batch, ...]:
        return batches(s, self.emission.groups, self.emission.callable_at_once, self.kept)

    def keep_calls(self, s: t.For | t.While) -> None:
        """Variables for the results of the calls that the loop does not change, but for those that are made in strips."""
        calls = [op for op in invariant_calls(s, self.emission.groups) if id(op) not in self.kept]
        if calls and isinstance(s, t.For):
            in_strips = {id(op) for batch in self.batches(s) for op in batch.calls}
            calls = [op for op in calls if id(op) not in in_strips]
        for op in calls:
            value = self.names.fresh(op.name.rpartition(":")[2] + "_value")
            self.kept[id(op)] = value
            self.writer.line(f"{value} = {op.rep}(0)")
            self.writer.line(f"{self.known(value)} = False")

    def iterations(self, s: t.For, low: str, high: str, index: _Index, *, depth: int) -> None:
        """The body, for the counter from `low` to before `high`."""
        plan = self.batches(s)
        if not plan:
            counter = self.names.fresh("k")
            with self.writer.block(f"for {counter} in range({low}, {high}):"):
                self.iteration(s, index(counter), depth)
            return
        first, last = self.names.fresh("first"), self.names.fresh("last")
        high = self.fixed(high)
        with self.writer.block(f"for {first} in range({low}, {high}, {STRIP}):"):
            self.writer.line(f"{last} = {first} + {STRIP}")
            with self.writer.block(f"if {last} > {high}:"):
                self.writer.line(f"{last} = {high}")
            for batch in plan:
                self.ahead(s, batch, first, last, index)
            with self.strip_loop(s, first, last, index) as value:
                self.iteration(s, value, depth)

    def iteration(self, s: t.For, index: str, depth: int) -> None:
        self.index(s, index)
        if any(isinstance(x, (t.For, t.While)) for x in t.statements(s.body)):
            self.check_abort()
        self.block(s.body, depth=depth)

    @contextmanager
    def strip_loop(self, s: t.For, first: str, last: str, index: _Index) -> Iterator[str]:
        counter = self.names.fresh("k")
        self.strip_place = f"({counter} - {first})"
        with self.writer.block(f"for {counter} in range({first}, {last}):"):
            yield index(counter)

    def ahead(self, s: t.For, batch: Batch, first: str, last: str, index: _Index) -> None:
        """The calls of a batch for a strip: their operands, then one call of each inner loop."""
        calls = []
        with self.strip_loop(s, first, last, index) as value:
            self.index(s, value)
            for name, definition in batch.definitions:
                if name in self.variables:
                    self.assign(name, definition)
                else:
                    self.bind(name, definition)
            for op in batch.calls:
                buffers = [self.strip(op) for _ in (*op.args, op)]
                for buffer, text in zip(buffers, self.args(op.args), strict=False):
                    self.writer.line(f"put_{op.compute}({self.in_strip(op, buffer)}, {text})")
                calls.append((op, buffers))
        for op, buffers in calls:
            addresses = f"{self.ufunc_address(op.name[6:], op.compute)}, {self.flag_functions()}"
            texts = [addresses, "frame", f"{last} - {first}", *buffers]
            self.writer.line(f"ufunc{len(op.args)}_strip_{op.compute}({', '.join(texts)})")
            self.made_ahead[id(op)] = buffers[-1]

    def strip(self, op: t.Op) -> str:
        self.strips.append(self.names.fresh(op.name[6:] + "_strip"))
        return self.strips[-1]
