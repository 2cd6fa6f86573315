"""Lines of Python source with indentation, and names that cannot collide."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from contextlib import contextmanager

# what `fabs_f8`, `get_i8` and `load_f8_g0` have in common with the types themselves: they end with a representation
_TYPED = re.compile(r"(\w*_)?(b1|[iu][1248]|f[48]|c8|c16)(_g\d+)?")


class Writer:
    """Collects lines; `fork` collects some aside, to see first whether there are any."""

    def __init__(self, indent: int = 1) -> None:
        self.lines: list[str] = []
        self.indent = indent

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A compound statement; an empty body becomes `pass`."""
        self.line(head)
        self.indent += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self.indent -= 1

    @contextmanager
    def fork(self, deeper: int = 1) -> Iterator[list[str]]:
        saved, self.lines = self.lines, []
        self.indent += deeper
        try:
            yield self.lines
        finally:
            self.indent -= deeper
            self.lines = saved


class Names:
    """Python identifiers for the names of a nest: `self.n` becomes `self_n`; clashes get a number, and so does what
    looks like a function of ours for one representation."""

    def __init__(self, reserved: frozenset[str]) -> None:
        self._used = set(reserved)
        self._known: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self.fresh(name)
        return self._known[name]

    def named(self, key: str, preferred: str) -> str:
        """The identifier for a key, made from another text."""
        if key not in self._known:
            self._known[key] = self.fresh(preferred)
        return self._known[key]

    def fresh(self, name: str) -> str:
        stem = re.sub(r"\W", "_", name.removeprefix("@")).strip("_") or "v"
        if not stem.isascii():
            stem = stem.encode("ascii", "replace").decode().replace("?", "u")
        if stem[0].isdigit() or keyword.iskeyword(stem):
            stem = "v" + stem
        candidate, number = stem, 0
        while candidate in self._used or _TYPED.fullmatch(candidate):
            number += 1
            candidate = f"{stem}_{number}"
        self._used.add(candidate)
        return candidate
