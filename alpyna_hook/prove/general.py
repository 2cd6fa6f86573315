"""Proofs that are made for one call's integers and hold for many.

`prove` compares the integers of a call, and what it computes of them, and takes one way or another.  Here it is given numbers that
record this (`integers/recorded.py`): for other integers and shapes for which each comparison comes out the same, it would take the
same way, and find the same.  For `for i in range(lo, hi): s += a[i]` with lo = 3, hi = 20 and a.shape = (5000,) that is

    lambda x0, x1, x2: max(0, x1 - x0) if 0 <= x0 and x1 - x0 <= 524288 and ... else None

A proof for no integers in particular (`prove_anything`) holds always, and leaves more to be checked by the kernel.
`Proofs` keeps what was proved of a nest, and chooses among the three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from math import isqrt

from alpyna_hook.integers.recorded import Recorder
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import INT_MAX, INT_MIN, int_range
from alpyna_hook.ir.schema import Record
from alpyna_hook.prove.values import prove

UNKNOWN = -1  # how often the outermost loop turns
_LONGEST = 20_000  # characters of conditions
_MOST = 16  # proofs that are kept
_Shapes = Mapping[str, tuple[int, ...]]
_Spans = Mapping[str, tuple[int, int]]


class General(Record):
    """outcomes, raises: as in `Proof`.  trips: of the outermost loop, by the inputs (see `inputs`) of a call, or UNKNOWN; None
    where the proof does not hold for them."""

    outcomes: str
    raises: bool
    trips: Callable[..., int | None]
    text: str  # of `trips`


def inputs(integers: Iterable[int], shapes: Iterable[tuple[int, ...]], spans: Iterable[tuple[int, int]]) -> list[int]:
    """All that a proof depends on, but for types and settings: in the order in which `General.trips` takes it."""
    return [*map(int, integers), *chain.from_iterable(shapes), *chain.from_iterable(spans)]


class Proofs:
    """What was proved of a nest for one setting of what it may warn of.

    The first proof is for one call alone: many nests are run but once.  Further ones are general, and cost four times as much.
    Where new integers go on asking for new proofs, ever fewer are made: what holds for anything does for the others.
    """

    def __init__(
        self, nest: t.TypedNest, integers: tuple[str, ...], axes: Mapping[str, int], preset: Mapping[int, str], wrap: bool
    ) -> None:
        self.nest = nest
        self.integers = integers
        self.axes = axes
        self.preset = preset
        self.wrap = wrap
        self.known: list[General] = []  # those that were used last come first
        self.made = 0
        self.misses = 0
        self._anything: General | None = None

    def find(self, given: list[int]) -> tuple[General, int] | None:
        """A proof that holds for these inputs, and how often the outermost loop turns."""
        known = self.known
        for proof in known:
            trips = proof.trips(*given)
            if trips is not None:
                if proof is not known[0]:
                    self._remember(proof)
                return proof, trips
        return None

    def _remember(self, proof: General) -> None:
        """One assignment: other threads may look meanwhile."""
        self.known = [proof, *[p for p in self.known if p is not proof]][:_MOST]

    def new(self, integers: Mapping[str, int], shapes: _Shapes, spans: _Spans) -> tuple[General, int]:
        """For inputs of which nothing is known yet."""
        self.misses += 1
        if self.misses > _MOST and self.misses & self.misses - 1:  # no power of two
            return self.anything(), UNKNOWN
        prover = prove_this if self.misses == 1 else prove_alike
        proof = prover(self.nest, integers, shapes, self.preset, self.wrap, spans)
        self.made += 1
        self._remember(proof)
        trips = proof.trips(*inputs(integers.values(), shapes.values(), spans.values()))
        assert trips is not None
        return proof, trips

    def is_for_anything(self, proof: General) -> bool:
        return proof is self._anything

    def anything(self) -> General:
        if self._anything is None:
            self._anything = prove_anything(self.nest, self.integers, self.axes, self.preset, self.wrap)
            self.made += 1
        return self._anything


def covers(a: str, b: str) -> bool:
    """Does a kernel for the outcomes `a` do whatever one for `b` does?"""
    return all(x == y or x + y in _COVERS for x, y in zip(a, b, strict=True))


_COVERS = frozenset(["CP", "CN", "CM", "CK", "CL", "MP", "MN", "LK"])


def prove_this(
    nest: t.TypedNest, integers: Mapping[str, int], shapes: _Shapes, preset: Mapping[int, str], wrap: bool, spans: _Spans
) -> General:
    """The proof for these integers and shapes alone."""
    proof = prove(nest, integers, shapes, preset, wrap, spans)
    own = inputs(integers.values(), shapes.values(), spans.values())
    trips = UNKNOWN if proof.trips is None else max(0, proof.trips)
    return General(proof.outcomes, proof.raises, lambda *given: trips if [*given] == own else None, "")


def prove_alike(
    nest: t.TypedNest, integers: Mapping[str, int], shapes: _Shapes, preset: Mapping[int, str], wrap: bool, spans: _Spans
) -> General:
    """The proof for these integers and shapes, with all others for which it is the same."""
    recorder = Recorder()
    given = inputs(integers.values(), shapes.values(), spans.values())
    numbers = {name: recorder.input(value, *int_range(nest.variables[name].rep)) for name, value in integers.items()}
    extents = {name: tuple([recorder.input(n, 0, INT_MAX) for n in shape]) for name, shape in shapes.items()}
    between = {name: (recorder.input(a, INT_MIN, INT_MAX), recorder.input(b, INT_MIN, INT_MAX)) for name, (a, b) in spans.items()}
    proof = prove(nest, numbers, extents, preset, wrap, between)
    conditions = recorder.conditions()
    trips = str(UNKNOWN) if proof.trips is None else f"max(0, {proof.trips!r})"
    if sum(map(len, conditions)) > _LONGEST:
        conditions = [f"x{k} == {value}" for k, value in enumerate(given)]
    return _general(proof.outcomes, proof.raises, trips, conditions, len(given))


def prove_anything(
    nest: t.TypedNest, integers: Iterable[str], axes: Mapping[str, int], preset: Mapping[int, str], wrap: bool
) -> General:
    """What holds for any integers and shapes.  axes: the number of each array's."""
    proof = prove(nest, dict.fromkeys(integers), {name: (None,) * n for name, n in axes.items()}, preset, wrap)
    return General(proof.outcomes, proof.raises, lambda *_given: UNKNOWN, "")


def _general(outcomes: str, raises: bool, trips: str, conditions: list[str], count: int) -> General:
    names = ", ".join([f"x{k}" for k in range(count)])
    text = f"lambda {names}: {trips}" + (f" if {' and '.join(conditions)} else None" if conditions else "")
    return General(outcomes, raises, eval(text, {"__builtins__": {}, "max": max, "isqrt": isqrt}), text)
