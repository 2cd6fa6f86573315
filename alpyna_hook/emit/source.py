"""The typed nest as the source of a kernel: Python for Numba, over pointers and integers.

before:  for i in range(n): b[i] = a[i] * 2.0
after:   def kernel(frame):
             a = pointer(get_i8(frame, 40)) ...
             for k in range(low, high):
                 i = k
                 store_f8_g1(b, i * 8, (load_f8_g0(a, i * 8) * 2.0))
             return 0
"""

from __future__ import annotations

from collections import Counter

from alpyna_hook.emit.expressions import Emission
from alpyna_hook.emit.helpers import HELPERS
from alpyna_hook.emit.inline import inlined
from alpyna_hook.emit.lanes import reads
from alpyna_hook.emit.layout import ABORTED, DONE, FAILED, FLAGGED, HIGH, LEFT, LOW, RETURNED, SEEN, SEVERAL, STATUS_BITS, TAG, Slot
from alpyna_hook.emit.loops import Loops
from alpyna_hook.emit.writer import Names, Writer
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import Rep
from alpyna_hook.ir.schema import Record, replace

_WORDS = frozenset(
    "frame kernel check low high bad seen left trip pointer poll flagged strip wrap_add wrap_sub wrap_mul inf nan"
    " range complex abs bool True False None".split()
) | HELPERS


class KernelSource(Record):
    """The text, the loads and stores that it uses (name, rep, group, is a store), and its functions, callees first."""

    text: str
    groups: int
    accesses: tuple[tuple[str, Rep, int, bool], ...]
    functions: tuple[str, ...]


class Untaken(Exception):
    """A form of kernels that a compiler of them does not know."""


def kernel_source(emission: Emission) -> KernelSource:
    emission = replace(emission, nest=inlined(emission.nest))
    parts = [FunctionEmitter(emission, f).source() for f in emission.nest.functions]
    parts.append(KernelEmitter(emission).source())
    accesses = {
        (f"{verb}_{emission.reps[a]}_g{g}", emission.reps[a], g, verb == "store")
        for a, g in emission.groups.items()
        for verb in ("load", "store")
    }
    text = "\n\n".join(parts) + "\n"
    used = tuple(sorted(x for x in accesses if x[0] + "(" in text))
    functions = tuple([f.name for f in emission.nest.functions])
    return KernelSource(text, max(emission.groups.values(), default=0) + 1, used, functions)


def reserved(nest: t.TypedNest) -> frozenset[str]:
    """The words that the text of a kernel uses, but for those that name a representation, and its functions."""
    return _WORDS | {name for f in nest.functions for name in (f.name, f"give_up_{f.name}")}


class Statements(Loops):
    """Statements of the kernel or of a function."""

    def block(self, body: tuple[t.Stmt, ...], *, depth: int) -> None:
        for s in body:
            self.statement(s, depth=depth)

    def statement(self, s: t.Stmt, *, depth: int) -> None:
        match s:
            case t.Assign():
                self.assign(s.target, s.value)
                self.mark_assigned(s.target)
            case t.Store():
                self.store(s)
            case t.Effect():
                self.effect(s)
            case t.If():
                self.branch(s, depth)
            case t.For():
                self.for_loop(s, depth)
            case t.While():
                self.while_loop(s, depth)
            case t.Break() | t.Continue() if self.jump_in_lane:
                self.jump_in_lane(s)
            case t.Break():
                self.leave_loop(depth)
                self.writer.line("break")
            case t.Continue():
                self.writer.line("continue")
            case t.Return():
                self.returns(s)
            case t.Raise():
                self.give_up(str((s.obligation or 0) + 1))

    def effect(self, s: t.Effect) -> None:
        """A call as a statement, and what it returns for the targets: the first item itself, the others in the frame."""
        if not s.targets:
            self.simple(self.expr(s.call))  # written, though nothing uses it: it may warn
            return
        assert isinstance(s.call, t.CallFunction)
        self.assign(s.targets[0], s.call)
        for name, slot in zip(s.targets[1:], self.emission.layout.items[s.call.function.name], strict=True):
            self.writer.lines += ["    " * self.writer.indent + line for line in self.loaded(name, slot)]

    def loaded(self, name: str, slot: Slot) -> list[str]:
        lines = [f"{self.names[name]} = get_{slot.variable.rep}(frame, {slot.value})"]
        return [*lines, f"{self.tag_name(name)} = get_i8(frame, {slot.tag})"] if slot.tag >= 0 else lines

    def write_out(self, slot: Slot, value: str, name: str) -> None:
        self.writer.line(f"put_{slot.variable.rep}(frame, {slot.value}, {value})")
        if slot.tag >= 0:
            self.writer.line(f"put_i8(frame, {slot.tag}, {self.tag_name(name)})")

    def leave_loop(self, depth: int) -> None:
        """Before a `break`."""

    def returns(self, s: t.Return) -> None:
        raise NotImplementedError

    def store(self, s: t.Store) -> None:
        value = self.expr(s.value)
        if any(t.stores(e) for e in s.index):
            value = self.temporary(value)
        with self.writer.fork(0) as lines:
            offset = self.offset(s.array, s.index, s.obligations)
        if lines and not value.isidentifier():
            value = self.temporary(value)
        self.writer.lines.extend(lines)
        rep = self.emission.reps[s.array]
        self.writer.line(f"store_{rep}_{self.group(s.array)}({self.base(s.array)}, {offset}, {value})")

    def branch(self, s: t.If, depth: int) -> None:
        with self.writer.block(f"if {self.expr(s.test)}:"):
            self.block(s.body, depth=depth)
        if s.orelse:
            with self.writer.block("else:"):
                self.block(s.orelse, depth=depth)

    # -- prologue

    def prologue(self) -> list[str]:
        """Loads from the frame of all that the body was found to use."""
        layout = self.emission.layout
        out = Writer()
        for array in self.used_arrays:
            at, ndim = layout.arrays[array], layout.ndims[array]
            out.line(f"{self.base(array)} = pointer(get_i8(frame, {at}))")
            for axis in range(ndim):
                out.line(f"{self.dimension(array, axis)} = get_i8(frame, {at + 8 * (1 + axis)})")
                if (array, axis) not in self.emission.unit:
                    out.line(f"{self.stride(array, axis)} = get_i8(frame, {at + 8 * (1 + ndim + axis)})")
        for name in self.used_libm:
            out.line(f"{self.libm_address(name)} = get_i8(frame, {layout.libm[name]})")
        for ufunc in self.used_ufuncs:
            loop, data = self.ufunc_address(*ufunc).split(", ")
            out.line(f"{loop} = get_i8(frame, {layout.ufuncs[ufunc]})")
            out.line(f"{data} = get_i8(frame, {layout.ufuncs[ufunc] + 8})")
        for strip in self.strips:
            out.line(f"{strip} = strip()")
        if self.sticky:
            out.line("bad = False")
        return out.lines

    def initial(self, name: str, variable: t.Variable) -> list[str]:
        """A variable that does not come from the frame: any value of the right type."""
        zero = "False" if variable.rep == "b1" else f"{variable.rep}(0)"
        lines = [f"    {self.names[name]} = {zero}"]
        if len(variable.kinds) > 1:
            lines.append(f"    {self.tag_name(name)} = 0")
        return lines

    def inputs_of_others(self) -> list[str]:
        """Inputs of the nest that a function reads, or what was inlined of one: its closure and globals."""
        lines = []
        for name in self.used_inputs:
            if name not in self.variables:
                lines += self.load_input(name, self.emission.layout.inputs[name])
        return lines

    def load_input(self, name: str, slot: Slot) -> list[str]:
        return ["    " + line for line in self.loaded(name, slot)]


class KernelEmitter(Statements):
    def __init__(self, emission: Emission) -> None:
        names = Names(reserved(emission.nest))
        super().__init__(emission, Writer(), names, dict(emission.nest.variables))
        self.left = False

    def give_up(self, check: str) -> None:
        self.writer.line(f"return {FLAGGED | int(check) << STATUS_BITS if check.isdigit() else FLAGGED}")

    def source(self) -> str:
        nest = self.emission.nest
        loop = nest.loop
        if isinstance(loop, t.For):
            self.outer_for(loop)
        else:
            self.while_loop(loop, depth=0)
        self.epilogue()
        self.writer.line(f"return {LEFT} if left else {DONE}" if self.left else f"return {DONE}")
        head = ["def kernel(frame):", *self.prologue()]
        for name, variable in nest.variables.items():
            slot = self.emission.layout.inputs.get(name)
            head += self.load_input(name, slot) if slot else self.initial(name, variable)
        head += self.inputs_of_others()
        for name, slot in self.emission.layout.outputs.items():
            if slot.assigned >= 0:
                head.append(f"    {self.names[name + ' assigned']} = 0")
        if "W" in self.emission.outcomes:
            head.append("    seen = i8(0)")
        if self.left:
            head.append("    left = False")
        return "\n".join(head + self.writer.lines)

    def outer_for(self, s: t.For) -> None:
        """The outermost loop runs the iterations low .. high of it (counted from 0)."""
        w = self.writer
        self.keep_calls(s)
        start, bound = self.trip(s)
        step = s.step.value if isinstance(s.step, t.Const) else None
        start = self.fixed(start)
        if step == 1:
            w.line(f"trip = {bound} - {start}")
        else:
            w.line(f"trip = {bound}")
        w.line(f"low = get_i8(frame, {LOW})")
        w.line(f"high = get_i8(frame, {HIGH})")
        with w.block("if high > trip:"):
            w.line("high = trip")
        factor = "" if step == 1 else f" * {step if step is not None else self.step_name}"
        plain = start == "0" and step == 1
        self.iterations(s, "low", "high", lambda k: k if plain else f"{start} + {k}{factor}", depth=1)
        if s.orelse:
            with w.block("else:"), w.block("if high == trip or trip < 0:"):
                self.block(s.orelse, depth=0)

    def all_reads(self) -> Counter[str]:
        nest = self.emission.nest
        return reads([nest.loop, *(s for f in nest.functions for s in f.body)]) + Counter(nest.outputs)

    def mark_assigned(self, name: str) -> None:
        slot = self.emission.layout.outputs.get(name)
        if slot and slot.assigned >= 0:
            self.writer.line(f"{self.names[name + ' assigned']} = 1")

    def leave_loop(self, depth: int) -> None:
        if depth == 1:
            self.left = True
            self.writer.line("left = True")

    def check_abort(self, iterations: int = 1) -> None:
        with self.writer.block(f"if poll(frame, {iterations}):"):
            self.writer.line(f"return {ABORTED}")

    def epilogue(self) -> None:
        if self.sticky or any(f.rep for f in self.emission.nest.functions):
            self.sticky = True
            with self.writer.block("if bad:"):
                self.writer.line(f"return {FLAGGED}")
        if "W" in self.emission.outcomes:
            self.writer.line(f"put_i8(frame, {SEEN}, seen)")
        for name, slot in self.emission.layout.outputs.items():
            self.write_out(slot, self.names[name], name)
            if slot.assigned >= 0:
                self.writer.line(f"put_i8(frame, {slot.assigned}, {self.names[name + ' assigned']})")

    def returns(self, s: t.Return) -> None:
        for slot, value in zip(self.emission.layout.results, s.values, strict=True):
            name = slot.variable.name
            self.variables[name] = slot.variable
            self.assign(name, value)
        for slot in self.emission.layout.results:
            self.write_out(slot, self.names[slot.variable.name], slot.variable.name)
        self.sticky = True
        self.epilogue()
        self.writer.line(f"return {RETURNED}")


class FunctionEmitter(Statements):
    """A function of the user: takes the frame and its scalars, finds the arrays in the frame itself."""

    def __init__(self, emission: Emission, function: t.Function) -> None:
        names = Names(reserved(emission.nest))
        super().__init__(emission, Writer(), names, dict(function.variables))
        self.function = function
        self.zero = "False" if function.rep == "b1" else f"{function.rep}(0)"

    def give_up(self, check: str) -> None:
        self.writer.line(f"return give_up_{self.function.name}(frame, {SEVERAL if check == '0' else check})")

    def source(self) -> str:
        f = self.function
        self.block(f.body, depth=1)
        self.finish()
        self.writer.line(f"return {self.zero}")
        parameters = ["frame"]
        for p in f.params:
            parameters += [self.names[p]] if len(f.variables[p].kinds) == 1 else [self.names[p], self.tag_name(p)]
        head = [f"def {f.name}({', '.join(parameters)}):", *self.prologue()]
        for name, variable in f.variables.items():
            if name not in f.params:
                head += self.initial(name, variable)
        head += self.inputs_of_others()
        give_up = [
            f"def give_up_{f.name}(frame, check):",
            f"    put_i8(frame, {FAILED}, check)",
            f"    return {self.zero}",
            "",
            "",
        ]
        return "\n".join(give_up + head + self.writer.lines)

    def all_reads(self) -> Counter[str]:
        return reads(self.function.body)

    def finish(self) -> None:
        if self.sticky:
            with self.writer.block("if bad:"):
                self.give_up("0")

    def check_abort(self, iterations: int = 1) -> None:
        with self.writer.block(f"if poll(frame, {iterations}):"):
            self.give_up("0")

    def returns(self, s: t.Return) -> None:
        f = self.function
        if not s.values:
            self.sticky = True
            self.finish()
            self.writer.line(f"return {self.zero}")
            return
        self.variables["@return"] = t.Variable("@return", tuple(sorted(f.kinds)), f.rep)
        self.assign("@return", s.values[0])
        items = self.emission.layout.items[f.name]
        for slot, value in zip(items, s.values[1:], strict=True):
            self.variables[slot.variable.name] = slot.variable
            self.assign(slot.variable.name, value)
        for slot in items:
            self.write_out(slot, self.names[slot.variable.name], slot.variable.name)
        if len(f.kinds) > 1:
            self.writer.line(f"put_i8(frame, {TAG}, {self.tag_name('@return')})")
        self.sticky = True
        self.finish()
        self.writer.line(f"return {self.names['@return']}")
