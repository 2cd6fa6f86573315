"""Lines of the user's file with a construct marked: `>` before its line, carets under it.

        36 |     for k in range(steps):
    >   40 |         print("step", k)
           |               ^^^^^^
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

Place = Sequence[int]  # line, column, end line, end column; 1-based lines, columns in bytes of UTF-8

_SHOWN = 3  # lines of a construct that is longer
_TAB = 4


def frame(lines: Sequence[str], loop_line: int, place: Place | None = None, *, marked: bool = True) -> list[str]:
    """The loop's first line, and those of the construct; without a place the loop itself is marked.

    `lines` are all of the file, as `linecache` gives them; a line that is not there is left out.
    """
    if not marked:
        return _numbered(lines, loop_line, " ")
    if place is None:
        return _numbered(lines, loop_line, ">")
    first, last = place[0], place[2]
    shown = [] if first <= loop_line <= last else _numbered(lines, loop_line, " ")
    construct: list[str] = []
    for line in range(first, min(last, first + _SHOWN - 1) + 1):
        construct += _numbered(lines, line, ">")
        construct += _carets(lines, line, place)
    if last >= first + _SHOWN:
        construct.append(f"{'':11}| ...")
    return construct + shown if first < loop_line else shown + construct


def _numbered(lines: Sequence[str], line: int, mark: str) -> list[str]:
    if not 0 < line <= len(lines):
        return []
    return [f"  {mark} {line:6} | {_expanded(lines[line - 1])}".rstrip()]


def _carets(lines: Sequence[str], line: int, place: Place) -> list[str]:
    if not 0 < line <= len(lines):
        return []
    text = lines[line - 1].rstrip("\r\n")
    data = text.encode()
    start = place[1] if line == place[0] else len(data) - len(data.lstrip())
    end = place[3] if line == place[2] else len(data.rstrip())
    before, under = (_width(part.decode(errors="replace")) for part in (data[:start], data[start:end]))
    return [f"{'':11}| {'':{before}}{'^' * max(1, under)}"]


def _expanded(text: str) -> str:
    return text.rstrip("\r\n").replace("\t", " " * _TAB)


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    wide = sum(unicodedata.east_asian_width(c) in "FW" for c in text)
    none = sum(unicodedata.combining(c) > 0 for c in text)
    return len(text) + wide - none + (_TAB - 1) * text.count("\t")
