"""What is said of a check that failed: which one, where, and on what value."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alpyna_hook.ir import typed as t
    from alpyna_hook.ir.captured import Loc

_STICKY = ("finite", "finite_division", "domain", "domain_strict", "number", "nonzero")  # checked together, in the end
_FLAGS = {"invalid": "invalid value", "divide": "division by zero", "over": "overflow", "under": "underflow"}
_DIVISIONS = ("truediv", "floordiv", "mod", "pow", "smith", "quotient")
_MOST_LINES = 3
_WORDS = {
    "fit": "a number outside the range of its type",
    "exact": "a number that the type of its variable does not hold exactly",
    "nonzero": "division by zero",
    "shift": "a shift by a negative number, or by more than 63",
    "exponent": "a negative exponent",
    "raise": "an exception is raised",
    "number": "a value that cannot be rounded or compared",
}


def of_check(nest: t.TypedNest, outcomes: str, number: int, value: int) -> tuple[str, Loc | None]:
    """For the number of an obligation, or a negative one where it is one of those that are checked together."""
    if number < 0:
        places = [
            place for what, outcome, place in zip(nest.obligations, outcomes, nest.places, strict=True)
            if outcome == "C" and what in _STICKY
        ]
        return _one_of("a floating-point operation", places)
    place = nest.places[number]
    return f"{_words(nest.obligations[number], place, value)}, {_line(place)}", _shown(place)


def of_unit(nest: t.TypedNest, outcomes: str, raised: Collection[str]) -> tuple[str, Loc | None]:
    """For flags of the floating-point unit, by their names in `np.errstate`."""
    watched = [
        place for what, outcome, place in zip(nest.obligations, outcomes, nest.places, strict=True)
        if what.startswith("finite") and outcome in "HWC"
    ]
    if nest.ufuncs:
        watched = []  # or one of NumPy's functions
    if raised == ("divide",):
        watched = [place for place in watched if place.subject in _DIVISIONS] or watched
    return _one_of(f"floating-point: {' and '.join(_FLAGS[name] for name in raised)}", watched)


def _words(what: str, place: t.Place, value: int) -> str:
    match what:
        case "index":
            return f"index {value} out of range for {place.subject}"
        case "bound":
            return f"{place.subject} has no value"
        case "overflow":
            return "a range that is too long" if place.subject == "range" else "an integer that outgrows its type"
        case _:
            return _WORDS[what]


def _one_of(what: str, places: list[t.Place]) -> tuple[str, Loc | None]:
    """Where it can have been."""
    lines = list(dict.fromkeys(map(_line, places)))
    if not lines:
        return what, None
    if len(lines) > 1:
        more = " ..." if len(lines) > _MOST_LINES else ""
        return f"{what}, {' or '.join(lines[:_MOST_LINES])}{more}", None
    return f"{what}, {lines[0]}", _shown(places[0]) if len(places) == 1 else None


def _line(place: t.Place) -> str:
    return f"line {place.loc.line}" + (f" in {place.function}()" if place.function else "")


def _shown(place: t.Place) -> Loc | None:
    """The place, if it is in the nest's own file."""
    return None if place.function else place.loc
