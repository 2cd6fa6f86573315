"""Other compilers in the process, which read the bytecode of the program's functions: they are given what Python made.

What they are handed comes in by a few of their own functions, whatever the decorator is called or how it is applied.  Those
are wrapped when the compiler has been imported; a version that has them elsewhere is left alone.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from alpyna_hook.guest.own_imports import found_after

Handed = Callable[[object, str], None]  # is told of each thing that is handed over, and to whom, before it is read

# By the module that is imported last: module, class and method.
_READERS = {
    "numba.core.dispatcher": ("Numba", (
        ("numba.core.bytecode", "FunctionIdentity", "from_function"),  # all that is compiled
        ("numba.core.dispatcher", "_DispatcherBase", "__init__"),  # what is decorated, and kept as `py_func`
        ("numba.core.caching", "Cache", "__init__"),  # what its cache files are named for
    )),
    "numba.cuda.dispatcher": ("Numba", (  # the package numba-cuda has copies of its own
        ("numba.cuda.core.bytecode", "FunctionIdentity", "from_function"),
        ("numba.cuda.dispatcher", "_DispatcherBase", "__init__"),
        ("numba.cuda.core.caching", "Cache", "__init__"),
    )),
}


def watch(handed: Handed) -> None:
    """From now on; to be called when the first seams are made."""
    if any(isinstance(finder, _Watcher) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _Watcher(handed))
    for name in _READERS.keys() & sys.modules.keys():
        _open(name, handed)


class _Watcher:
    """Sees the compilers' modules when they are imported; finds nothing else, and loads nothing itself."""

    def __init__(self, handed: Handed) -> None:
        self.handed = handed

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname not in _READERS:
            return None
        spec = found_after(self, fullname, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module") and hasattr(spec.loader, "__dict__"):
            execute = functools.partial(_execute, spec.loader, self.handed)
            spec.loader.exec_module = execute  # type: ignore[method-assign, union-attr]
        return spec


def _execute(loader: Any, handed: Handed, module: ModuleType) -> None:
    """In the place of the loader's method, once."""
    del loader.exec_module
    loader.exec_module(module)
    _open(module.__name__, handed)


def _open(name: str, handed: Handed) -> None:
    """Has all that comes in by a compiler's doors told before it is read."""
    reader, doors = _READERS[name]
    for module, owner, method in doors:
        kind = getattr(sys.modules.get(module), owner, None)
        found = vars(kind).get(method) if isinstance(kind, type) else None
        plain = getattr(found, "__func__", found)
        if isinstance(plain, FunctionType) and not hasattr(plain, "__alpyna__"):
            door = _door(plain, reader, handed)
            setattr(kind, method, door if plain is found else type(found)(door))  # type: ignore[misc]


def _door(method: FunctionType, reader: str, handed: Handed) -> Callable[..., Any]:
    @functools.wraps(method)
    def door(*args: Any, **kws: Any) -> Any:
        for thing in (*args, *kws.values()):
            handed(thing, reader)
        return method(*args, **kws)

    door.__alpyna__ = True  # type: ignore[attr-defined]
    return door
