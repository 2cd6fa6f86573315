"""The report as text: where each nest ran and what that saved, or the one reason why it was not compiled."""

from __future__ import annotations

import linecache
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from alpyna_hook.explain.frame import frame
from alpyna_hook.explain.kernel_text import printed
from alpyna_hook.reasons import BY_COST, REASONS

Entry = Mapping[str, Any]
_DEVICES = {"cpu": "the cpu"}
_SEEN = 0.01  # seconds: what is less was seen once or never


def render(entries: Sequence[Entry], folder: str, *, static: bool = False) -> str:
    """All nests; file names are shown relative to `folder` where they lie below it.

    `static` words the report for a program that has not been run.
    """
    head = _static_summary(entries) if static else "\n".join([_summary(entries), *_rest(entries, folder)])
    return "\n\n".join([head, *("\n".join(_nest(entry, folder, static)) for entry in entries)]) + "\n"


def seconds(value: float) -> str:
    """Three digits with a unit.

    >>> seconds(12.3456), seconds(0.01), seconds(2.5e-6)
    ('12.3 s', '10 ms', '2.5 us')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} us"


def counted(number: int, word: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _summary(entries: Sequence[Entry]) -> str:
    if not entries:
        return "no loops in marked modules"
    marked = [e for e in entries if e["reason"] != "unmarked"]
    compiled = [e for e in marked if e["accelerated_runs"]]
    text = f"{counted(len(marked), 'loop nest')}, {len(compiled)} ran compiled"
    plain = sum(e["interpreter_seconds"] for e in compiled)
    interpreted = sum(e["interpreted_seconds"] or 0.0 for e in _outermost(entries))
    whole = plain + interpreted
    if whole >= _SEEN and any(e["interpreted_seconds"] is not None for e in entries):
        text += f", with {_percent(plain / whole)} of the {seconds(whole)} that plain Python needs for the loops"
    saved = plain - sum(e["seconds"] + e["compile_seconds"] for e in compiled)
    if plain:
        text += f"; about {seconds(saved)} saved" if saved > 0 else "; no time saved"
    return text


def _outermost(entries: Sequence[Entry]) -> list[Entry]:
    """Those that do not lie in another one."""
    found: list[Entry] = []
    for entry in sorted(entries, key=lambda e: (e["file"], e["line"], -e["end_line"])):
        if not found or found[-1]["file"] != entry["file"] or found[-1]["end_line"] < entry["line"]:
            found.append(entry)
    return found


def _percent(share: float) -> str:
    """Not 100 % where something is missing.

    >>> _percent(1.0), _percent(0.9996), _percent(0.5), _percent(0.0004), _percent(0.0)
    ('100 %', 'over 99 %', '50 %', 'under 1 %', '0 %')
    """
    if 0.995 <= share < 1.0:
        return "over 99 %"
    return "under 1 %" if 0.0 < share < 0.005 else f"{share:.0%}".replace("%", " %")


def _rest(entries: Sequence[Entry], folder: str) -> Iterable[str]:
    """Where most of the time is that did not run compiled, and the modules of the user that are not marked."""
    most = max(entries, key=lambda e: e["interpreted_seconds"] or 0.0, default=None)
    if most is not None and (most["interpreted_seconds"] or 0.0) >= _SEEN:
        yield f"in the interpreter most of the time goes to {_place(most, folder)}: {seconds(most['interpreted_seconds'])}"
    for file, own in groupby(sorted((e for e in entries if e["reason"] == "unmarked"), key=_file), _file):
        loops = list(own)
        has = "a loop that takes" if len(loops) == 1 else f"{len(loops)} loops that take"
        taken = seconds(sum(e["interpreted_seconds"] for e in loops))
        yield f"{_name(file, folder)} has {has} {taken}, and is not marked: {loops[0]['hint']}"


def _file(entry: Entry) -> str:
    return str(entry["file"])


def _place(entry: Entry, folder: str) -> str:
    return f"{_name(entry['file'], folder)}:{entry['line']}, {entry['qualname']}"


def _static_summary(entries: Sequence[Entry]) -> str:
    if not entries:
        return "no loops"
    can = sum(e["reason"] is None for e in entries)
    return f"{counted(len(entries), 'loop nest')}, {can} can run compiled if the values allow it"


def _nest(entry: Entry, folder: str, static: bool) -> Iterable[str]:
    taken = entry["interpreted_seconds"] or 0.0
    yield _place(entry, folder) + (f": {seconds(taken)} in the interpreter" if taken >= _SEEN else "")
    lines = linecache.getlines(entry["file"])
    if entry["accelerated_runs"]:
        besides = entry["reason"] in entry["refusals"] and entry["reason"] not in BY_COST and entry["place"]
        yield from frame(lines, entry["line"], entry["place"] if besides else None, marked=bool(besides))
        yield f"    {_where(entry)}"
        if entry["schedule"]:
            yield f"    {entry['schedule']}"
        yield from (f"    {words}" for words in entry["exchanged"])
        yield from (f"    device: {counted(times, 'run')} not there: {why}" for why, times in entry["elsewhere"].items())
        yield from (f"    {line}" for line in _options(entry))
        yield from (f"    {line}" for line in _left_over(entry))
    elif entry["reason"]:
        yield from frame(lines, entry["line"], entry["place"])
        yield from (f"    {line}" for line in _refusal(entry))
        yield from _obstacles(entry, lines)
    else:
        yield from frame(lines, entry["line"], marked=False)
        yield f"    {_open(entry) if static else 'not reached by the interpreter' if entry['part_of'] else 'not reached'}"
    if entry["part_of"]:
        yield f"    compiled as a part of {entry['part_of']}, which calls the function"
    yield from (f"    {line}" for line in _dependences(entry))
    for number, text in enumerate(entry.get("kernels", ()), 1):
        yield f"    kernel {number}:"
        yield from (f"        {line}".rstrip() for line in printed(text, entry["language"]).splitlines())


def _where(entry: Entry) -> str:
    runs, accelerated = entry["runs"], entry["accelerated_runs"]
    share = _runs(entry, runs) if accelerated == runs else f"{accelerated} of {_runs(entry, runs)}"
    text = f"ran compiled on {_DEVICES.get(entry['device'], entry['device'])}, {share}: {seconds(entry['seconds'])}"
    if entry["compile_seconds"]:
        text += f", and {seconds(entry['compile_seconds'])} to compile"
    if entry["interpreter_seconds"]:
        saved = entry["saved_seconds"]
        text += f"; about {seconds(saved)} saved" if saved > 0 else "; no time saved"
    return text


def _options(entry: Entry) -> Iterable[str]:
    """What was expected of the last run, where there was more than the processor to choose from."""
    rows = entry["options"]
    for row in rows if len(rows) > 2 else ():
        if row["refused"]:
            yield f"option {row['name']}: not there: {row['refused']}"
            continue
        terms = ", ".join([f"{term} {seconds(value)}" for term, value in row["terms"].items() if value])
        seen = " as seen" if row["seen"] else " expected"
        yield f"option {row['name']}: {seconds(row['seconds'])}{seen}" + f" ({terms})" * bool(terms) + ", taken" * row["chosen"]


def _runs(entry: Entry, runs: int) -> str:
    where = f", with those of {counted(entry['workers'], 'worker')}" if entry["workers"] else ""
    return counted(runs, "run") + where + ("" if entry["counted"] else ", any later ones not counted")


def _left_over(entry: Entry) -> Iterable[str]:
    """The runs of a nest that the interpreter took although others ran compiled."""
    for slug, times in entry["refusals"].items():
        yield f"{counted(times, 'run')} in the interpreter: {_reason(entry, slug)}"
    if entry["reason"] in entry["refusals"] and entry["reason"] not in BY_COST:
        yield f"hint: {entry['hint']}"


def _refusal(entry: Entry) -> Iterable[str]:
    main, refusals = entry["reason"], entry["refusals"]
    often = f" ({_runs(entry, refusals.get(main, entry['runs']))})" if entry["runs"] else ""
    yield f"not compiled{often}: {_reason(entry, main)}"
    yield f"hint: {entry['hint']}"
    for slug, times in refusals.items():
        if slug != main:
            yield f"{counted(times, 'run')} besides: {_reason(entry, slug)}"


def _reason(entry: Entry, slug: str) -> str:
    detail = f": {_one_line(entry['detail'])}" if slug == entry["reason"] and entry["detail"] else ""
    return f"{REASONS[slug].text}{detail} [{slug}]"


def _obstacles(entry: Entry, lines: Sequence[str]) -> Iterable[str]:
    """What else is in the way."""
    if entry["obstacles"]:
        yield "    and besides:"
    for other in entry["obstacles"]:
        if other["place"]:
            yield from frame(lines, other["place"][0], other["place"])
        detail = f": {_one_line(other['detail'])}" if other["detail"] else ""
        yield f"      {REASONS[other['reason']].text}{detail} [{other['reason']}]"
        if other["hint"] != entry["hint"]:
            yield f"      hint: {other['hint']}"


def _open(entry: Entry) -> str:
    reads = ", ".join(entry.get("reads", ()))
    return f"can run compiled, if the values of {reads} allow it" if reads else "can run compiled"


def _dependences(entry: Entry) -> Iterable[str]:
    """The verdict of each loop, then some of the dependences between iterations, or all pairs."""
    lines = list(entry.get("words", ()))
    if not lines:
        return
    yield "dependences, for any bounds:" if entry.get("graph", {}).get("stage") == "static" else "dependences:"
    yield from (f"  {line}" for line in lines)


def _one_line(text: str) -> str:
    return text.splitlines()[0]


def _name(file: str, folder: str) -> str:
    try:
        relative = os.path.relpath(file, folder)
    except ValueError:  # another drive
        return file
    return file if relative.startswith("..") else relative
