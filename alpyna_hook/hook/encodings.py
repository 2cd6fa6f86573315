"""What Python says of the encoding of a script, which it reads as a file, and not, as it compiles bytes, as a text."""

from __future__ import annotations

import re
import sys

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_URL = "https://python.org/dev/peps/pep-0263/" if sys.version_info < (3, 11) else "https://peps.python.org/pep-0263/"


def check(source: bytes, path: str) -> None:
    """Raises the SyntaxError of Python for a script that is not in the encoding that it declares."""
    if source.isascii() or source.startswith(b"\xef\xbb\xbf") or _declared(source) is not None:
        return
    for number, line in enumerate(source.split(b"\n"), 1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            shown = number + (sys.version_info < (3, 11))
            raise SyntaxError(
                f"Non-UTF-8 code starting with '\\x{line[error.start]:02x}' in file {path} on line {shown}, "
                f"but no encoding declared; see {_URL} for details"
            ) from None


def as_of_a_file(error: SyntaxError, source: bytes) -> SyntaxError:
    """Python's error in the place of that of `compile`, for a declared encoding that is unknown or does not fit."""
    if (error.msg or "").startswith("encoding problem: "):
        return SyntaxError(error.msg)
    name = _declared(source)
    if name is None or not re.match(r"unknown encoding: |'[-\w]+' codec can't decode ", error.msg or ""):
        return error
    return SyntaxError(f"encoding problem: {name}")


def _declared(source: bytes) -> str | None:
    for line in source.splitlines()[:2]:
        found = _COOKIE.match(line)
        if found is not None:
            return found[1].decode()
        if not _BLANK.match(line):
            break
    return None
