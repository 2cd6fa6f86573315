"""The report as text: where each nest ran and what that saved, or the one reason why it was not compiled."""

from __future__ import annotations

import linecache
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alpyna_hook.explain.frame import frame
from alpyna_hook.explain.kernel_text import printed
from alpyna_hook.reasons import REASONS

Entry = Mapping[str, Any]


def render(entries: Sequence[Entry], folder: str, *, static: bool = False) -> str:
    """All nests; file names are shown relative to `folder` where they lie below it.

    `static` words the report for a program that has not been run.
    """
    head = _static_summary(entries) if static else _summary(entries)
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
    compiled = [e for e in entries if e["accelerated_runs"]]
    text = f"{counted(len(entries), 'loop nest')}, {len(compiled)} ran compiled"
    saved = sum(e["interpreter_seconds"] - e["seconds"] - e["compile_seconds"] for e in compiled)
    if any(e["interpreter_seconds"] for e in compiled):
        text += f"; about {seconds(saved)} saved" if saved > 0 else "; no time saved"
    return text


def _static_summary(entries: Sequence[Entry]) -> str:
    if not entries:
        return "no loops"
    can = sum(e["reason"] is None for e in entries)
    return f"{counted(len(entries), 'loop nest')}, {can} can run compiled if the values allow it"


def _nest(entry: Entry, folder: str, static: bool) -> Iterable[str]:
    yield f"{_name(entry['file'], folder)}:{entry['line']}, {entry['qualname']}"
    lines = linecache.getlines(entry["file"])
    if entry["accelerated_runs"]:
        yield from frame(lines, entry["line"], marked=False)
        yield f"    {_where(entry)}"
        yield from (f"    {line}" for line in _left_over(entry))
    elif entry["reason"]:
        yield from frame(lines, entry["line"], entry["place"])
        yield from (f"    {line}" for line in _refusal(entry))
    else:
        yield from frame(lines, entry["line"], marked=False)
        yield f"    {_open(entry) if static else 'not reached'}"
    yield from (f"    {line}" for line in _dependences(entry))
    for number, text in enumerate(entry.get("kernels", ()), 1):
        yield f"    kernel {number}:"
        yield from (f"        {line}".rstrip() for line in printed(text).splitlines())


def _where(entry: Entry) -> str:
    runs, accelerated = entry["runs"], entry["accelerated_runs"]
    share = counted(runs, "run") if accelerated == runs else f"{accelerated} of {counted(runs, 'run')}"
    text = f"ran compiled on the {entry['device']}, {share}: {seconds(entry['seconds'])}"
    if entry["compile_seconds"]:
        text += f", and {seconds(entry['compile_seconds'])} to compile"
    if entry["interpreter_seconds"]:
        saved = entry["saved_seconds"]
        text += f"; about {seconds(saved)} saved" if saved > 0 else "; no time saved"
    return text


def _left_over(entry: Entry) -> Iterable[str]:
    """The runs of a nest that the interpreter took although others ran compiled."""
    for slug, times in entry["refusals"].items():
        reason = str(REASONS[slug].text)
        if slug == entry["reason"] and entry["detail"]:
            reason += f": {_one_line(entry['detail'])}"
        yield f"{counted(times, 'run')} in the interpreter: {reason} [{slug}]"


def _refusal(entry: Entry) -> Iterable[str]:
    reason = REASONS[entry["reason"]]
    detail = f": {_one_line(entry['detail'])}" if entry["detail"] else ""
    often = f" ({counted(entry['runs'], 'run')})" if entry["runs"] else ""
    yield f"not compiled{often}: {reason.text}{detail} [{reason.slug}]"
    yield f"hint: {reason.hint}"


def _open(entry: Entry) -> str:
    reads = ", ".join(entry.get("reads", ()))
    return f"can run compiled, if the values of {reads} allow it" if reads else "can run compiled"


def _dependences(entry: Entry) -> Iterable[str]:
    """The verdict of each loop, then some of the dependences between iterations, or all pairs."""
    lines = list(entry.get("words", ()))
    if not lines:
        return
    yield "dependences, for any bounds:" if entry["graph"]["stage"] == "static" else "dependences:"
    yield from (f"  {line}" for line in lines)


def _one_line(text: str) -> str:
    return text.splitlines()[0]


def _name(file: str, folder: str) -> str:
    try:
        relative = os.path.relpath(file, folder)
    except ValueError:  # another drive
        return file
    return file if relative.startswith("..") else relative
