"""All measurements, as the data of a profile file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from alpyna_hook import profile

from . import compiler, devices, exactness, facts, flags, interpreter, rates

Progress = Callable[[str], None]


def measure(progress: Progress = lambda text: None) -> dict[str, Any]:
    """Takes about a minute.  `progress` is told what comes next.

    Measures without any earlier profile, which from then on is not used by this process either.
    """
    profile.use(None)
    progress("the interpreter's speed")
    times = interpreter.times()
    progress("compiling")
    of_compiler = compiler.seconds()
    progress("functions of math and NumPy, compiled against interpreted")
    of_functions = exactness.differences()
    progress("floating-point flags")
    of_flags = flags.work()
    progress("rates of kernels")
    of_processor = rates.of_processor()
    progress("devices")
    of_devices = devices.seconds()
    of_interpreter = interpreter.figures(interpreter.least(times, interpreter.times()))
    return {
        "schema": profile.SCHEMA,
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": profile.machine(),
        "interpreter": of_interpreter,
        "compiler": of_compiler,
        "facts": facts.of_processor(),
        "processor": of_processor,
        "functions": of_functions,
        "flags": of_flags,
        "devices": of_devices,
    }
