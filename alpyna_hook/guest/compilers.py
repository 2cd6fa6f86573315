"""Other compilers in the process, which read the bytecode of the program's functions: they are given what Python made.

What they are handed comes in by a few of their own functions, whatever the decorator is called or how it is applied.  Those
are wrapped when the compiler has been imported; a version that has them elsewhere is left alone.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from alpyna_hook.guest.after_import import after_import

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
    for name in _READERS:
        after_import(name, functools.partial(_open, handed))


def _open(handed: Handed, imported: ModuleType) -> None:
    """Has all that comes in by a compiler's doors told before it is read."""
    reader, doors = _READERS[imported.__name__]
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
