"""Kernel IR for NVIDIA's GPUs: the text in LLVM's language with their triple, and an entry by which each thread runs one chunk.

before:  define internal i64 @kernel(ptr %p.frame) { ... }         the function that the CPU has, too
after:   target triple = "nvptx64-nvidia-cuda" ...
         define ptx_kernel void @alpyna(ptr %frames, i64 %size, i64 %count, ptr %g0, ptr %g1) { ... }

The entry is given the frames, the size of each, how many there are, and the memories in their order.  In a frame stands where in
its memory an array begins; the entry makes an address of it.  What LLVM has no exact form for there is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpyna_hook.emit.llvm import Target, llvm_text
from alpyna_hook.emit.opencl_values import NotOnDevices
from alpyna_hook.ir.kernel import Apply, Binary, CallAt, Const, Flagged, InnerLoop, Kernel
from alpyna_hook.ir.schema import mapped, walk

TRIPLE = "nvptx64-nvidia-cuda"
SYMBOL = "alpyna"
_ENTRY = """
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()

define ptx_kernel void @{symbol}(ptr %frames, i64 %size, i64 %count{memories}) {{
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %threads = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %thread = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %wide.block = zext i32 %block to i64
  %wide.threads = zext i32 %threads to i64
  %wide.thread = zext i32 %thread to i64
  %before = mul i64 %wide.block, %wide.threads
  %k = add i64 %before, %wide.thread
  %some = icmp ult i64 %k, %count
  br i1 %some, label %run, label %done
run:
  %offset = mul i64 %k, %size
  %frame = getelementptr i8, ptr %frames, i64 %offset
{addresses}  %status = call i64 @kernel(ptr %frame)
  %end = getelementptr i8, ptr %frame, i64 %size
  %word = getelementptr i8, ptr %end, i64 -8
  store i64 %status, ptr %word
  br label %done
done:
  ret void
}}
"""
_ADDRESS = """  %at{place} = getelementptr i8, ptr %frame, i64 {place}
  %begin{place} = load i64, ptr %at{place}
  %address{place} = getelementptr i8, ptr %g{memory}, i64 %begin{place}
  store ptr %address{place}, ptr %at{place}
"""


def ptx_module(kernel: Kernel, bases: Mapping[int, int]) -> str:
    """In LLVM's language.  Raises NotOnDevices.

    bases: for each place in the frame that holds an array's, the number of the memory.
    """
    for function in kernel.functions:
        for node in walk(function):
            match node:
                case CallAt() | Apply() | InnerLoop():
                    raise NotOnDevices("functions of the C library or NumPy")
                case Binary("floordiv" | "mod", _, _, "f4" | "f8"):
                    raise NotOnDevices("remainders of floats")  # LLVM makes of them what is not exact
    text = llvm_text(_without_flags(kernel), "kernel", Target(TRIPLE))
    memories = "".join([f", ptr %g{number}" for number in sorted({*bases.values()})])
    addresses = "".join([_ADDRESS.format(place=place, memory=number) for place, number in bases.items()])
    entry = _ENTRY.format(symbol=SYMBOL, memories=memories, addresses=addresses)
    return text.replace("define i64 @kernel(", "define internal i64 @kernel(", 1) + entry


def _without_flags(node: Any) -> Any:
    """There are no floating-point flags: kernels for devices check each operation."""
    return Const(False, "b1") if isinstance(node, Flagged) else mapped(node, _without_flags)
