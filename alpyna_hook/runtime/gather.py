"""What the chunks of a nest left in their frames, put together in the nest's own frame."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import cache, reduce
from operator import and_, or_, xor
from typing import Any

from alpyna_hook.ir.kinds import Rep, int_range
from alpyna_hook.ir.layout import FAILED, FOUND, RAISED, VALUE, Layout, Slot, format_of, words
from alpyna_hook.schedule.value import AND, CONSTANT, GREATEST, LAST, LEAST, OR, STEP, SUM, XOR, Rule, Schedule

_WORD = struct.Struct("<q")


def gather_controls(frame: Any, frames: Any, size: int, count: int) -> None:
    """What the first chunk that failed tells of it, and all floating-point flags."""
    for offset in range(0, count * size, size):
        for word in (RAISED, FOUND):
            _WORD.pack_into(frame, word, _word(frame, word) | _word(frames, offset + word))
        if _word(frames, offset + FAILED) and not _word(frame, FAILED):
            _WORD.pack_into(frame, FAILED, _word(frames, offset + FAILED))
        if _word(frames, offset + VALUE) and not _word(frame, VALUE):
            _WORD.pack_into(frame, VALUE, _word(frames, offset + VALUE))


def gather_scalars(schedule: Schedule, layout: Layout, frame: Any, frames: Any, size: int, count: int) -> bool:
    """The scalars that go out, by the rules of the schedule.  False: a sum of Python's integers needs more than 64 bits."""
    _copy(frame, frames, layout.output_offset, layout.output_offset, layout.size - layout.output_offset)
    gathered = _Gathered(layout, frame, frames, size, count)
    rules = [rule for rule in schedule.rules if rule.name in layout.outputs]
    return all(_BY_KIND[rule.kind](gathered, rule, layout.outputs[rule.name]) for rule in rules)


def starts_of_steps(schedule: Schedule, layout: Layout, frame: Any, lows: list[int]) -> Mapping[int, list[int]] | None:
    """By the places of induction variables: what they are where each chunk begins.  None if one outgrows its type before."""
    found = {}
    for rule in schedule.rules:
        if rule.kind == STEP:
            slot = layout.inputs[rule.name]
            first = _value(frame, slot, 0)
            starts = [first + rule.step * low for low in lows]
            low, high = int_range(slot.variable.rep)
            if not all(low <= value <= high for value in starts):
                return None
            found[slot.value] = starts
    return found


class _Gathered:
    def __init__(self, layout: Layout, frame: Any, frames: Any, size: int, count: int) -> None:
        self.layout, self.frame, self.frames = layout, frame, frames
        self.chunks = range(0, count * size, size)  # where their frames begin

    def take(self, slot: Slot, chunk: int) -> None:
        """What a chunk has left."""
        rep = slot.variable.rep
        _copy(self.frame, self.frames, chunk + slot.value, slot.value, 8 * words(rep))
        for place in (slot.tag, slot.assigned):
            if place >= 0:
                _copy(self.frame, self.frames, chunk + place, place, 8)

    def last(self, rule: Rule, slot: Slot) -> bool:
        assigned = self.chunks
        if slot.assigned >= 0:
            assigned = [c for c in self.chunks if _word(self.frames, c + slot.assigned)]  # type: ignore[assignment]
        if assigned:
            self.take(slot, assigned[-1])
        return True

    def sum(self, rule: Rule, slot: Slot) -> bool:
        first = self.layout.inputs[rule.name]
        before = _value(self.frame, first, 0)
        total = before + sum([_value(self.frames, slot, c) - before for c in self.chunks])
        low, high = int_range(slot.variable.rep)
        if not low <= total <= high:
            if not rule.wraps:
                return False
            total = (total - low) % (high - low + 1) + low
        return self.put(slot, first, total)

    def put(self, slot: Slot, first: Slot, value: Any) -> bool:
        """A value that all chunks have made, of the kind that it has in one of them, if that is another than before."""
        _struct(slot.variable.rep).pack_into(self.frame, slot.value, value)
        if slot.tag >= 0:
            own = _word(self.frame, first.tag)
            tags = [_word(self.frames, c + slot.tag) for c in self.chunks]
            _WORD.pack_into(self.frame, slot.tag, next((tag for tag in tags if tag != own), own))
        return True

    def bits(self, rule: Rule, slot: Slot) -> bool:
        first = self.layout.inputs[rule.name]
        before = _value(self.frame, first, 0)
        left = [_value(self.frames, slot, c) for c in self.chunks]
        total = reduce(and_, left, before) if rule.kind == AND else reduce(or_, left, before)
        if rule.kind == XOR:
            total = reduce(xor, [value ^ before for value in left], before)
        return self.put(slot, first, total)

    def extreme(self, rule: Rule, slot: Slot) -> bool:
        best, chosen = _value(self.frame, self.layout.inputs[rule.name], 0), self.chunks[0]
        for c in self.chunks:
            value = _value(self.frames, slot, c)
            if value > best if rule.kind == GREATEST else value < best:
                best, chosen = value, c
        self.take(slot, chosen)
        for name in rule.companions:
            if name in self.layout.outputs:
                self.take(self.layout.outputs[name], chosen)
        return True

    def constant(self, rule: Rule, slot: Slot) -> bool:
        place, size = self.layout.inputs[rule.name].value, 8 * words(slot.variable.rep)
        before = bytes(self.frame[place : place + size])
        found = [c for c in self.chunks if bytes(self.frames[c + slot.value : c + slot.value + size]) != before]
        self.take(slot, (found or self.chunks)[0])
        return True


_BY_KIND = {
    LAST: _Gathered.last, SUM: _Gathered.sum, GREATEST: _Gathered.extreme, LEAST: _Gathered.extreme,
    CONSTANT: _Gathered.constant, STEP: _Gathered.last, OR: _Gathered.bits, AND: _Gathered.bits, XOR: _Gathered.bits,
}


@cache
def _struct(rep: Rep) -> struct.Struct:
    return struct.Struct("<" + format_of(rep))


def _word(frame: Any, place: int) -> int:
    found: int = _WORD.unpack_from(frame, place)[0]
    return found


def _value(frame: Any, slot: Slot, chunk: int) -> Any:
    return _struct(slot.variable.rep).unpack_from(frame, chunk + slot.value)[0]


def _copy(target: Any, source: Any, start: int, place: int, size: int) -> None:
    memoryview(target).cast("B")[place : place + size] = memoryview(source).cast("B")[start : start + size]
