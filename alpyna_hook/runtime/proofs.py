"""What was proved of a nest, and which proof serves a call: see `prove/general.py`, which is imported where a new one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from alpyna_hook.integers.general import UNKNOWN, General, for_anything, for_these, general, inputs
from alpyna_hook.runtime.errand import late

if TYPE_CHECKING:
    from alpyna_hook.ir import typed as t

_MOST = 16  # proofs that are kept
_Shapes = Mapping[str, tuple[int, ...]]
_Spans = Mapping[str, tuple[int, int]]


class Proofs:
    """What was proved of a nest for one setting of what it may warn of.

    The first proof is for one call alone: many nests are run but once.  Further ones are general, and cost four times as much.
    Where new integers go on asking for new proofs, ever fewer are made: what holds for anything does for the others.
    """

    def __init__(
        self, nest: Callable[[], t.TypedNest], integers: tuple[str, ...], axes: Mapping[str, int], preset: Mapping[int, str],
        wrap: bool,
    ) -> None:
        self.nest = nest  # asked for where there is something to be proved
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
        prove = late("alpyna_hook.prove.general")
        prover = prove.prove_this if self.misses == 1 else prove.prove_alike
        proof: General = prover(self.nest(), integers, shapes, self.preset, self.wrap, spans)
        self.made += 1
        self._remember(proof)
        trips = proof.trips(*inputs(integers.values(), shapes.values(), spans.values()))
        assert trips is not None
        return proof, trips

    @property
    def setting(self) -> tuple[object, ...]:
        """What they depend on, beside the nest."""
        return tuple(sorted(self.preset.items())), self.wrap

    def dumped(self) -> list[tuple[Any, ...]]:
        """As plain values."""
        known = [*self.known, *[p for p in (self._anything,) if p is not None and p not in self.known]]
        return [(p.outcomes, p.raises, p.text, p.own, p.trips(*p.own) if p.own is not None else None) for p in known]

    def take(self, kept: list[tuple[Any, ...]]) -> None:
        """What `dumped` gave in an earlier process."""
        for outcomes, raises, text, own, trips in kept:
            if text:
                self.known.append(general(outcomes, raises, text))
            elif own is not None:
                self.known.append(for_these(outcomes, raises, trips, [*own]))
            else:
                self._anything = for_anything(outcomes, raises)
        self.misses = len(self.known)

    def is_for_anything(self, proof: General) -> bool:
        return proof is self._anything

    def anything(self) -> General:
        if self._anything is None:
            prove = late("alpyna_hook.prove.general")
            self._anything = prove.prove_anything(self.nest(), self.integers, self.axes, self.preset, self.wrap)
            self.made += 1
        return self._anything


def covers(a: str, b: str) -> bool:
    """Does a kernel for the outcomes `a` do whatever one for `b` does?"""
    return all(x == y or x + y in _COVERS for x, y in zip(a, b, strict=True))


_COVERS = frozenset(["CP", "CN", "CM", "CK", "CL", "MP", "MN", "LK"])
