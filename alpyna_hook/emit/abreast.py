"""`while` loops of several iterations, run side by side (see `lanes`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from alpyna_hook.emit.iterations import Index, Iterations
from alpyna_hook.emit.lanes import Lanes
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import FALSE, TRUE, added, arithmetic, compared, i8, size
from alpyna_hook.ir.schema import Record


class _Cell(Record):
    """A variable of the kernel, and the buffer that has a value of it for each lane."""

    variable: k.Local
    buffer: k.Local

    def place(self, lane: k.Value) -> k.Value:
        return arithmetic("mul", lane, i8(size(self.variable.rep)))


class SideBySide:
    """One such loop.  block: what builds the statements of its parts."""

    def __init__(self, of: Iterations, s: t.For, lanes: Lanes, index: Index, block: Callable[[tuple[t.Stmt, ...]], None]) -> None:
        self.of, self.scope = of, of.scope
        self.loop, self.lanes = s, lanes
        self.index = index
        self.block = block
        scope = self.scope
        scope.variables.update(lanes.variables)
        names = dict.fromkeys((*lanes.enters, *lanes.resumes, *lanes.changes))
        self.cells = {name: self.cells_of(name) for name in names}
        self.calls: list[_Cell] = []  # of what the loop keeps of calls
        self.active = scope.buffer("active")  # the lanes whose loops have not ended, in front
        self.ran = self.cell(k.Local("ran", "b1")) if lanes.last else None  # whether a lane's loop has run
        self.left = scope.fresh("left")  # how many are active
        self.at = scope.fresh("place")  # of the present lane among them
        self.lane = scope.fresh("lane")

    def run(self, first: k.Local, last: k.Local) -> None:
        self.of.look_whether_to_leave()
        self.begin(first, last)
        self.scope.set(self.left, arithmetic("sub", last, first))
        turns = self.of.counted_turns()
        with self.scope.turning(compared("gt", self.left, i8(0))):
            self.of.look_at_turns(turns)
            self.scope.set(self.at, i8(0))
            with self.scope.turning(compared("lt", self.at, self.left)):
                self.one_pass(first)
        self.end(first, last)

    def begin(self, first: k.Local, last: k.Local) -> None:
        """What comes before the `while` loops."""
        with self.of.strip_loop(first, last) as counter:
            lane = self.of.expressions.place
            self.of.set_index(self.loop, self.index(counter))
            self.block(self.lanes.before)
            self.calls = [self.cell(kept) for kept in self.of.keep_calls(self.lanes.loop)]
            self.save(lane, [*self.of_names(self.lanes.enters), *self.calls])
            if self.ran:
                self.put(lane, self.ran, FALSE)
            self.scope.put(self.active, arithmetic("mul", lane, i8(8)), lane, "i8")

    def one_pass(self, first: k.Local) -> None:
        """Of the present lane."""
        scope, loop = self.scope, self.lanes.loop
        scope.set(self.lane, self.entry(self.at))
        self.of.set_index(self.loop, self.index(added(first, self.lane)))
        self.restore(self.lane, [*self.of_names(self.lanes.resumes), *self.calls])
        test = self.of.expressions.value(loop.test)
        with scope.aside() as body:
            self.of.jump = self.jump
            self.block(loop.body)
            self.of.jump = None
            self.end_pass()
            self.go_on()
        with scope.aside() as orelse:
            self.deactivate()
        scope.add(k.If(test, tuple(body), tuple(orelse)))

    def end(self, first: k.Local, last: k.Local) -> None:
        """What comes behind the `while` loops."""
        with self.of.strip_loop(first, last) as counter:
            lane = self.of.expressions.place
            self.of.set_index(self.loop, self.index(counter))
            self.restore(lane, self.of_names(self.lanes.leaves))
            if self.ran:
                with self.scope.when(self.get(lane, self.ran)):
                    self.restore(lane, self.of_names(self.lanes.last))
            self.block(self.lanes.behind)

    # -- the active lanes

    def jump(self, s: t.Break | t.Continue) -> None:
        self.end_pass()
        if isinstance(s, t.Break):
            self.deactivate()
        else:
            self.go_on()
        self.scope.add(k.Continue())

    def end_pass(self) -> None:
        self.save(self.lane, [*self.of_names(self.lanes.changes), *self.calls])
        if self.ran:
            self.put(self.lane, self.ran, TRUE)

    def go_on(self) -> None:
        self.scope.set(self.at, arithmetic("add", self.at, i8(1)))

    def deactivate(self) -> None:
        """The last of the active lanes takes the place of this one."""
        self.scope.set(self.left, arithmetic("sub", self.left, i8(1)))
        self.scope.put(self.active, arithmetic("mul", self.at, i8(8)), self.entry(self.left), "i8")

    def entry(self, at: k.Value) -> k.Value:
        return k.Load(self.active, arithmetic("mul", at, i8(8)), "i8", None)

    # -- what each lane keeps

    def cells_of(self, name: str) -> list[_Cell]:
        """For the values of a variable, and for its tag if it may have several kinds."""
        variable = self.scope.variables[name]
        tag = [self.cell(self.scope.tag(name))] if len(variable.kinds) > 1 else []
        return [self.cell(self.scope.variable(name)), *tag]

    def cell(self, variable: k.Local) -> _Cell:
        return _Cell(variable, self.scope.buffer(variable.name))

    def of_names(self, names: tuple[str, ...]) -> list[_Cell]:
        return [cell for name in names for cell in self.cells[name]]

    def save(self, lane: k.Value, cells: Iterable[_Cell]) -> None:
        for cell in cells:
            self.put(lane, cell, cell.variable)

    def restore(self, lane: k.Value, cells: Iterable[_Cell]) -> None:
        for cell in cells:
            self.scope.set(cell.variable, self.get(lane, cell))

    def put(self, lane: k.Value, cell: _Cell, value: k.Value) -> None:
        self.scope.put(cell.buffer, cell.place(lane), value, cell.variable.rep)

    @staticmethod
    def get(lane: k.Value, cell: _Cell) -> k.Value:
        return k.Load(cell.buffer, cell.place(lane), cell.variable.rep, None)
