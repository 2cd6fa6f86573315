"""Imports of our own, in a program that may have modules named like those of the standard library.

A `queue.py` beside the script is what the program means by `queue`.  NumPy and Numba mean the
standard library's: they are given that one, and the program still gets its own, whenever it asks.

To be imported before anything else of ours that is not loaded with Python itself.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import PathFinder
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_FOLDER = os.path.dirname(os.__file__)
_AT_START = frozenset(sys.modules)
_IN_FILES = sys.stdlib_module_names - {*sys.builtin_module_names}  # those in whose place a program can have its own
_LIBRARY = [_FOLDER, os.path.join(_FOLDER, "lib-dynload"), os.path.join(sys.base_exec_prefix, "DLLs")]


class own_imports:
    """What this thread imports inside takes the standard library's modules from there."""

    def __enter__(self) -> None:
        self._finder = _Shadowed()
        sys.meta_path.insert(0, self._finder)

    def __exit__(self, *error: object) -> None:
        sys.meta_path[:] = [other for other in sys.meta_path if other is not self._finder]
        for name in self._finder.found:
            _forget(name)


def give_way(folder: str) -> None:
    """To the modules of a program: what we have imported before does not stand in the place of those in its folder."""
    try:
        files = os.listdir(folder or os.curdir)
    except OSError:
        return
    for name in {file.partition(".")[0] for file in files} & sys.stdlib_module_names & (sys.modules.keys() - _AT_START):
        if PathFinder.find_spec(name, [folder]) is not None:
            _forget(name)


def found_after(
    asking: object, fullname: str, path: Sequence[str] | None, target: ModuleType | None, passed_over: type | tuple[()] = ()
) -> ModuleSpec | None:
    """What the finders after this one find, those of a class left out; for a finder that changes what others find."""
    finders = list(sys.meta_path)
    start = finders.index(asking) + 1 if asking in finders else 0
    for finder in finders[start:]:
        find_spec = getattr(finder, "find_spec", None)  # absent from finders of the old protocol
        if find_spec is not None and not isinstance(finder, passed_over):
            spec: ModuleSpec | None = find_spec(fullname, path, target)
            if spec is not None:
                return spec
    return None


def _forget(name: str) -> None:
    """Who has imported the module keeps it."""
    for key in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[key]


class _Shadowed:
    """Finds the modules of the standard library in the place of which the program has its own."""

    def __init__(self) -> None:
        self.thread = get_ident()
        self.found: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or fullname not in _IN_FILES or get_ident() != self.thread:
            return None
        meant = PathFinder.find_spec(fullname, _LIBRARY)
        first = PathFinder.find_spec(fullname)
        if meant is None or first is None or _same_place(meant, first):
            return None
        self.found.append(fullname)
        return meant


def _same_place(a: ModuleSpec, b: ModuleSpec) -> bool:
    if a.origin is None or b.origin is None:
        return False
    try:
        return os.path.samefile(a.origin, b.origin)
    except OSError:
        return a.origin == b.origin
