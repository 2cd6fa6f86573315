"""LLVM as llvmlite ships it, by its C functions alone: `llvmlite.binding` imports the library in a sixth of its own time.

Object code of a text, and what names the processor, as `llvm_engine` has them; the code is made ready by `image`.  Only versions
whose functions are known are used so, only where `llvmlite.binding` has not been imported, and with a context of our own: it has
a lock around all that it does in LLVM's global one.
"""

from __future__ import annotations

import ctypes
import os
import sys
from _frozen_importlib_external import PathFinder
from collections.abc import Callable
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_size_t, c_uint, c_void_p, string_at
from functools import cache
from typing import Any

from alpyna_hook.kernels import image, ready, store
from alpyna_hook.kernels.levels import LEVEL, compiler_name
from alpyna_hook.log import log
from alpyna_hook.runtime.earlier import loads_itself

_VERSIONS = ("0.50.",)
_TEXT = POINTER(c_char_p)
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "InitializeNativeTarget": (c_int, ()),
    "InitializeNativeAsmPrinter": (c_int, ()),
    "GetVersionInfo": (c_uint, ()),
    "GetProcessTriple": (None, (_TEXT,)),
    "GetHostCPUName": (None, (_TEXT,)),
    "GetHostCPUFeatures": (c_int, (_TEXT,)),
    "GetTargetFromTriple": (c_void_p, (c_char_p, _TEXT)),
    "CreateTargetMachine": (c_void_p, (c_void_p, c_char_p, c_char_p, c_char_p, c_int, c_char_p, c_char_p, c_int, c_int, c_char_p)),
    "CreateTargetMachineData": (c_void_p, (c_void_p,)),
    "CopyStringRepOfTargetData": (None, (c_void_p, _TEXT)),
    "DisposeString": (None, (c_char_p,)),
    "ContextCreate": (c_void_p, ()),
    "ContextDispose": (None, (c_void_p,)),
    "ParseAssembly": (c_void_p, (c_void_p, c_char_p, _TEXT)),
    "VerifyModule": (c_bool, (c_void_p, _TEXT)),
    "DisposeModule": (None, (c_void_p,)),
    "CreatePipelineTuningOptions": (c_void_p, ()),
    "PTOSetLoopVectorization": (None, (c_void_p, c_bool)),
    "PTOSetSLPVectorization": (None, (c_void_p, c_bool)),
    "DisposePipelineTuningOptions": (None, (c_void_p,)),
    "CreatePassBuilder": (c_void_p, (c_void_p, c_void_p)),
    "DisposePassBuilder": (None, (c_void_p,)),
    "buildPerModuleDefaultPipeline": (c_void_p, (c_void_p, c_int)),
    "RunNewModulePassManager": (None, (c_void_p, c_void_p, c_void_p)),
    "DisposeNewModulePassManger": (None, (c_void_p,)),  # so it is spelled
    "TargetMachineEmitToMemory": (c_void_p, (c_void_p, c_void_p, c_int, _TEXT)),
    "GetBufferStart": (c_void_p, (c_void_p,)),
    "GetBufferSize": (c_size_t, (c_void_p,)),
    "DisposeMemoryBuffer": (None, (c_void_p,)),
}


class Refused(Exception):
    """LLVM does not take a text, or does not know this machine."""


class Bare:
    """The processor of this process.  Used by one thread at a time.  Raises Refused, OSError or AttributeError."""

    def __init__(self, path: str, version: str) -> None:
        self.library = ctypes.CDLL(path)
        self.functions: dict[str, Any] = {}
        for name, (result, parameters) in _FUNCTIONS.items():
            function = self.functions[name] = getattr(self.library, f"LLVMPY_{name}")
            function.restype, function.argtypes = result, parameters
        self.call("InitializeNativeTarget")
        self.call("InitializeNativeAsmPrinter")
        self.triple = self.told("GetProcessTriple")
        cpu, features = self.told("GetHostCPUName"), self.told("GetHostCPUFeatures")
        # as llvmlite's map of features puts them in order
        features = ",".join(sorted([each for each in features.split(",") if each], key=lambda each: each[1:]))
        problem = c_char_p()
        target = self.call("GetTargetFromTriple", self.triple.encode(), byref(problem))
        self.machine = target and self.call(
            "CreateTargetMachine", target, self.triple.encode(), cpu.encode(), features.encode(),
            LEVEL, b"static", b"jitdefault", 0, 1, b"")
        if not self.machine:
            raise Refused("no machine of this triple")
        self.layout = self.told("CopyStringRepOfTargetData", self.call("CreateTargetMachineData", self.machine))
        number = self.call("GetVersionInfo").to_bytes(4, "big")
        self.compiler = compiler_name(tuple(number.lstrip(b"\0")), version)
        self.processor = f"{self.triple} {cpu} {features}"
        ready.note(self.compiler, self.processor)

    def call(self, name: str, *arguments: Any) -> Any:
        return self.functions[name](*arguments)

    def told(self, name: str, *arguments: Any) -> str:
        """What a function gives back as its last argument."""
        text = c_char_p()
        self.call(name, *arguments, byref(text))
        return self.taken(text)

    def taken(self, text: c_char_p) -> str:
        value = (text.value or b"").decode("utf-8", "replace")
        if text:
            self.call("DisposeString", text)
        return value

    def object(self, text: str, level: int) -> bytes:
        """The object code of a module.  Raises Refused."""
        context = self.call("ContextCreate")
        try:
            problem = c_char_p()
            module = self.call("ParseAssembly", context, text.encode(), byref(problem))
            if problem or not module:
                raise Refused(self.taken(problem))
            try:
                wrong = self.call("VerifyModule", module, byref(problem))
                message = self.taken(problem)  # there is one in any case
                if wrong:
                    raise Refused(message)
                self.optimise(module, level)
                return self.emitted(module)
            finally:
                self.call("DisposeModule", module)
        finally:
            self.call("ContextDispose", context)

    def optimise(self, module: int, level: int) -> None:
        options = self.call("CreatePipelineTuningOptions")
        self.call("PTOSetLoopVectorization", options, True)
        self.call("PTOSetSLPVectorization", options, True)
        builder = self.call("CreatePassBuilder", self.machine, options)
        passes = self.call("buildPerModuleDefaultPipeline", builder, level)
        self.call("RunNewModulePassManager", passes, module, builder)
        self.call("DisposeNewModulePassManger", passes)
        self.call("DisposePassBuilder", builder)
        self.call("DisposePipelineTuningOptions", options)

    def emitted(self, module: int) -> bytes:
        problem = c_char_p()
        buffer = self.call("TargetMachineEmitToMemory", self.machine, module, 1, byref(problem))
        if not buffer:
            raise Refused(self.taken(problem))
        code = string_at(self.call("GetBufferStart", buffer), self.call("GetBufferSize", buffer))
        self.call("DisposeMemoryBuffer", buffer)
        return code


@cache
def _bare() -> Bare | None:
    found: Any = PathFinder.find_spec("llvmlite")
    if found is None or found.origin is None:
        return None
    folder = os.path.dirname(found.origin)
    try:
        version = _version(os.path.join(folder, "_version.py"))
        if not version.startswith(_VERSIONS):
            return None
        return Bare(os.path.join(folder, "binding", "libllvmlite.so"), version)
    except (OSError, AttributeError, Refused) as error:
        log(f"LLVM is used by way of llvmlite's binding: {error}")
        return None


def _version(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, _, value = line.partition("=")
            if name.strip() == "version_version":
                return value.strip().strip("'\"")
    return ""


def bare() -> Bare | None:
    """None where LLVM is to be used by llvmlite's binding."""
    return _bare() if loads_itself() and "llvmlite.binding" not in sys.modules else None


def loaded(here: Bare, key: str, text: Callable[[], str], level: int) -> tuple[object, int] | None:
    """What owns the machine code of a text, and the address of its function; None where LLVM is to load it, or refuses it."""
    named = store.Key(key, here.compiler, here.processor)
    stored = store.load(named)
    try:
        code = stored or here.object(text(), level)
        made = image.Image(code)
    except (Refused, image.Unknown, OSError) as error:
        log(f"a kernel is left to llvmlite's binding: {error}")
        return None
    if not stored:
        store.save(named, code)
    address = made.symbols.get("kernel")
    return (made, address) if address else None
