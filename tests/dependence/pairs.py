"""Random pairs of accesses in small loops, and their true dependences by enumeration."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from alpyna_hook.dependence.directions import Vector, of_difference
from alpyna_hook.dependence.problem import Problem, prime
from alpyna_hook.integers.affine import Affine

Point = tuple[int, ...]
Equation = tuple[Affine, Affine]  # the subscripts of source and sink in one dimension
KINDS = ("ZIV", "strong SIV", "weak-zero SIV", "weak-crossing SIV", "exact SIV", "RDIV", "Delta")  # for `directed_pair`
_SIV = KINDS[1:5]
_COEFFICIENTS = (1, 1, 1, -1, 2, -2, 3, 4)


@dataclass(frozen=True)
class Side:
    """One access: its loops with affine bounds (inclusive) and its subscripts."""

    loops: tuple[tuple[str, Affine, Affine], ...]
    subscripts: tuple[Affine, ...]

    def points(self) -> Iterator[dict[str, int]]:
        def extend(position: int, values: dict[str, int]) -> Iterator[dict[str, int]]:
            if position == len(self.loops):
                yield dict(values)
                return
            name, low, high = self.loops[position]
            for value in range(low.evaluate(values), high.evaluate(values) + 1):
                yield from extend(position + 1, {**values, name: value})

        return extend(0, {})


@dataclass(frozen=True)
class Pair:
    common: int
    source: Side
    sink: Side

    def problem(self) -> Problem:
        loops = tuple(name for name, _, _ in self.source.loops[: self.common])
        order: list[str] = []
        constraints: list[Affine] = []
        for position in range(max(len(self.source.loops), len(self.sink.loops))):
            for side, rename in ((self.source, False), (self.sink, True)):
                if position < len(side.loops):
                    name, low, high = side.loops[position]
                    form = Affine.var(name)
                    bounds = [form - low, high - form]
                    order.append(prime(name) if rename else name)
                    constraints += [_primed(b) for b in bounds] if rename else bounds
        equations = tuple(f - _primed(g) for f, g in zip(self.source.subscripts, self.sink.subscripts, strict=True))
        return Problem(loops, equations, tuple(constraints), tuple(order))

    def truth(self) -> frozenset[Vector]:
        """The directions of all pairs of iterations that touch one element."""
        return frozenset(tuple(of_difference(d) for d in difference) for difference in self.differences())

    def differences(self) -> frozenset[Point]:
        """Sink minus source, in each common loop, of all pairs of iterations that touch one element."""
        reached: dict[Point, set[Point]] = defaultdict(set)
        names = [name for name, _, _ in self.source.loops[: self.common]]
        for values in self.sink.points():
            reached[tuple(g.evaluate(values) for g in self.sink.subscripts)].add(tuple(values[n] for n in names))
        found = set()
        for values in self.source.points():
            here = [values[n] for n in names]
            for there in reached.get(tuple(f.evaluate(values) for f in self.source.subscripts), ()):
                found.add(tuple(y - x for x, y in zip(here, there, strict=True)))
        return frozenset(found)


def _primed(form: Affine) -> Affine:
    return Affine.build(form.const, {prime(name): c for name, c in form.terms})


def random_pair(rng: random.Random) -> Pair:
    """1 to 4 loops on each side, rectangular, triangular or trapezoidal; 1 to 3 dimensions; small bounds."""
    common = rng.randint(1, rng.choice((1, 2, 3, 4)))
    names = ["i", "j", "k", "l"]
    shared = _loops(rng, names[:common], (), 4 if common < 3 else 3 if common < 4 else 2)
    dimensions = rng.choice((1, 1, 1, 2, 2, 3))
    sides = []
    for own in ("p", "q"):
        extra = rng.choice((0, 0, 0, 1)) if common < 4 else 0
        loops = shared + _loops(rng, [own][:extra], tuple(n for n, _, _ in shared), 3)
        sides.append((loops, [_subscript(rng, [n for n, _, _ in loops]) for _ in range(dimensions)]))
    (loops, ours), (others, theirs) = sides
    if rng.random() < 0.5:  # the same form, shifted: what programs mostly do
        shared_names = {n for n, _, _ in shared}
        theirs = [
            f + rng.randint(-3, 3) if all(n in shared_names for n, _ in f.terms) else g
            for f, g in zip(ours, theirs, strict=True)
        ]
    return Pair(common, Side(loops, tuple(ours)), Side(others, tuple(theirs)))


def directed_pair(rng: random.Random, kind: str) -> Pair:
    """As `random_pair`, but with an equation of the kind that a test is for; for Delta with two coupled ones."""
    while True:
        pair = random_pair(rng)
        wanted = _coupled(rng, pair) if kind == "Delta" else [_equation(rng, kind, pair)]
        equations = [e for e in wanted if e is not None]
        if len(equations) == len(wanted):
            break  # else it has too few loops
    rest = list(zip(pair.source.subscripts, pair.sink.subscripts, strict=True))
    rng.shuffle(rest)
    equations += rest[: rng.randint(0, 3 - len(equations))]
    rng.shuffle(equations)
    ours, theirs = zip(*equations, strict=True)
    return Pair(pair.common, replace(pair.source, subscripts=ours), replace(pair.sink, subscripts=theirs))


def _equation(rng: random.Random, kind: str, pair: Pair) -> Equation | None:
    if kind == "ZIV":
        ours = _form(rng)
        return ours, ours if rng.random() < 0.4 else _form(rng)
    if kind == "RDIV":
        return _of_two_loops(rng, pair)
    loop = pair.source.loops[rng.randrange(pair.common)][0]
    return _of_one_loop(rng, kind, loop)


def _of_one_loop(rng: random.Random, kind: str, loop: str) -> Equation:
    a, b = rng.choice(_COEFFICIENTS), rng.choice(_COEFFICIENTS)
    if kind == "strong SIV":
        b = a
    elif kind == "weak-crossing SIV":
        b = -a
    elif kind == "weak-zero SIV":
        a, b = (a, 0) if rng.random() < 0.5 else (0, b)
    return _form(rng, (loop, a)), _form(rng, (loop, b))


def _of_two_loops(rng: random.Random, pair: Pair) -> Equation | None:
    """One variable on each side, or both on one side."""
    ours, theirs = ([name for name, _, _ in side.loops] for side in (pair.source, pair.sink))
    sides = rng.choice(((ours, theirs), (ours, theirs), (ours, ours), (theirs, theirs)))
    choices = [(x, y) for x in sides[0] for y in sides[1] if x != y]
    if not choices:
        return None
    x, y = rng.choice(choices)
    one, two = (x, rng.choice(_COEFFICIENTS)), (y, rng.choice(_COEFFICIENTS))
    if sides[0] is not sides[1]:
        return _form(rng, one), _form(rng, two)
    both, none = _form(rng, one, two), _form(rng)
    return (both, none) if sides[0] is ours else (none, both)


def _coupled(rng: random.Random, pair: Pair) -> list[Equation | None]:
    """Two equations with one loop in both; the second one may have other variables too."""
    loop = pair.source.loops[rng.randrange(pair.common)][0]
    first = _of_one_loop(rng, rng.choice(_SIV), loop)
    f, g = _of_one_loop(rng, rng.choice(_SIV), loop)
    if rng.random() < 0.6:
        added = [Affine.var(rng.choice([n for n, _, _ in side.loops])) for side in (pair.source, pair.sink)]
        f, g = (form + more * rng.choice((0, 1, 1, -1, 2)) for form, more in zip((f, g), added, strict=True))
    return [first, (f, g)]


def _form(rng: random.Random, *terms: tuple[str, int]) -> Affine:
    return Affine.build(rng.randint(-4, 6), dict(terms))


def _loops(
    rng: random.Random, names: list[str], outer: tuple[str, ...], extent: int,
) -> tuple[tuple[str, Affine, Affine], ...]:
    loops = []
    seen = list(outer)
    for name in names:
        low, high = Affine(rng.randint(-1, 2)), Affine(rng.randint(1, 1 + extent))
        if seen and rng.random() < 0.35:
            bound = Affine.var(rng.choice(seen)) * rng.choice((1, 1, -1)) + rng.randint(-1, 2)
            if rng.random() < 0.5:
                low = bound
            else:
                high = bound
        loops.append((name, low, high))
        seen.append(name)
    return tuple(loops)


def _subscript(rng: random.Random, names: list[str]) -> Affine:
    count = rng.choice((0, 1, 1, 1, 2, 2, 3))
    chosen = rng.sample(names, min(count, len(names)))
    return _form(rng, *[(name, rng.choice(_COEFFICIENTS)) for name in chosen])


def all_vectors(depth: int) -> frozenset[Vector]:
    return frozenset(product((1, 2, 4), repeat=depth))
