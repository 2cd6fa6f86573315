"""Finds the pragmas of a source: which module to accelerate, which loops to leave alone.

    # alpyna: accelerate [key=value ...]     a comment line of its own, at the left margin
    # alpyna: skip                           at a loop or function, or on the line before it

The source is tokenised, so a string that contains a pragma does not count; a search for the
word in the bytes comes first, so a source without it costs next to nothing.
"""

from __future__ import annotations

import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alpyna_hook.config import PRAGMA_KEYS, BadOption, complain, nearest, parse

WORDS = ("accelerate", "skip")
# a comment at the margin, or any comment that says "skip" (only looked for in marked modules)
_CANDIDATE = re.compile(rb"^(?:\xef\xbb\xbf)?#[ \t]*alpyna[ \t]*:", re.MULTILINE)
_PRAGMA = re.compile(r"#\s*alpyna\s*:\s*(.*)", re.IGNORECASE)


class PragmaWarning(UserWarning):
    """A pragma that was not understood; its module runs as plain Python."""


@dataclass(slots=True)
class Pragmas:
    accelerate: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    skip_lines: set[int] = field(default_factory=set)  # the lines of the code that is to be left alone
    problem: tuple[int, str] | None = None  # the first one that was not understood: line and text


def candidate(source: bytes) -> bool:
    """Whether `find` may find the module marked: a search through bytes, no more."""
    return b"alpyna" in source and _CANDIDATE.search(source) is not None


def find(source: bytes) -> Pragmas:
    """All pragmas.  Raises SyntaxError or tokenize.TokenError on a source that is not Python."""
    found = Pragmas()
    before = False  # a skip that waits for the next line of code
    for token, starts_line in _tokens(source):
        if token.type == tokenize.COMMENT:
            words = _words(token.string)
            if words is None or found.problem is not None:
                continue
            if words[:1] == ["skip"] and len(words) == 1:
                if starts_line:
                    before = True
                else:
                    found.skip_lines.add(token.start[0])
            else:
                _accelerate(found, words, token, starts_line)
        elif before and starts_line:
            found.skip_lines.add(token.start[0])
            before = False
    return found


def _tokens(source: bytes) -> Iterator[tuple[tokenize.TokenInfo, bool]]:
    """The comments, and the first token of each line of code, with "first of its line"."""
    line = 0
    layout = (tokenize.ENCODING, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type in layout:
            continue
        first = token.start[0] > line
        if token.type == tokenize.COMMENT or first:
            yield token, first
        line = token.end[0]


def _words(comment: str) -> list[str] | None:
    match = _PRAGMA.fullmatch(comment.rstrip())
    return match.group(1).split() if match else None


def _accelerate(found: Pragmas, words: list[str], token: tokenize.TokenInfo, starts_line: bool) -> None:
    line = token.start[0]
    word = words[0] if words else ""
    if word != "accelerate":
        extra = "takes no options" if word == "skip" else f"unknown word {word!r}; {nearest(word, WORDS)}"
        found.problem = (line, extra)
    elif not starts_line or token.start[1] > 0:
        found.problem = (line, "`accelerate` belongs on a line of its own at the left margin")
    else:
        found.accelerate = True
        try:
            found.options.update(_option(word) for word in words[1:])
        except BadOption as error:
            found.problem = (line, str(error))


def _option(word: str) -> tuple[str, Any]:
    key, _, value = word.partition("=")
    if key not in PRAGMA_KEYS:
        raise BadOption(f"unknown key {key!r}; {nearest(key, PRAGMA_KEYS)}")
    return key, parse(key, value)


def report(problem: tuple[int, str], filename: str) -> None:
    """One warning at the pragma's line; under `-W error` a line on standard error in its place."""
    line, text = problem
    message = f"alpyna pragma: {text} (the module runs as plain Python)"
    try:
        warnings.warn_explicit(message, PragmaWarning, filename, line)
    except PragmaWarning:
        complain(f"{filename}:{line}: {message}")

