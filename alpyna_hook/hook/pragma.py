"""Finds the pragmas of a source: which module to accelerate, which loops to leave alone.

    # alpyna: accelerate [key=value ...]     a comment line of its own, at the left margin
    # alpyna: skip                           at a loop or function, or on the line before it

In whatever case, and also without the colon.

The source is tokenised, so a string that contains a pragma does not count; a search for the
word in the bytes comes first, so a source without it costs next to nothing.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from alpyna_hook.config import PRAGMA_KEYS, BadOption, complain, nearest, parse
from alpyna_hook.hook.unmarked import names_us
from alpyna_hook.seam.parsing import quietly

if TYPE_CHECKING:
    import tokenize

WORDS = ("accelerate", "skip")
_CANDIDATE = re.compile(rb"#[ \t]*alpyna[ \t]*(?::(?![ \t]*skip[ \t]*\r?$)|accelerate\b)", re.IGNORECASE | re.MULTILINE)
_PRAGMA = re.compile(r"#\s*alpyna\s*(:?)\s*(.*)", re.IGNORECASE)


class PragmaWarning(UserWarning):
    """A pragma that was not understood."""


class Pragmas:
    def __init__(self) -> None:
        self.accelerate = False
        self.options: dict[str, Any] = {}
        self.skip_lines: set[int] = set()  # the lines of the code that is to be left alone
        self.problems: list[tuple[int, str]] = []  # what was not understood: lines and texts
        self.plain = False  # an option was not understood: nothing is accelerated then


def candidate(source: bytes) -> bool:
    """Whether there may be a pragma that marks the module, or was meant to: a search through bytes, no more."""
    return names_us(source) and _CANDIDATE.search(source) is not None


def find(source: bytes) -> Pragmas:
    """All pragmas.  Raises SyntaxError on a source that is not Python.

    A pragma that has an unknown word, or words too many, leaves the code at its place alone, as `skip` does.
    """
    found = Pragmas()
    before = False  # a skip that waits for the next line of code
    for token, starts_line in _tokens(source):
        if token.string.startswith("#"):
            words = _words(token.string)
            if words is None:
                continue
            if words[:1] == ["accelerate"]:
                _accelerate(found, words, token, starts_line)
                continue
            if words != ["skip"]:
                found.problems.append((token.start[0], _misspelt(words)))
            if starts_line:
                before = True
            else:
                found.skip_lines.add(token.start[0])
        elif before and starts_line:
            found.skip_lines.add(token.start[0])
            before = False
    return found


def _tokens(source: bytes) -> Iterator[tuple[tokenize.TokenInfo, bool]]:
    """The comments, and the first token of each line of code, with "first of its line"."""
    import tokenize  # not needed, and not loaded, where the bytecode is cached

    line = 0
    layout = (tokenize.ENCODING, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    try:
        with quietly():
            tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except tokenize.TokenError as error:
        raise SyntaxError(str(error)) from None
    for token in tokens:
        if token.type in layout:
            continue
        first = token.start[0] > line
        if token.type == tokenize.COMMENT or first:
            yield token, first
        line = token.end[0]


def _words(comment: str) -> list[str] | None:
    """The words of a pragma, in which the colon may be missing if the rest is faultless."""
    match = _PRAGMA.fullmatch(comment.rstrip())
    if match is None:
        return None
    words: list[str] = match[2].split()
    word = words[0].lower() if words else ""
    if word in WORDS:
        words[0] = word
    if not match[1] and not (words == ["skip"] or (word == "accelerate" and all("=" in option for option in words[1:]))):
        return None
    return words


def _misspelt(words: list[str]) -> str:
    if words[:1] == ["skip"]:
        return "skip takes no options"
    word = words[0] if words else ""
    return f"unknown word {word!r}; {nearest(word, WORDS)}"


def _accelerate(found: Pragmas, words: list[str], token: tokenize.TokenInfo, starts_line: bool) -> None:
    line = token.start[0]
    if not starts_line or token.start[1] > 0:
        if all("=" in option for option in words[1:]):  # else it is prose
            found.problems.append((line, "`accelerate` belongs on a line of its own at the left margin"))
        return
    found.accelerate = True
    try:
        found.options.update(_option(word) for word in words[1:])
    except BadOption as error:
        found.problems.append((line, str(error)))
        found.plain = True


def _option(word: str) -> tuple[str, Any]:
    key, _, value = word.partition("=")
    if key not in PRAGMA_KEYS:
        raise BadOption(f"unknown key {key!r}; {nearest(key, PRAGMA_KEYS)}")
    return key, parse(key, value)


def report(problems: Iterable[tuple[int, str]], filename: str, *, plain: bool) -> None:
    """One warning at each pragma's line; under `-W error` a line on standard error in its place."""
    what = "the module runs as plain Python" if plain else "a loop or function there is left to the interpreter"
    for line, text in problems:
        message = f"alpyna pragma: {text} ({what})"
        try:
            warnings.warn_explicit(message, PragmaWarning, filename, line)
        except PragmaWarning:
            complain(f"{filename}:{line}: {message}")
