"""LLVM as the compiler of kernels, by llvmlite's binding alone: neither Numba nor llvmlite's builder of LLVM's language is asked.

Importing this module imports llvmlite.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as _llvm

from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.kernel import Untaken
from alpyna_hook.kernels import ready, store
from alpyna_hook.kernels.image import LIBRARY
from alpyna_hook.kernels.kernel import Kernel, Source
from alpyna_hook.kernels.levels import LEVEL, compiler_name, level_of

llvm: Any = _llvm  # untyped
_SYMBOL = "kernel"


class Machine:
    """The processor of this process.  What is made here may be used by one thread at a time."""

    def __init__(self) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.triple: str = llvm.get_process_triple()
        self.cpu: str = llvm.get_host_cpu_name()
        self.features: str = llvm.get_host_cpu_features().flatten()
        self.target = llvm.Target.from_triple(self.triple)
        self.own = self.target_machine()
        self.layout = str(self.own.target_data)
        self.engine()  # makes the process's own functions known to LLVM
        # a process that lacks one is ended by LLVM when a kernel that calls it is loaded
        missing = [name for name in sorted(LIBRARY) if not llvm.address_of_symbol(name)]
        if missing:
            raise Untaken(f"want of the C functions {', '.join(missing)} in this process")

        self.compiler = compiler_name(llvm.llvm_version_info, llvmlite.__version__)
        self.processor = f"{self.triple} {self.cpu} {self.features}"
        ready.note(self.compiler, self.processor)

    def key(self, text: str) -> store.Key:
        return store.Key(text, self.compiler, self.processor)

    def target_machine(self) -> Any:
        """A new one: an engine owns that which it is given."""
        reloc = "static" if self.target.name.startswith("x86") else "default"
        return self.target.create_target_machine(
            opt=LEVEL, cpu=self.cpu, features=self.features, reloc=reloc, codemodel="jitdefault", jit=True)

    def engine(self) -> Any:
        return llvm.create_mcjit_compiler(llvm.parse_assembly(""), self.target_machine())

    def optimised(self, text: str, level: int = LEVEL) -> Any:
        """The module; raises RuntimeError for a text that is not LLVM's language."""
        module = llvm.parse_assembly(text)
        module.verify()
        options = llvm.create_pipeline_tuning_options(level)
        options.loop_vectorization = options.slp_vectorization = True
        passes = llvm.create_pass_builder(self.own, options)
        passes.getModulePassManager().run(module, passes)
        return module

    def loaded(self, code: bytes, symbol: str = _SYMBOL) -> tuple[Any, int]:
        """What owns the machine code of an object file, and the address of its kernel."""
        engine = self.engine()
        engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
        engine.finalize_object()
        return engine, engine.get_function_address(symbol)


machine = cache(Machine)


def text_of(ir: k.Kernel) -> str:
    """In LLVM's language, before it is optimised.  Raises Untaken."""
    from alpyna_hook.emit.llvm import Target, llvm_text  # not needed for what is in the store

    here = machine()
    return llvm_text(ir, _SYMBOL, Target(here.triple, here.layout))


def optimised(ir: k.Kernel) -> Any:
    """The module that LLVM makes of a kernel.  Raises Untaken, and RuntimeError where LLVM refuses it."""
    return machine().optimised(text_of(ir), level_of(ir))


def assembly_of(ir: k.Kernel) -> str:
    """In this processor's."""
    return str(machine().own.emit_assembly(optimised(ir)))


def built(source: Source) -> Kernel:
    """Raises Untaken for a kernel that has to be compiled by another engine, and RuntimeError where LLVM refuses it."""
    here = machine()
    engine, address = _loaded(here.key(source.text), lambda: optimised(source.ir))
    entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(address)
    return Kernel(source, entry, engine, "llvm")


def loaded_text(text: str) -> tuple[Any, int]:
    """What owns the machine code of a text in LLVM's language, and the address of its function `kernel`."""
    here = machine()
    return _loaded(here.key(text), lambda: here.optimised(text))


def _loaded(key: store.Key, module: Callable[[], Any]) -> tuple[Any, int]:
    here = machine()
    code = store.load(key)
    if code is None:
        code = here.own.emit_object(module())
        store.save(key, code)
    engine, address = here.loaded(code)
    if not address:
        raise RuntimeError("the kernel has no address")
    return engine, address
