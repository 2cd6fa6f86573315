"""What a proof found, with the conditions under which it holds for other integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from math import isqrt

from alpyna_hook.ir.schema import Record

UNKNOWN = -1  # how often the outermost loop turns


class General(Record):
    """outcomes, raises: as in `Proof`.  trips: of the outermost loop, by the inputs (see `inputs`) of a call, or UNKNOWN; None
    where the proof does not hold for them."""

    outcomes: str
    raises: bool
    trips: Callable[..., int | None]
    text: str  # of `trips`
    own: tuple[int, ...] | None = None  # the inputs of the one call that it is for


def inputs(integers: Iterable[int], shapes: Iterable[tuple[int, ...]], spans: Iterable[tuple[int, int]]) -> list[int]:
    """All that a proof depends on, but for types and settings: in the order in which `General.trips` takes it."""
    return [*map(int, integers), *chain.from_iterable(shapes), *chain.from_iterable(spans)]


def general(outcomes: str, raises: bool, text: str) -> General:
    """By the text of its `trips`."""
    return General(outcomes, raises, eval(text, {"__builtins__": {}, "max": max, "isqrt": isqrt}), text)


def for_these(outcomes: str, raises: bool, trips: int, own: list[int]) -> General:
    """For these inputs alone."""
    return General(outcomes, raises, lambda *given: trips if [*given] == own else None, "", tuple(own))


def for_anything(outcomes: str, raises: bool) -> General:
    return General(outcomes, raises, lambda *_given: UNKNOWN, "")
