"""Values of kernel IR in LLVM's language (see `llvm`)."""

from __future__ import annotations

import struct
import sys

from alpyna_hook.emit.llvm_parts import BUFFER_GROUP, FRAME_GROUP, OWN_GROUPS, SUFFIX, TYPES, scope
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
    Store,
    Unary,
    Untaken,
    Value,
    assert_never,
    rep_of,
)
from alpyna_hook.ir.layout import FAILED, HIGH, LOW, NO_END

Text = str | tuple[str, str]  # of a complex number both parts
PART = {"c8": "f4", "c16": "f8"}
_INT = {
    "add": "add", "sub": "sub", "mul": "mul", "wrap_add": "add", "wrap_sub": "sub", "wrap_mul": "mul",
    "and": "and", "or": "or", "xor": "xor", "lshift": "shl",
}
_FLOAT = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_MAY_NOT_WRAP = frozenset({"add", "sub", "mul"})
_INTRINSICS = frozenset({"fabs", "sqrt", "floor", "ceil", "trunc", "rint"})
_CHEAP = frozenset("add sub mul wrap_add wrap_sub wrap_mul and or xor".split())


def is_float(rep: Rep) -> bool:
    return rep[0] == "f"


def is_complex(rep: Rep) -> bool:
    return rep[0] == "c"


def size(rep: Rep) -> int:
    return 1 if rep == "b1" else int(rep[1:])


def constant(value: object, rep: Rep) -> str:
    if rep == "b1":
        return "true" if value else "false"
    if is_float(rep):
        return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
    return str(value)


class LlvmValues:
    """Of one function; `out` are its lines."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.numbers = 0
        self.label = "entry"
        self.used: dict[str, None] = {}  # parts and intrinsics that are called
        self.buffers: frozenset[str] = frozenset()
        self.frame = ""  # the parameter that is the frame's address

    def line(self, text: str) -> None:
        self.out.append("  " + text)

    def fresh(self, stem: str = "t") -> str:
        self.numbers += 1
        return f"{stem}{self.numbers}"

    def let(self, text: str) -> str:
        self.numbers += 1
        name = f"%t{self.numbers}"
        self.out.append(f"  {name} = {text}")
        return name

    def begin(self, label: str) -> None:
        self.out.append(f"{label}:")
        self.label = label

    def use(self, name: str) -> str:
        self.used[name] = None
        return "@" + name

    # -- values

    def scalar(self, value: Value) -> str:
        text = self.value(value)
        assert isinstance(text, str)
        return text

    def pair(self, value: Value) -> tuple[str, str]:
        text = self.value(value)
        assert isinstance(text, tuple)
        return text

    def typed(self, value: Value) -> str:
        """With its type, as arguments have it; a complex number as two."""
        rep = rep_of(value)
        text = self.value(value)
        if isinstance(text, tuple):
            return ", ".join(f"{TYPES[PART[rep]]} {x}" for x in text)
        return f"{TYPES[rep]} {text}"

    def value(self, value: Value) -> Text:
        match value:
            case Const():
                return constant(value.value, value.rep)
            case Local():
                return self.local(value)
            case Unary():
                return self.unary(value)
            case Binary():
                return self.binary(value)
            case Compare():
                return self.compare(value)
            case Cast():
                return self.cast(value)
            case Select():
                return self.select(value)
            case Pair():
                return self.scalar(value.real), self.scalar(value.imag)
            case Load():
                return self.load(value)
            case Call():
                return self.call(value)
            case CallAt():
                args = ", ".join(map(self.typed, value.args))
                return self.let(f"call {TYPES[value.rep]} {self.address(value.address)}({args}) #0")
            case Apply():
                name = self.use(f"apply{len(value.args)}_{value.rep}")
                places = [self.address(x) for x in (value.loop, value.data, *value.flags)]
                args = ", ".join([*[f"ptr {x}" for x in places], f"ptr {self.scalar(value.frame)}", *map(self.typed, value.args)])
                return self.let(f"call {TYPES[value.rep]} {name}({args})")
            case Overflows():
                return self.overflows(value)
            case Poll():
                return self.let(f"call i1 {self.use('poll')}({self.typed(value.frame)}, {self.typed(value.iterations)})")
            case Flagged():
                return self.let(f"call i1 {self.use('flagged')}({self.typed(value.frame)})")
            case _:
                assert_never(value)

    def local(self, value: Local) -> Text:
        if value.name in self.buffers:
            return f"%v.{value.name}"
        if is_complex(value.rep):
            part = TYPES[PART[value.rep]]
            return self.let(f"load {part}, ptr %v.{value.name}.re"), self.let(f"load {part}, ptr %v.{value.name}.im")
        return self.let(f"load {TYPES[value.rep]}, ptr %v.{value.name}")

    def address(self, value: Value) -> str:
        text = self.scalar(value)
        return text if rep_of(value) == "p" else self.let(f"inttoptr i64 {text} to ptr")

    def unary(self, e: Unary) -> Text:
        if e.op in ("real", "imag"):
            return self.pair(e.value)[e.op == "imag"]
        x, t = self.scalar(e.value), TYPES[e.rep]
        if e.op in _INTRINSICS:
            return self.let(f"call {t} {self.use(f'llvm.{e.op}.{SUFFIX[e.rep]}')}({t} {x})")
        match e.op:
            case "fneg":
                return self.let(f"fneg {t} {x}")
            case "neg":
                return self.let(f"sub {t} 0, {x}")
            case "invert":
                return self.let(f"xor {t} {x}, -1")
            case "not":
                return self.let(f"xor i1 {x}, true")
            case "abs":
                below, negated = self.let(f"icmp slt {t} {x}, 0"), self.let(f"sub {t} 0, {x}")
                return self.let(f"select i1 {below}, {t} {negated}, {t} {x}")
            case "bits" | "from_bits":
                return self.let(f"bitcast {TYPES[rep_of(e.value)]} {x} to {t}")
        raise AssertionError(e.op)

    def binary(self, e: Binary) -> Text:
        if is_complex(e.rep):
            return self.complex_binary(e)
        if e.op in ("floordiv", "mod"):
            return self.division(e)
        x, y, t = self.scalar(e.a), self.scalar(e.b), TYPES[e.rep]
        if is_float(e.rep):
            return self.let(f"{_FLOAT[e.op]} {t} {x}, {y}")
        if e.op == "rshift":
            return self.let(f"{'ashr' if e.rep[0] == 'i' else 'lshr'} {t} {x}, {y}")
        flags = " nsw" if e.op in _MAY_NOT_WRAP and e.rep[0] == "i" else ""
        return self.let(f"{_INT[e.op]}{flags} {t} {x}, {y}")

    def complex_binary(self, e: Binary) -> tuple[str, str]:
        if e.op == "mul" and sys.version_info >= (3, 14):
            raise Untaken("products of complex numbers, which this version of Python computes in another way")
        (a, b), (c, d), t = self.pair(e.a), self.pair(e.b), TYPES[PART[e.rep]]
        if e.op != "mul":
            return self.let(f"{_FLOAT[e.op]} {t} {a}, {c}"), self.let(f"{_FLOAT[e.op]} {t} {b}, {d}")
        ac, bd, ad, bc = (self.let(f"fmul {t} {x}, {y}") for x, y in ((a, c), (b, d), (a, d), (b, c)))
        return self.let(f"fsub {t} {ac}, {bd}"), self.let(f"fadd {t} {ad}, {bc}")

    def division(self, e: Binary) -> str:
        """By a positive constant at once: the quotient is lowered, and the remainder raised, where that is negative."""
        x, y, t = self.scalar(e.a), self.scalar(e.b), TYPES[e.rep]
        if is_float(e.rep) or not isinstance(e.b, Const) or e.b.value <= 0:
            return self.let(f"call {t} {self.use(f'{e.op}_{e.rep}')}({t} {x}, {t} {y})")
        divisor = e.b.value
        if divisor & (divisor - 1) == 0:
            if e.op == "mod":
                return self.let(f"and {t} {x}, {divisor - 1}")
            return self.let(f"{'ashr' if e.rep[0] == 'i' else 'lshr'} {t} {x}, {divisor.bit_length() - 1}")
        if e.rep[0] == "u":
            return self.let(f"{'urem' if e.op == 'mod' else 'udiv'} {t} {x}, {y}")
        rest = self.let(f"srem {t} {x}, {y}")
        below = self.let(f"icmp slt {t} {rest}, 0")
        if e.op == "mod":
            raised = self.let(f"add {t} {rest}, {y}")
            return self.let(f"select i1 {below}, {t} {raised}, {t} {rest}")
        quotient, one = self.let(f"sdiv {t} {x}, {y}"), self.let(f"sext i1 {below} to {t}")
        return self.let(f"add {t} {quotient}, {one}")

    def compare(self, e: Compare) -> str:
        rep = rep_of(e.a)
        if is_complex(rep):
            (a, b), (c, d), t = self.pair(e.a), self.pair(e.b), TYPES[PART[rep]]
            test, both = ("oeq", "and") if e.op == "eq" else ("une", "or")
            return self.let(f"{both} i1 {self.let(f'fcmp {test} {t} {a}, {c}')}, {self.let(f'fcmp {test} {t} {b}, {d}')}")
        x, y, t = self.scalar(e.a), self.scalar(e.b), TYPES[rep]
        if is_float(rep):
            return self.let(f"fcmp {'une' if e.op == 'ne' else 'o' + e.op} {t} {x}, {y}")
        sign = "" if e.op in ("eq", "ne") else "s" if rep[0] == "i" else "u"
        return self.let(f"icmp {sign}{e.op} {t} {x}, {y}")

    def cast(self, e: Cast) -> str:
        source, target, x = rep_of(e.value), e.rep, self.scalar(e.value)
        s, t = TYPES[source], TYPES[target]
        if target == "b1":
            return self.let(f"fcmp une {s} {x}, 0.0" if is_float(source) else f"icmp ne {s} {x}, 0")
        if "p" in (source, target):
            return self.let(f"{'inttoptr' if target == 'p' else 'ptrtoint'} {s} {x} to {t}")
        if is_float(source):
            if is_float(target):
                return self.let(f"{'fpext' if target == 'f8' else 'fptrunc'} {s} {x} to {t}")
            return self.let(f"{'fptosi' if target[0] == 'i' else 'fptoui'} {s} {x} to {t}")
        if is_float(target):
            return self.let(f"{'sitofp' if source[0] == 'i' else 'uitofp'} {s} {x} to {t}")
        if size(source) == size(target) and source != "b1":
            return x
        if size(source) > size(target):
            return self.let(f"trunc {s} {x} to {t}")
        return self.let(f"{'sext' if source[0] == 'i' else 'zext'} {s} {x} to {t}")

    def select(self, e: Select) -> Text:
        test = self.scalar(e.test)
        if not is_complex(e.rep) and is_cheap(e.then) and is_cheap(e.orelse):
            return self.let(f"select i1 {test}, {self.typed(e.then)}, {self.typed(e.orelse)}")
        then, orelse, end = self.fresh("then"), self.fresh("else"), self.fresh("end")
        self.line(f"br i1 {test}, label %{then}, label %{orelse}")
        chosen = []
        for label, value in ((then, e.then), (orelse, e.orelse)):
            self.begin(label)
            text = self.value(value)
            chosen.append((text if isinstance(text, tuple) else (text,), self.label))
            self.line(f"br label %{end}")
        self.begin(end)
        t = TYPES[PART.get(e.rep, e.rep)]
        (first, one), (second, other) = chosen
        merged = [self.let(f"phi {t} [ {x}, %{one} ], [ {y}, %{other} ]") for x, y in zip(first, second, strict=True)]
        return (merged[0], merged[1]) if len(merged) == 2 else merged[0]

    # -- memory

    def place(self, base: str, offset: str, shift: int = 0) -> str:
        if shift:
            offset = self.let(f"add i64 {offset}, {shift}")
        return self.let(f"getelementptr inbounds i8, ptr {base}, i64 {offset}")

    def scope(self, access: Load | Store) -> str:
        """What it may touch.  The word that tells of a failed check may be written by any call: a look at it is a way out of the
        kernel, which keeps what was stored before."""
        if access.group is not None:
            return scope(OWN_GROUPS + access.group)
        name = access.base.name if isinstance(access.base, Local) else ""
        if name and name == self.frame:
            return "" if isinstance(access.offset, Const) and access.offset.value == FAILED else scope(FRAME_GROUP)
        return scope(BUFFER_GROUP) if name in self.buffers else ""

    def load(self, e: Load) -> Text:
        base, offset, scope = self.scalar(e.base), self.scalar(e.offset), self.scope(e)
        if is_complex(e.rep):
            rep = PART[e.rep]
            t, step = TYPES[rep], size(rep)
            real, imag = (
                self.let(f"load {t}, ptr {self.place(base, offset, shift)}, align {step}{scope}") for shift in (0, step))
            return real, imag
        place = self.place(base, offset)
        if e.rep == "b1":
            return self.let(f"icmp ne i8 {self.let(f'load i8, ptr {place}{scope}')}, 0")
        return self.let(f"load {TYPES[e.rep]}, ptr {place}{scope}{self.known(e)}")

    def known(self, e: Load) -> str:
        """The chunk of iterations begins at 0 or later."""
        match e:
            case Load(Local(name), Const(word)) if name == self.frame and word in (LOW, HIGH):
                return f", !range !{{i64 0, i64 {NO_END + 1}}}"
        return ""

    # -- calls

    def call(self, e: Call) -> Text:
        made = self.let(f"call {TYPES[e.rep]} @f.{e.function}({', '.join(map(self.typed, e.args))})")
        if is_complex(e.rep):
            t = TYPES[e.rep]
            return self.let(f"extractvalue {t} {made}, 0"), self.let(f"extractvalue {t} {made}, 1")
        return made

    def overflows(self, e: Overflows) -> str:
        rep = rep_of(e.a)
        name, t = f"llvm.{'s' if rep[0] == 'i' else 'u'}{e.op}.with.overflow.i64", TYPES[rep]
        both = self.let(f"call {{ i64, i1 }} {self.use(name)}({t} {self.scalar(e.a)}, {t} {self.scalar(e.b)})")
        return self.let(f"extractvalue {{ i64, i1 }} {both}, 1")


def is_cheap(value: Value) -> bool:
    """Can it be computed though it is not needed: no memory but variables, no division, no call, nothing that raises a flag?"""
    match value:
        case Const() | Local():
            return True
        case Unary():
            return value.op in ("neg", "invert", "not", "fneg", "fabs", "bits", "from_bits", "abs") and is_cheap(value.value)
        case Binary():
            return value.op in _CHEAP and not is_float(value.rep) and is_cheap(value.a) and is_cheap(value.b)
        case Compare():
            return not is_complex(rep_of(value.a)) and is_cheap(value.a) and is_cheap(value.b)
        case Cast():
            return not is_float(value.rep) and not is_float(rep_of(value.value)) and is_cheap(value.value)
        case Select():
            return not is_complex(value.rep) and all(map(is_cheap, (value.test, value.then, value.orelse)))
        case _:
            return False
