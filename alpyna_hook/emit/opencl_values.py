"""Values of kernel IR in OpenCL C (see `opencl`)."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

from alpyna_hook.emit.opencl_parts import TYPES, UNSIGNED, least
from alpyna_hook.ir.kernel import (
    Apply,
    Binary,
    Call,
    CallAt,
    Cast,
    Compare,
    Const,
    Flagged,
    Load,
    Local,
    Overflows,
    Pair,
    Poll,
    Rep,
    Select,
    Unary,
    Value,
    assert_never,
    rep_of,
)
from alpyna_hook.ir.schema import walk

_SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}
_WRAPPING = frozenset({"wrap_add", "wrap_sub", "wrap_mul", "lshift"})
_FUNCTIONS = frozenset({"sqrt", "floor", "ceil", "trunc", "rint", "fabs"})


class NotOnDevices(Exception):
    """What has no form, or no exact one, on a device; the text says what it is."""


def size(rep: Rep) -> int:
    return 1 if rep == "b1" else int(rep[1:])


def variable(name: str) -> str:
    """C's name for one of ours, which may be a word of C's, or not of its alphabet."""
    if name.isascii():
        return f"v_{name}"
    return "w_" + "".join([c if c.isascii() and c != "_" else f"_{ord(c):x}_" for c in name])


def declared(rep: Rep, name: str) -> str:
    return f"{TYPES[rep]}{name}" if rep == "p" else f"{TYPES[rep]} {name}"


def constant(value: object, rep: Rep) -> str:
    if rep == "b1":
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            form, integer, kind = ("<f", "<I", "float") if rep == "f4" else ("<d", "<Q", "double")
            bits = struct.unpack(integer, struct.pack(form, value))[0]
            return f"as_{kind}({bits:#x}{'u' if rep == 'f4' else 'ul'})"
        text = repr(value) if value.is_integer() and abs(value) < 1e6 else value.hex()
        return f"{text}{'f' if rep == 'f4' else ''}" if math.copysign(1.0, value) > 0 else f"({text}{'f' if rep == 'f4' else ''})"
    assert isinstance(value, int)
    if rep[0] == "i" and value == -(2 ** (8 * size(rep) - 1)):
        return least(rep)
    suffix = {"i8": "l", "u8": "ul", "u4": "u"}.get(rep, "")
    return f"{value}{suffix}" if value >= 0 else f"({value}{suffix})"


def acts(value: Value) -> bool:
    """Does it do anything, so that its place in the order matters?"""
    return any(isinstance(each, Call | Poll) for each in walk(value))


class OpenClValues:
    """Of one function; `out` are its lines.

    bases: for each place in the frame that holds the place of an array, the number of the memory that it lies in.
    """

    def __init__(self, bases: Mapping[int, int]) -> None:
        self.bases = bases
        self.out: list[str] = []
        self.indent = 1
        self.numbers = 0
        self.used: dict[str, None] = {}  # parts that are called
        self.buffers: frozenset[str] = frozenset()
        self.memories = "".join(f", g{number}" for number in sorted({*bases.values()}))

    def line(self, text: str) -> None:
        self.out.append("    " * self.indent + text)

    def fresh(self, stem: str = "t") -> str:
        self.numbers += 1
        return f"{stem}{self.numbers}"

    def let(self, text: str, rep: Rep) -> str:
        name = self.fresh()
        self.line(f"{declared(rep, f'const {name}')} = {text};")
        return name

    def use(self, name: str) -> str:
        self.used[name] = None
        return name

    # -- values

    def values(self, *values: Value) -> list[str]:
        """In their order: where one acts, those before it are computed first."""
        acting = [k for k, value in enumerate(values) if acts(value)]
        last = acting[-1] if acting else -1
        return [self.let(self.value(v), rep_of(v)) if k <= last and not isinstance(v, Const) else self.value(v)
                for k, v in enumerate(values)]

    def value(self, value: Value) -> str:
        match value:
            case Const():
                return constant(value.value, value.rep)
            case Local():
                return variable(value.name)
            case Unary():
                return self.unary(value)
            case Binary():
                return self.binary(value)
            case Compare():
                a, b = self.values(value.a, value.b)
                return f"({a} {_SIGNS[value.op]} {b})"
            case Cast():
                return self.cast(value)
            case Select():
                return self.select(value)
            case Load():
                return self.load(value)
            case Call():
                args = self.values(*value.args)
                return self.let(f"f_{variable(value.function)}({', '.join(args)}{self.memories})", value.rep)
            case Overflows():
                a, b = self.values(value.a, value.b)
                return f"{self.use(f'overflows_{value.op}_{rep_of(value.a)}')}({a}, {b})"
            case Poll():
                frame, iterations = self.values(value.frame, value.iterations)
                return self.let(f"{self.use('poll')}({frame}, {iterations})", "b1")
            case Flagged():
                return "false"  # there are no flags: each operation is checked
            case Pair():
                raise NotOnDevices("complex numbers")
            case CallAt() | Apply():
                raise NotOnDevices("functions of the C library or NumPy")
            case _:
                assert_never(value)

    def unary(self, e: Unary) -> str:
        if e.op in ("real", "imag"):
            raise NotOnDevices("complex numbers")
        (x,), t = self.values(e.value), TYPES[e.rep]
        if e.op in _FUNCTIONS:
            return f"{e.op}({x})"
        match e.op:
            case "fneg":
                return f"(-{x})"
            case "neg":
                return f"({t})(0 - ({UNSIGNED[size(e.rep)]}){x})"
            case "invert":
                return f"({t})(~{x})"
            case "not":
                return f"(!{x})"
            case "abs":
                return f"({t})abs({x})"  # of the least one, as an unsigned number, itself
            case "bits" | "from_bits":
                return f"as_{t}({x})"
        raise AssertionError(e.op)

    def binary(self, e: Binary) -> str:
        (x, y), t = self.values(e.a, e.b), TYPES.get(e.rep, "")
        if e.rep[0] == "c":
            raise NotOnDevices("complex numbers")
        if e.op in ("floordiv", "mod"):
            return f"{self.use(f'{e.op}_{e.rep}')}({x}, {y})"
        if e.rep == "b1":
            return f"({x} {_SIGNS[e.op]} {y})"
        if e.op in _WRAPPING or e.rep in ("u1", "u2"):  # these would be computed as signed ones
            u = "uint" if size(e.rep) < 4 else UNSIGNED[size(e.rep)]
            return f"({t})(({u}){x} {_SIGNS[e.op.removeprefix('wrap_')]} ({u}){y})"
        text = f"({x} {_SIGNS[e.op]} {y})"
        return text if size(e.rep) > 2 else f"({t}){text}"

    def cast(self, e: Cast) -> str:
        """The place of an array is that of its memory, and the bytes to its first element that the frame tells."""
        source, target = rep_of(e.value), e.rep
        if "p" in (source, target):
            match e.value:
                case Load(Local("frame"), Const(place)) if target == "p" and place in self.bases:
                    return f"g{self.bases[place]} + {self.load(e.value)}"
            raise NotOnDevices("addresses")
        if "c" in (source[0], target[0]):
            raise NotOnDevices("complex numbers")
        x = self.value(e.value)
        return f"({x} != 0)" if target == "b1" else x if source == target else f"({TYPES[target]}){x}"

    def select(self, e: Select) -> str:
        if e.rep[0] == "c":
            raise NotOnDevices("complex numbers")
        test = self.value(e.test)
        if not acts(e.then) and not acts(e.orelse):
            return f"({test} ? {self.value(e.then)} : {self.value(e.orelse)})"
        name = self.fresh()
        self.line(f"{declared(e.rep, name)};")
        for start, value in ((f"if ({test}) {{", e.then), ("} else {", e.orelse)):
            self.line(start)
            self.indent += 1
            self.line(f"{name} = {self.value(value)};")
            self.indent -= 1
        self.line("}")
        return name

    # -- memory

    def cell(self, base: Value, start: str, offset: str, rep: Rep) -> str:
        if rep[0] == "c":
            raise NotOnDevices("complex numbers")
        space = "private" if isinstance(base, Local) and base.name in self.buffers else "global"
        return f"*({space} {UNSIGNED[size(rep)]} *)({start} + {offset})"

    def load(self, e: Load) -> str:
        base, offset = self.values(e.base, e.offset)
        text = self.cell(e.base, base, offset, e.rep)
        return f"({text} != 0)" if e.rep == "b1" else text if e.rep[0] == "u" else f"as_{TYPES[e.rep]}({text})"
