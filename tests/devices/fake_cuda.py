"""NVIDIA's driver as cuda.bindings has it, on a machine without a GPU: memory is the host's, and what runs in place of the PTX is the
module in LLVM's language that it is made of, compiled for this processor, thread after thread.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import numpy as np

from alpyna_hook.emit.ptx import SYMBOL
from alpyna_hook.kernels.llvm_engine import machine

CUresult = IntEnum("CUresult", {  # type: ignore[misc]
    "CUDA_SUCCESS": 0, "CUDA_ERROR_INVALID_VALUE": 1, "CUDA_ERROR_OUT_OF_MEMORY": 2, "CUDA_ERROR_NO_DEVICE": 100,
    "CUDA_ERROR_ILLEGAL_ADDRESS": 700, "CUDA_ERROR_LAUNCH_FAILED": 719,
})
ATTRIBUTES = {
    "COMPUTE_CAPABILITY_MAJOR": 9, "COMPUTE_CAPABILITY_MINOR": 0, "MULTIPROCESSOR_COUNT": 2, "WARP_SIZE": 32, "CLOCK_RATE": 1755000,
    "MEMORY_CLOCK_RATE": 2619000, "GLOBAL_MEMORY_BUS_WIDTH": 5120, "L2_CACHE_SIZE": 2**25,
}
CUdevice_attribute = IntEnum("CUdevice_attribute", {f"CU_DEVICE_ATTRIBUTE_{name}": k + 1 for k, name in enumerate(ATTRIBUTES)})  # type: ignore[misc]
_SPECIAL = ("ctaid", "ntid", "tid")


class FakeDriver:
    """wrong: divides as no GPU does.  fails: by name of a function, the status that it gives; limit: bytes that it has at most."""

    CUdevice_attribute = CUdevice_attribute

    def __init__(self, *, gpus: int = 1, wrong: bool = False, **attributes: int) -> None:
        self.gpus, self.wrong = gpus, wrong
        self.attributes = {**ATTRIBUTES, **attributes}
        self.fails: dict[str, str] = {}
        self.limit = 2**28
        self.memories: dict[int, Any] = {}
        self.current: list[object] = []  # contexts
        self.launches = 0
        self.registers = (ctypes.c_uint32 * len(_SPECIAL))()

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("cu") and not name.startswith("current"):
            why = object.__getattribute__(self, "fails").get(name)
            if why is not None:
                return lambda *_: (CUresult[why],)
        return object.__getattribute__(self, name)

    def done(self, *given: object) -> tuple[object, ...]:
        return (CUresult.CUDA_SUCCESS, *given)

    # -- devices

    def cuInit(self, flags: int) -> Any:
        return self.done() if self.gpus else (CUresult.CUDA_ERROR_NO_DEVICE,)

    def cuDriverGetVersion(self) -> Any:
        return self.done(13000)

    def cuDeviceGetCount(self) -> Any:
        return self.done(self.gpus)

    def cuDeviceGet(self, number: int) -> Any:
        return self.done(number)

    def cuDeviceGetName(self, size: int, device: int) -> Any:
        return self.done(b"A fake".ljust(size, b"\0"))

    def cuDeviceTotalMem(self, device: int) -> Any:
        return self.done(self.limit)

    def cuDeviceGetAttribute(self, attribute: Any, device: int) -> Any:
        return self.done(self.attributes[attribute.name.removeprefix("CU_DEVICE_ATTRIBUTE_")])

    def cuDevicePrimaryCtxRetain(self, device: int) -> Any:
        return self.done("context")

    def cuCtxPushCurrent(self, context: object) -> Any:
        self.current.append(context)
        return self.done()

    def cuCtxPopCurrent(self) -> Any:
        return self.done(self.current.pop())

    # -- memory

    def cuMemAlloc(self, size: int) -> Any:
        assert self.current and size
        if size + sum(len(m) for m in self.memories.values()) > self.limit:
            return (CUresult.CUDA_ERROR_OUT_OF_MEMORY,)
        memory = np.full(size, 0xA5, np.uint8)
        self.memories[memory.ctypes.data] = memory
        return self.done(memory.ctypes.data)

    def cuMemFree(self, address: int) -> Any:
        del self.memories[address]
        return self.done()

    def cuMemcpyHtoD(self, device: int, host: int, size: int) -> Any:
        assert size <= len(self.memories[device])
        ctypes.memmove(device, host, size)
        return self.done()

    def cuMemcpyDtoH(self, host: int, device: int, size: int) -> Any:
        assert size <= len(self.memories[device])
        ctypes.memmove(host, device, size)
        return self.done()

    # -- kernels

    def cuModuleLoadData(self, image: bytes) -> Any:
        assert image.endswith(b"\0")
        here = machine()
        text = _for_host(image[:-1].decode(), [ctypes.addressof(self.registers) + 4 * k for k in range(len(_SPECIAL))])
        if self.wrong:
            text = text.replace(" fdiv ", " fmul ")
        return self.done(here.loaded(here.own.emit_object(here.optimised(text)), SYMBOL))

    def cuModuleGetFunction(self, module: Any, name: bytes) -> Any:
        assert name.decode() == SYMBOL
        return self.done(module[1])

    def cuLaunchKernel(self, function: Any, *grid_and_more: Any) -> Any:
        x, y, z, threads, ty, tz, shared, _stream, (values, types), _extra = grid_and_more
        assert (y, z, ty, tz, shared) == (1, 1, 1, 1, 0)
        entry = ctypes.CFUNCTYPE(None, *types)(function)
        for block in range(x):
            for thread in range(threads):
                self.registers[:] = [block, threads, thread]
                entry(*values)
        self.launches += 1
        return self.done()

    def cuCtxSynchronize(self) -> Any:
        return self.done()


def _for_host(text: str, registers: list[int]) -> str:
    here = machine()
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("target triple"):
            line = f'target triple = "{here.triple}"'
        elif line.startswith(("target datalayout", "declare i32 @llvm.nvvm.")):
            continue
        lines.append(line.replace("define ptx_kernel void", "define void"))
    lines += _defined(registers)
    return "\n".join(lines).replace("@llvm.nvvm.read.ptx.sreg.", "@sreg.")


def _defined(registers: list[int]) -> Iterator[str]:
    for name, address in zip(_SPECIAL, registers, strict=True):
        yield f"define i32 @sreg.{name}.x() {{\n  %v = load i32, ptr inttoptr (i64 {address} to ptr)\n  ret i32 %v\n}}"
