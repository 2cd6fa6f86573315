"""The functions whose meaning is known: the genuine ones, told by what they are, not by where they are found.

A program may put functions of its own in the place of `math.sqrt`, `abs` or `np.exp`, before this module
looks or after, and keep the genuine ones under any name.  So each is looked at when this module is
imported, kept, and never looked up by its name in a module of others again.
"""

from __future__ import annotations

import builtins
import math
import os
import sys
from _sitebuiltins import Quitter
from collections.abc import Iterator
from importlib import import_module
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from alpyna_hook.ir.facts import Known
from alpyna_hook.ir.kinds import NUMPY_TYPES
from alpyna_hook.operators.builtin_names import BUILTIN_NAMES

_HEAP_TYPE = 1 << 9  # of `type.__flags__`: a class that Python code may have made, or renamed


def _is_builtin(name: str, value: object) -> bool:
    if type(value) is type:
        return value.__module__ == "builtins" and value.__name__ == name and not value.__flags__ & _HEAP_TYPE
    return type(value) is BuiltinFunctionType and value.__self__ is builtins and value.__name__ == name


def _is_of(value: object, module: Any) -> bool:
    """NumPy's own, which is written in Python; a dispatcher calls it."""
    function = getattr(value, "_implementation", value)
    return type(function) is FunctionType and function.__globals__ is vars(module)


def _ufuncs() -> Iterator[tuple[str, np.ufunc]]:
    """Those of NumPy's C module: other packages have ufuncs of the same names."""
    for name, value in vars(import_module("numpy._core._multiarray_umath")).items():
        if type(value) is np.ufunc and value.__name__ == name:
            yield name, value


def _written_in_python(module_name: str, *names: str) -> dict[str, Any]:
    module = import_module(module_name)
    return {name: vars(module)[name] for name in names if _is_of(vars(module).get(name), module)}


def _where() -> dict[str, Any]:
    module = import_module("numpy._core.multiarray")
    found = vars(module).get("where")
    inner: Any = getattr(found, "_implementation", None)
    genuine = type(inner) is BuiltinFunctionType and inner.__name__ == "where" and type(inner.__self__) is ModuleType
    return {"where": found} if genuine else {}


def _of_numpy(names: str) -> Iterator[tuple[str, Any]]:
    """Functions that dispatchers of NumPy call, found by their own modules."""
    for name in names.split():
        found = getattr(np, name, None)
        module = sys.modules.get(getattr(getattr(found, "_implementation", None), "__module__", ""))
        if module is not None and module.__name__.partition(".")[0] == "numpy" and _is_of(found, module):
            yield name, found


def _arange() -> dict[str, Any]:
    found = np.arange
    genuine = type(found) is BuiltinFunctionType and found.__name__ == "arange" and type(found.__self__) is ModuleType
    return {"arange": found} if genuine and found(1).dtype == np.int64 else {}


def _ndindex() -> dict[str, Any]:
    found = np.ndindex
    module = sys.modules.get("numpy.lib._index_tricks_impl")
    methods = [vars(found).get(name) for name in ("__init__", "__next__")] if type(found) is type else []
    return {"ndindex": found} if methods and module is not None and all(_is_of(m, module) for m in methods) else {}


BUILTINS: dict[str, Any] = {name: f for name, f in vars(builtins).items() if name in BUILTIN_NAMES and _is_builtin(name, f)}
MATH: dict[str, Any] = {f.__name__: f for f in vars(math).values() if type(f) is BuiltinFunctionType and f.__self__ is math}
UFUNCS: dict[str, np.ufunc] = dict(_ufuncs())
ROUNDINGS = _written_in_python("numpy._core.fromnumeric", "round", "around")
EXTENTS = _written_in_python("numpy._core.fromnumeric", "shape", "size", "ndim")
MAKERS = {**_arange(), **dict(_of_numpy("linspace logspace geomspace sort unique flatnonzero"))}
CHOICES = {**_written_in_python("numpy._core.fromnumeric", "clip"), **_where()}

KNOWN: dict[int, Known] = {
    **{id(f): Known("builtin", name) for name, f in BUILTINS.items()},
    **{id(f): Known("math", name) for name, f in MATH.items()},
    **{id(f): Known("numpy", name) for name, f in UFUNCS.items()},
    **{id(f): Known("numpy", name) for table in (ROUNDINGS, EXTENTS, CHOICES, MAKERS, _ndindex()) for name, f in table.items()},
    **{id(cls): Known("type", kind) for cls, kind in NUMPY_TYPES.items()},
    **{id(f): Known("builtin", "exit") for f in (sys.exit, os._exit, os.abort)},
}


def known(value: object) -> Known | None:
    """The function of known meaning that the value is, those of other packages included."""
    found = KNOWN.get(id(value))
    if found is None and type(value) is type and _is_prange(value):
        return Known("builtin", "range")
    return Known("builtin", "exit") if found is None and type(value) is Quitter else found


def _is_prange(value: type) -> bool:
    """Numba's `prange`, outside of what it compiles: a class of which `__new__` gives `range(*args)`, and does no more."""
    if value.__name__ != "prange" or value.__module__ != "numba.misc.special" or value.__bases__ != (object,):
        return False
    new = vars(value).get("__new__")
    function = new.__func__ if type(new) is staticmethod else None
    if type(function) is not FunctionType or "range" in function.__globals__ or function.__closure__:
        return False
    code = function.__code__
    return code.co_names == ("range",) and code.co_varnames == ("cls", "args") and code.co_consts in ((None,), ())


def meaning_of(value: object) -> str | None:
    """As the capture calls what is known."""
    found = known(value)
    return None if found is None else found.meaning
