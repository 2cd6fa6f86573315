"""PTX, the assembly of NVIDIA's GPUs, by LLVM.  Nothing here needs a GPU."""

from __future__ import annotations

from typing import Any

import llvmlite.binding as _llvm

from alpyna_hook.emit.ptx import TRIPLE

llvm: Any = _llvm  # untyped
OLDEST = "sm_70"  # that has the loads which kernels look at their frame with
_LEVEL = 3


def assembled(text: str, processor: str = OLDEST) -> str:
    """Of a module in LLVM's language; raises RuntimeError where LLVM refuses it, or has no such target.

    No operation is contracted: LLVM does that where an option or a flag in the text asks for it, and neither does.
    """
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(cpu=processor, opt=_LEVEL)
    module = llvm.parse_assembly(text)
    module.data_layout = str(machine.target_data)
    module.verify()
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(_LEVEL))
    passes.getModulePassManager().run(module, passes)
    return str(machine.emit_assembly(module))
