"""A device for tests: its memory is the host's, and LLVM compiles for it."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alpyna_hook.devices.target import DeviceError
from alpyna_hook.emit.llvm import Target as Machine, llvm_text
from alpyna_hook.ir.kernel import Kernel


class Dummy:
    name = "dummy"
    remedy = ""

    def __init__(self) -> None:
        self.made = DummyTarget()

    def missing(self) -> str:
        return ""

    def about(self) -> str:
        return "a device for tests"

    def facts(self) -> dict[str, Any]:
        return {"launches": self.made.launches}

    def target(self) -> DummyTarget:
        return self.made


class Missing(Dummy):
    name = "missing"
    remedy = "plug it in"

    def missing(self) -> str:
        return "it is not plugged in"


class DummyTarget:
    """limit: bytes that it has at most."""

    def __init__(self) -> None:
        self.launches = 0
        self.limit = 2**30
        self.memories: dict[int, Any] = {}
        self.bases: dict[str, Mapping[int, int]] = {}

    def text(self, kernel: Kernel, bases: Mapping[int, int]) -> str:
        from alpyna_hook.kernels.llvm_engine import machine

        text = llvm_text(kernel, "kernel", Machine(machine().triple, machine().layout))
        self.bases[text] = bases
        return text

    def compile(self, text: str) -> Any:
        from alpyna_hook.kernels.llvm_engine import machine

        here = machine()
        engine, address = here.loaded(here.own.emit_object(here.optimised(text)), "kernel")
        return engine, ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(address), self.bases[text]

    def chunks(self, trips: int) -> int:
        return min(trips, 5)

    def allocate(self, size: int) -> Any:
        if size > self.limit:
            raise DeviceError("out of memory")
        memory = np.zeros(size, np.uint8)
        self.memories[id(memory)] = memory
        return memory

    def release(self, memory: Any) -> None:
        del self.memories[id(memory)]

    def send(self, memory: Any, host: Any) -> None:
        memory[:] = host

    def fetch(self, memory: Any, host: Any) -> None:
        host[:] = memory

    def launch(self, program: Any, frames: Any, size: int, memories: Sequence[Any]) -> None:
        _, entry, bases = program
        for begin in reversed(range(0, len(frames), size)):
            words = frames[begin : begin + size].view(np.int64)
            for place, number in bases.items():
                words[place // 8] += memories[number].ctypes.data
            words[-1] = entry(words.ctypes.data)
        self.launches += 1
