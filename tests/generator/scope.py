"""What a generated nest may name: sizes, arrays, scalars, loop variables, functions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

KINDS = "bifc"  # bool, int, float, complex: in the order in which one can be stored in the next


@dataclass(frozen=True)
class Extent:
    """A length `size + plus`; a size of "" makes it the constant `plus`."""

    size: str
    plus: int = 0

    def length(self, sizes: dict[str, int]) -> int:
        return max(0, sizes.get(self.size, 0) + self.plus)


@dataclass(frozen=True)
class Array:
    """An array parameter.  `points_into` is the size within which its elements are indices."""

    name: str
    kind: str
    dims: tuple[Extent, ...]
    points_into: str = ""
    chained: bool = False  # written a[i][j]
    stored: bool = True


@dataclass(frozen=True)
class Scalar:
    """A scalar parameter, or a global or closure variable."""

    name: str
    kind: str


@dataclass(frozen=True)
class LoopVar:
    """An int variable with `low <= v < size + off`; of unknown range if size is empty."""

    name: str
    size: str
    low: int = 0
    off: int = 0


@dataclass(frozen=True)
class UserFunction:
    """A function of scalars (its result has `kind`; "tf" is a tuple of floats), or of an array to store into (kind ""),
    an index and a value, which may return something (kind "sf": a float), or of two vectors (kind "vf")."""

    name: str
    kind: str
    arity: int
    text: str


@dataclass
class Scope:
    """The state of the generation of one nest.

    `bound` are scalars that surely have a value here; `assigned` those of them which the nest
    changes (a Python int among them may grow, so its products are reduced).  `late` are those that may have none.
    """

    rng: random.Random
    spice: int
    sizes: tuple[str, ...]
    arrays: list[Array] = field(default_factory=list)
    bound: dict[str, str] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    late: dict[str, str] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    loops: list[LoopVar] = field(default_factory=list)
    functions: list[UserFunction] = field(default_factory=list)
    prefix: str = ""
    in_function: bool = True
    renames: bool = True  # whether an array may be assigned another one
    can_break: bool = False
    can_continue: bool = False
    depth: int = 0
    loop_depth: int = 0
    deepest: int = 0
    counter: int = 0

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def wild(self, percent: int) -> bool:
        """A chance for something that may fail or warn; never in a clean nest."""
        return self.spice > 0 and self.chance(percent * self.spice)

    def pick(self, options: Sequence[T]) -> T:
        return options[self.rng.randrange(len(options))]

    def weighted(self, options: dict[T, int]) -> T:
        at = self.rng.randrange(sum(options.values()))
        for option, weight in options.items():
            at -= weight
            if at < 0:
                return option
        raise AssertionError

    def fresh(self, stem: str) -> str:
        self.counter += 1
        return f"{stem}{self.counter}"

    def scalars(self, kind: str) -> list[str]:
        return [name for name, k in self.bound.items() if k == kind]

    def arrays_of(self, kind: str) -> list[Array]:
        return [a for a in self.arrays if a.kind == kind]

    @contextmanager
    def block(self) -> Iterator[None]:
        """What gets bound inside (a branch, a loop's body) is not surely bound after it."""
        bound, loops = dict(self.bound), list(self.loops)
        self.depth += 1
        yield
        self.depth -= 1
        self.late.update({name: kind for name, kind in self.bound.items() if name not in bound})
        self.bound, self.loops = bound, loops

    @contextmanager
    def loop_body(self, variables: Sequence[LoopVar], can_continue: bool = True) -> Iterator[None]:
        outer = self.can_break, self.can_continue
        self.loop_depth += 1
        self.deepest = max(self.deepest, self.loop_depth)
        with self.block():
            self.loops = [v for v in self.loops if v.name not in {w.name for w in variables}] + list(variables)
            self.can_break, self.can_continue = True, can_continue
            yield
        self.can_break, self.can_continue = outer
        self.loop_depth -= 1
