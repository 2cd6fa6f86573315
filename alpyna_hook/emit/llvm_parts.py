"""Functions in LLVM's language that the printed kernels call, each put into a module once, where something calls it.

They are inlined always; each is written for one representation, and gives the bits that Numba's own operators give.
"""

from __future__ import annotations

from alpyna_hook.ir.kernel import Rep
from alpyna_hook.ir.layout import ABORT, BUDGET, FOUND, MASK, RAISED, TEST

ALL_FLAGS = 0x1F  # more than the flags of any machine that we know of; fenv.h ignores the others
TYPES: dict[Rep, str] = {
    "b1": "i1", "i1": "i8", "i2": "i16", "i4": "i32", "i8": "i64", "u1": "i8", "u2": "i16", "u4": "i32", "u8": "i64",
    "f4": "float", "f8": "double", "p": "ptr", "c8": "{ float, float }", "c16": "{ double, double }",
}
SUFFIX = {"f4": "f32", "f8": "f64"}
FRAME_GROUP, BUFFER_GROUP, OWN_GROUPS = range(3)  # of accesses, before those of the arrays
# of the C library's functions: what they touch, errno and the floating-point flags, no kernel does
PURE_CALL = "attributes #0 = { nounwind willreturn nosync nofree nocallback memory(inaccessiblemem: readwrite) }"


def scope(group: int) -> str:
    """Of an access: the metadata that says which group it is of."""
    return f", !alias.scope !{10 + 2 * group}, !noalias !{11 + 2 * group}"


# 0 for a divisor of 0, and for the least integer by -1, which would stop the process.
_SIGNED = """
define internal {t} @{op}_{rep}({t} %x, {t} %y) alwaysinline nounwind {{
  %zero = icmp eq {t} %y, 0
  %least = icmp eq {t} %x, {least}
  %minus = icmp eq {t} %y, -1
  %over = and i1 %least, %minus
  %none = or i1 %zero, %over
  br i1 %none, label %nothing, label %divide
divide:
  %q = sdiv {t} %x, %y
  %r = srem {t} %x, %y
  %signs = xor {t} %y, %r
  %differ = icmp slt {t} %signs, 0
  %rest = icmp ne {t} %r, 0
  %off = and i1 %rest, %differ
  %lower = sub {t} %q, 1
  %moved = add {t} %r, %y
  %floordiv = select i1 %off, {t} %lower, {t} %q
  %mod = select i1 %off, {t} %moved, {t} %r
  ret {t} %{op}
nothing:
  ret {t} 0
}}
"""
_UNSIGNED = """
define internal {t} @{op}_{rep}({t} %x, {t} %y) alwaysinline nounwind {{
  %zero = icmp eq {t} %y, 0
  br i1 %zero, label %nothing, label %divide
divide:
  %floordiv = udiv {t} %x, %y
  %mod = urem {t} %x, %y
  ret {t} %{op}
nothing:
  ret {t} 0
}}
"""
# Objects/floatobject.c, float_divmod
_MOD = """
define internal {t} @mod_{rep}({t} %x, {t} %y) alwaysinline nounwind {{
  %zero = fcmp oeq {t} %y, 0.0
  %r = frem {t} %x, %y
  br i1 %zero, label %plain, label %signed
plain:
  ret {t} %r
signed:
  %rest = fcmp une {t} %r, 0.0
  %negative = fcmp olt {t} %y, 0.0
  br i1 %rest, label %some, label %none
some:
  %below = fcmp olt {t} %r, 0.0
  %differ = icmp ne i1 %negative, %below
  br i1 %differ, label %move, label %plain
move:
  %moved = fadd {t} %r, %y
  ret {t} %moved
none:
  %nothing = select i1 %negative, {t} -0.0, {t} 0.0
  ret {t} %nothing
}}
"""
_FLOORDIV = """
define internal {t} @floordiv_{rep}({t} %x, {t} %y) alwaysinline nounwind {{
  %zero = fcmp oeq {t} %y, 0.0
  br i1 %zero, label %plain, label %divide
plain:
  %quotient = fdiv {t} %x, %y
  ret {t} %quotient
divide:
  %r = frem {t} %x, %y
  %less = fsub {t} %x, %r
  %exact = fdiv {t} %less, %y
  %rest = fcmp une {t} %r, 0.0
  %negative = fcmp olt {t} %y, 0.0
  %below = fcmp olt {t} %r, 0.0
  %differ = icmp ne i1 %negative, %below
  %off = and i1 %rest, %differ
  br i1 %off, label %move, label %snap
move:
  %lower = fsub {t} %exact, 1.0
  br label %snap
snap:
  %div = phi {t} [ %exact, %divide ], [ %lower, %move ]
  %some = fcmp one {t} %div, 0.0
  br i1 %some, label %round, label %nothing
round:
  %floor = call {t} @llvm.floor.{suffix}({t} %div)
  %gap = fsub {t} %div, %floor
  %up = fadd {t} %floor, 1.0
  %far = fcmp ogt {t} %gap, 0.5
  %nearest = select i1 %far, {t} %up, {t} %floor
  ret {t} %nearest
nothing:
  %square = fmul {t} %div, %div
  %signed = fmul {t} %square, %x
  %empty = fdiv {t} %signed, %y
  ret {t} %empty
}}
"""
_POLL = f"""
define internal i1 @poll(ptr %frame, i64 %iterations) alwaysinline nounwind {{
  %at = getelementptr inbounds i8, ptr %frame, i64 {ABORT}
  %abort = load atomic i64, ptr %at monotonic, align 8
  %place = getelementptr inbounds i8, ptr %frame, i64 {BUDGET}
  %before = load i64, ptr %place{scope(FRAME_GROUP)}
  %left = sub i64 %before, %iterations
  store i64 %left, ptr %place{scope(FRAME_GROUP)}
  %asked = icmp ne i64 %abort, 0
  %spent = icmp slt i64 %left, 0
  %leave = or i1 %asked, %spent
  ret i1 %leave
}}
"""
_FLAGGED = f"""
define internal i1 @flagged(ptr %frame) alwaysinline nounwind {{
  %at = getelementptr inbounds i8, ptr %frame, i64 {RAISED}
  %raised = load i64, ptr %at
  %place = getelementptr inbounds i8, ptr %frame, i64 {TEST}
  %test = load i64, ptr %place
  %own = icmp ne i64 %test, 0
  br i1 %own, label %ask, label %end
ask:
  %function = inttoptr i64 %test to ptr
  %others = getelementptr inbounds i8, ptr %frame, i64 {FOUND}
  %found = load i64, ptr %others
  %now = call i32 %function(i32 {ALL_FLAGS})
  %wide = zext i32 %now to i64
  %both = or i64 %found, %wide
  %more = or i64 %raised, %both
  br label %end
end:
  %all = phi i64 [ %raised, %0 ], [ %more, %ask ]
  %which = getelementptr inbounds i8, ptr %frame, i64 {MASK}
  %mask = load i64, ptr %which
  %matter = and i64 %all, %mask
  %flagged = icmp ne i64 %matter, 0
  ret i1 %flagged
}}
"""


def _noted(word: int, name: str) -> str:
    """Adds the flags that are raised to a word of the frame."""
    return f"""  %{name}.at = getelementptr inbounds i8, ptr %frame, i64 {word}
  %{name}.flags = call i32 %test(i32 {ALL_FLAGS})
  %{name}.wide = zext i32 %{name}.flags to i64
  %{name}.before = load i64, ptr %{name}.at
  %{name}.after = or i64 %{name}.before, %{name}.wide
  store i64 %{name}.after, ptr %{name}.at
"""


def _inner_loop(arity: int, rep: Rep, *, scalar: bool) -> str:
    """`void loop(char **args, npy_intp *n, npy_intp *steps, void *data)`.

    As NumPy does around each call, the floating-point flags are cleared before it and read after it (some loops clear them
    themselves); what was raised is added to a word of the frame, and what the kernel's own operations had raised before, to
    another: read again there, since an operation may have been moved past the test, but none comes between it and the next call.
    """
    places = range(arity + 1)
    size = int(rep[1:])
    steps = [0] * arity + [size] if scalar else [size] * (arity + 1)  # the steps that NumPy gives for scalars
    lines = [f"  %args = alloca [{arity + 1} x ptr]", "  %length = alloca i64", f"  %steps = alloca [{arity + 1} x i64]",
             "  store i64 %count, ptr %length"]
    for k in places:
        lines += [f"  %args.{k} = getelementptr inbounds ptr, ptr %args, i64 {k}", f"  store ptr %buffer.{k}, ptr %args.{k}",
                  f"  %steps.{k} = getelementptr inbounds i64, ptr %steps, i64 {k}", f"  store i64 {steps[k]}, ptr %steps.{k}"]
    buffers = "".join(f", ptr %buffer.{k}" for k in places)
    return f"""
define internal void @inner_loop{arity}_{rep}{"_1" * scalar}(ptr %loop, ptr %data, ptr %clear, ptr %test, ptr %frame,
    i64 %count{buffers}) alwaysinline nounwind {{
{chr(10).join(lines)}
  %raised = call i32 %test(i32 {ALL_FLAGS})
  %some = icmp ne i32 %raised, 0
  br i1 %some, label %keep, label %run
keep:
{_noted(FOUND, "own")}  call i32 %clear(i32 {ALL_FLAGS})
  br label %run
run:
  call void %loop(ptr %args, ptr %length, ptr %steps, ptr %data)
{_noted(RAISED, "its")}  ret void
}}
"""


def _apply(arity: int, rep: Rep) -> str:
    """The same for one element."""
    t, size = TYPES[rep], int(rep[1:])
    operands = "".join(f", {t} %x{k}" for k in range(arity))
    lines = [f"  %cells = alloca [{arity + 1} x {t}]"]
    for k in range(arity + 1):
        lines.append(f"  %cell.{k} = getelementptr inbounds i8, ptr %cells, i64 {k * size}")
        lines += [f"  store {t} %x{k}, ptr %cell.{k}"] if k < arity else []
    cells = "".join(f", ptr %cell.{k}" for k in range(arity + 1))
    return f"""
define internal {t} @apply{arity}_{rep}(ptr %loop, ptr %data, ptr %clear, ptr %test, ptr %frame{operands}) alwaysinline nounwind {{
{chr(10).join(lines)}
  call void @inner_loop{arity}_{rep}_1(ptr %loop, ptr %data, ptr %clear, ptr %test, ptr %frame, i64 1{cells})
  %result = load {t}, ptr %cell.{arity}
  ret {t} %result
}}
"""


def part(name: str) -> tuple[str, tuple[str, ...]]:
    """The text of a function by its name, such as `mod_f8` or `inner_loop2_f4`, and those that it calls."""
    if name == "poll":
        return _POLL, ()
    if name == "flagged":
        return _FLAGGED, ()
    what = name.partition("_")[0]
    rep = name.split("_")[-1]
    if what == "inner":
        arity, rep = int(name[len("inner_loop")]), name.split("_")[2]
        return _inner_loop(arity, rep, scalar=name.endswith("_1")), ()
    if what.startswith("apply"):
        return _apply(int(what[-1]), rep), (f"inner_loop{what[-1]}_{rep}_1",)
    t = TYPES[rep]
    if rep[0] == "f":
        text = (_MOD if what == "mod" else _FLOORDIV).format(t=t, rep=rep, suffix=SUFFIX[rep])
        return text, () if what == "mod" else (f"llvm.floor.{SUFFIX[rep]}",)
    form = _SIGNED if rep[0] == "i" else _UNSIGNED
    return form.format(t=t, rep=rep, op=what, least=-(2 ** (8 * int(rep[1:]) - 1))), ()
