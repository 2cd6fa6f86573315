"""Proofs that are made for one call's integers and hold for many.

`prove` compares the integers of a call, and what it computes of them, and takes one way or another.  Here it is given numbers that
record this (`integers/recorded.py`): for other integers and shapes for which each comparison comes out the same, it would take the
same way, and find the same.  For `for i in range(lo, hi): s += a[i]` with lo = 3, hi = 20 and a.shape = (5000,) that is

    lambda x0, x1, x2: max(0, x1 - x0) if 0 <= x0 and x1 - x0 <= 524288 and ... else None

A proof for no integers in particular (`prove_anything`) holds always, and leaves more to be checked by the kernel.
`runtime.proofs` keeps what was proved of a nest, and chooses among the three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alpyna_hook.integers.general import UNKNOWN, General, for_anything, for_these, general, inputs
from alpyna_hook.integers.recorded import Recorder
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import INT_MAX, INT_MIN, int_range
from alpyna_hook.prove.values import prove

_LONGEST = 20_000  # characters of conditions
_Shapes = Mapping[str, tuple[int, ...]]
_Spans = Mapping[str, tuple[int, int]]


def prove_this(
    nest: t.TypedNest, integers: Mapping[str, int], shapes: _Shapes, preset: Mapping[int, str], wrap: bool, spans: _Spans
) -> General:
    """The proof for these integers and shapes alone."""
    proof = prove(nest, integers, shapes, preset, wrap, spans)
    own = inputs(integers.values(), shapes.values(), spans.values())
    trips = UNKNOWN if proof.trips is None else max(0, proof.trips)
    return for_these(proof.outcomes, proof.raises, trips, own)


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
    return for_anything(proof.outcomes, proof.raises)


def _general(outcomes: str, raises: bool, trips: str, conditions: list[str], count: int) -> General:
    names = ", ".join([f"x{k}" for k in range(count)])
    text = f"lambda {names}: {trips}" + (f" if {' and '.join(conditions)} else None" if conditions else "")
    return general(outcomes, raises, text)
