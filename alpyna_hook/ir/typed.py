"""The typed nest: what `infer` makes of a captured nest for one set of operand types.

Every expression knows the kinds that its value may have and its representation; every
conversion is a node of its own; every operation names the representation that it computes
in.  Whatever may differ from the interpreter on some value is an obligation, by number:
`prove` settles those that the live bounds settle, the emitter writes a check for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.interface import Variable as Variable
from alpyna_hook.ir.kinds import Kind, Kinds, Rep
from alpyna_hook.ir.schema import Node, Record, Struct

# Obligations, by what must hold:
#   index     a subscript lies in [-dim, dim)
#   overflow  an integer operation stays within its representation
#   fit       an integer fits the integer representation that it is cast to
#   exact     a number is exactly representable in the representation that it is cast to
#   nonzero   a divisor is not zero
#   shift     a shift count lies in [0, width)
#   domain    a function of `math` is used within its domain and range
#   finite    a floating-point operation raises no exception flag (checked one by one)
#   number    a floating-point number is not NaN, whose sign is not known; of round(x, n), small enough to have digits
#   bound     a variable has been given a value
#   exponent  an integer exponent, or what an integer root is taken of, is not negative
#   raise     this statement, which raises an exception, is not reached


class Place(Record):
    """Where an obligation stands, for people; `function` if that is in a called function."""

    loc: Loc
    subject: str  # what it is about: an operation, a variable, "axis 0 of a"
    function: str


class Const(Node):
    value: bool | int | float | complex
    kinds: Kinds
    rep: Rep
    loc: Loc


class Var(Node):
    name: str
    kinds: Kinds
    rep: Rep
    loc: Loc
    obligation: int | None = None


class Load(Node):
    array: str
    index: tuple[Expr, ...]
    obligations: tuple[int, ...]
    kinds: Kinds
    rep: Rep
    loc: Loc


class Dim(Node):
    array: str
    axis: int
    kinds: Kinds
    rep: Rep
    loc: Loc


class Op(Node):
    """`name`, a row of `operators.operations`, on operands that all have been cast to `compute`."""

    name: str
    args: tuple[Expr, ...]
    compute: Rep
    kinds: Kinds
    rep: Rep
    numpy: bool  # NumPy's semantics (warnings by FP flags) rather than Python's
    obligations: tuple[int, ...]
    tag_map: tuple[tuple[tuple[Kind, ...], Kind], ...]  # operand kinds -> result kind, where it varies
    operand_kinds: tuple[Expr, ...]  # the operands before their casts, for the tag
    loc: Loc
    called: str = ""  # which function of C's library, or of NumPy


class Cast(Node):
    value: Expr
    kinds: Kinds
    rep: Rep
    obligation: int | None
    loc: Loc


class Select(Node):
    test: Expr
    then: Expr
    orelse: Expr
    kinds: Kinds
    rep: Rep
    loc: Loc


class Let(Node):
    """The value of `body`, with a temporary bound first: each operand is evaluated once."""

    name: str
    value: Expr
    body: Expr
    kinds: Kinds
    rep: Rep
    loc: Loc


class TagIs(Node):
    """Whether the value of a variable that may have several kinds is of this one."""

    value: Var
    kind: Kind
    kinds: Kinds
    rep: Rep
    loc: Loc


class CallFunction(Node):
    function: Function
    args: tuple[Expr, ...]
    kinds: Kinds
    rep: Rep
    loc: Loc


Expr: TypeAlias = Const | Var | Load | Dim | Op | Cast | Select | Let | TagIs | CallFunction


class Assign(Node):
    target: str
    value: Expr
    loc: Loc


class Store(Node):
    array: str
    index: tuple[Expr, ...]
    value: Expr
    obligations: tuple[int, ...]
    loc: Loc


class Effect(Node):
    call: Expr
    loc: Loc
    targets: tuple[str, ...] = ()  # temporaries for the items of the tuple that the function returns


class If(Node):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    loc: Loc


class For(Node):
    index: str
    start: Expr
    stop: Expr
    step: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    obligation: int  # overflow: the trip count fits 64 bits (and the step is not zero)
    loc: Loc


class While(Node):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    loc: Loc


class Break(Node):
    loc: Loc


class Continue(Node):
    loc: Loc


class Return(Node):
    values: tuple[Expr, ...]  # none for None, several for a tuple
    loc: Loc


class Raise(Node):
    loc: Loc
    obligation: int | None = None


Stmt: TypeAlias = Assign | Store | Effect | If | For | While | Break | Continue | Return | Raise


class Function(Struct):
    """A user's function, typed for one call: its arrays are the nest's, its scalars are its own."""

    name: str
    params: tuple[str, ...]  # scalar parameters, in order
    variables: dict[str, Variable]
    body: tuple[Stmt, ...]
    kinds: Kinds
    rep: Rep
    stored: frozenset[str]  # the arrays that it writes to, its own callees included
    loops: bool  # are there loops in it, or in its callees
    shared: bool  # stands for all calls with arguments of these kinds, whose values are then not told apart
    results: tuple[Variable, ...] = ()  # of a function that returns a tuple: its items; the first is what the call gives


class TypedNest(Struct):
    loop: For | While
    variables: dict[str, Variable]
    inputs: tuple[str, ...]  # scalars whose value before the nest matters
    outputs: tuple[str, ...]  # user variables that the nest may assign
    arrays: tuple[str, ...]
    stored: frozenset[str]  # arrays that are written
    obligations: tuple[str, ...]  # what each one is about
    results: tuple[Variable, ...]  # the values of a `return` inside the nest
    returns_tuple: bool
    libm: tuple[str, ...]  # C functions whose addresses the kernel takes
    ufuncs: tuple[tuple[str, Rep], ...]  # NumPy inner loops whose addresses the kernel takes
    has_float_warnings: bool  # some operation warns through the FP flags
    functions: tuple[Function, ...] = ()
    places: tuple[Place, ...] = ()  # of the obligations


def operands(e: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in the order of evaluation."""
    match e:
        case Const() | Var() | Dim():
            return ()
        case Load():
            return e.index
        case Op() | CallFunction():
            return e.args
        case Cast():
            return (e.value,)
        case Select():
            return (e.test, e.then, e.orelse)
        case Let():
            return (e.value, e.body)
        case TagIs():
            return (e.value,)


def walk(e: Expr) -> Iterator[Expr]:
    yield e
    for x in operands(e):
        yield from walk(x)


def stores(e: Expr) -> bool:
    """Does a function that is called in it write to an array?  What else reads arrays must keep its place then."""
    return any(isinstance(x, CallFunction) and x.function.stored for x in walk(e))


def stored_arrays(s: Stmt) -> list[str]:
    """The arrays that a statement writes to, by the functions that it calls too."""
    own = [s.array] if isinstance(s, Store) else []
    for e in expressions(s):
        for x in walk(e):
            if isinstance(x, CallFunction):
                own += x.function.stored
    return own


def expressions(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement itself evaluates, without those of the statements in it."""
    match s:
        case Assign():
            return (s.value,)
        case Store():
            return (s.value, *s.index)
        case Effect():
            return (s.call,)
        case If() | While():
            return (s.test,)
        case For():
            return (s.start, s.stop, s.step)
        case Return():
            return s.values
        case Break() | Continue() | Raise():
            return ()


def targets(s: Stmt) -> tuple[str, ...]:
    """The variables that the statement itself gives a value."""
    match s:
        case Assign():
            return (s.target,)
        case For():
            return (s.index,)
        case Effect():
            return s.targets
        case _:
            return ()


def blocks(s: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    match s:
        case If() | For() | While():
            return (s.body, s.orelse)
        case _:
            return ()


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    for s in body:
        yield s
        for block in blocks(s):
            yield from statements(block)


def has_loops(body: tuple[Stmt, ...]) -> bool:
    """Are there loops in these statements, or in the functions that they call?"""
    return any(
        isinstance(s, For | While)
        or any(x.function.loops for e in expressions(s) for x in walk(e) if isinstance(x, CallFunction))
        for s in statements(body)
    )
