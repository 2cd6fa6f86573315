"""Addresses of C functions, and the floating-point flags of this thread."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Mapping
from functools import cache
from itertools import chain
from typing import Any

import numpy as np

from alpyna_hook.ir.kinds import Rep
from alpyna_hook.operators.genuine import UFUNCS
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.decide import measured

_X86 = {"invalid": 1, "divide": 4, "over": 8, "under": 16}
_ARM = {"invalid": 1, "divide": 2, "over": 4, "under": 8}


@cache
def _libm() -> Any:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):
        return None


@cache
def libm_address(name: str) -> int:
    """The address of a function of the C library, as CPython itself is linked to it."""
    try:
        return ctypes.cast(getattr(_libm(), name), ctypes.c_void_p).value or 0
    except AttributeError:
        raise Declined("inexact", f"no C function {name} on this system") from None


@cache
def ufunc_addresses(name: str, rep: Rep) -> tuple[int, int]:
    """The inner loop of a ufunc for floats of this representation, and its data.

    A `PyUFuncObject` begins: PyObject_HEAD; int nin, nout, nargs, identity; functions; data; ntypes
    (numpy/ufuncobject.h).
    """
    ufunc = UFUNCS[name]
    char = "f" if rep == "f4" else "d"
    signature = char * ufunc.nin + "->" + char * ufunc.nout
    if signature not in ufunc.types:
        raise Declined("call", f"np.{name} of {rep}")
    position = ufunc.types.index(signature)
    head = id(ufunc) + object.__basicsize__ + 4 * ctypes.sizeof(ctypes.c_int)
    functions, data = (ctypes.c_void_p.from_address(head + 8 * k).value or 0 for k in range(2))
    loop = ctypes.c_void_p.from_address(functions + 8 * position).value or 0
    extra = (ctypes.c_void_p.from_address(data + 8 * position).value or 0) if data else 0
    return loop, extra


class FloatFlags:
    """The exception flags of the floating-point unit, by `np.errstate`'s names."""

    def __init__(self) -> None:
        machine = platform.machine().lower()
        table = _X86 if machine in ("x86_64", "amd64") else _ARM if machine in ("aarch64", "arm64") else {}
        lib = _libm()
        known = measured()
        works = lib is not None and hasattr(lib, "feclearexcept") and (known is None or known.flags is not False)
        self.bits = table if works else {}
        if self.bits:
            self.all = sum(self.bits.values())
            self.clear, self.test = lib.feclearexcept, lib.fetestexcept

    @property
    def available(self) -> bool:
        return bool(self.bits)

    def mask(self, errstate: Mapping[str, object]) -> int:
        """The flags that NumPy would act on under this error state."""
        return sum(bit for name, bit in self.bits.items() if errstate[name] != "ignore")


    def names(self, raised: int) -> tuple[str, ...]:
        """Of the flags that are raised, as `np.errstate` has them."""
        return tuple([name for name, bit in self.bits.items() if raised & bit])


FLAGS = FloatFlags()
_SOME = (1, 300)  # elements: NumPy has other code for many than for few


@cache
def keeps_flags(name: str, rep: Rep) -> bool:
    """Whether the inner loop of a ufunc leaves a flag that was raised before it, which those of `fmin` and the like clear.

    The compiler may move an operation of the kernel to the very moment before such a loop, where nobody looks at its flag.
    """
    raise_flags = getattr(_libm(), "feraiseexcept", None)
    if raise_flags is None or not FLAGS.available:
        return False
    loop, data = ufunc_addresses(name, rep)
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(loop)
    flag = FLAGS.bits["divide"]
    for count in _SOME:
        arrays = [np.full(count, 0.5, rep) for _ in range(UFUNCS[name].nargs)]
        places = (ctypes.c_void_p * len(arrays))(*[a.ctypes.data for a in arrays])
        steps = (ctypes.c_ssize_t * len(arrays))(*[a.itemsize for a in arrays])
        arguments = places, (ctypes.c_ssize_t * 1)(count), steps, data
        made = map(call, *[(argument,) for argument in arguments])
        before = chain(map(FLAGS.clear, (FLAGS.all,)), map(raise_flags, (flag,)))
        if not list(chain(before, made, map(FLAGS.test, (flag,))))[-1]:
            return False
    return True
