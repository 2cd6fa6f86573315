"""Worker processes of multiprocessing that are not forked (spawn, forkserver) get the hook of their parent.

What a parent tells such a worker, before it imports anything of the program, is made by
`multiprocessing.spawn.get_preparation_data`: a dictionary that is pickled for the worker, or printed into the command
of the fork server.  What we add to it is, unpickled or evaluated, a call of `enter`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from alpyna_hook import config, log
from alpyna_hook.hook import finder

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_ENTER = """
import sys
sys.path.append({root!r})
try:
    from alpyna_hook.hook.workers import enter
except ImportError:
    enter = None
finally:
    sys.path.remove({root!r})
if enter is not None:
    enter({below!r}, {above!r}, {base!r}, {main!r}, {reports!r})
"""

def adopt(spawn: Any) -> None:
    """Workers that this process starts from now on are told; to be called with multiprocessing.spawn, once it is imported."""
    plain = getattr(spawn, "get_preparation_data", None)
    if plain is not None and not hasattr(plain, "__alpyna__"):
        spawn.get_preparation_data = _telling(plain)


def _telling(plain: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def get_preparation_data(*args: Any, **kws: Any) -> dict[str, Any]:
        data = plain(*args, **kws)
        settings = finder.installed_settings()
        if settings is not None:
            entry = _Entry(settings)
            data["alpyna"] = entry  # for a worker
            if type(data.get("sys_path")) is list:
                data["sys_path"] = _Printed(data["sys_path"], entry)  # for the fork server
        return data

    get_preparation_data.__alpyna__ = True  # type: ignore[attr-defined]
    return get_preparation_data


class _Entry:
    """What calls `enter` where it is unpickled, or does nothing if ALPyNA is not to be found there."""

    def __init__(self, settings: config.Settings) -> None:
        self.text = _ENTER.format(
            root=_ROOT, below=dict(settings.below), above=dict(settings.above), base=tuple(settings.base),
            main=finder.main_script(), reports=getattr(sys.modules.get("alpyna_hook.explain.workers"), "folder", None),
        )

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return exec, (self.text, {})


class _Printed(list[str]):
    """A list that is printed with a call of `enter` before it, and pickled as a plain one."""

    def __init__(self, items: list[str], entry: _Entry) -> None:
        super().__init__(items)
        self.entry = entry

    def __repr__(self) -> str:
        return f"(exec({self.entry.text!r}, {{}}), {list(self)!r})[1]"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return list, (list(self),)


# ------------------------------------------------------------------ in the worker


def enter(
    below: Mapping[str, Any], above: Mapping[str, Any], base: tuple[Any, ...], main: str | None, reports: str | None
) -> None:
    """Installs the hook with the parent's settings, unless it is there already (by sitecustomize, or from the fork server).

    reports: the folder to write to, in the end, what became of the loops.
    """
    settings = config.Settings(below, above, config.Options(*base))
    if settings != finder.installed_settings():
        log.configure(settings.options().log)
        finder.install(settings)
    if main is not None:
        finder.run_by_us(main)
        _accelerate_main(main, settings)
    if reports is not None:
        from alpyna_hook.explain import workers

        if workers.folder is None:
            workers.join(reports)


def _accelerate_main(main: str, settings: config.Settings) -> None:
    """multiprocessing executes the main script by runpy.run_path, whose code comes from a function of its own: once, ours."""
    import runpy

    plain = getattr(runpy, "_get_code_from_file", None)
    if plain is None or settings.options().disable or getattr(sys.modules["__main__"], "__file__", None) == main:
        return

    def get_code_from_file(*args: str) -> Any:  # (run_name, path) before Python 3.12, then (path)
        path = args[-1]
        if os.path.normpath(path) != main:
            return plain(*args)
        runpy._get_code_from_file = plain  # type: ignore[attr-defined]
        code = _code(path, settings)
        if code is None:
            return plain(*args)
        return code if len(args) == 1 else (code, path)

    runpy._get_code_from_file = get_code_from_file  # type: ignore[attr-defined]


def _code(path: str, settings: config.Settings) -> CodeType | None:
    from alpyna_hook.hook.loader import prepare

    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        return None
    prepared = prepare(source, path, marked=True, main=True)
    return prepared.code("__mp_main__", path, settings) if prepared is not None else None
