"""One marked source: its text, and what was made of it."""

from __future__ import annotations

from alpyna_hook.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable
    from typing import Any

    from alpyna_hook.config import Options
    from alpyna_hook.seam.site import Site


class Refusal(NamedTuple):
    """A loop that its source alone keeps in the interpreter."""

    lineno: int
    end_lineno: int
    qualname: str
    slug: str
    detail: str
    place: tuple[int, int, int, int]  # line, column, end line, end column of the construct


_NO_LINES: frozenset[int] = frozenset()


class ModuleSource:
    """One marked module, main script, or source given to `static_analyse`.

    There are hundreds in a process, and a full garbage collection comes by all that they hold: so few objects, and in plain tuples
    of numbers and texts, which it forgets.
    """

    __slots__ = ("__weakref__", "_refused", "filename", "functions", "name", "options", "sites", "skip_lines", "source")

    def __init__(
        self, name: str, filename: str, source: bytes, *, options: Options, skip_lines: Iterable[int] = ()
    ) -> None:
        self.name = name
        self.filename = filename
        self.source = source  # as it was imported, whatever becomes of the file
        self.options = options
        self.skip_lines = frozenset(skip_lines) or _NO_LINES
        self.sites: tuple[Site, ...] = ()
        self._refused: tuple[tuple[Any, ...], ...] = ()
        self.functions = b""  # where they stand: see `places`

    @property
    def refused(self) -> list[Refusal]:
        return [Refusal(*each) for each in self._refused]

    def refuse(self, refused: Iterable[Refusal]) -> None:
        self._refused += tuple([tuple(each) for each in refused])

    def is_like(self, other: ModuleSource) -> bool:
        """Whether both were made of the same source in the same way."""
        return (self.name, self.filename, self.options, self.source) == (other.name, other.filename, other.options, other.source)

    def function_node(self, lineno: int, name: str) -> ast.FunctionDef | ast.Lambda | None:
        """The `def` or lambda whose code object has this `co_firstlineno` and `co_name`, if there is only one."""
        from alpyna_hook.seam import places  # which a program that never compiles a loop needs not

        place = places.find(self.functions, lineno, name)
        return places.function_at(place, name, self) if place is not None else None

    def loop_node(self, lineno: int, col: int, end_lineno: int, owner: str | None) -> ast.For | ast.While:
        from alpyna_hook.seam import places

        return places.loop_at(places.Place(lineno, col, end_lineno, 0, owner), self)
