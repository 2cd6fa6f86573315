"""ALPyNA: plain Python loops over NumPy arrays, run compiled, with exactly the interpreter's result.

The pipeline, in order.  Once for each module:

    hook       finds modules marked `# alpyna: accelerate`; parses, puts a seam before each
               eligible loop, compiles, and keeps the bytecode in a cache of its own
    capture    the loop nest of a seam, from Python's syntax tree to the IR

and each time that a nest is reached, with what was decided before remembered:

    bind       the values of its names: arrays, numbers, functions
    infer      the type of every expression, as NumPy 2 and Python give it
    prove      from the live bounds: what cannot overflow, miss an array or divide by zero
    emit       a kernel, with checks for what was not proved
    compile    by Numba, or from a cache
    launch     in chunks; when a check fails, all is put back and the interpreter runs the loop

Importing this package imports neither NumPy nor Numba.
"""

from __future__ import annotations

import os

from alpyna_hook.config import Options, parse, settings
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.log import configure

TYPE_CHECKING = False  # as everywhere that a program comes by at its start: `typing` need not be imported for it
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType
    from typing import Any

    from alpyna_hook.hook.finder import Handle

__version__ = "0.1.0"
__all__ = ["Options", "install", "is_accelerated", "report", "run_program", "static_analyse", "uninstall"]


def install(
    modules: str | Iterable[str] | None = None, *, device: str | None = None, fp: str | None = None,
    strict: bool | None = None, log: str | None = None,
) -> Handle:
    """Accelerates the marked modules that are imported from now on.

    `modules` are patterns of further modules that count as marked ("pkg.*": pkg and all below it), one or several;
    the other options are those of `Options`, and win over files and environment.  Returns a handle:
    call its `uninstall()`, or use it in a `with` statement.  With `ALPYNA_DISABLE=1` it does nothing.
    Raises ValueError for a value that is not known.
    """
    from alpyna_hook.hook import finder

    chosen = settings(modules=modules, device=device, fp=fp, strict=strict, log=log)
    options = chosen.options()
    if options.disable:
        return finder.Handle(None)
    configure(options.log)
    return finder.install(chosen)


def uninstall() -> None:
    """Takes every installation away; idempotent.  What has been imported stays accelerated."""
    from alpyna_hook.hook import finder

    finder.uninstall()


def run_program(
    program: str, args: Sequence[str] = (), *, module: bool = False, modules: str | Iterable[str] = (),
    progress: bool | None = None, device: str | None = None,
) -> None:
    """Runs a script, a folder or zip file with `__main__.py`, or (`module=True`) a module as `__main__`.

    It counts as marked, and so do the modules that match the patterns `modules`.  `progress` and `device` are those of
    `Options`.  Whatever the program raises comes through, SystemExit included; `sys.argv` and `sys.path[0]` become its own.
    """
    with own_imports():
        from alpyna_hook.hook import main_program

    main_program.run(program, args, module=module, modules=parse("modules", modules), progress=progress, device=device)


def static_analyse(
    source: str | bytes | os.PathLike[str], options: Options | str | os.PathLike[str] | None = None
) -> ModuleType:
    """Runs a source as a module whose functions are accelerated, and returns the module.

    `source` is the text, or a path to a file; it counts as marked.  `options` are Options, or the
    name of a configuration file; without, those of the hook that is installed, or else of the
    project.  Raises what the source raises, SyntaxError and OSError included.
    """
    from alpyna_hook.hook.finder import installed_settings
    from alpyna_hook.hook.text import load_module

    if options is None:
        options = (installed_settings() or settings()).options()
    elif not isinstance(options, Options):
        options = Options.read(options)
    if isinstance(source, (str, bytes)):
        return load_module(source.encode() if isinstance(source, str) else source, None, options)
    with open(source, "rb") as file:
        return load_module(file.read(), os.fspath(source), options)


def is_accelerated(function: object) -> bool:
    """Whether a function, method or module has loops that may run compiled."""
    from alpyna_hook.seam.site import has_sites

    return has_sites(function)


def report(file: str | None = None) -> list[dict[str, Any]]:
    """What became of each loop nest so far, or of those of one file: file, line, qualname, runs, accelerated_runs, device,
    reason (a slug, or None), detail, hint, obstacles (what else is in the way), refusals (runs by reason), seconds, and
    loops, with a verdict of the dependence analysis for each."""
    from alpyna_hook.explain.report import as_data

    return [{key: value for key, value in entry.items() if key != "words"} for entry in as_data(file=file, loops=True)]
