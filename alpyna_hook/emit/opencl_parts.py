"""Functions in OpenCL C that the printed kernels call, each put into a program once, where something calls it.

Each is written for one representation, and gives the bits that LLVM's dialect gives (see `llvm_parts`).  What C leaves open, or
leaves to the device, is not used: signed sums wrap by way of unsigned ones, the remainder of floats is computed from their bits.
"""

from __future__ import annotations

from alpyna_hook.ir.kernel import Rep
from alpyna_hook.ir.layout import BUDGET

TYPES: dict[Rep, str] = {
    "b1": "bool", "i1": "char", "i2": "short", "i4": "int", "i8": "long", "u1": "uchar", "u2": "ushort", "u4": "uint",
    "u8": "ulong", "f4": "float", "f8": "double", "p": "global uchar *",
}
# as what an element is loaded and stored: of one size, one type, so that views of another type touch what these touch
UNSIGNED = {1: "uchar", 2: "ushort", 4: "uint", 8: "ulong"}

# 0 for a divisor of 0, and for the least integer by -1
_SIGNED = """
static {t} {op}_{rep}({t} x, {t} y) {{
    if (y == 0 || (y == -1 && x == {least}))
        return 0;
    const {t} q = x / y, r = x % y;
    const bool off = r != 0 && (r ^ y) < 0;
    return off ? {moved} : {plain};
}}
"""
_UNSIGNED = """
static {t} {op}_{rep}({t} x, {t} y) {{
    return y == 0 ? 0 : x {sign} y;
}}
"""
# The remainder of the absolute values, bit by bit: exact on every device.
_FMOD = """
static {t} remainder_{rep}({t} x, {t} y) {{
    const {u} sign = as_{u}(x) & {top}, infinite = {infinite};
    {u} a = as_{u}(x) ^ sign, b = as_{u}(y) & ~{top};
    if (b == 0 || a >= infinite || b > infinite)
        return ({t})NAN;
    if (a < b)
        return x;
    int ea = (int)(a >> {bits}), eb = (int)(b >> {bits});
    a = ea ? (a & {mask}) | {one} : a;
    b = eb ? (b & {mask}) | {one} : b;
    for (ea = ea ? ea : 1; a < {one}; ea--)
        a <<= 1;
    for (eb = eb ? eb : 1; b < {one}; eb--)
        b <<= 1;
    for (; ea > eb; ea--)
        a = (a >= b ? a - b : a) << 1;
    a = a >= b ? a - b : a;
    if (a == 0)
        return as_{t}(sign);
    for (; a < {one}; ea--)
        a <<= 1;
    return as_{t}(sign | (ea > 0 ? (a & {mask}) | (({u})ea << {bits}) : a >> (1 - ea)));
}}
"""
# Objects/floatobject.c, float_divmod
_MOD = """
static {t} mod_{rep}({t} x, {t} y) {{
    const {t} r = remainder_{rep}(x, y);
    if (y == 0)
        return r;
    if (r != 0)
        return (y < 0) != (r < 0) ? r + y : r;
    return y < 0 ? -({t})0 : ({t})0;
}}
"""
_FLOORDIV = """
static {t} floordiv_{rep}({t} x, {t} y) {{
    if (y == 0)
        return x / y;
    const {t} r = remainder_{rep}(x, y);
    {t} quotient = (x - r) / y;
    if (r != 0 && (y < 0) != (r < 0))
        quotient = quotient - 1;
    if (!(quotient < 0 || quotient > 0))
        return quotient * quotient * x / y;
    const {t} whole = floor(quotient);
    return quotient - whole > ({t})0.5 ? whole + 1 : whole;
}}
"""
_FLOATS = {
    "f4": {"t": "float", "u": "uint", "top": "0x80000000u", "infinite": "0x7f800000u", "bits": "23", "mask": "0x7fffffu",
           "one": "0x800000u"},
    "f8": {"t": "double", "u": "ulong", "top": "0x8000000000000000ul", "infinite": "0x7ff0000000000000ul", "bits": "52",
           "mask": "0xffffffffffffful", "one": "0x10000000000000ul"},
}
_OVERFLOWS = {
    "add_i8": "const long sum = (long)((ulong)x + (ulong)y);\n    return ((x ^ sum) & (y ^ sum)) < 0;",
    "sub_i8": "const long rest = (long)((ulong)x - (ulong)y);\n    return ((x ^ y) & (x ^ rest)) < 0;",
    "mul_i8": "const long low = (long)((ulong)x * (ulong)y);\n    return mul_hi(x, y) != (low >> 63);",
    "add_u8": "return x + y < x;",
    "sub_u8": "return x < y;",
    "mul_u8": "return mul_hi(x, y) != 0;",
}
# What a kernel may turn, before it has to end: nothing stops it from outside.
_POLL = f"""
static bool poll(global uchar *frame, long iterations) {{
    global long *const left = (global long *)(frame + {BUDGET});
    *left -= iterations;
    return *left < 0;
}}
"""


def part(name: str) -> tuple[str, tuple[str, ...]]:
    """The text of a function by its name, such as `mod_f8` or `overflows_add_i8`, and those that it calls."""
    what, _, rep = name.rpartition("_")
    if name == "poll":
        return _POLL, ()
    t = TYPES[rep]
    if what.startswith("overflows_"):
        body = _OVERFLOWS[name.removeprefix("overflows_")]
        return f"\nstatic bool {name}({t} x, {t} y) {{\n    {body}\n}}\n", ()
    if what == "remainder":
        return _FMOD.format(rep=rep, **_FLOATS[rep]), ()
    if rep[0] == "f":
        return (_MOD if what == "mod" else _FLOORDIV).format(t=t, rep=rep), (f"remainder_{rep}",)
    if rep[0] == "u":
        return _UNSIGNED.format(t=t, rep=rep, op=what, sign="%" if what == "mod" else "/"), ()
    moved, plain = (f"({t})(q - 1)", "q") if what == "floordiv" else (f"({t})(r + y)", "r")
    return _SIGNED.format(t=t, rep=rep, op=what, least=least(rep), moved=moved, plain=plain), ()


def least(rep: Rep) -> str:
    """The least integer, which C has no literal for."""
    return f"(-{2 ** (8 * int(rep[1:]) - 1) - 1}{'l' if rep == 'i8' else ''} - 1)"
