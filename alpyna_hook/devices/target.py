"""The protocol of devices.

A `Device` tells what it is, and what is missing.  One that has memory of its own, and runs kernels that are printed for it, has a
`Target`, by which the runtime uses it (`runtime/on_device.py`):

    target.text(kernel, bases)             what it compiles; refuses what it would not compute exactly
    target.compile(text)                   a program
    target.allocate(size), release(memory) memory
    target.send(memory, host), fetch(...)  all of it, from or to bytes of the host
    target.launch(program, ...)            each frame is that of one chunk of the outermost loop
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from alpyna_hook.ir.kernel import Kernel

STATUS_BYTES = 8  # at the end of a frame: what the kernel returned


class DeviceError(Exception):
    """The device cannot do it, or not now; the text says why.  Nothing on the host has changed."""


class Target(Protocol):
    def text(self, kernel: Kernel, bases: Mapping[int, int]) -> str:
        """The kernel in the language of the device.

        bases: for each byte offset in the frame where an array's address stands on the CPU, the number of the memory that the array
        lies in; what stands in the frame is the byte offset of its first element in that memory.
        Raises DeviceError for what has no form there that gives the same bits.
        """

    def compile(self, text: str) -> Any: ...

    def chunks(self, trips: int) -> int:
        """In how many chunks to divide a loop."""

    def allocate(self, size: int) -> Any:
        """So many bytes of the device, until they are released."""

    def release(self, memory: Any) -> None:
        """Once; also after something has failed."""

    def send(self, memory: Any, host: Any) -> None:
        """host: its bytes, contiguous, as many as the memory has."""

    def fetch(self, memory: Any, host: Any) -> None: ...

    def launch(self, program: Any, frames: Any, size: int, memories: Sequence[Any]) -> None:
        """Runs the kernel once for each frame, in any order, to the end.

        frames: bytes of the host, so many of each frame as `size` says; they hold what the kernels have left in them afterwards,
        and, in the last word of each, what its kernel returned.
        """


@contextmanager
def held(target: Target, sizes: Iterable[int]) -> Iterator[list[Any]]:
    """A memory of each size, for as long as the block runs: the frames of an exception must not keep them."""
    memories: list[Any] = []
    try:
        for size in sizes:
            memories.append(target.allocate(size))
        yield memories
    finally:
        for memory in memories:
            target.release(memory)


class Device(Protocol):
    """name: by which it is chosen.  remedy: the command that would add what is missing."""

    name: str
    remedy: str

    def missing(self) -> str:
        """Why nothing can run on it here, in one line; nothing if it can be used.  May take a while when first asked."""

    def about(self) -> str:
        """What it is here, in one line."""

    def facts(self) -> dict[str, Any]:
        """More, for programs."""

    def target(self) -> Target | None:
        """None: kernels are run by the engine itself, or not at all.  Raises DeviceError."""
