"""Other compilers in the process, which read the bytecode of the program's functions: they are given what Python made.

What they are handed comes in by a few of their own functions, whatever the decorator is called or how it is applied.  Those
are wrapped when the compiler has been imported; a version that has them elsewhere is left alone.
"""

from __future__ import annotations

from types import FunctionType, ModuleType

from alpyna_hook.guest.after_import import after_import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    # Is told of each thing that is handed over, and to whom, and gives what is to be read.
    Handed: TypeAlias = Callable[[object, str], object]

# By module: class, or None, and method.
_READERS: dict[str, tuple[str, tuple[tuple[str | None, str], ...]]] = {
    "numba.core.bytecode": ("Numba", (("FunctionIdentity", "from_function"),)),  # all that is compiled
    "numba.core.dispatcher": ("Numba", (("_DispatcherBase", "__init__"),)),  # what is decorated, and kept as `py_func`
    "numba.core.caching": ("Numba", (("Cache", "__init__"),)),  # what its cache files are named for
    "numba.cuda.core.bytecode": ("Numba", (("FunctionIdentity", "from_function"),)),  # copies, in the package numba-cuda
    "numba.cuda.dispatcher": ("Numba", (("_DispatcherBase", "__init__"),)),
    "numba.cuda.core.caching": ("Numba", (("Cache", "__init__"),)),
    "torch._dynamo.convert_frame": ("TorchDynamo", ((None, "_compile"), (None, "compile_frame"))),  # the code of a frame
    "torch._dynamo.variables.functions": ("TorchDynamo", (("UserFunctionVariable", "__init__"),)),  # what is called in it
}


def watch(handed: Handed) -> None:
    """From now on; to be called when the first seams are made."""
    for name in _READERS:
        after_import(name, lambda module: _open(handed, module))


def _open(handed: Handed, module: ModuleType) -> None:
    """Has all that comes in by a compiler's doors told before it is read."""
    reader, doors = _READERS[module.__name__]
    for owner, method in doors:
        place = module if owner is None else getattr(module, owner, None)
        found = vars(place).get(method) if isinstance(place, type | ModuleType) else None
        plain = getattr(found, "__func__", found)
        if isinstance(plain, FunctionType) and not hasattr(plain, "__alpyna__"):
            door = _door(plain, reader, handed)
            setattr(place, method, door if plain is found else type(found)(door))  # type: ignore[misc]


def _door(method: FunctionType, reader: str, handed: Handed) -> Callable[..., Any]:
    from functools import wraps

    @wraps(method)
    def door(*args: Any, **kws: Any) -> Any:
        return method(*[handed(thing, reader) for thing in args], **{key: handed(thing, reader) for key, thing in kws.items()})

    door.__alpyna__ = True  # type: ignore[attr-defined]
    return door
