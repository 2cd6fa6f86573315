"""Kernel IR as Python's text, which Numba compiles and people read.

before:  Store(b, Binary("mul", i, 8, "i8"), Binary("add", Load(a, ..., "f8", 0), Cast(n, "f8"), "f8"), "f8", 1)
after:   store_f8_g1(b, (i * 8), (load_f8_g0(a, (i * 8)) + f8(n)))

What is called is defined in `kernels.primitives`.  Each variable is given its first value where that may matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel import assert_never, rep_of
from alpyna_hook.ir.kernel_values import zero
from alpyna_hook.ir.schema import children, walk

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "and": "&", "or": "|", "xor": "^",
    "lshift": "<<", "rshift": ">>", "wrap_add": "+", "wrap_sub": "-", "wrap_mul": "*",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}
_PREFIX = {"neg": "-", "invert": "~", "not": "not ", "abs": "abs"}
_AS_WRITTEN = frozenset("b1 i8 u8 f8 c16".split())  # what Python's operators give of these is of these


def python_text(kernel: k.Kernel) -> str:
    return "\n\n\n".join(map(_function, kernel.functions)) + "\n"


def _function(f: k.Function) -> str:
    lines = [f"def {f.name}({', '.join([p.name for p in f.parameters])}):"]
    lines += [f"    {b.name} = strip()" for b in f.buffers]
    needed = read_unset(f)
    lines += [f"    {v.name} = {_value(zero(v.rep))}" for v in f.locals if v.name in needed]
    return "\n".join([*lines, *_block(f.body)])


def access(node: k.Load | k.Store) -> str:
    """What it is called: by its group, or as one of our own memory."""
    own, element = ("get", "load") if isinstance(node, k.Load) else ("put", "store")
    return f"{own}_{node.rep}" if node.group is None else f"{element}_{node.rep}_g{node.group}"


# ------------------------------------------------------------------ statements


def _block(body: tuple[k.Stmt, ...]) -> Iterator[str]:
    for s in body:
        for line in _statement(s):
            yield "    " + line
    if not body:
        yield "    pass"


def _statement(s: k.Stmt) -> Iterator[str]:
    match s:
        case k.Set():
            yield f"{s.name} = {_bare(s.value)}"
        case k.Store():
            yield f"{access(s)}({_values(s.base, s.offset, s.value)})"
        case k.InnerLoop():
            operands = _values(s.loop, s.data, *s.flags, s.frame, s.count, *s.buffers)
            yield f"ufunc{len(s.buffers) - 1}_strip_{s.rep}({operands})"
        case k.Evaluate():
            yield _bare(s.value)
        case k.If():
            yield f"if {_bare(s.test)}:"
            yield from _block(s.body)
            yield from _else(s.orelse)
        case k.Loop():
            step = f", {s.step}" if s.step != 1 else ""
            yield f"for {s.counter} in range({_bare(s.low)}, {_bare(s.high)}{step}):"
            yield from _block(s.body)
            yield from _else(s.after)
        case k.While():
            yield f"while {_bare(s.test)}:"
            yield from _block(s.body)
        case k.Break():
            yield "break"
        case k.Continue():
            yield "continue"
        case k.Return():
            yield f"return {_bare(s.value)}"
        case _:
            assert_never(s)


def _else(body: tuple[k.Stmt, ...]) -> Iterator[str]:
    if body:
        yield "else:"
        yield from _block(body)


# ---------------------------------------------------------------------- values


def _bare(value: k.Value) -> str:
    """Without the parentheses around all of it."""
    text = _value(value)
    is_operation = isinstance(value, k.Binary | k.Compare | k.Select) or (isinstance(value, k.Unary) and value.op in _PREFIX)
    return text[1:-1] if is_operation and text[0] == "(" else text


def _values(*values: k.Value) -> str:
    return ", ".join(map(_bare, values))


def _value(e: k.Value) -> str:
    match e:
        case k.Const():
            return _constant(e.value, e.rep)
        case k.Local():
            return e.name
        case k.Unary():
            return _unary(e)
        case k.Binary():
            return _binary(e)
        case k.Compare():
            return f"({_value(e.a)} {_INFIX[e.op]} {_value(e.b)})"
        case k.Cast():
            assert rep_of(e.value) != "p", "an address is no number here"
            return f"{'pointer' if e.rep == 'p' else e.rep}({_bare(e.value)})"
        case k.Select():
            return _select(e)
        case k.Pair():
            return _as(e.rep, f"complex({_values(e.real, e.imag)})")
        case k.Load():
            return f"{access(e)}({_values(e.base, e.offset)})"
        case k.Call():
            return f"{e.function}({_values(*e.args)})"
        case k.CallAt():
            return f"call{len(e.args)}_{e.rep}({_values(e.address, *e.args)})"
        case k.Apply():
            return f"ufunc{len(e.args)}_{e.rep}({_values(e.loop, e.data, *e.flags, e.frame, *e.args)})"
        case k.Overflows():
            return f"{e.op}_overflows_{rep_of(e.a)}({_values(e.a, e.b)})"
        case k.Poll():
            return f"poll({_values(e.frame, e.iterations)})"
        case k.Flagged():
            return f"flagged({_values(e.frame)})"
        case _:
            assert_never(e)


def _constant(value: bool | int | float, rep: k.Rep) -> str:
    if rep == "b1":
        return str(value)
    if rep == "i8" and value == -(2**63):
        return "(-9223372036854775807 - 1)"
    text = f"({value!r})" if repr(value)[0] == "-" else repr(value)
    return text if rep in ("i8", "f8") else f"{rep}({text})"


def _as(rep: k.Rep, text: str) -> str:
    return text if rep in _AS_WRITTEN else f"{rep}{text}" if text[0] == "(" else f"{rep}({text})"


def _unary(e: k.Unary) -> str:
    if e.op in ("real", "imag"):
        return f"{_value(e.value)}.{e.op}"
    if e.op in _PREFIX:
        return _as(e.rep, f"({_PREFIX[e.op]}{_value(e.value)})" if e.op != "abs" else f"abs({_bare(e.value)})")
    rep = rep_of(e.value) if e.op == "bits" else e.rep
    return f"{e.op}_{rep}({_bare(e.value)})"


def _binary(e: k.Binary) -> str:
    if e.op.startswith("wrap_") and e.rep == "i8":
        return f"{e.op}({_values(e.a, e.b)})"
    first = _value(e.a)
    if e.rep == "i8" and isinstance(e.a, k.Const) and isinstance(e.b, k.Const):
        first = f"i8({first})"  # lest Python computes it: an integer that is too large for Numba
    return _as(e.rep, f"({first} {_INFIX[e.op]} {_value(e.b)})")


def _select(e: k.Select) -> str:
    if isinstance(e.orelse, k.Const) and (e.orelse.value, e.rep) == (False, "b1"):
        return f"({_value(e.test)} and {_value(e.then)})"
    if isinstance(e.then, k.Const) and (e.then.value, e.rep) == (True, "b1"):
        return f"({_value(e.test)} or {_value(e.orelse)})"
    return f"({_value(e.then)} if {_value(e.test)} else {_value(e.orelse)})"


# ------------------------------------------------- variables' first values matter


def read_unset(f: k.Function) -> set[str]:
    """The variables that may be read before the function has given them a value."""
    needed: set[str] = set()

    def read(value: k.Value, known: frozenset[str]) -> None:
        needed.update({x.name for x in walk(value) if isinstance(x, k.Local)} - known)

    def run(body: tuple[k.Stmt, ...], known: frozenset[str] | None) -> frozenset[str] | None:
        """None: not reached."""
        for s in body:
            if known is None:
                return None
            for value in children(s):
                if not isinstance(value, k.Stmt):
                    read(value, known)
            match s:
                case k.Set():
                    known |= {s.name}
                case k.If():
                    then, orelse = run(s.body, known), run(s.orelse, known)
                    known = orelse if then is None else then if orelse is None else then & orelse
                case k.Loop():
                    run(s.body, known | {s.counter})
                    run(s.after, known)
                case k.While():
                    run(s.body, known)
                case k.Break() | k.Continue() | k.Return():
                    known = None
        return known

    run(f.body, frozenset([*(p.name for p in f.parameters), *(b.name for b in f.buffers)]))
    return needed
