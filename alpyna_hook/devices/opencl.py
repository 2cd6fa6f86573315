"""OpenCL by pyopencl: the first device that computes float64, GPUs before processors.

Importing this module does not import pyopencl.  Before a device is used, a small kernel tells whether it computes what the
contract rests on as it promises.
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
from alpyna_hook.devices.by_driver import ByDriver
from alpyna_hook.devices.probe import keeps
from alpyna_hook.devices.target import DeviceError, held
from alpyna_hook.emit.opencl import DOUBLE, ROUNDED, SINGLE, SYMBOL, needs, opencl_text
from alpyna_hook.emit.opencl_values import NotOnDevices
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.ir.kernel import Kernel

_SILENT = "-w"  # what a compiler has to say, pyopencl warns of
_ROUNDED = "-cl-fp32-correctly-rounded-divide-sqrt"
_CHUNKS_A_UNIT, _ITEMS_A_UNIT = 4, 256  # of a processor, and of a GPU
_GROUP = 64  # work items that a GPU runs together


class OpenCl(ByDriver):
    name = "opencl"
    remedy = "pip install 'alpyna[opencl]', and a driver: that of the GPU, or pip install pocl-binary-distribution"

    def open(self) -> OpenClTarget:
        return OpenClTarget()


class OpenClTarget:
    """One device, with a queue.  What pyopencl raises comes out as DeviceError."""

    lost = ""

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
            self.promises = self._told()
            self._options = [_SILENT, "-cl-std=CL1.2", *([_ROUNDED] if ROUNDED in self.promises else [])]
        self.promises = self._kept()
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

    def _told(self) -> frozenset[str]:
        """What it tells of itself."""
        d, config = self._device, self._cl.device_fp_config
        exact = config.DENORM | config.ROUND_TO_NEAREST | config.INF_NAN
        found = {DOUBLE} if d.double_fp_config & exact == exact else set()
        if d.single_fp_config & exact == exact:
            found |= {SINGLE, ROUNDED} if d.single_fp_config & config.CORRECTLY_ROUNDED_DIVIDE_SQRT else {SINGLE}
        return frozenset(found)

    def _kept(self) -> frozenset[str]:
        """Of its promises, those that it keeps."""
        doubles, singles = self.promises & {DOUBLE}, self.promises & {SINGLE, ROUNDED}
        found = doubles if doubles and keeps(self, "f8") else frozenset()
        return found | singles if singles and keeps(self, "f4", divides=ROUNDED in singles) else found

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
            program = self._cl.Program(self._context, text)
            program.build(options=self._options, cache_dir=os.path.join(cache_folder(), "opencl"))
            return self._cl.Kernel(program, SYMBOL)

    # -- memory

    def chunks(self, trips: int) -> int:
        most = int(self._device.max_compute_units) * (_CHUNKS_A_UNIT if self.is_processor else _ITEMS_A_UNIT)
        return max(1, min(trips, most))

    def allocate(self, size: int) -> Any:
        with self._errors():
            return self._cl.Buffer(self._context, self._cl.mem_flags.READ_WRITE, max(size, 1))

    def release(self, memory: Any) -> None:
        with suppress(DeviceError), self._errors():
            memory.release()

    def send(self, memory: Any, host: Any) -> None:
        with self._errors():
            self._cl.enqueue_copy(self._queue, memory, host, is_blocking=True)

    def fetch(self, memory: Any, host: Any) -> None:
        with self._errors():
            self._cl.enqueue_copy(self._queue, host, memory, is_blocking=True)

    def launch(self, program: Any, frames: Any, size: int, memories: Sequence[Any]) -> None:
        count = len(frames) // size
        group = 1 if self.is_processor else _GROUP
        with held(self, [len(frames)]) as (own,):
            self.send(own, frames)
            with self._errors(), self._lock:
                for number, argument in enumerate((own, np.uint64(size), np.uint64(count), *memories)):
                    program.set_arg(number, argument)
                self._cl.enqueue_nd_range_kernel(self._queue, program, (-(-count // group) * group,), (group,)).wait()
            self.fetch(own, frames)

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
