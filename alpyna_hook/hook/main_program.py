"""Runs a script or module as `__main__`, as `python script.py` and `python -m module` do.

The program gets a new module in `sys.modules["__main__"]`.  What it raises goes on to Python's
own main program, which prints it, sets the exit code and calls the exit functions; only our own
frames are taken out of the traceback, just before it is printed.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import SourceFileLoader
from types import ModuleType, TracebackType

import alpyna_hook
from alpyna_hook import log
from alpyna_hook.config import settings
from alpyna_hook.guest.own_imports import give_way, own_imports
from alpyna_hook.hook import finder
from alpyna_hook.hook.loader import prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType
    from typing import Any, TypeAlias

    from alpyna_hook.config import Settings

    _Hook: TypeAlias = Callable[[type[BaseException], BaseException, TracebackType | None], Any]

_OURS = os.path.dirname(alpyna_hook.__file__) + os.sep
_END_OF_ZIP = b"PK\x05\x06"


def run(
    program: str, args: Sequence[str], *, module: bool = False, modules: Sequence[str] = (), **given: object
) -> None:
    """Executes a program; returns when it ends.  All that it raises comes through, SystemExit too.

    `modules` are patterns of further modules that count as marked; given: other options, None where the settings decide.
    """
    try:
        start = _start_module if module else _start_script
        code, main = start(program, args, list(modules), given)
        sys.modules["__main__"] = main
        exec(code, main.__dict__)
    except BaseException as error:
        if not isinstance(error, SystemExit) and callable(getattr(sys, "excepthook", None)):
            sys.excepthook = _without_our_frames(sys.excepthook)
        raise


def _install(folder: str, modules: list[str], given: Mapping[str, object]) -> Settings:
    chosen = settings(folder, modules=modules or None, **given)
    options = chosen.options()
    log.configure(options.log)
    if not options.disable:
        finder.install(chosen)
    return chosen


# -------------------------------------------------------------------- scripts


def _start_script(
    program: str, args: Sequence[str], modules: list[str], given: Mapping[str, object]
) -> tuple[CodeType, ModuleType]:
    sys.argv[:] = [program, *args]
    path = program if os.path.isabs(program) else os.path.join(os.getcwd(), program)  # as Python names it
    is_folder = os.path.isdir(path)
    try:
        with open(os.devnull if is_folder else path, "rb") as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write(f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}\n")
        raise SystemExit(2) from None
    if is_folder or (_END_OF_ZIP in source and _is_zip(path)):
        _set_first_path(path)
        chosen = _install(path if is_folder else os.path.dirname(path), [*modules, "__main__"], given)
        return _found(chosen, "_get_main_module_details")
    folder = os.path.dirname(os.path.realpath(path))
    _set_first_path(folder)
    chosen = _install(folder, modules, given)
    finder.run_by_us(path)
    main = _main_module(path, SourceFileLoader("__main__", path))
    return _code(source, path, chosen), main


def _is_zip(path: str) -> bool:
    import zipimport

    try:
        zipimport.zipimporter(path)
    except zipimport.ZipImportError:
        return False
    return True


def _code(source: bytes, path: str, chosen: Settings) -> CodeType:
    if not source.isascii():
        with own_imports():
            from alpyna_hook.hook import encodings
        encodings.check(source, path)
    accelerated = _accelerated(source, path, chosen)
    if accelerated is not None:
        return accelerated
    try:
        code: CodeType = compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        with own_imports():
            from alpyna_hook.hook import encodings
        raise encodings.as_of_a_file(error, source) from None
    return code


def _accelerated(source: bytes, path: str, chosen: Settings, plain: CodeType | None = None) -> CodeType | None:
    if chosen.options().disable:
        return None
    prepared = prepare(source, path, marked=True, main=True, plain=(lambda: plain) if plain is not None else None)
    return prepared.code("__main__", path, chosen) if prepared is not None else None


def _main_module(path: str, loader: object, cached: str | None = None) -> ModuleType:
    """`__main__` with the variables that Python gives it."""
    main = ModuleType("__main__")
    main.__dict__.update(__file__=path, __loader__=loader, __builtins__=sys.modules["builtins"])
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    if sys.version_info < (3, 15):
        main.__dict__["__cached__"] = cached
    return main


# -------------------------------------------------------------------- modules


def _start_module(
    name: str, args: Sequence[str], modules: list[str], given: Mapping[str, object]
) -> tuple[CodeType, ModuleType]:
    sys.argv[:] = ["-m", *args]  # as the parents of the module see it
    _set_first_path(os.getcwd())
    chosen = _install(os.getcwd(), [*modules, name, f"{name}.__main__"], given)
    code, main = _found(chosen, "_get_module_details", name)
    sys.argv[0] = main.__file__ or name
    return code, main


class _NotFound(Exception):
    """What runpy is to raise for a program that it cannot find."""


def _found(chosen: Settings, search: str, *args: str) -> tuple[CodeType, ModuleType]:
    """The code of a module, by the search (and with the messages) of `python -m`, and a fresh
    `__main__` for it.  The two functions of runpy are private, and as old as `python -m` itself."""
    with own_imports():
        import runpy

    try:
        _, spec, code = getattr(runpy, search)(*args, _NotFound)
    except _NotFound as error:
        sys.stderr.write(f"{sys.executable}: {error}\n")
        raise SystemExit(1) from None
    if type(spec.loader).__name__ == "zipimporter":
        source = zipped_source(spec.loader, spec.name, code.co_filename)
        code = (_accelerated(source, code.co_filename, chosen, code) if source is not None else None) or code
    main = _main_module(spec.origin, spec.loader, spec.cached)
    main.__dict__.update(__package__=spec.parent, __spec__=spec)
    with own_imports():
        import linecache

    linecache.lazycache(code.co_filename, main.__dict__)  # for explain, of what is in a zip file
    return code, main


def zipped_source(loader: Any, name: str, filename: str) -> bytes | None:
    """The source of a module in a zip file, if the loader gives it and its code is not that of a lone .pyc."""
    try:
        return bytes(loader.get_data(filename)) if loader.get_source(name) is not None else None
    except OSError:
        return None


# ---------------------------------------------------------------- surroundings


def _set_first_path(folder: str) -> None:
    """Python's own first entry is that of `-m alpyna` or of the console script; isolated, it has none."""
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path[0] = folder
        give_way(folder)


def _without_our_frames(hook: _Hook) -> _Hook:
    """For one call: the present hook, with a traceback that begins in the program."""

    def excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.excepthook = hook
        while trace is not None and trace.tb_frame.f_code is not run.__code__:
            trace = trace.tb_next
        shown = _users(trace)
        sys.last_traceback = shown
        hook(kind, error.with_traceback(shown), shown)

    return excepthook


def _users(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without our frames: an interrupt of a compiled loop is shown at the loop."""
    if trace is None:
        return None
    rest = _users(trace.tb_next)
    if trace.tb_frame.f_code.co_filename.startswith(_OURS):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
