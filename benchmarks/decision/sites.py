"""What each loop of a program has cost, of what `watched.py` has told of its processes."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FIRST = 100  # calls that do not count
_FEW = 3 * _FIRST  # calls of a loop, which tell too little
_LEAST = 0.08  # seconds that the better takes: what takes less is not seen often enough
_EARLY, _LATE, _COMPILED = range(3)  # see watched.py


@dataclass(frozen=True)
class Site:
    """One loop, as the decision had it run ("own").  seconds: by mode, of its calls after the first hundred, without compiling.
    after: so many calls ran interpreted before one ran compiled.  to_better: own seconds by those of the better of always and
    never; once_compiled: the same of the calls since then."""

    line: int
    calls: int
    seconds: Mapping[str, float]
    after: int | None
    to_better: float
    once_compiled: float | None


def sites(told: Mapping[str, Sequence[Mapping[str, Any]]], own: str = "auto") -> list[Site]:
    """The loops that were called often, and took long; told: by mode, of each round; own: the mode that is judged."""
    told = {**told, "own": told[own]}
    last = told["own"][-1]["sites"]
    compilable = {k for runs in told.values() for each in runs for k, row in enumerate(each["sites"]) if row[2]}
    found = []
    for number, (line, calls, *_) in enumerate(last):
        if calls >= _FEW:
            site = _site(number, line, calls, told, compilable)
            if site is not None:
                found.append(site)
    return found


def _site(
    number: int, line: int, calls: int, told: Mapping[str, Sequence[Mapping[str, Any]]], compilable: set[int]
) -> Site | None:
    share = 1 - _FIRST / calls  # of the calls, and about of their time
    rows = {mode: [_seconds(each, number, compilable) for each in runs] for mode, runs in told.items()}
    never = statistics.median([sum(row) for row in rows["never"]]) * share
    # a process that was ended has not shown all
    runs = zip(rows["always"], told["always"], strict=True)
    whole = [sum(row[_LATE:]) for row, each in runs if not each["ended"]]
    always = statistics.median(whole) if whole else float("inf")
    taken = statistics.median([sum(row[_LATE:]) for row in rows["own"]])
    better = min(always, never)
    if better < _LEAST:
        return None
    after = [each["sites"][number][3] for each in told["own"]]
    if any(count is None for count in after):
        return Site(line, calls, {"own": taken, "always": always, "never": never}, None, taken / better, None)
    left = [(row[_COMPILED], calls - max(count, _FIRST)) for row, count in zip(rows["own"], after, strict=True)]
    rates = [seconds / rest for seconds, rest in left if rest >= _FIRST]
    once = statistics.median(rates) * (calls - _FIRST) / better if rates else None
    return Site(
        line, calls, {"own": taken, "always": always, "never": never}, int(statistics.median(after)), taken / better, once,
    )


def _seconds(each: Mapping[str, Any], number: int, compilable: set[int]) -> list[float]:
    """By phase.  Time belongs to the outermost loop on the stack that can be compiled, or else to the innermost."""
    found = [0.0] * 3
    for (compiling, stack), seconds in each["seconds"].items():
        if compiling or not stack:
            continue
        owner, phase = next((item for item in reversed(stack) if item[0] in compilable), stack[0])
        if owner == number:
            found[phase] += seconds
    return found
