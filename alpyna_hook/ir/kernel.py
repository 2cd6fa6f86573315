"""What a machine does in a kernel: between the typed nest and any text.  The whole grammar on one page.

    kernel    = function+                                     the callees first; the last one is the kernel itself
    function  = name(parameters) locals buffers statements
    statement = Set | Store | InnerLoop | Evaluate | If | Loop | While | Break | Continue | Return
    value     = Const | Local | Unary | Binary | Compare | Cast | Select | Pair | Load | Call | CallAt | Apply
              | Overflows | Poll | Flagged

Nothing of Python is left: every value says how it is represented (`Rep`: b1, i1 to i8, u1 to u8, f4, f8, c8, c16, or p, a pointer),
operands of one operation are of one representation, casts are written out, and memory is a base and an offset in bytes.

before:  store_f8_g1(b, i * 8, load_f8_g0(a, i * 8) + 1)
after:   Store(b, Binary("mul", i, 8, "i8"), Binary("add", Load(a, ..., "f8", 0), Cast(1, "f8"), "f8"), "f8", 1)
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NoReturn, TypeAlias

from alpyna_hook.ir.schema import Node

Rep: TypeAlias = str


class Mode(Enum):
    """How a loop runs: as it stands, its iterations side by side in threads, in the lanes of a vector, or written out."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"
    VECTOR = "vector"
    UNROLLED = "unrolled"


# ------------------------------------------------------------------- values


class Const(Node):
    value: Any  # bool, int or float
    rep: Rep


class Local(Node):
    """A variable, a parameter or a buffer of the function."""

    name: str
    rep: Rep


class Unary(Node):
    """op: neg and abs (of an integer, wrapping), invert, not, fneg, fabs, sqrt, floor, ceil, trunc, rint, bits (a float as the
    integer of the same size), from_bits, real, imag."""

    op: str
    value: Value
    rep: Rep


class Binary(Node):
    """op: add, sub, mul, of which signed integers do not overflow; wrap_add, wrap_sub, wrap_mul, which do; div; floordiv and mod,
    with Python's signs and 0 for an integer by 0; and, or, xor; lshift and rshift by less than the width."""

    op: str
    a: Value
    b: Value
    rep: Rep


class Compare(Node):
    """op: lt, le, gt, ge, eq, ne; of NaN all but `ne` are false."""

    op: str
    a: Value
    b: Value


class Cast(Node):
    """To another representation: truncated, extended or rounded; a complex one from the real part; to b1 whether it isn't 0."""

    value: Value
    rep: Rep


class Select(Node):
    """One of two values, of which the other is not computed; `a and b` is Select(a, b, False)."""

    test: Value
    then: Value
    orelse: Value
    rep: Rep


class Pair(Node):
    """A complex number."""

    real: Value
    imag: Value
    rep: Rep


class Load(Node):
    """group: accesses of one group touch nothing of what those of another do; None: they may touch anything."""

    base: Value
    offset: Value
    rep: Rep
    group: int | None


class Call(Node):
    """Of a function of the kernel."""

    function: str
    args: tuple[Value, ...]
    rep: Rep


class CallAt(Node):
    """Of a C function by its address, whose arguments are of the representation of its result."""

    address: Value
    args: tuple[Value, ...]
    rep: Rep


class Apply(Node):
    """One of NumPy's inner loops, called for one element; `flags` are the addresses of feclearexcept and fetestexcept."""

    loop: Value
    data: Value
    flags: tuple[Value, Value]
    frame: Value
    args: tuple[Value, ...]
    rep: Rep


class Overflows(Node):
    """Whether add, sub or mul leaves the range of i8 or u8."""

    op: str
    a: Value
    b: Value


class Poll(Node):
    """Whether the kernel is to be left, after so many more iterations."""

    frame: Value
    iterations: Value


class Flagged(Node):
    """Whether a floating-point flag that matters was raised so far."""

    frame: Value


Value: TypeAlias = (
    Const | Local | Unary | Binary | Compare | Cast | Select | Pair | Load | Call | CallAt | Apply | Overflows | Poll | Flagged
)

# --------------------------------------------------------------- statements


class Set(Node):
    name: str
    value: Value


class Store(Node):
    base: Value
    offset: Value
    value: Value
    rep: Rep
    group: int | None


class InnerLoop(Node):
    """One of NumPy's inner loops, called for `count` elements of the buffers, operands first."""

    loop: Value
    data: Value
    flags: tuple[Value, Value]
    frame: Value
    count: Value
    buffers: tuple[Value, ...]
    rep: Rep


class Evaluate(Node):
    """For what it does, or may raise."""

    value: Value


class If(Node):
    test: Value
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class Loop(Node):
    """The counter, an i8, from `low` to before `high` by a positive step, both known before the first iteration; `after` runs where
    no `Break` has left the loop.  What the body gives the counter does not change the next iteration's."""

    counter: str
    low: Value
    high: Value
    step: int
    mode: Mode
    body: tuple[Stmt, ...]
    after: tuple[Stmt, ...]


class While(Node):
    test: Value
    body: tuple[Stmt, ...]


class Break(Node):
    pass


class Continue(Node):
    pass


class Return(Node):
    value: Value


Stmt: TypeAlias = Set | Store | InnerLoop | Evaluate | If | Loop | While | Break | Continue | Return


class Buffer(Node):
    """Memory of the function's own, in elements of 8 bytes; its name is a pointer."""

    name: str
    size: int


class Function(Node):
    """locals: the representation of every variable that is not a parameter; each starts as 0."""

    name: str
    parameters: tuple[Local, ...]
    rep: Rep
    locals: tuple[Local, ...]
    buffers: tuple[Buffer, ...]
    body: tuple[Stmt, ...]


class Kernel(Node):
    """groups: how many groups of accesses there are."""

    functions: tuple[Function, ...]
    groups: int


class Untaken(Exception):
    """A form of kernels that one of the dialects, or of the engines, does not have."""


def assert_never(node: NoReturn) -> NoReturn:
    """At the end of a match: that no kind of node was left out, as mypy sees."""
    raise AssertionError(f"unexpected {node!r}")


def rep_of(value: Value) -> Rep:
    rep: Rep = getattr(value, "rep", "b1")  # those that have none are tests
    return rep
