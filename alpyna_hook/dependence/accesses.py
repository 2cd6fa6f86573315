"""What a nest does to memory: loops with their domains, statements, accesses with their subscripts.

`extract(nest)` (walker.py) gives a `Program`.  Subscripts are polynomials over
    loop variables      `i`, or `#i` (iterations counted from 0) where the step is not 1;
    symbols             `n`, `self.n`, `a.shape[0]`, `n // 2`: the same in all iterations;
                        `k@0` is the value that k has before the nest;
    unknowns            `idx[i]`, `x?3`: values that the analysis cannot express; each is a function
                        of the iteration of some loops, and the same wherever those are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from alpyna_hook.dependence.poly import Poly
from alpyna_hook.ir import captured as ir

LoopId: TypeAlias = int


@dataclass(frozen=True, slots=True)
class LoopInfo:
    """One loop.  `variable` is its name in subscripts, `index` the user's name for it.

    For step 1 the variable is the index itself, from max(starts) to min(stops) - 1; otherwise it
    counts from 0, and start + step*variable is the index.  A while loop has no bounds but 0.
    """

    id: LoopId
    parent: LoopId | None
    depth: int  # 1 is the outermost
    variable: str
    index: str
    loc: ir.Loc
    starts: tuple[Poly, ...]
    stops: tuple[Poly, ...]
    step: Poly | None  # None: a while loop
    path: tuple[LoopId, ...]  # from the outermost to this one
    node: ir.Loop

    @property
    def counts(self) -> bool:
        """Is the variable a count of iterations instead of the index?"""
        return self.step is None or self.step.value != 1


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that stands for itself: a function of the iterations of `loops` alone.

    `constraints` (each >= 0) hold for it: those of `i // 2` are `i - 2*q` and `2*q + 1 - i`.
    """

    name: str
    loops: frozenset[LoopId]
    reason: str  # indirect, data-dependent, division, modulo, induction, call, ...
    constraints: tuple[Poly, ...] = ()
    array: str | None = None  # an element of an array that the nest does not change,
    index: tuple[Poly, ...] = ()  # at this place
    source: ir.Expr | str = ""  # what it is in the source
    grows: tuple[LoopId, Poly] | None = None  # by the form, never below zero, with each iteration of the loop


@dataclass(frozen=True, slots=True)
class Opaque:
    """A symbol that is computed from others at run time: `n // 2`, `max(0, n)`."""

    name: str
    expr: ir.Expr | None  # either an expression over symbols,
    least: Poly | None = None  # or max(0, least)


@dataclass(frozen=True, slots=True)
class Guard:
    """`poly >= 0` where the access runs; only valid if all its names are integers."""

    poly: Poly


@dataclass(frozen=True, slots=True)
class Statement:
    id: int
    kind: str  # assign, store, effect, if, for, while, return, raise
    loc: ir.Loc
    loops: tuple[LoopId, ...]
    node: ir.Stmt
    branch: tuple[tuple[int, bool], ...]  # (id of an `if` statement, then or else) around it
    may_raise: bool
    guarded: bool  # under a condition, or after one that may have left the iteration


@dataclass(frozen=True, slots=True)
class Access:
    """A read or write of an array element.  `index` None: any element (a call got the array)."""

    id: int  # in order of execution within one iteration of the common loops
    statement: int
    array: str
    index: tuple[Poly, ...] | None
    write: bool
    loops: tuple[LoopId, ...]
    guards: tuple[Guard, ...]
    loc: ir.Loc
    node: ir.Expr | ir.Stmt
    reason: str | None = None  # why a subscript is not affine

    @property
    def kind(self) -> str:
        return "write" if self.write else "read"


@dataclass(frozen=True, slots=True)
class ScalarUse:
    id: int
    statement: int
    name: str
    write: bool
    loops: tuple[LoopId, ...]
    loc: ir.Loc


@dataclass(frozen=True, slots=True)
class Control:
    """A statement that decides whether later iterations of `loops` run."""

    kind: str  # break, return, while, raise
    loops: tuple[LoopId, ...]
    statement: int
    loc: ir.Loc


@dataclass(frozen=True, slots=True)
class Induction:
    """`name` is `start + step * (iteration of the loop)` at the head of each iteration.

    A step in the loop's own variable is that of each iteration: `name` is start and the sum of those before.
    """

    name: str
    loop: LoopId
    start: Poly
    step: Poly
    updates: frozenset[int]  # the statements that step it


@dataclass(slots=True)
class Program:
    """A nest as the analysis sees it."""

    nest: ir.Nest
    loops: dict[LoopId, LoopInfo] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    scalars: list[ScalarUse] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    unknowns: dict[str, Unknown] = field(default_factory=dict)
    opaques: dict[str, Opaque] = field(default_factory=dict)
    shapes: dict[str, tuple[str, int | None]] = field(default_factory=dict)  # symbol -> array, axis
    inductions: list[Induction] = field(default_factory=list)
    integers: frozenset[str] = frozenset()  # symbols that are integers, or the nest fails at once
    stored: frozenset[str] = frozenset()
    rebound: frozenset[str] = frozenset()  # arrays whose name the nest assigns
    assigned: frozenset[str] = frozenset()

    def common(self, a: tuple[LoopId, ...], b: tuple[LoopId, ...]) -> tuple[LoopId, ...]:
        shared = []
        for x, y in zip(a, b, strict=False):
            if x != y:
                break
            shared.append(x)
        return tuple(shared)

    def variable_loop(self) -> dict[str, LoopId]:
        return {loop.variable: loop.id for loop in self.loops.values()}
