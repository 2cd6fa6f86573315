"""What each way to run a nest was expected to cost at its last run, as data: the interpreter, the processor, devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TERMS = ("compile", "launch", "transfer", "compute", "memory")


def options_of(entry: Mapping[str, Any], variants: list[Any]) -> list[dict[str, Any]]:
    """For each: `name`, `seconds` of a run, its terms, `seen` (runs have corrected it), `refused` and `chosen`."""
    runs = entry["accelerated_runs"]
    if not runs:
        return []
    found = [_row("interpreter", entry["interpreter_seconds"] / runs)]
    choice = next((v.choosing.choice for v in reversed(variants) if v.choosing and v.choosing.choice.last), None)
    if choice is None:
        return [*found, _row("cpu", entry["seconds"] / runs, seen=True, chosen=True)]
    for k, option in enumerate(choice.last):
        terms = {term: getattr(option, term) for term in TERMS}
        found.append(_row(option.name, option.run, seen=bool(option.factor), refused=option.refused, chosen=k == 0, **terms))
    return found


def _row(
    name: str, seconds: float, *, seen: bool = False, refused: str = "", chosen: bool = False, **terms: float
) -> dict[str, Any]:
    return {"name": name, "seconds": seconds, "seen": seen, "refused": refused, "chosen": chosen, "terms": terms}
