"""The import hook: asks the finders after it, and replaces the loader of marked modules."""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident

from alpyna_hook.guest.after_import import after_import
from alpyna_hook.guest.outside import came_from_outside, may_pass
from alpyna_hook.guest.own_imports import found_after, own_imports
from alpyna_hook.hook import unmarked
from alpyna_hook.log import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType, TracebackType

    from alpyna_hook.config import Settings

_LIBRARY = os.path.dirname(os.__file__) + os.sep
_PACKAGES = (f"{_LIBRARY}site-packages{os.sep}", f"{_LIBRARY}dist-packages{os.sep}")
_replacing: set[int] = set()  # the threads that are at it: what a module is rewritten with may be what the program imports anew
_OURS = ("alpyna", "alpyna_hook", "alpyna_profiler")


class AlpynaFinder:
    """Passes on what the finders after it find; only an exact SourceFileLoader is replaced.

    A program without a marked module pays for a search through the bytes of each source that has
    not been searched before, and no more: all else is imported when the first candidate is met.
    """

    def __init__(self, settings: Settings, modules: Iterable[str]) -> None:
        self.settings = settings
        self.modules = tuple(modules)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in _OURS:
            return None
        spec = found_after(self, fullname, path, target, AlpynaFinder)
        if spec is not None and type(spec.loader) is SourceFileLoader and get_ident() not in _replacing:
            _replacing.add(get_ident())
            try:
                self._replace(spec, spec.loader)
            except BaseException as error:  # what a hook, or a patched function, of the program's has raised
                if came_from_outside(error) or not may_pass(error):
                    raise
                log(f"{fullname} runs as plain Python: {error!r}")
            finally:
                _replacing.discard(get_ident())
        return spec

    def _replace(self, spec: ModuleSpec, loader: SourceFileLoader) -> None:
        marked = self.counts_as_marked(spec.name)
        if not marked and _in_standard_library(loader.path):
            return
        key = None if marked else unmarked.line(loader.path)
        if key is not None and unmarked.known(key):
            return
        try:
            with open(loader.path, "rb", buffering=0) as file:
                source = file.read()
        except OSError:
            return  # the plain loader raises it
        if key is not None and not unmarked.names_us(source):
            unmarked.remember(key)
            return
        with own_imports():
            from alpyna_hook.hook.loader import AlpynaLoader, prepare

        prepared = prepare(source, loader.path, marked=marked, plain=lambda: loader.get_code(spec.name))
        if prepared is not None:
            spec.loader = AlpynaLoader(spec.name, loader.path, prepared, self.settings, marked)

    def counts_as_marked(self, name: str) -> bool:
        """By its name, for any of the finders: the first of them decides for all."""
        patterns = [*self.modules]
        for finder in sys.meta_path:
            if isinstance(finder, AlpynaFinder):
                patterns += finder.modules
        return any(matches(name, pattern) for pattern in patterns)


def _in_standard_library(path: str) -> bool:
    """Nothing there bears a pragma (it can be named, though); its sources are large, and need no search."""
    return path.startswith(_LIBRARY) and not path.startswith(_PACKAGES)


def matches(name: str, pattern: str) -> bool:
    """`pkg.*` means pkg itself and all below it; else as a file name pattern.

    >>> [matches(name, "pkg.*") for name in ("pkg", "pkg.a.b", "pkgs")], matches("one_two", "o*_t[w]?"), matches("one", "one")
    ([True, True, False], True, True)
    """
    package = pattern.removesuffix(".*")
    if package == "*":
        return True
    if not any(sign in package for sign in "*?["):
        return name == package or (package != pattern and name.startswith(package + "."))
    from fnmatch import fnmatchcase  # which few patterns need, and takes a while to import

    return fnmatchcase(name, pattern) or fnmatchcase(name, package)


class Handle:
    """One installation of the hook; a context manager that takes it away again."""

    def __init__(self, finder: AlpynaFinder | None) -> None:
        self._finder = finder

    @property
    def active(self) -> bool:
        return self._finder is not None and self._finder in sys.meta_path

    def uninstall(self) -> None:
        """Takes this installation away; modules already imported stay as they are.  Idempotent."""
        if self._finder is not None and self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)

    def __enter__(self) -> Handle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.uninstall()


def install(settings: Settings) -> Handle:
    """Puts a finder before all others."""
    if settings.options().modules:  # they may match what the rewriting itself imports: have it all before
        import alpyna_hook.hook.loader
        import alpyna_hook.hook.pragma
        import alpyna_hook.hook.rewrite  # noqa: F401
        for pattern in settings.options().modules:
            matches("", pattern)  # which imports what patterns need
    finder = AlpynaFinder(settings, settings.options().modules)
    sys.meta_path.insert(0, finder)
    after_import("multiprocessing.spawn", _tell_workers)
    return Handle(finder)


_main_script: list[str] = []


def run_by_us(path: str) -> None:
    """The main script counts as marked: in workers too, which execute it as `__mp_main__`."""
    _main_script[:] = [os.path.normpath(path)]


def main_script() -> str | None:
    """That `alpyna run` executes."""
    return _main_script[0] if _main_script else None


def _tell_workers(spawn: ModuleType) -> None:
    from alpyna_hook.hook import workers

    workers.adopt(spawn)


def installed_settings() -> Settings | None:
    """Those of the latest installation; None if there is none."""
    return next((finder.settings for finder in sys.meta_path if isinstance(finder, AlpynaFinder)), None)


def uninstall() -> None:
    """Takes all installations away."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, AlpynaFinder)]
