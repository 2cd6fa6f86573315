"""Kernel IR as OpenCL C.

before:  Set("i", Local("k", "i8")); Store(b, i * 8, Binary("mul", Load(a, i * 8, "f8", 0), 2.0, "f8"), "f8", 1)
after:   v_i = v_k;
         *(global ulong *)(v_b + (v_i * 8l)) = as_ulong((as_double(*(global ulong *)(v_a + (v_i * 8l))) * 2.0));

A work item runs one chunk of the outermost loop, with a frame of its own, as a thread does on the CPU.  The frame tells where
in which memory of the device an array begins; no address of the host is used.  What the kernel returns is the last
word of its frame.  Nothing may be reassociated or contracted.
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.emit.opencl_parts import TYPES, UNSIGNED, part
from alpyna_hook.emit.opencl_values import NotOnDevices, OpenClValues, declared, size, variable
from alpyna_hook.ir.kernel import (
    Binary,
    Break,
    Continue,
    Evaluate,
    Function,
    If,
    InnerLoop,
    Kernel,
    Loop,
    Return,
    Set,
    Stmt,
    Store,
    Unary,
    While,
    assert_never,
)
from alpyna_hook.ir.schema import walk

SYMBOL = "alpyna"
DOUBLE, SINGLE, ROUNDED = "float64", "float32 with denormals", "float32 with correctly rounded division and square root"


def opencl_text(kernel: Kernel, bases: Mapping[int, int]) -> str:
    """A program whose one kernel takes the frames, the size of each, how many there are, and the memories in their order.

    bases: for each place in the frame that holds an array's, the number of the memory.  Raises NotOnDevices.
    """
    parts: list[str] = []
    used: dict[str, None] = {}
    for function in kernel.functions:
        made = OpenClFunction(function, bases)
        parts.append(made.text())
        used |= made.used
    head = ["#pragma OPENCL EXTENSION cl_khr_fp64 : enable"] if DOUBLE in needs(kernel) else []
    return "\n".join([*head, "#pragma OPENCL FP_CONTRACT OFF", *_called(used), *parts, _entry(kernel.functions[-1].name, bases)])


def needs(kernel: Kernel) -> frozenset[str]:
    """What a device has to promise."""
    found = set()
    for function in kernel.functions:
        reps = {v.rep for v in (*function.parameters, *function.locals)}
        for node in walk(function):
            reps.add(getattr(node, "rep", ""))
            match node:
                case Binary("div" | "floordiv" | "mod", _, _, "f4") | Unary("sqrt", _, "f4"):
                    found.add(ROUNDED)
        found |= {DOUBLE} if reps & {"f8", "c16"} else set()
        found |= {SINGLE} if reps & {"f4", "c8"} else set()
    return frozenset(found)


def _called(used: dict[str, None]) -> list[str]:
    """The parts that are called, after those that they call themselves."""
    texts: dict[str, str] = {}

    def add(name: str) -> None:
        if name not in texts:
            text, others = part(name)
            for other in others:
                add(other)
            texts[name] = text

    for name in used:
        add(name)
    return list(texts.values())


def _memories(bases: Mapping[int, int], qualifier: str = "") -> str:
    return "".join([f", global uchar *{qualifier}g{number}" for number in sorted({*bases.values()})])


def _entry(name: str, bases: Mapping[int, int]) -> str:
    passed = "".join([f", g{number}" for number in sorted({*bases.values()})])
    return f"""
kernel void {SYMBOL}(global uchar *restrict frames, ulong size, ulong count{_memories(bases, "restrict ")}) {{
    const size_t k = get_global_id(0);
    if (k >= count)
        return;
    global uchar *const frame = frames + k * size;
    *(global long *)(frame + size - 8) = f_{variable(name)}(frame{passed});
}}
"""


class OpenClFunction(OpenClValues):
    def __init__(self, function: Function, bases: Mapping[int, int]) -> None:
        super().__init__(bases)
        self.function = function
        self.buffers = frozenset([b.name for b in function.buffers])
        self.broken: list[str] = []  # of the loops around: what tells that `break` has left it, or nothing

    def text(self) -> str:
        f = self.function
        if any(v.rep[0] == "c" for v in (*f.parameters, *f.locals)):
            raise NotOnDevices("complex numbers")
        self.block(f.body)
        head = [f"    uchar {variable(b.name)}[{8 * b.size}] __attribute__((aligned(8)));" for b in f.buffers]
        head += [f"    {declared(v.rep, variable(v.name))} = 0;" for v in f.locals]
        given = ", ".join([declared(p.rep, variable(p.name)) for p in f.parameters])
        start = f"\nstatic {TYPES[f.rep]} f_{variable(f.name)}({given}{_memories(self.bases)}) {{"
        return "\n".join([start, *head, *self.out, "}"])

    def block(self, body: tuple[Stmt, ...]) -> None:
        for s in body:
            self.statement(s)

    def inside(self, body: tuple[Stmt, ...]) -> None:
        self.indent += 1
        self.block(body)
        self.indent -= 1
        self.line("}")

    def statement(self, s: Stmt) -> None:
        match s:
            case Set():
                self.line(f"{variable(s.name)} = {self.value(s.value)};")
            case Store():
                self.store(s)
            case InnerLoop():
                raise NotOnDevices("functions of the C library or NumPy")
            case Evaluate():
                self.line(f"{self.value(s.value)};")
            case If():
                self.line(f"if ({self.value(s.test)}) {{")
                self.inside(s.body)
                if s.orelse:
                    self.out[-1] = self.out[-1] + " else {"
                    self.inside(s.orelse)
            case Loop():
                self.loop(s)
            case While():
                self.while_loop(s)
            case Break():
                if self.broken[-1]:
                    self.line(f"{self.broken[-1]} = true;")
                self.line("break;")
            case Continue():
                self.line("continue;")
            case Return():
                self.line(f"return {self.value(s.value)};")
            case _:
                assert_never(s)

    def store(self, s: Store) -> None:
        base, offset, text = self.values(s.base, s.offset, s.value)
        cell = self.cell(s.base, base, offset, s.rep)
        kind = UNSIGNED[size(s.rep)]
        written = {"f": f"as_{kind}({text})", "i": f"({kind}){text}"}.get(s.rep[0], text)
        self.line(f"{cell} = {written};")

    def loop(self, s: Loop) -> None:
        low, high = self.values(s.low, s.high)
        at, end = self.fresh("at"), self.fresh("end")
        broken = self.fresh("broken") if s.after else ""
        self.line(f"const long {end} = {high};")
        if broken:
            self.line(f"bool {broken} = false;")
        self.line(f"for (long {at} = {low}; {at} < {end}; {at} += {s.step}) {{")
        self.broken.append(broken)
        self.indent += 1
        self.line(f"{variable(s.counter)} = {at};")
        self.indent -= 1
        self.inside(s.body)
        self.broken.pop()
        if s.after:
            self.line(f"if (!{broken}) {{")
            self.inside(s.after)

    def while_loop(self, s: While) -> None:
        self.broken.append("")
        before = len(self.out)
        self.line("while (true) {")
        self.indent += 1
        test = self.value(s.test)
        self.indent -= 1
        if len(self.out) == before + 1:
            self.out[before:] = []
            self.line(f"while ({test}) {{")
        else:
            self.line(f"    if (!{test})")
            self.line("        break;")
        self.inside(s.body)
        self.broken.pop()
