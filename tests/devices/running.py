"""Programs on a device, compared with plain Python: where their nests ran, and why not there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest

from alpyna_hook.devices.found import device
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.seam.site import all_sites
from tests.differential import Comparison, Program, compile_accelerated
from tests.oracle import Conditions


@dataclass
class Ran:
    """there: runs on the device.  elsewhere: why others were not, and how many."""

    there: int
    elsewhere: dict[str, int]
    compared: Comparison


def compiler(name: str):  # type: ignore[no-untyped-def]
    return partial(compile_accelerated, device=name)


def where(program: Program, compared: Comparison) -> Ran:
    traces: list[Trace] = [
        site.state.trace for site in all_sites() if site.module.filename == program.filename and site.state is not None]  # type: ignore[attr-defined]
    reasons: dict[str, int] = {}
    for trace in traces:
        for why, times in trace.elsewhere.items():
            reasons[why] = reasons.get(why, 0) + times
    return Ran(sum(trace.there for trace in traces), reasons, compared)


def run(name: str, source: str, *inputs: object, conditions: Conditions | None = None, times: int = 1) -> Ran:
    """Calls `f`; it must do what plain Python does."""
    program = Program(source, compiler(name))
    program.load()
    for _ in range(times):
        compared = program.call("f", *inputs, conditions=conditions)
        assert compared.difference is None, compared.difference
    return where(program, compared)


def opencl() -> None:
    """Skips a test where there is no OpenCL."""
    pytest.importorskip("pyopencl", reason="pyopencl is not installed: pip install '.[opencl]' pocl-binary-distribution")
    missing = device("opencl").missing()
    if missing:
        pytest.skip(f"no OpenCL here: {missing}")
