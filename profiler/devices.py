"""What devices with memory of their own need: to be launched, and for copies there and back."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from alpyna_hook.devices import found
from alpyna_hook.devices.target import STATUS_BYTES, DeviceError, Target, held
from alpyna_hook.ir.kernel import Const, Function, Kernel, Local, Return
from alpyna_hook.ir.layout import CONTROL_BYTES
from alpyna_hook.runtime.driven import driven

from . import facts, rates
from .programs import usual

_REPEATS = 7
_BYTES = 2**24
_NOTHING = Kernel((Function("kernel", (Local("frame", "p"),), "i8", (), (), (Return(Const(0, "i8")),)),), 1)


def seconds() -> dict[str, dict[str, Any]]:
    """By name, of each that can be used here: what it is, and what was measured, in elapsed time, since others do the work."""
    measured = {}
    for name in found.names():
        try:
            known = driven(name, partial(_known, name))
        except DeviceError:
            continue
        if known:
            measured[name] = known | rates.of_device(name, known)
    return measured


def _known(name: str) -> dict[str, Any]:
    """What it is, and all but the rates of kernels; nothing of one that cannot be used, or has no memory of its own."""
    begun = perf_counter()
    device = found.device(name)
    target = None if device.missing() else device.target()
    if target is None:
        return {}
    opening, told = perf_counter() - begun, device.facts()
    return {**told, **facts.of_gpu(told), "seconds_to_open": opening, **_costs(target)}


def _costs(target: Target) -> dict[str, float]:
    """seconds_to_compile a kernel that does nothing, seconds_to_launch it once it is compiled, and bytes a second each way."""
    begun = perf_counter()
    program = target.compile(target.text(_NOTHING, {}))
    compiling = perf_counter() - begun
    size = CONTROL_BYTES + STATUS_BYTES
    frames, host = np.zeros(size, np.uint8), np.ones(_BYTES, np.uint8)
    launching = usual(lambda: target.launch(program, frames, size, ()), _REPEATS)
    with held(target, [_BYTES]) as (memory,):
        there, back = (usual(partial(copy, memory, host), _REPEATS) for copy in (target.send, target.fetch))
    return {"seconds_to_compile": compiling, "seconds_to_launch": launching, "bytes_a_second_there": _BYTES / there,
            "bytes_a_second_back": _BYTES / back}
