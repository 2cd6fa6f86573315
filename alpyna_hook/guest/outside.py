"""Whose exception it is that comes up while we are at work.

From outside come those of a signal's handler and of another thread, such as the Timeout of an alarm: they go on to the program.
Our own, and those of what the program has put in the way of our work (an audit hook, an import hook, a function patched into
a library), leave the loop to the interpreter.
"""

from __future__ import annotations

import os
import sys
from _functools import partial  # type: ignore[import-not-found]
from _signal import NSIG, getsignal  # type: ignore[import-not-found]
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Any

_LIBRARIES = ("alpyna_hook", "llvmlite", "numba", "numpy", "tqdm")  # what we call: their exceptions are ours
_FOLDERS = tuple([os.sep + name + os.sep for name in _LIBRARIES])
_STANDARD = os.path.dirname(os.__file__) + os.sep
_KNOWN = frozenset((*_LIBRARIES, *sys.stdlib_module_names))

_ENDED = (_ for _ in ())
_ENDED.close()


def came_from_outside(error: BaseException) -> bool:
    """Whether a signal's handler or another thread has raised it."""
    try:
        return _from_outside(error)
    except Exception as another:  # an audit hook that forbids to look into a traceback
        if type(another) is not type(error):
            raise
        return False


def _from_outside(error: BaseException) -> bool:
    frames = [tb.tb_frame for tb in _places(error.__traceback__)]
    if isinstance(error, KeyboardInterrupt) or any(map(_handles_a_signal, frames)):
        return True
    if not all(map(_is_ours, frames)):
        return False
    return not isinstance(error, Exception) or _root(type(error).__module__) not in _KNOWN


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


def may_pass(error: BaseException) -> bool:
    """Whether an exception that is not from outside need not come again: memory or the stack was short, an import failed, or
    something of the program's was called in our work and raised it."""
    if isinstance(error, (MemoryError, RecursionError, ImportError)):
        return True
    try:
        return not all(_is_ours(tb.tb_frame) for tb in _places(error.__traceback__))
    except Exception:  # as above
        return True


class Raising(list):  # type: ignore[type-arg]
    """The answer to the seam that raises an exception from outside where its values are asked for: the traceback holds no frames of
    ours, but those of a handler."""

    __slots__ = ("__iter__", "__len__")

    def __init__(self, error: BaseException, handled: BaseException | None = None) -> None:
        places = (tb for tb in _places(error.__traceback__) if _handles_a_signal(tb.tb_frame))
        error.__traceback__ = next(places, None)
        while error.__context__ is not None and error.__context__ is not handled and not came_from_outside(error.__context__):
            error.__context__ = error.__context__.__context__
        self.__iter__ = self.__len__ = partial(_ENDED.throw, error)  # type: ignore[method-assign]


def _places(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _handles_a_signal(frame: FrameType) -> bool:
    """Handlers are called with the number of the signal and the frame that was interrupted."""
    arguments = list(_arguments(frame))
    places = [k for k, value in enumerate(arguments) if isinstance(value, FrameType)]
    if places and (not _is_ours(frame) or any(k and isinstance(arguments[k - 1], int) for k in places)):
        return True
    # one that has given its arguments other values
    return any(_code(getsignal(number)) is frame.f_code for number in range(1, NSIG))


def _code(handler: Any) -> object:
    while hasattr(handler, "func"):  # a functools.partial
        handler = handler.func
    function = getattr(handler, "__func__", handler)
    return getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)


def _arguments(frame: FrameType) -> Iterator[object]:
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    values = frame.f_locals
    for name in code.co_varnames[:count]:
        yield values.get(name)
    if code.co_flags & _VARARGS:
        more = values.get(code.co_varnames[count])
        if isinstance(more, tuple):
            yield from more


_VARARGS = 4  # inspect.CO_VARARGS


def _root(module: object) -> str:
    return str(module).partition(".")[0]


def _is_ours(frame: FrameType) -> bool:
    filename = frame.f_code.co_filename
    if filename.startswith("<"):  # `<frozen importlib._bootstrap>`, or what was made of a text
        name = frame.f_globals.get("__name__")
        return name is None or _root(name) in _KNOWN
    if filename.endswith(".pyx") or any(folder in filename for folder in _FOLDERS):
        return True
    return filename.startswith(_STANDARD) and "site-packages" not in filename
