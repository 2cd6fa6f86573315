"""One marked source: its text, what was made of it, and which code objects those are."""

from __future__ import annotations

from _weakref import ref
from types import CodeType

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


class ModuleSource:
    """One marked module, main script, or source given to `static_analyse`."""

    def __init__(
        self, name: str, filename: str, source: bytes, *, options: Options, skip_lines: Iterable[int] = ()
    ) -> None:
        self.name = name
        self.filename = filename
        self.source = source  # as it was imported, whatever becomes of the file
        self.options = options
        self.skip_lines = frozenset(skip_lines)
        self.sites: list[Site] = []
        self._refused: list[tuple[Any, ...]] = []
        self.functions = b""  # where they stand: see `places`
        self.place = -1  # among those that have code without loops

    @property
    def refused(self) -> list[Refusal]:
        return [Refusal(*each) for each in self._refused]

    def refuse(self, refused: Iterable[Refusal]) -> None:
        self._refused += [tuple(each) for each in refused]  # which the garbage collector forgets, unlike named ones

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


class _Made(ref[CodeType]):
    """A code object with loops that was made from a module's source."""

    __slots__ = ("key", "module")
    key: int
    module: ModuleSource


# Code objects equal each other by value, and not by file: these are known by their identity.
_made: dict[int, _Made] = {}

# Those without loops are so many that the garbage collector would need twice as long for them: numbers are nothing to it.
# Of a code object whose identity is that of a dead one the contents tell.
_modules: list[ModuleSource] = []
_without_loops: dict[int, tuple[int, int]] = {}  # by identity: the place of its module, and its contents


def _forget(made: ref[CodeType]) -> None:
    assert isinstance(made, _Made)
    if _made.get(made.key) is made:
        del _made[made.key]


def remember(code: CodeType, module: ModuleSource) -> ref[CodeType]:
    """Notes that this very code object, which has loops, was made from the module's source."""
    made = _Made(code, _forget)
    made.key, made.module = id(code), module
    _made[made.key] = made
    return made


def remember_without_loops(code: CodeType, module: ModuleSource) -> None:
    if module.place < 0:
        module.place = len(_modules)
        _modules.append(module)
    _without_loops[id(code)] = module.place, _contents(code)


def _contents(code: CodeType) -> int:
    return hash((code, code.co_code, code.co_firstlineno, code.co_filename))


def module_of(code: CodeType) -> ModuleSource | None:
    """The source that this very code object was made from: not an equal one of another file, nor a changed copy."""
    made = _made.get(id(code))
    if made is not None:
        return made.module if made() is code else None
    place, contents = _without_loops.get(id(code), (0, 0))
    return _modules[place] if contents and contents == _contents(code) else None
