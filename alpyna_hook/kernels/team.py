"""What the threads of a team run: one chunk of a kernel's iterations after the other, from a list that they share.

Machine code of its own, so that no thread needs the interpreter's lock between two chunks, and no signal's handler runs
before the first thread has seen the last chunk done.

A *job* is a block of words (see `WORDS`), then two for each chunk: what the kernel returned, and the floating-point flags that it
raised.  Each chunk has a frame of its own.  A chunk that fails has the others stopped.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from alpyna_hook.ir.layout import ABORT, ABORTED, FLAGGED, RAISED, STATUS_BITS
from alpyna_hook.kernels import store

# entry, frames: addresses.  size: of a frame.  count: of chunks.  next: the first that nobody has taken.  active: threads at work.
# clear, test, yields: C functions; mask: the floating-point flags to watch.
WORDS = ENTRY, FRAMES, SIZE, COUNT, NEXT, ACTIVE, CLEAR, TEST, YIELD, MASK = range(10)
RESULTS = 16  # words before those of the chunks
NOT_RUN = -1

_TEXT = f"""
define private i64 @word(ptr %job, i64 %k) alwaysinline {{
  %place = getelementptr i64, ptr %job, i64 %k
  %value = load i64, ptr %place
  ret i64 %value
}}

define private void @stop(ptr %job) noinline {{
enter:
  %count = call i64 @word(ptr %job, i64 {COUNT})
  %size = call i64 @word(ptr %job, i64 {SIZE})
  %base = call i64 @word(ptr %job, i64 {FRAMES})
  %next = getelementptr i64, ptr %job, i64 {NEXT}
  store atomic i64 %count, ptr %next seq_cst, align 8
  br label %each
each:
  %k = phi i64 [ 0, %enter ], [ %after, %body ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %body, label %done
body:
  %offset = mul i64 %k, %size
  %frame = add i64 %base, %offset
  %word = add i64 %frame, {ABORT}
  %place = inttoptr i64 %word to ptr
  store atomic i64 1, ptr %place seq_cst, align 8
  %after = add i64 %k, 1
  br label %each
done:
  ret void
}}

define i64 @help(ptr %job) {{
enter:
  %kernel = call i64 @word(ptr %job, i64 {ENTRY})
  %entry = inttoptr i64 %kernel to ptr
  %base = call i64 @word(ptr %job, i64 {FRAMES})
  %size = call i64 @word(ptr %job, i64 {SIZE})
  %count = call i64 @word(ptr %job, i64 {COUNT})
  %clears = call i64 @word(ptr %job, i64 {CLEAR})
  %clear = inttoptr i64 %clears to ptr
  %tests = call i64 @word(ptr %job, i64 {TEST})
  %test = inttoptr i64 %tests to ptr
  %mask = call i64 @word(ptr %job, i64 {MASK})
  %flags = trunc i64 %mask to i32
  %watches = icmp ne i64 %mask, 0
  %next = getelementptr i64, ptr %job, i64 {NEXT}
  %active = getelementptr i64, ptr %job, i64 {ACTIVE}
  %entered = atomicrmw add ptr %active, i64 1 seq_cst
  br label %take
take:
  %k = atomicrmw add ptr %next, i64 1 seq_cst
  %more = icmp slt i64 %k, %count
  br i1 %more, label %chunk, label %leave
chunk:
  %offset = mul i64 %k, %size
  %address = add i64 %base, %offset
  %frame = inttoptr i64 %address to ptr
  br i1 %watches, label %clearing, label %running
clearing:
  %cleared = call i32 %clear(i32 31)
  br label %running
running:
  %status = call i64 %entry(ptr %frame)
  br i1 %watches, label %testing, label %noting
testing:
  %found = call i32 %test(i32 %flags)
  %wide = zext i32 %found to i64
  br label %noting
noting:
  %raised = phi i64 [ 0, %running ], [ %wide, %testing ]
  %twice = mul i64 %k, 2
  %index = add i64 %twice, {RESULTS}
  %place = getelementptr i64, ptr %job, i64 %index
  store i64 %status, ptr %place
  %beside = getelementptr i64, ptr %place, i64 1
  store i64 %raised, ptr %beside
  %word = add i64 %address, {RAISED}
  %bycalls = inttoptr i64 %word to ptr
  %called = load i64, ptr %bycalls
  %own = and i64 %called, %mask
  %any = or i64 %own, %raised
  %bad = or i64 %any, %status
  %failed = icmp ne i64 %bad, 0
  br i1 %failed, label %stopping, label %take
stopping:
  call void @stop(ptr %job)
  br label %take
leave:
  %left = atomicrmw sub ptr %active, i64 1 seq_cst
  ret i64 0
}}

define i64 @lead(ptr %job) {{
enter:
  %helped = call i64 @help(ptr %job)
  %yields = call i64 @word(ptr %job, i64 {YIELD})
  %yield = inttoptr i64 %yields to ptr
  %active = getelementptr i64, ptr %job, i64 {ACTIVE}
  br label %wait
wait:
  %others = load atomic i64, ptr %active seq_cst, align 8
  %busy = icmp ne i64 %others, 0
  br i1 %busy, label %yielding, label %finish
yielding:
  %yielded = call i32 %yield()
  br label %wait
finish:
  %count = call i64 @word(ptr %job, i64 {COUNT})
  br label %each
each:
  %k = phi i64 [ 0, %finish ], [ %after, %body ]
  %worst = phi i64 [ 0, %finish ], [ %worse, %body ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %body, label %done
body:
  %twice = mul i64 %k, 2
  %index = add i64 %twice, {RESULTS}
  %place = getelementptr i64, ptr %job, i64 %index
  %status = load i64, ptr %place
  %kind = and i64 %status, {(1 << STATUS_BITS) - 1}
  %known = and i64 %worst, {(1 << STATUS_BITS) - 1}
  %flagged = icmp eq i64 %kind, {FLAGGED}
  %first = icmp ne i64 %known, {FLAGGED}
  %takes = and i1 %flagged, %first
  %ended = icmp ne i64 %status, 0
  %none = icmp eq i64 %worst, 0
  %stopped = and i1 %ended, %none
  %other = select i1 %stopped, i64 {ABORTED}, i64 %worst
  %worse = select i1 %takes, i64 %status, i64 %other
  %after = add i64 %k, 1
  br label %each
done:
  ret i64 %worst
}}

define i64 @raised(ptr %job) {{
enter:
  %count = call i64 @word(ptr %job, i64 {COUNT})
  br label %each
each:
  %k = phi i64 [ 0, %enter ], [ %after, %body ]
  %all = phi i64 [ 0, %enter ], [ %both, %body ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %body, label %done
body:
  %twice = mul i64 %k, 2
  %index = add i64 %twice, {RESULTS + 1}
  %place = getelementptr i64, ptr %job, i64 %index
  %own = load i64, ptr %place
  %both = or i64 %all, %own
  %after = add i64 %k, 1
  br label %each
done:
  ret i64 %all
}}
"""


class Team(NamedTuple):
    """C functions of a job's address.

    help: runs chunks until none is left.  lead: does so, waits for those who help, and returns what the kernel would have
    returned: of the first chunk that failed, if any did.  raised: all floating-point flags that were raised.
    """

    help: Callable[[int], int]
    lead: Callable[[int], int]
    raised: Callable[[int], int]
    keep: object  # owns the machine code


@cache
def team() -> Team:
    """Raises ImportError where LLVM cannot be imported.  Under the compilers' lock: see `build.team`."""
    from alpyna_hook.kernels.llvm_engine import machine

    here = machine()
    key = store.Key(_TEXT, here.compiler, here.processor)
    code = store.load(key)
    if code is None:
        code = here.own.emit_object(here.optimised(f'target triple = "{here.triple}"\n{_TEXT}'))
        store.save(key, code)
    engine, _ = here.loaded(code, "lead")
    function = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
    helps, leads, raised = [function(engine.get_function_address(name)) for name in ("help", "lead", "raised")]
    return Team(helps, leads, raised, engine)
