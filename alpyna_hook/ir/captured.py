"""The loop nest as captured from source: the whole grammar on one page.

Everything is immutable (see `schema`); unions are closed and matched to the end.
Nothing here knows types or values: `infer` gives the types, `binding` the values.

Names.  A name is a string in one of three forms:
    "s"        a Python variable of the loop's scope, its closure, or its module;
    "self.n"   a dotted path: attributes read from a variable, and stored to by a nest itself;
               `cost["gap"]` is one, too: 'cost.["gap"]';
    "@t3"      a temporary of the capture: it never escapes the nest.
Which of them are arrays, scalars, modules or functions is known only at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from alpyna_hook.ir import schema
from alpyna_hook.ir.paths import dict_step as dict_step, key_of_step as key_of_step
from alpyna_hook.ir.schema import NONE, Record, Struct


class Loc(Record):
    """A place in the user's file: 1-based lines, 0-based UTF-8 columns, as `ast` has them."""

    line: int
    col: int
    end_line: int
    end_col: int


# ---------------------------------------------------------------- expressions


class Const(schema.Node):
    value: bool | int | float | complex
    loc: Loc


class Var(schema.Node):
    name: str
    loc: Loc


class Load(schema.Node):
    """`array[index]`, with `a[i][j]` and `a[i, j]` alike given as array a, index (i, j)."""

    array: str
    index: tuple[Expr, ...]
    loc: Loc
    joined: bool = False  # several indices in one subscript, which a tuple refuses


class Shape(schema.Node):
    """`a.shape[axis]`; also `len(a)` (axis 0).  `a.size` is axis None, `a.ndim` axis -1.

    `a.shape[-m]` is axis -1 - m, until `views.resolve_views` knows the number of dimensions.
    """

    array: str
    axis: int | None
    loc: Loc
    attribute: bool = False  # not by len() or a loop: what a tuple has not


class Unary(schema.Node):
    op: str  # - + ~ not
    operand: Expr
    loc: Loc


class Binary(schema.Node):
    op: str  # + - * / // % ** << >> & | ^
    left: Expr
    right: Expr
    loc: Loc


class Compare(schema.Node):
    """A chain `a < b <= c`: each operand is evaluated at most once, from the left."""

    operands: tuple[Expr, ...]
    ops: tuple[str, ...]  # < <= > >= == !=
    loc: Loc


class BoolOp(schema.Node):
    """`and` / `or`: short-circuit, and the value is that of the deciding operand."""

    op: str
    operands: tuple[Expr, ...]
    loc: Loc


class Select(schema.Node):
    test: Expr
    then: Expr
    orelse: Expr
    loc: Loc


class Call(schema.Node):
    """`function(args)`: a builtin, `math.f`, `np.f`, `np.float32`, or a function of the user.

    `function` is a name as above ("abs", "math.sqrt", "self.step"), resolved at run time.
    An argument that is a bare name may be an array.  Keywords are (name, value) pairs.
    Hidden functions, which no user code can shadow:
        @index(x)            `operator.index`: the integer x as a Python int
        @min(x, y, ...)      the builtin, of Python ints
        @real(x) @imag(x) @conjugate(x) @item(x)    `x.real`, `x.imag`, `x.conjugate()`, `x.item()`
        @in(x, y, ...) @in_set(x, y, ...)    `x in (y, ...)`, `x in {y, ...}`
        @equal(x, y, ..., u, v, ...)         `(x, y, ...) == (u, v, ...)`
        @in_range(x, start, stop, step)      `x in range(start, stop, step)`, step a constant
        @small(x)  @int64(x)    an int or np.int64 as an int below 2**31; an int as np.int64
        @extent(x)              an int that is not below zero, and below 2**32
        @quotient(x, y) @rest(x, y)          the two of `divmod(x, y)`
        @star(t)             only as an argument: the items of the tuple t, each as an argument
        @tuple(x, ...)       only as the value of a Return or an Assign
    """

    function: str
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    loc: Loc


class Fixed(schema.Node):
    """A condition on a name that the nest leaves alone: `w is None`, `mode == "fast"`, `verbose > 0`, or (op "truth") `debug`.

    Its value is known when the nest is bound; `fixed.specialised` puts it in.  In a called function the name may be a
    parameter.  Op "value" is no condition, but None or a text itself, as an argument or a default.
    """

    name: str
    op: str  # is == != < <= > >= in truth value
    value: FixedValue
    loc: Loc

    @property
    def key(self) -> FixedKey:
        return self.name, self.op, type(self.value).__name__, self.value


FixedValue: TypeAlias = bool | int | float | str | tuple[str, ...] | None
FixedKey: TypeAlias = tuple[str, str, str, FixedValue]
Expr: TypeAlias = Const | Var | Load | Shape | Unary | Binary | Compare | BoolOp | Select | Call | Fixed


# ----------------------------------------------------------------- statements


class Assign(schema.Node):
    """`target = value`.  An augmented assignment is given as its plain form."""

    target: str
    value: Expr
    loc: Loc


class Store(schema.Node):
    """`array[index] = value`; value is evaluated first, then index, as Python does.

    An augmented store is `array[index] = Binary(op, Load(array, index), operand)`, where both
    indices are the same object, to be evaluated once.
    """

    array: str
    index: tuple[Expr, ...]
    value: Expr
    loc: Loc
    augmented: bool = False  # was `array[index] op= ...`: the index is evaluated once


class Effect(schema.Node):
    """A call for what it does to the arrays that it is given, or for the tuple that it returns.

    targets: temporaries that take the items of the tuple, which must be as many.
    """

    call: Call
    loc: Loc
    targets: tuple[str, ...] = ()


class If(schema.Node):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    loc: Loc


class For(schema.Node):
    """`for index in range(start, stop, step)`; bounds are evaluated once, before the loop.

    The body may assign to index without any effect on the iteration.  Iteration over
    arrays, enumerate, zip and reversed are captured as loops over a temporary index.
    """

    index: str
    start: Expr
    stop: Expr
    step: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    loc: Loc


class While(schema.Node):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    loc: Loc


class Break(schema.Node):
    loc: Loc


class Continue(schema.Node):
    loc: Loc


class Return(schema.Node):
    """Leaves the function that holds the nest (or, in a `Function`, that function)."""

    value: Expr | None
    loc: Loc


class Raise(schema.Node):
    """`raise` and a failed `assert`: the kernel gives up and the interpreter replays the nest."""

    loc: Loc


class Refused(schema.Node):
    """What cannot be compiled, in a branch that a `Fixed` condition may rule out; the words of the refusal."""

    slug: str
    detail: str
    loc: Loc


Stmt: TypeAlias = (
    Assign | Store | Effect | If | For | While | Break | Continue | Return | Raise | Refused
)
Loop: TypeAlias = For | While
class Made(Struct):
    """An array that the header of a loop makes, `np.linspace(0, 1, n)` or `a[1:]`: known to the nest by a name "@a1".

    It is evaluated when the nest is bound (`headers.made`).  inner: the loop is in another one.
    """

    name: str
    node: ast.expr
    reads: tuple[str, ...]
    inner: bool
    loc: Loc


AS_INTEGER = ("@index", "@small", "@extent", "@int64")  # the hidden functions that give the integer that they are given
HEADER = "@h0"  # the index of a loop of one iteration, around a loop whose header needs statements of its own


# ---------------------------------------------------------------------- roots


class Nest(Struct):
    """One outermost loop.  `reads` are the names whose value before the nest may matter,
    `writes` the user's variables and attributes that the nest may assign, both in order of appearance.
    `builtins` are those of the reads that are compiled away, with what they must be: `range`, `len`, `numpy.shape`, ...
    `sure` are the writes that have a value after any run of the loop with at least one iteration."""

    loop: Loop
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    has_return: bool
    filename: str
    qualname: str
    builtins: Mapping[str, str] = NONE
    sure: frozenset[str] = frozenset()
    made: tuple[Made, ...] = ()
    header_reads: frozenset[str] = frozenset()  # those of the reads that only `made` needs

    @property
    def targets(self) -> tuple[str, ...]:
        """The variables among the writes, which the seam assigns."""
        return tuple([name for name in self.writes if "." not in name])

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes among the writes, which the runtime assigns."""
        return tuple([name for name in self.writes if "." in name])


class Function(Struct):
    """A user's function that is compiled along with its caller.

    `defaults` are the names of trailing parameters with their default values as expressions
    (constants only).  A function that can fall off its end returns None: legal only as an Effect.
    """

    name: str
    params: tuple[str, ...]
    defaults: tuple[tuple[str, Expr], ...]
    body: tuple[Stmt, ...]
    reads: tuple[str, ...]  # names that are not local to it: globals, closure
    filename: str
    loc: Loc
    builtins: Mapping[str, str] = NONE  # as of a nest
    positional_only: int = 0  # how many parameters, from the left, no keyword can name


Node: TypeAlias = Expr | Stmt
children: Callable[[Node], Iterable[Node]] = schema.children
walk: Callable[[Node], Iterator[Node]] = schema.walk


def targets(node: Node) -> tuple[str, ...]:
    """The variables and temporaries that a statement itself gives a value."""
    match node:
        case Assign():
            return (node.target,)
        case For():
            return (node.index,)
        case Effect():
            return node.targets
        case _:
            return ()


def named(node: object) -> str | None:
    """The variable, array or function that a node is about."""
    match node:
        case Var(name) | Load(name) | Shape(name) | Store(name):
            return name
    return getattr(node, "function", None)


def nodes(code: Nest | Function) -> Iterator[Node]:
    """All that is in a nest or function."""
    for stmt in (code.loop,) if isinstance(code, Nest) else code.body:
        yield from walk(stmt)


def names_used(code: Nest | Function) -> frozenset[str]:
    """The variables, arrays and functions that occur elsewhere than in conditions that the code cannot change."""
    return frozenset(name for node in nodes(code) if (name := named(node)) is not None)
