"""CUDA by NVIDIA's driver: kernels as PTX, which the driver compiles for the GPU that it finds.

The driver is called through cuda.bindings, which numba-cuda brings along, in the primary context, as Numba and others use it;
importing this module does not import it.  Before a GPU is used, a small kernel tells whether it computes what the contract
rests on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ctypes import c_uint64, c_void_p
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple

from alpyna_hook.devices.by_driver import ByDriver
from alpyna_hook.devices.probe import keeps
from alpyna_hook.devices.target import DeviceError, held
from alpyna_hook.emit.opencl_values import NotOnDevices
from alpyna_hook.emit.ptx import SYMBOL, ptx_module
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.ir.kernel import Kernel
from alpyna_hook.kernels.ptx import OLDEST, assembled

_THREADS_A_MULTIPROCESSOR = 256
_BLOCK = 64  # threads
_FACTS = {
    "multiprocessors": "MULTIPROCESSOR_COUNT", "warp": "WARP_SIZE", "clock_khz": "CLOCK_RATE",
    "memory_clock_khz": "MEMORY_CLOCK_RATE", "memory_bus_bits": "GLOBAL_MEMORY_BUS_WIDTH", "l2_bytes": "L2_CACHE_SIZE",
}
_LOST = frozenset({  # after these the context takes nothing any more
    "CUDA_ERROR_ILLEGAL_ADDRESS", "CUDA_ERROR_LAUNCH_FAILED", "CUDA_ERROR_LAUNCH_TIMEOUT", "CUDA_ERROR_ECC_UNCORRECTABLE",
    "CUDA_ERROR_HARDWARE_STACK_ERROR", "CUDA_ERROR_ILLEGAL_INSTRUCTION", "CUDA_ERROR_MISALIGNED_ADDRESS", "CUDA_ERROR_INVALID_PC",
    "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA_ERROR_NO_DEVICE", "CUDA_ERROR_DEINITIALIZED", "CUDA_ERROR_CONTEXT_IS_DESTROYED",
})


class Cuda(ByDriver):
    name = "cuda"
    remedy = "pip install 'alpyna[cuda]', and NVIDIA's driver for a GPU of compute capability 7.0 or more"

    def open(self) -> CudaTarget:
        return CudaTarget()


class Memory(NamedTuple):
    """Of the GPU."""

    address: int
    size: int


class CudaTarget:
    """The first GPU.  What the driver does not do comes out as DeviceError; `lost` says why it will not do anything any more."""

    is_processor = False

    def __init__(self) -> None:
        self._driver = _bindings()
        self._owner = os.getpid()
        self._context: Any = None
        self.lost = ""
        try:
            self._status("cuInit", 0)
        except RuntimeError as error:
            raise DeviceError("there is no CUDA driver, no libcuda") from error
        if not self._status("cuDeviceGetCount"):
            raise DeviceError("there is no GPU that the CUDA driver knows")
        self._device = self._status("cuDeviceGet", 0)
        self.capability = self._attribute("COMPUTE_CAPABILITY_MAJOR"), self._attribute("COMPUTE_CAPABILITY_MINOR")
        if self.capability < divmod(int(OLDEST.removeprefix("sm_")), 10):
            raise DeviceError(f"the GPU is of compute capability {'.'.join(map(str, self.capability))}; {OLDEST} is needed")
        self._context = self._status("cuDevicePrimaryCtxRetain", self._device)
        if not all(keeps(self, rep) for rep in ("f8", "f4")):
            raise DeviceError(f"{self.facts['model']} does not compute float64 and float32 exactly")

    # -- what it is

    @cached_property
    def about(self) -> str:
        f = self.facts
        return f"{f['model']}; compute capability {f['capability']}; {f['multiprocessors']} multiprocessors; CUDA {f['driver']}"

    @cached_property
    def facts(self) -> dict[str, Any]:
        version = int(self._status("cuDriverGetVersion"))
        name = self._status("cuDeviceGetName", 128, self._device)
        return {
            "model": bytes(name).split(b"\0")[0].decode(errors="replace").strip(),
            "driver": f"{version // 1000}.{version % 1000 // 10}",
            "capability": "{}.{}".format(*self.capability), "memory": int(self._status("cuDeviceTotalMem", self._device)),
            **{key: self._attribute(attribute) for key, attribute in _FACTS.items()},
        }

    def _attribute(self, name: str) -> int:
        attribute = getattr(self._driver.CUdevice_attribute, f"CU_DEVICE_ATTRIBUTE_{name}")
        return int(self._status("cuDeviceGetAttribute", attribute, self._device))

    # -- programs

    def text(self, kernel: Kernel, bases: Mapping[int, int]) -> str:
        try:
            return assembled(ptx_module(kernel, bases))
        except NotOnDevices as refused:
            raise DeviceError(f"{refused} are not computed on it") from refused
        except RuntimeError as error:
            raise DeviceError(f"LLVM: {str(error).splitlines()[0]}") from error

    def compile(self, text: str) -> Any:
        """The module comes along: its function is nothing without it."""
        module = self.call("cuModuleLoadData", text.encode() + b"\0")
        return self.call("cuModuleGetFunction", module, SYMBOL.encode()), module

    # -- memory

    def chunks(self, trips: int) -> int:
        return max(1, min(trips, self._attribute("MULTIPROCESSOR_COUNT") * _THREADS_A_MULTIPROCESSOR))

    def allocate(self, size: int) -> Memory:
        return Memory(int(self.call("cuMemAlloc", max(size, 1))), size)

    def release(self, memory: Memory) -> None:
        with suppress(DeviceError):  # it is gone, with the context or the process that had it
            self.call("cuMemFree", memory.address)

    def send(self, memory: Memory, host: Any) -> None:
        self.call("cuMemcpyHtoD", memory.address, host.ctypes.data, memory.size)

    def fetch(self, memory: Memory, host: Any) -> None:
        self.call("cuMemcpyDtoH", host.ctypes.data, memory.address, memory.size)

    def launch(self, program: Any, frames: Any, size: int, memories: Sequence[Memory]) -> None:
        count = len(frames) // size
        with held(self, [len(frames)]) as (own,):
            self.send(own, frames)
            arguments = own.address, size, count, *[memory.address for memory in memories]
            types = c_void_p, c_uint64, c_uint64, *[c_void_p] * len(memories)
            self.call("cuLaunchKernel", program[0], -(-count // _BLOCK), 1, 1, _BLOCK, 1, 1, 0, 0, (arguments, types), 0)
            self.call("cuCtxSynchronize")
            self.fetch(own, frames)

    # -- the driver

    def call(self, name: str, *arguments: Any) -> Any:
        """In the context, which each thread has to be told of, and which is given back to whoever had one."""
        with self._current():
            return self._status(name, *arguments)

    @contextmanager
    def _current(self) -> Iterator[None]:
        if os.getpid() != self._owner:
            raise DeviceError("this process was forked from one that used it")
        if self.lost:
            raise DeviceError(self.lost)
        self._status("cuCtxPushCurrent", self._context)
        try:
            yield
        finally:
            self._driver.cuCtxPopCurrent()

    def _status(self, name: str, *arguments: Any) -> Any:
        """What a function of the driver gives beside its status."""
        status, *given = getattr(self._driver, name)(*arguments)
        if int(status):
            what = f"CUDA: {status.name}"
            if status.name in _LOST:
                self.lost = what
            raise DeviceError(what)
        return given[0] if given else None


def _bindings() -> Any:
    with own_imports():
        try:
            return import_module("cuda.bindings.driver")
        except ImportError as error:
            raise DeviceError(f"cuda.bindings cannot be imported: {error}") from error
