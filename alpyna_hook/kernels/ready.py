"""Kernels that are in the store, without LLVM: its import takes longer than all else that such a nest needs.

The names of files in the store depend on what LLVM calls this processor and its features.  That is noted in the store, too, by what
tells one processor, as it is until the next start of the system, and one LLVM from another.
"""

from __future__ import annotations

import ctypes
import os
import sys
from _frozen_importlib_external import PathFinder
from functools import cache
from typing import Any

from alpyna_hook.kernels import image, store
from alpyna_hook.kernels.kernel import Kernel
from alpyna_hook.log import log
from alpyna_hook.runtime.earlier import loads_itself

_BOOT, _PROCESSOR = "/proc/sys/kernel/random/boot_id", "/proc/cpuinfo"
_FIELDS = ("vendor_id", "cpu family", "model", "model name", "stepping", "microcode", "flags")
_FILES = ("__init__.py", "_version.py", os.path.join("binding", "libllvmlite.so"))
_LLVM = "llvmlite.binding"
_NOTE = "what LLVM calls this processor"


def by_digest(digest: str) -> Kernel | None:
    """A kernel, by the digest of its text."""
    found = loaded("", digest=digest)
    return found and Kernel(None, ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(found[1]), found[0], "llvm")


def loaded(text: str, symbol: str = "kernel", digest: str = "") -> tuple[object, int] | None:
    """What owns the machine code that was kept of a kernel's text, and its address.  None where LLVM is to be asked, as it is
    at once where it has been imported."""
    if (_LLVM in sys.modules and not digest) or not loads_itself():
        return None
    identity = _identity()
    noted = identity and store.find(store.Key(_NOTE, identity, ""))
    if not noted:
        return None
    compiler, _, processor = noted.decode("utf-8", "surrogatepass").partition("\n")
    code = store.find(store.Key(text, compiler, processor, digest))
    if code is None:
        return None
    try:
        made = image.Image(code)
    except (image.Unknown, OSError) as error:
        log(f"a kernel is left to LLVM to load: {error}")
        return None
    address = made.symbols.get(symbol)
    return (made, address) if address else None


def note(compiler: str, processor: str) -> None:
    """What LLVM says of this processor, for later processes."""
    identity = _identity() if loads_itself() else ""
    if identity:
        key, told = store.Key(_NOTE, identity, ""), f"{compiler}\n{processor}".encode("utf-8", "surrogatepass")
        if store.find(key) != told:
            store.save(key, told)


@cache
def _identity() -> str:
    """Of this processor and of the LLVM that would be imported; nothing where that cannot be told."""
    try:
        with open(_BOOT, encoding="ascii") as file:
            boot = file.read().strip()
        with open(_PROCESSOR, encoding="utf-8", errors="replace") as file:
            lines = file.read(2**13).partition("\n\n")[0].splitlines()
        found: Any = PathFinder.find_spec("llvmlite")
        folder = os.path.dirname(found.origin)
        files = [os.stat(os.path.join(folder, name)) for name in _FILES]
    except (OSError, AttributeError, TypeError):
        return ""
    fields = {name.strip(): value.strip() for name, _, value in [line.partition(":") for line in lines]}
    stamps = [(info.st_size, info.st_mtime_ns, info.st_ino) for info in files]
    told = [fields.get(name) for name in _FIELDS]
    return repr((boot, told, folder, stamps)) if boot and fields.get("flags") else ""
