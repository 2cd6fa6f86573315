"""Kernel IR as LLVM's language: text, for any of its targets.

before:  Set("i", Local("k", "i8")); Store(b, i * 8, Binary("mul", Load(a, i * 8, "f8", 0), 2.0, "f8"), "f8", 1)
after:   %t1 = load i64, ptr %v.k                    store i64 %t1, ptr %v.i ...
         %t7 = load double, ptr %t6, !alias.scope !14, !noalias !15
         %t8 = fmul double %t7, 0x4000000000000000 ...
         store double %t8, ptr %t12, !alias.scope !16, !noalias !17

Variables are memory of the function (LLVM's first pass makes values of them), types are written everywhere.  Nothing may be
reassociated or contracted: no fast-math flags.  `nsw` stands only at sums and products that were proved, or are checked, not to
overflow.
"""

from __future__ import annotations

from typing import NamedTuple

from alpyna_hook.emit.llvm_parts import OWN_GROUPS, PURE_CALL, TYPES, part
from alpyna_hook.emit.llvm_values import PART, LlvmValues, constant, is_complex, size
from alpyna_hook.emit.recurrences import waits_for_itself
from alpyna_hook.ir.kernel import (
    Break,
    Buffer,
    Continue,
    Evaluate,
    Function,
    If,
    InnerLoop,
    Kernel,
    Local,
    Loop,
    Rep,
    Return,
    Set,
    Stmt,
    Store,
    Value,
    While,
    assert_never,
    rep_of,
)

_FIRST_HINT = 1_000_000  # after the numbers of all groups


class Target(NamedTuple):
    """What differs between machines."""

    triple: str = ""
    layout: str = ""


def llvm_text(kernel: Kernel, symbol: str = "kernel", target: Target = Target()) -> str:  # noqa: B008
    """A module whose one public function, by that name, is the kernel."""
    parts: list[str] = []
    used: dict[str, None] = {}
    hints: list[str] = []
    *functions, main = kernel.functions
    for function in (*functions, main):
        made = LlvmFunction(function, hints)
        parts.append(made.text(symbol if function is main else ""))
        used |= made.used
    head = [f'target triple = "{target.triple}"'] if target.triple else []
    head += [f'target datalayout = "{target.layout}"'] if target.layout else []
    return "\n".join([*head, *_called(used), *parts, PURE_CALL, *_scopes(kernel.groups), *hints]) + "\n"


def _called(used: dict[str, None]) -> list[str]:
    """The parts and intrinsics that are called, with those that they call themselves."""
    texts: dict[str, str] = {}
    waiting = list(used)
    while waiting:
        name = waiting.pop()
        if name in texts:
            continue
        if name.startswith("llvm."):
            texts[name] = _declaration(name)
            continue
        texts[name], more = part(name)
        waiting += more
    return list(texts.values())


def _declaration(name: str) -> str:
    if "with.overflow" in name:
        return f"declare {{ i64, i1 }} @{name}(i64, i64)"
    t = "float" if name.endswith("f32") else "double"
    return f"declare {t} @{name}({t})"


def _scopes(groups: int) -> list[str]:
    """LLVM's scoped-noalias metadata: accesses of one group do not touch what those of another do.  The frame and the buffers
    are groups of their own."""
    groups += OWN_GROUPS
    domain = 10 + 2 * groups
    first = domain + 1
    lines = [f'!{domain} = distinct !{{!{domain}, !"alpyna"}}']
    for k in range(groups):
        others = ", ".join(f"!{first + other}" for other in range(groups) if other != k)
        lines += [f'!{first + k} = distinct !{{!{first + k}, !{domain}, !"alpyna.group{k}"}}',
                  f"!{10 + 2 * k} = !{{!{first + k}}}", f"!{11 + 2 * k} = !{{{others}}}"]
    return lines


class LlvmFunction(LlvmValues):
    """hints: the metadata of loops, of all functions of the module."""

    def __init__(self, function: Function, hints: list[str]) -> None:
        super().__init__()
        self.hints = hints
        self.function = function
        self.buffers = frozenset([b.name for b in function.buffers])
        self.frame = next((p.name for p in function.parameters if p.rep == "p"), "")
        self.reps: dict[str, Rep] = {v.name: v.rep for v in (*function.parameters, *function.locals)}
        self.loops: list[tuple[str, str]] = []  # where `continue` and `break` go, of the loops around
        self.ended = False  # whether the block has its last instruction
        self.head: list[str] = []

    def text(self, symbol: str) -> str:
        f = self.function
        parameters = []
        for p in f.parameters:
            if is_complex(p.rep):
                parameters += [f"{TYPES[PART[p.rep]]} %p.{p.name}.{part}" for part in ("re", "im")]
            else:
                parameters.append(f"{TYPES[p.rep]} %p.{p.name}")
        self.block(f.body)
        if not self.ended:
            self.finish("unreachable")
        for b in f.buffers:
            self.buffer(b)
        for v in f.locals:
            self.variable(v, "")
        for p in f.parameters:
            self.variable(p, f"%p.{p.name}")
        name = symbol or f"f.{f.name}"
        start = f"define {'' if symbol else 'internal '}{TYPES[f.rep]} @{name}({', '.join(parameters)}) nounwind {{"
        return "\n".join([start, "entry:", *self.head, *self.out, "}"])

    def buffer(self, b: Buffer) -> None:
        self.head.append(f"  %v.{b.name} = alloca [{b.size} x double]")

    def variable(self, v: Local, given: str) -> None:
        """Its memory, with its first value."""
        rep = PART.get(v.rep, v.rep)
        start = "null" if rep == "p" else constant(0, rep)
        for suffix in (".re", ".im") if is_complex(v.rep) else ("",):
            self.head += [f"  %v.{v.name}{suffix} = alloca {TYPES[rep]}",
                          f"  store {TYPES[rep]} {given + suffix if given else start}, ptr %v.{v.name}{suffix}"]

    # -- statements

    def begin(self, label: str) -> None:
        super().begin(label)
        self.ended = False

    def finish(self, text: str) -> None:
        """The last instruction of a block."""
        self.line(text)
        self.ended = True

    def go(self, label: str) -> None:
        if not self.ended:
            self.finish(f"br label %{label}")

    def block(self, body: tuple[Stmt, ...]) -> None:
        for s in body:
            if self.ended:
                return  # what follows a jump is never reached
            self.statement(s)

    def statement(self, s: Stmt) -> None:
        match s:
            case Set():
                self.set(s)
            case Store():
                self.store(s)
            case InnerLoop():
                self.inner_loop(s)
            case Evaluate():
                self.value(s.value)
            case If():
                self.branch(s)
            case Loop():
                self.loop(s)
            case While():
                self.while_loop(s)
            case Break():
                self.go(self.loops[-1][1])
            case Continue():
                self.go(self.loops[-1][0])
            case Return():
                self.leave(s.value)
            case _:
                assert_never(s)

    def set(self, s: Set) -> None:
        text = self.value(s.value)
        if isinstance(text, tuple):
            t = TYPES[PART[rep_of(s.value)]]
            for suffix, each in zip((".re", ".im"), text, strict=True):
                self.line(f"store {t} {each}, ptr %v.{s.name}{suffix}")
        else:
            self.line(f"store {TYPES[rep_of(s.value)]} {text}, ptr %v.{s.name}")

    def store(self, s: Store) -> None:
        base, offset, scope = self.scalar(s.base), self.scalar(s.offset), self.scope(s)
        text = self.value(s.value)
        if isinstance(text, tuple):
            rep = PART[s.rep]
            for shift, each in zip((0, size(rep)), text, strict=True):
                self.line(f"store {TYPES[rep]} {each}, ptr {self.place(base, offset, shift)}, align {size(rep)}{scope}")
            return
        if s.rep == "b1":
            text = self.let(f"zext i1 {text} to i8")
        kind = "i8" if s.rep == "b1" else TYPES[s.rep]
        self.line(f"store {kind} {text}, ptr {self.place(base, offset)}{scope}")

    def inner_loop(self, s: InnerLoop) -> None:
        name = self.use(f"inner_loop{len(s.buffers) - 1}_{s.rep}")
        places = [self.address(x) for x in (s.loop, s.data, *s.flags)]
        args = [*[f"ptr {x}" for x in places], self.typed(s.frame), self.typed(s.count), *map(self.typed, s.buffers)]
        self.line(f"call void {name}({', '.join(args)})")

    def branch(self, s: If) -> None:
        then, orelse, end = self.fresh("then"), self.fresh("else"), self.fresh("end")
        self.finish(f"br i1 {self.scalar(s.test)}, label %{then}, label %{orelse if s.orelse else end}")
        self.begin(then)
        self.block(s.body)
        self.go(end)
        if s.orelse:
            self.begin(orelse)
            self.block(s.orelse)
            self.go(end)
        self.begin(end)

    def loop(self, s: Loop) -> None:
        low, high = self.scalar(s.low), self.scalar(s.high)
        place = "%" + self.fresh("at")
        self.head.append(f"  {place} = alloca i64")
        self.line(f"store i64 {low}, ptr {place}")
        head, body, following = self.fresh("head"), self.fresh("body"), self.fresh("next")
        after, end = self.fresh("after"), self.fresh("end")
        self.go(head)
        self.begin(head)
        now = self.let(f"load i64, ptr {place}")
        self.finish(f"br i1 {self.let(f'icmp slt i64 {now}, {high}')}, label %{body}, label %{after}")
        self.begin(body)
        self.line(f"store i64 {now}, ptr %v.{s.counter}")
        self.inside(s.body, following, end)
        self.begin(following)
        self.line(f"store i64 {self.let(f'add nsw i64 {now}, {s.step}')}, ptr {place}")
        self.finish(f"br label %{head}{self.hint(s)}")
        self.begin(after)
        self.block(s.after)
        self.go(end)
        self.begin(end)

    def hint(self, s: Loop) -> str:
        """What LLVM is told of a loop."""
        if not waits_for_itself(s):
            return ""
        number = _FIRST_HINT + len(self.hints)
        self.hints.append(f'!{number} = distinct !{{!{number}, !{{!"llvm.loop.unroll.disable"}}}}')
        return f", !llvm.loop !{number}"

    def while_loop(self, s: While) -> None:
        head, body, end = self.fresh("head"), self.fresh("body"), self.fresh("end")
        self.go(head)
        self.begin(head)
        self.finish(f"br i1 {self.scalar(s.test)}, label %{body}, label %{end}")
        self.begin(body)
        self.inside(s.body, head, end)
        self.begin(end)

    def inside(self, body: tuple[Stmt, ...], again: str, end: str) -> None:
        self.loops.append((again, end))
        self.block(body)
        self.go(again)
        self.loops.pop()

    def leave(self, value: Value) -> None:
        text, t = self.value(value), TYPES[rep_of(value)]
        if isinstance(text, tuple):
            part = TYPES[PART[rep_of(value)]]
            half = self.let(f"insertvalue {t} undef, {part} {text[0]}, 0")
            text = self.let(f"insertvalue {t} {half}, {part} {text[1]}, 1")
        self.finish(f"ret {t} {text}")
