"""OpenCL by pyopencl: the first device that computes float64, GPUs before processors.

Importing this module does not import pyopencl.  Before a device is used, a small program tells whether it computes what the
contract rests on as it promises: products and sums that are not contracted, division, square root, denormals.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from alpyna_hook.config import cache_folder
from alpyna_hook.devices.probe import samples, wanted
from alpyna_hook.devices.target import DeviceError
from alpyna_hook.emit.opencl import DOUBLE, ROUNDED, SINGLE, SYMBOL, needs, opencl_text
from alpyna_hook.emit.opencl_values import NotOnDevices
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.ir.kernel import Kernel

_SILENT = "-w"  # what a compiler has to say, pyopencl warns of
_ROUNDED = "-cl-fp32-correctly-rounded-divide-sqrt"
_CHUNKS_A_UNIT, _ITEMS_A_UNIT = 4, 256  # of a processor, and of a GPU
_GROUP = 64  # work items that a GPU runs together

_PROBE = """
#pragma OPENCL FP_CONTRACT OFF
kernel void probe(global {t} *x, ulong count) {{
    const size_t k = get_global_id(0);
    if (k < count) {{
        const {t} a = x[4 * k], b = x[4 * k + 1];
        x[4 * k] = a * b + x[4 * k + 2];
        x[4 * k + 1] = a / b;
        x[4 * k + 2] = sqrt(a);
        x[4 * k + 3] = x[4 * k + 3] * ({t})0.5;
    }}
}}
"""


class OpenCl:
    name = "opencl"
    remedy = "pip install 'alpyna[opencl]', and a driver: that of the GPU, or pip install pocl-binary-distribution"

    def __init__(self) -> None:
        self._target: OpenClTarget | None = None
        self._missing: str | None = None
        self._lock = threading.Lock()

    def missing(self) -> str:
        with self._lock:
            if self._missing is None:
                try:
                    self._target = OpenClTarget()
                    self._missing = ""
                except DeviceError as error:
                    self._missing = str(error)
            return self._missing

    def about(self) -> str:
        return self._target.about if not self.missing() and self._target else self.missing()

    def facts(self) -> dict[str, Any]:
        return self._target.facts if not self.missing() and self._target else {}

    def target(self) -> OpenClTarget:
        why = self.missing()
        if self._target is None:
            raise DeviceError(why)
        return self._target


class OpenClTarget:
    """One device, with a queue.  What pyopencl raises comes out as DeviceError."""

    def __init__(self) -> None:
        self._cl = _pyopencl()
        self._owner = os.getpid()
        self._lock = threading.Lock()  # a kernel object holds its arguments
        with self._errors():
            device = _chosen(self._cl)
            self._context = self._cl.Context([device])
            self._queue = self._cl.CommandQueue(self._context)
            self._device = device
            self.is_processor = bool(device.type & self._cl.device_type.CPU)
            self.promises = self._promises()
        if DOUBLE not in self.promises:
            raise DeviceError(f"{device.name.strip()} does not compute float64 exactly")

    # -- what it is

    @cached_property
    def about(self) -> str:
        return f"{self.facts['model']}; {self.facts['version']}; {self.facts['units']} compute units"

    @cached_property
    def facts(self) -> dict[str, Any]:
        with self._errors():
            d = self._device
            return {
                "model": d.name.strip(), "version": d.version.strip(), "driver": d.driver_version.strip(),
                "units": d.max_compute_units, "memory": d.global_mem_size, "exact": sorted(self.promises),
            }

    def _promises(self) -> frozenset[str]:
        """What it tells of itself, and keeps."""
        cl, d, found = self._cl, self._device, set()
        config = cl.device_fp_config
        exact = config.DENORM | config.ROUND_TO_NEAREST | config.INF_NAN
        if d.double_fp_config & exact == exact and self._keeps("double", ""):
            found.add(DOUBLE)
        single = d.single_fp_config
        rounded = bool(single & config.CORRECTLY_ROUNDED_DIVIDE_SQRT)
        if single & exact == exact and self._keeps("float", _ROUNDED if rounded else None):
            found |= {SINGLE, ROUNDED} if rounded else {SINGLE}
        self._options = ["-cl-std=CL1.2", *([_ROUNDED] if rounded else [])]
        return frozenset(found)

    def _keeps(self, t: str, option: str | None) -> bool:
        """option: None where division and square root are known to be inexact, so that they are not compared."""
        given = samples(np.dtype("f8" if t == "double" else "f4"))
        found = given.copy()
        program = self._built(_PROBE.format(t=t), [option] if option else [])
        memory = self.allocate(found.nbytes)
        self.send(memory, given)
        self._run(self._cl.Kernel(program, "probe"), len(given), [memory, np.uint64(len(given))])
        self.fetch(memory, found)
        columns = [0, 3] if option is None else [0, 1, 2, 3]
        return bool(np.array_equal(wanted(given)[:, columns], found[:, columns]))

    # -- programs

    def text(self, kernel: Kernel, bases: Mapping[int, int]) -> str:
        lacking = needs(kernel) - self.promises
        if lacking:
            raise DeviceError(f"{self.facts['model']} does not compute {', '.join(sorted(lacking))}")
        try:
            return opencl_text(kernel, bases)
        except NotOnDevices as refused:
            raise DeviceError(f"{refused} are not computed on it") from refused

    def compile(self, text: str) -> Any:
        with self._errors():
            return self._cl.Kernel(self._built(text, self._options), SYMBOL)

    def _built(self, text: str, options: list[str]) -> Any:
        program = self._cl.Program(self._context, text)
        return program.build(options=[_SILENT, *options], cache_dir=os.path.join(cache_folder(), "opencl"))

    # -- memory

    def chunks(self, trips: int) -> int:
        most = int(self._device.max_compute_units) * (_CHUNKS_A_UNIT if self.is_processor else _ITEMS_A_UNIT)
        return max(1, min(trips, most))

    def allocate(self, size: int) -> Any:
        with self._errors():
            return self._cl.Buffer(self._context, self._cl.mem_flags.READ_WRITE, max(size, 1))

    def send(self, memory: Any, host: Any) -> None:
        with self._errors():
            self._cl.enqueue_copy(self._queue, memory, host, is_blocking=True)

    def fetch(self, memory: Any, host: Any) -> None:
        with self._errors():
            self._cl.enqueue_copy(self._queue, host, memory, is_blocking=True)

    def launch(self, program: Any, frames: Any, size: int, memories: Sequence[Any]) -> None:
        count = len(frames) // size
        own = self.allocate(len(frames))
        self.send(own, frames)
        self._run(program, count, [own, np.uint64(size), np.uint64(count), *memories])
        self.fetch(own, frames)

    def _run(self, kernel: Any, count: int, arguments: list[Any]) -> None:
        group = 1 if self.is_processor else _GROUP
        with self._errors(), self._lock:
            for number, argument in enumerate(arguments):
                kernel.set_arg(number, argument)
            self._cl.enqueue_nd_range_kernel(self._queue, kernel, (-(-count // group) * group,), (group,)).wait()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        if os.getpid() != self._owner:
            raise DeviceError("this process was forked from one that used it")
        try:
            yield
        except self._cl.Error as error:
            raise DeviceError(f"OpenCL: {str(error).splitlines()[0]}") from error


def _pyopencl() -> Any:
    with own_imports():
        try:
            return import_module("pyopencl")
        except ImportError as error:
            raise DeviceError(f"pyopencl cannot be imported: {error}") from error


def _chosen(cl: Any) -> Any:
    found: list[Any] = []
    try:
        platforms = cl.get_platforms()
    except cl.Error:
        platforms = []
    for platform in platforms:
        with suppress(cl.Error):
            found += platform.get_devices()
    if not found:
        raise DeviceError("there is no OpenCL driver")
    kinds = cl.device_type.GPU, cl.device_type.ACCELERATOR, cl.device_type.CPU
    order = {kind: k for k, kind in enumerate(kinds)}
    return min(found, key=lambda d: (not d.double_fp_config, order.get(d.type & ~cl.device_type.DEFAULT, len(kinds))))
