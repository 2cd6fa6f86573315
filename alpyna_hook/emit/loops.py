"""Loops as Python source: counts of iterations, and strips of them for NumPy's inner loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from alpyna_hook.emit.expressions import Emission, Expressions
from alpyna_hook.emit.invariants import invariant_calls
from alpyna_hook.emit.lanes import LANES, Lanes, reads, side_by_side
from alpyna_hook.emit.strips import STRIP, Batch, batches, is_libm
from alpyna_hook.emit.writer import Names, Writer
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import Rep
from alpyna_hook.ir.schema import Record

TURNS = 2**12  # of a loop that may have no end, between two looks at what may end it
LONG = 2**18  # iterations of a long loop, between two looks at whether it is to be left
_Index = Callable[[str], str]  # from the counter of iterations to the loop's index


class _Cell(Record):
    """A variable of the kernel, and the buffer that has a value of it for each lane."""

    identifier: str
    buffer: str
    rep: Rep

    @property
    def size(self) -> int:
        return 1 if self.rep == "b1" else int(self.rep[1:])


class Loops(Expressions):
    def __init__(self, emission: Emission, writer: Writer, names: Names, variables: dict[str, t.Variable]) -> None:
        super().__init__(emission, writer, names, variables)
        self.strips: list[str] = []  # buffers
        self.jump_in_lane: Callable[[t.Break | t.Continue], None] | None = None

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
            too_far = [f"{x} > {limit} or {x} < -{limit}" for x in (start, stop, step)]
            self.give_up_if(" or ".join([*too_far, f"{step} == 0"]), s.obligation)
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
        turns = self.counted_turns()
        with self.writer.block("while True:"):
            self.check_turns(turns)
            with self.writer.block(f"if not {self.expr(s.test)}:"):
                if ended:
                    self.writer.line(f"{ended} = 1")
                self.writer.line("break")
            self.block(s.body, depth=depth + 1)
        if ended:
            with self.writer.block(f"if {ended} == 1:"):
                self.block(s.orelse, depth=depth)

    def check_abort(self, iterations: int = 1) -> None:
        raise NotImplementedError

    def counted_turns(self) -> str:
        turns = self.names.fresh("turns")
        self.writer.line(f"{turns} = 0")
        return turns

    def check_turns(self, turns: str) -> None:
        """A loop that may have no end looks, now and then, whether it is to be left."""
        self.writer.line(f"{turns} = {turns} + 1")
        with self.writer.block(f"if {turns} & {TURNS - 1} == 0:"):
            self.check_abort(TURNS)
            self.check_failures()

    def check_failures(self, when: str = "") -> None:
        """Whether the interpreter would have left the loop by an exception: its bounds may come from what was computed wrong."""
        self.sticky = True
        self.give_up_if(f"{when} and (bad or flagged(frame))" if when else "bad or flagged(frame)")

    def may_be_long(self, s: t.For) -> bool:
        return self.emission.outcomes[s.obligation] in "LC"

    # -- calls that are made once for a loop, or for a strip of it

    def batches(self, s: t.For) -> tuple[Batch, ...]:
        once = {id(op) for op in invariant_calls(s, self.emission.groups) if is_libm(op)}
        return batches(s, self.emission.groups, self.emission.callable_at_once, once | self.kept.keys())

    def keep_calls(self, s: t.For | t.While) -> dict[str, Rep]:
        """Variables for the results of the calls that the loop does not change, but for those that are made in strips."""
        calls = [op for op in invariant_calls(s, self.emission.groups) if id(op) not in self.kept]
        if calls and isinstance(s, t.For):
            in_strips = {id(op) for batch in self.batches(s) for alike in batch.calls for op in alike}
            calls = [op for op in calls if id(op) not in in_strips]
        made: dict[str, Rep] = {}
        for op in calls:
            value = self.names.fresh(op.name.rpartition(":")[2] + "_value")
            self.kept[id(op)] = value
            made[value] = op.rep
            self.writer.line(f"{value} = {op.rep}(0)")
            self.writer.line(f"{self.known(value)} = False")
        return made

    def iterations(self, s: t.For, low: str, high: str, index: _Index, *, depth: int) -> None:
        """The body, for the counter from `low` to before `high`."""
        lanes = side_by_side(s, self.emission.groups, self.variables, self.read_outside(s))
        if lanes:
            with self.strip_mined(low, high, LANES) as (first, last):
                if self.may_be_long(s):
                    self.check_failures(f"{first} != {low}")
                self.in_lanes(s, lanes, first, last, index, depth)
            return
        plan = self.batches(s)
        if not plan:
            if self.may_be_long(s):
                self.long_loop(s, low, high, index, depth)
                return
            counter = self.names.fresh("k")
            with self.writer.block(f"for {counter} in range({low}, {high}):"):
                self.iteration(s, index(counter), depth)
            return
        with self.strip_mined(low, high, STRIP) as (first, last):
            self.check_abort(STRIP)
            if self.may_be_long(s):
                self.check_failures(f"{first} != {low}")
            for batch in plan:
                self.ahead(s, batch, first, last, index)
            with self.strip_loop(first, last, index) as value:
                self.iteration(s, value, depth)

    def long_loop(self, s: t.For, low: str, high: str, index: _Index, depth: int) -> None:
        """A loop that may run so long that an interrupt must be answered, or a failure be noticed, meanwhile."""
        if not t.has_loops(s.body) and not any(isinstance(x, t.Break) for x in t.statements(s.body)):
            with self.strip_mined(low, high, LONG) as (first, last):
                self.check_abort(LONG)
                self.check_failures(f"{first} != {low}")  # not for each of many short loops
                with self.strip_loop(first, last, index) as value:
                    self.iteration(s, value, depth)
            return
        counter, turns = self.names.fresh("k"), self.counted_turns()
        with self.writer.block(f"for {counter} in range({low}, {high}):"):
            self.check_turns(turns)
            self.iteration(s, index(counter), depth)

    @contextmanager
    def strip_mined(self, low: str, high: str, size: int) -> Iterator[tuple[str, str]]:
        first, last = self.names.fresh("first"), self.names.fresh("last")
        high = self.fixed(high)
        with self.writer.block(f"for {first} in range({low}, {high}, {size}):"):
            self.writer.line(f"{last} = {first} + {size}")
            with self.writer.block(f"if {last} > {high}:"):
                self.writer.line(f"{last} = {high}")
            yield first, last

    def iteration(self, s: t.For, index: str, depth: int) -> None:
        self.index(s, index)
        if t.has_loops(s.body):
            self.check_abort()
        self.block(s.body, depth=depth)

    @contextmanager
    def strip_loop(self, first: str, last: str, index: _Index) -> Iterator[str]:
        counter = self.names.fresh("k")
        self.strip_place = f"({counter} - {first})"
        with self.writer.block(f"for {counter} in range({first}, {last}):"):
            yield index(counter)

    def ahead(self, s: t.For, batch: Batch, first: str, last: str, index: _Index) -> None:
        """The calls of a batch for a strip: their operands, then one call of each inner loop."""
        calls = []
        with self.strip_loop(first, last, index) as value:
            self.index(s, value)
            for name, definition in batch.definitions:
                if name in self.variables:
                    self.assign(name, definition)
                else:
                    self.bind(name, definition)
            for op, *_ in batch.calls:
                buffers = [self.strip(op.name.rpartition(":")[2]) for _ in (*op.args, op)]
                for buffer, text in zip(buffers, self.args(op.args), strict=False):
                    self.writer.line(f"put_{op.compute}({self.in_strip(op, buffer)}, {text})")
                calls.append((op, buffers))
        for alike, (op, buffers) in zip(batch.calls, calls, strict=True):
            self.made_ahead.update({id(x): buffers[-1] for x in alike})
            if is_libm(op):
                with self.strip_loop(first, last, index):
                    args = [self.temporary(f"get_{op.compute}({self.in_strip(op, buffer)})") for buffer in buffers[:-1]]
                    self.writer.line(f"put_{op.compute}({self.in_strip(op, buffers[-1])}, {self.applied(op, args)})")
                continue
            addresses = f"{self.ufunc_address(op.name[6:], op.compute)}, {self.flag_functions()}"
            texts = [addresses, "frame", f"{last} - {first}", *buffers]
            self.writer.line(f"ufunc{len(op.args)}_strip_{op.compute}({', '.join(texts)})")

    def strip(self, name: str) -> str:
        self.strips.append(self.names.fresh(name + "_strip"))
        return self.strips[-1]

    # -- while loops side by side

    def read_outside(self, s: t.For) -> set[str]:
        """The variables that are read, or leave the nest, after the loop or in another iteration of a loop around it."""
        return {name for name, count in (self.all_reads() - reads(s.body)).items() if count}

    def all_reads(self) -> Counter[str]:
        """How often each variable is read in the kernel or function; what the caller is given counts as read."""
        raise NotImplementedError

    def in_lanes(self, s: t.For, lanes: Lanes, first: str, last: str, index: _Index, depth: int) -> None:
        """The iterations `first` to before `last` of a loop with a `while` loop in it, side by side."""
        w = self.writer
        self.variables.update(lanes.variables)
        cells = {name: self.cells(name) for name in dict.fromkeys((*lanes.enters, *lanes.resumes, *lanes.changes))}
        active, ran, left = self.strip("active"), self.cell("ran", "b1") if lanes.last else None, self.names.fresh("left")

        def of(names: tuple[str, ...]) -> list[_Cell]:
            return [cell for name in names for cell in cells[name]]

        self.check_abort()
        with self.strip_loop(first, last, index) as value:
            lane = self.strip_place
            self.index(s, value)
            self.block(lanes.before, depth=depth)
            kept = self.keep_calls(lanes.loop)
            calls = [self.cell(*x) for value, rep in kept.items() for x in ((value, rep), (self.known(value), "b1"))]
            self.save(lane, of(lanes.enters) + calls)
            if ran:
                self.put(lane, ran, "False")
            w.line(f"put_i8({active}, {lane} * 8, {lane})")

        def end_pass() -> None:
            self.save(lane, of(lanes.changes) + calls)
            if ran:
                self.put(lane, ran, "True")

        def deactivate() -> None:
            """The last of the active lanes takes the place of this one."""
            w.line(f"{left} = {left} - 1")
            w.line(f"put_i8({active}, {place} * 8, get_i8({active}, {left} * 8))")

        def jump(s: t.Break | t.Continue) -> None:
            end_pass()
            if isinstance(s, t.Break):
                deactivate()
            else:
                w.line(f"{place} = {place} + 1")
            w.line("continue")

        w.line(f"{left} = {last} - {first}")
        turns = self.counted_turns()
        with w.block(f"while {left} > 0:"):
            self.check_turns(turns)
            place, lane = self.names.fresh("place"), self.names.fresh("lane")
            w.line(f"{place} = 0")
            with w.block(f"while {place} < {left}:"):
                w.line(f"{lane} = get_i8({active}, {place} * 8)")
                self.index(s, index(f"({first} + {lane})"))
                self.restore(lane, of(lanes.resumes) + calls)
                with w.block(f"if {self.expr(lanes.loop.test)}:"):
                    self.jump_in_lane = jump
                    self.block(lanes.loop.body, depth=depth)
                    self.jump_in_lane = None
                    end_pass()
                    w.line(f"{place} = {place} + 1")
                with w.block("else:"):
                    deactivate()
        with self.strip_loop(first, last, index) as value:
            self.index(s, value)
            self.restore(self.strip_place, of(lanes.leaves))
            if ran:
                with w.block(f"if {self.get(self.strip_place, ran)}:"):
                    self.restore(self.strip_place, of(lanes.last))
            self.block(lanes.behind, depth=depth)

    def cells(self, name: str) -> list[_Cell]:
        """Buffers for the values of a variable, and for its tag if it may have several kinds."""
        variable = self.variables[name]
        tag = [self.cell(self.tag_name(name), "i8")] if len(variable.kinds) > 1 else []
        return [self.cell(self.names[name], variable.rep), *tag]

    def cell(self, identifier: str, rep: Rep) -> _Cell:
        return _Cell(identifier, self.strip(identifier), rep)

    def save(self, lane: str, cells: Iterable[_Cell]) -> None:
        for cell in cells:
            self.put(lane, cell, cell.identifier)

    def put(self, lane: str, cell: _Cell, value: str) -> None:
        self.writer.line(f"put_{cell.rep}({cell.buffer}, {lane} * {cell.size}, {value})")

    def restore(self, lane: str, cells: Iterable[_Cell]) -> None:
        for cell in cells:
            self.writer.line(f"{cell.identifier} = {self.get(lane, cell)}")

    @staticmethod
    def get(lane: str, cell: _Cell) -> str:
        return f"get_{cell.rep}({cell.buffer}, {lane} * {cell.size})"
