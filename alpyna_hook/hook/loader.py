"""Loads a marked module: from our cache, or by parsing, rewriting and compiling its source."""

from __future__ import annotations

from _frozen_importlib_external import SourceFileLoader
from types import CodeType, FunctionType

from alpyna_hook.guest import compilers
from alpyna_hook.guest.outside import came_from_outside, may_pass
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.hook import cache, unmarked
from alpyna_hook.log import log
from alpyna_hook.named import NamedTuple
from alpyna_hook.seam.origin import link
from alpyna_hook.seam.site import registered
from alpyna_hook.seam.source import ModuleSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from alpyna_hook.config import Settings


class Prepared(NamedTuple):
    """A source that is to be accelerated, and all that its code object is made of."""

    source: bytes
    entry: cache.Entry

    def code(self, name: str, filename: str, settings: Settings) -> CodeType:
        """A code object with fresh Sites in it."""
        module = ModuleSource(
            name, filename, self.source, options=settings.options(self.entry.options),
            skip_lines=self.entry.skip_lines,
        )
        compilers.watch(_handed)
        return link(self.entry.code, registered(module, self.entry.table))


def prepare(
    source: bytes, filename: str, *, marked: bool = False, main: bool = False, cached: bool = True,
    plain: Callable[[], CodeType | None] | None = None,
) -> Prepared | None:
    """What is needed to run a source accelerated; None if it is to run as plain Python.

    `marked` says that it counts as marked without a pragma.  `plain` gives the code that Python has for it, in
    Python's way: from a file of its own, or by compiling with the warnings and errors that this gives.
    A source that does not compile gives None too: the interpreter's own loader then raises the error, as it would
    without us.
    """
    if not marked and not unmarked.names_us(source):
        return None
    try:
        entry = cache.load(filename, source, main=main) if cached else None
        if entry is None:
            plain = plain or (lambda: compile(source, filename, "exec", dont_inherit=True))
            entry = _build(source, filename, marked, plain)
            if entry is not None and cached:
                cache.store(filename, source, entry, main=main)
    except (SyntaxError, ValueError, RecursionError, OSError, ImportError) as error:
        log(f"{filename} runs as plain Python: {error}")
        return None
    except BaseException as error:  # what a hook, or a patched function, of the program's has raised
        if came_from_outside(error) or not may_pass(error):
            raise
        log(f"{filename} runs as plain Python: {error!r}")
        return None
    if entry is None:
        return None
    is_plain = not (marked or entry.accelerate)
    if entry.problems:
        _report(entry.problems, filename, plain=is_plain)
    return None if is_plain else Prepared(source, entry)


def _build(source: bytes, filename: str, marked: bool, plain: Callable[[], CodeType | None]) -> cache.Entry | None:
    with own_imports():
        from alpyna_hook.hook import pragma  # not needed when the bytecode is cached

    if not marked and not pragma.candidate(source):
        return None
    pragmas = pragma.find(source) if unmarked.names_us(source) else pragma.Pragmas()
    if pragmas.plain or not (marked or pragmas.accelerate):
        pragma.report(pragmas.problems, filename, plain=True)
        return None
    with own_imports():
        from alpyna_hook.hook.rewrite import rewrite

    code = plain()
    if code is None:
        return None
    code, table = rewrite(source, code, filename, frozenset(pragmas.skip_lines))
    return cache.Entry(
        code, table, pragmas.accelerate, pragmas.options, tuple(pragmas.skip_lines), tuple(pragmas.problems)
    )


def _report(problems: tuple[tuple[int, str], ...], filename: str, *, plain: bool) -> None:
    with own_imports():
        from alpyna_hook.hook import pragma

    pragma.report(problems, filename, plain=plain)


def _handed(thing: object, reader: str) -> object:
    """To another compiler."""
    if type(thing) not in (FunctionType, CodeType):
        return thing
    from alpyna_hook.hook.pristine import as_python_made_it  # needed only in programs that use one

    return as_python_made_it(thing, reader)


class AlpynaLoader(SourceFileLoader):
    """SourceFileLoader in all but the code object (and so with its resources, reload and runpy)."""

    def __init__(self, fullname: str, path: str, prepared: Prepared, settings: Settings, marked: bool) -> None:
        super().__init__(fullname, path)
        self._prepared: Prepared | None = prepared
        self._settings = settings
        self._marked = marked

    def get_code(self, fullname: str) -> CodeType | None:
        prepared, self._prepared = self._prepared, None
        path = self.get_filename(fullname)
        if prepared is None:  # asked a second time
            plain = super().get_code
            prepared = prepare(self.get_data(path), path, marked=self._marked, plain=lambda: plain(fullname))
        if prepared is None:
            return super().get_code(fullname)
        return prepared.code(fullname, path, self._settings)

