"""One execution of a nest on a device with memory of its own: its iterations in chunks, as several threads would run them.

Nothing on the host changes before everything is known to be as the interpreter has it: the arrays are copied to the device, the
kernel runs there once for each chunk, and what it has stored is copied back if no chunk has failed a check.  There are no
floating-point flags on a device, so its kernels check each operation.  Whatever stands against it, or fails, is a
reason (`Trace.elsewhere`), and the CPU runs the nest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from alpyna_hook import pipeline
from alpyna_hook.bind.binder import Binding
from alpyna_hook.config import complain
from alpyna_hook.devices.found import device
from alpyna_hook.devices.target import STATUS_BYTES, DeviceError, Target, held
from alpyna_hook.guest import registries
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.integers.general import UNKNOWN, inputs
from alpyna_hook.ir.kernel import Untaken
from alpyna_hook.ir.layout import BUDGET, DONE, FAILED, HIGH, LOW, NO_END
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.driven import driven
from alpyna_hook.runtime.errand import aside
from alpyna_hook.runtime.gather import gather_controls, gather_scalars, starts_of_steps
from alpyna_hook.runtime.interrupts import Work
from alpyna_hook.runtime.memory import Transaction
from alpyna_hook.runtime.on_memory import Block, Spread, blocks
from alpyna_hook.runtime.placing import predicted, unit_strides
from alpyna_hook.runtime.proofs import Proofs
from alpyna_hook.runtime.schedules import schedule_of
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Call, Variant
from alpyna_hook.schedule.value import Schedule

_ALIGNMENT = 64  # bytes, of frames
_MOST_TURNS = 2**36  # iterations of loops around loops, in one chunk: nothing stops a kernel from outside
_MOST_FAILURES = 2  # more than there were successes: such a nest is left to the CPU


class NotThere(Exception):
    """The nest, or this execution of it, is not run on the device; the text says why."""


@dataclass(slots=True)
class Memo:
    """What is remembered of a nest for one signature, and a device."""

    name: str
    target: Target
    proofs: dict[tuple[object, ...], Proofs] = field(default_factory=dict)
    programs: dict[tuple[object, ...], Any] = field(default_factory=dict)  # or why there is none
    texts: list[str] = field(default_factory=list)
    chunks: tuple[int, int] = (0, 0)  # of the outermost loop, for so many trips as it last had
    successes: int = 0
    failures: int = 0


def run_there(
    variant: Variant, arrays: list[Any], binding: Binding, fill: Callable[..., Any], estimate: Estimate, trace: Trace
) -> tuple[Call, Work] | None:
    """What is left to do when the device that was asked for has computed all, or None; the trace is told why.  Whatever a signal's
    handler raises comes out of here, with nothing changed."""
    try:
        return tried(variant.options.device, variant, arrays, binding, fill, estimate, trace)
    except NotThere as why:
        trace.not_there(str(why))
        return None


def tried(
    name: str, variant: Variant, arrays: list[Any], binding: Binding, fill: Callable[..., Any], estimate: Estimate, trace: Trace
) -> tuple[Call, Work]:
    """As `run_there`, on this device.  Raises NotThere."""
    memo = variant.there.get(name)
    if memo is None:
        memo = variant.there[name] = memo_of(name)
    if isinstance(memo, str):
        raise NotThere(memo)
    if memo.failures > memo.successes + _MOST_FAILURES:
        raise NotThere("it failed there too often")
    try:
        found = _Execution(variant, memo, arrays, binding, estimate, trace).run(fill)
    except Spread as why:
        raise NotThere(str(why)) from None
    memo.successes += 1
    trace.ran_there(name)
    return found


def memo_of(name: str) -> Memo | str:
    """Or why the device cannot be used, which it tells for good.  Raises NotThere."""
    try:
        target, missing, remedy = driven(name, lambda: _asked(name))
    except DeviceError as error:
        raise NotThere(str(error)) from error
    _opened.add(name)
    if target is None:
        complain(f"device {name} cannot be used: {missing}; loops run on the cpu ({remedy})")
        return missing
    return Memo(name, target)


def _asked(name: str) -> tuple[Target | None, str, str]:
    """The target, what is missing, and the remedy."""
    with own_imports():
        chosen = device(name)
        missing = chosen.missing()
        return None if missing else chosen.target(), missing, chosen.remedy


def opened() -> set[str]:
    """The devices that were asked for in this process."""
    return _opened


_opened: set[str] = set()


class _Execution:
    def __init__(
        self, variant: Variant, memo: Memo, arrays: list[Any], binding: Binding, estimate: Estimate, trace: Trace
    ) -> None:
        self.variant, self.memo, self.arrays, self.binding, self.estimate = variant, memo, arrays, binding, estimate
        self.target, self.trace = memo.target, trace

    def run(self, fill: Callable[..., Any]) -> tuple[Call, Work]:
        refuse_calls(self.variant)
        lie = blocks(self.variant, self.arrays)
        call = self.call()
        schedule = schedule_of(self.variant, call, self.arrays, self.binding)
        if not schedule.is_parallel:
            raise NotThere(f"the iterations of the outermost loop have an order: {schedule.sequential}")
        program = self.program(call, lie)
        frame = fill(self.variant, self.head(lie), self.binding)
        try:
            frames, size = self.frames(frame, schedule, call.trips or 0)
            begun = perf_counter()
            contents = driven(self.memo.name, lambda: self.perform(program, frames, size, lie))
        except DeviceError as error:
            self.memo.failures += 1
            raise NotThere(str(error)) from error
        seconds = perf_counter() - begun
        self.judge(frames, size)
        count = len(frames) // size
        gather_controls(frame, frames, size, count)
        if not gather_scalars(schedule, self.variant.layout, frame, frames, size, count):
            self.fail("a sum outgrows its type")
        pairs = [pair for block, bytes_ in zip(lie, contents, strict=True) if bytes_ is not None for pair in block.pairs(bytes_)]
        undoable = not any(self.variant.stored)
        work = Work(
            lambda _: DONE, frame, True, 0, False, False, Transaction(()), undoable, [], [], before=seconds, copied=tuple(pairs))
        return call, work

    # -- what is run

    def call(self) -> Call:
        """The call, with the outcomes for a kernel that checks each operation."""
        variant, binding = self.variant, self.binding
        integers = {name: int(binding.scalars[name]) for name in variant.integers}
        shapes = {name: a.shape for name, a in zip(variant.interface.arrays, self.arrays, strict=True)}
        proofs = self.proofs()
        found = proofs.find(inputs(integers.values(), shapes.values(), binding.spans.values()))
        if found is None:
            with registries.kept(binding.namespace):
                found = proofs.new(integers, shapes, binding.spans)
        proof, trips = found
        if trips == UNKNOWN:
            raise NotThere("it is not known beforehand how often the outermost loop turns")
        if trips == 0:
            raise NotThere("the outermost loop does not turn")
        seconds = self.estimate.of_turns(trips) or predicted(self.estimate, binding)
        return Call(None, trips, seconds, self.estimate.sure, self.estimate.exact, True, 0, False, proof.outcomes)

    def proofs(self) -> Proofs:
        """For what np.errstate asks to be told of."""
        variant, errstate = self.variant, np.geterr()
        finite = [k for k, what in enumerate(variant.interface.obligations) if what in ("finite", "finite_division")]
        if finite and errstate["under"] != "ignore":
            raise NotThere("np.errstate(under=...) asks for what no device tells")
        silent = all(errstate[name] == "ignore" for name in ("over", "divide", "invalid"))
        key = silent, errstate["over"]
        found = self.memo.proofs.get(key)
        if found is None:
            preset = dict.fromkeys(finite, "K") if silent else {}
            found = Proofs(lambda: variant.typed, variant.integers, variant.layout.ndims, preset, errstate["over"] == "ignore")
            self.memo.proofs[key] = found
        return found

    def program(self, call: Call, lie: list[Block]) -> Any:
        """Compiled, for these proofs, strides and overlaps."""
        variant = self.variant
        groups = [0] * len(self.arrays)
        for number, block in enumerate(lie):
            for k in block.members:
                groups[k] = number
        shapes, strides = tuple([a.shape for a in self.arrays]), tuple([a.strides for a in self.arrays])
        key = call.outcomes, unit_strides(variant, shapes, strides), tuple(groups)
        found = self.memo.programs.get(key)
        if found is None:
            begun = perf_counter()
            try:
                found = self.compiled(key)
            except (DeviceError, Untaken) as error:
                found = NotThere(str(error))
            self.memo.programs[key] = found
            self.trace.compile_seconds += perf_counter() - begun
        if isinstance(found, NotThere):
            raise NotThere(str(found))
        return found

    def compiled(self, key: Any) -> Any:
        variant, target = self.variant, self.target
        with own_imports():
            places = [variant.layout.arrays[name] for name in variant.interface.arrays]
            kernel = aside(lambda: pipeline.kernel_ir(variant, key))
            text = driven(self.memo.name, lambda: target.text(kernel, dict(zip(places, key[2], strict=True))))
            self.memo.texts.append(text)
            return driven(self.memo.name, lambda: target.compile(text))

    # -- frames

    def head(self, lie: list[Block]) -> bytes:
        """Of the frame; in the place of addresses it has where the arrays begin in their memories."""
        begins = {k: begin for block in lie for k, begin in zip(block.members, block.begins, strict=True)}
        words = [NO_END, 0, 0]
        for k, a in enumerate(self.arrays):
            words += (begins[k], *a.shape, *a.strides)
        return self.variant.head.pack(*words)

    def frames(self, frame: Any, schedule: Schedule, trips: int) -> tuple[Any, int]:
        """One for each chunk, one after the other, and the size of one."""
        size = -(-(len(frame) + STATUS_BYTES) // _ALIGNMENT) * _ALIGNMENT
        length = -(-trips // self.chunks(trips))
        lows = np.arange(0, trips, length, dtype=np.int64)
        starts = starts_of_steps(schedule, self.variant.layout, frame, lows.tolist())
        if starts is None:
            raise NotThere("an induction variable outgrows its type")
        frames = np.tile(np.frombuffer(frame.raw.ljust(size, b"\0"), np.uint8), len(lows))
        words = frames.view(np.int64).reshape(len(lows), -1)
        columns: dict[int, Any] = {LOW: lows, HIGH: np.minimum(lows + length, trips), BUDGET: _MOST_TURNS, **starts}
        for place, values in columns.items():
            words[:, place // 8] = values
        return frames, size

    def chunks(self, trips: int) -> int:
        memo = self.memo
        if memo.chunks[0] != trips:
            memo.chunks = trips, driven(memo.name, lambda: self.target.chunks(trips))
        return memo.chunks[1]

    def perform(self, program: Any, frames: Any, size: int, lie: list[Block]) -> list[Any]:
        """The contents of the memories that were written to, or None for one that was not."""
        contents = []
        with held(self.target, [block.size for block in lie]) as memories:
            for block, memory in zip(lie, memories, strict=True):
                if block.size:
                    self.target.send(memory, block.host())
            self.target.launch(program, frames, size, memories)
            for block, memory in zip(lie, memories, strict=True):
                found = np.empty(block.size, np.uint8) if block.is_stored and block.size else None
                if found is not None:
                    self.target.fetch(memory, found)
                contents.append(found)
        return contents

    def judge(self, frames: Any, size: int) -> None:
        words = frames.view(np.int64).reshape(-1, size // 8)
        if words[:, -1].any() or words[:, FAILED // 8].any():
            self.fail("a check failed")

    def fail(self, what: str) -> None:
        self.memo.failures += 1
        raise NotThere(f"{what}, and nothing was copied back")


def refuse_calls(variant: Variant) -> None:
    called = [*[f"np.{name}" for name, _ in variant.interface.ufuncs], *variant.interface.libm]
    if called:
        raise NotThere(f"{called[0]} is computed by a library of the host, whose bits the device does not give")


def texts(variant: Variant, name: str) -> Iterator[str]:
    """The programs that were compiled for a device, in its language."""
    memo = variant.there.get(name)
    if isinstance(memo, Memo):
        yield from memo.texts

