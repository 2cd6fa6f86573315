"""Exceptions that reach us from outside: raised by a signal's handler, or by another thread, while we are at work.

They are the program's, such as the Timeout of an alarm, and go on to it; an exception of our own leaves the loop to
the interpreter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from types import TracebackType

_LIBRARIES = ("alpyna_hook", "llvmlite", "numba", "numpy")  # what we call: their exceptions are ours
_FOLDERS = tuple([os.sep + name + os.sep for name in _LIBRARIES])
_STANDARD = os.path.dirname(os.__file__) + os.sep


def came_from_outside(error: BaseException) -> bool:
    """Whether the exception, by its type or by where it was raised, cannot be one of ours."""
    if not isinstance(error, Exception) or _root(type(error).__module__) not in _known_modules():
        return True
    codes = [tb.tb_frame.f_code for tb in _places(error.__traceback__)]
    foreign = [code for code in codes if not _is_ours(code.co_filename)]
    return bool(foreign) and foreign[0].co_name != "<module>"  # which we import in place of another one of that name


def outside_cause(error: BaseException, handled: BaseException | None) -> BaseException | None:
    """The exception from outside that this one is or was made of; `handled` is what the program was handling before."""
    seen: list[BaseException] = []
    while error not in seen and error is not handled:
        if came_from_outside(error):
            return error
        seen.append(error)
        following = error.__cause__ or error.__context__
        if following is None:
            return None
        error = following
    return None


def _places(tb: TracebackType | None) -> Iterator[TracebackType]:
    """From where we were called on: the first frame is ours."""
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _root(module: str) -> str:
    return module.partition(".")[0]


@cache
def _known_modules() -> frozenset[str]:
    return frozenset((*_LIBRARIES, *sys.stdlib_module_names))


def _is_ours(filename: str) -> bool:
    if filename.startswith("<") or filename.endswith(".pyx") or any(folder in filename for folder in _FOLDERS):
        return True
    return filename.startswith(_STANDARD) and "site-packages" not in filename
