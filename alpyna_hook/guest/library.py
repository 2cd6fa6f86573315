"""Which files are Python's own or installed ones, and not of the user's program."""

from __future__ import annotations

import os
from functools import cache
from types import FunctionType

_PACKAGES = frozenset({"site-packages", "dist-packages"})


def is_library(file: str) -> bool:
    """Also true of code that is in no file of its own, as that which Python itself is frozen with."""
    if file.startswith("<frozen "):
        return True
    return file.startswith(_folders()) or not _PACKAGES.isdisjoint(file.split(os.sep))


def origin_of(function: FunctionType) -> str:
    """Where a function of a module is from that is not marked."""
    file, module = function.__code__.co_filename, function.__module__
    if is_library(file) and type(module) is str:
        return f"a function of {module.partition('.')[0]}"
    return f"a function of {module}, which is not marked" if os.path.isfile(file) else "whose source is not in a file"


@cache
def _folders() -> tuple[str, ...]:
    import sysconfig  # takes some milliseconds

    named = map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))
    return tuple({folder + os.sep for folder in (os.path.dirname(os.__file__), *named) if folder})
