"""What a plan writes to a block before the launch, and what it takes out of it afterwards."""

from __future__ import annotations

import struct
from typing import Any

from alpyna_hook.ir import layout as frame_layout
from alpyna_hook.ir.kinds import KIND_OF_TYPE, TYPE_OF_KIND, is_complex, is_python, rep_of_kind
from alpyna_hook.ir.layout import Slot
from alpyna_hook.kernels.launcher import FRAME
from alpyna_hook.runtime.interrupts import FEW
from alpyna_hook.runtime.plan_guard import Names, Places
from alpyna_hook.runtime.plan_parts import Given, Text, Unplanned
from alpyna_hook.runtime.variant import Variant


class Block:
    """What is written to a block before the launch."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.format, self.words, self._fixed = "<", [], b""  # type: str, list[str], bytes

    def fixed(self, data: bytes) -> None:
        self._fixed += data

    def word(self, form: str, value: str) -> None:
        self._end_fixed()
        self.format += form
        self.words.append(value)

    def _end_fixed(self) -> None:
        if self._fixed:
            self.format += f"{len(self._fixed)}s"
            self.words.append(self.text.constant(self._fixed))
            self._fixed = b""

    def end(self, size: int) -> struct.Struct:
        """The rest is zero."""
        self._end_fixed()
        packer = struct.Struct(self.format)
        return struct.Struct(f"{self.format}{size - packer.size}x")


def block_of(text: Text, given: Given, names: Names, places: Places, start: bytes) -> Block:
    """start: the words before the frame."""
    block, layout, head = Block(text), given.variant.layout, bytearray(given.lie.head)
    budget = frame_layout.NO_END if given.call.soon else FEW
    for word, value in (frame_layout.LOW, 0), (frame_layout.HIGH, frame_layout.NO_END), (frame_layout.BUDGET, budget):
        struct.pack_into("<q", head, word, value)
    block.fixed(start + bytes(head[: frame_layout.CONTROL_BYTES]))
    place = frame_layout.CONTROL_BYTES
    for k, shape in enumerate(given.lie.shapes):
        words = places.words(k)
        if given.alike:
            block.word("q", words[0])
            block.fixed(bytes(head[place + 8 : place + 8 * (1 + 2 * len(shape))]))
        else:
            for each in words:
                block.word("q", each)
        place += 8 * (1 + 2 * len(shape))
    block.fixed(bytes(head[place:]))
    for name in given.variant.interface.inputs:
        _scalar(block, text, given.variant, name, *names.scalars[name])
    assert struct.calcsize(block.format + f"{len(block._fixed)}s") == FRAME + layout.output_offset
    return block


def _scalar(block: Block, text: Text, variant: Variant, name: str, own: str, cls: type) -> None:
    """As `scalars.scalar_words`."""
    variable = variant.interface.variables[name]
    rep, kinds = variable.rep, variable.kinds
    kind, form = KIND_OF_TYPE[cls], frame_layout.format_of(rep)
    if len(kinds) > 1 or rep != rep_of_kind(kind):
        if not is_python(kind):
            text.line(f"{own} = {own}.item()")
        if rep != rep_of_kind(kind):
            text.leave_if(f"not holds({rep!r}, {own})")
    if is_complex(rep):
        block.word(form[0], f"{own}.real")
        block.word(form[1:], f"{own}.imag")
    else:
        block.word(form, own)
    if len(kinds) > 1:
        block.word("q", str(kinds.index(kind)))


class Results:
    """Takes what the seam assigns out of the frame.  lines: those that do; answer: what is given to the seam."""

    def __init__(self, text: Text, given: Given) -> None:
        variant, site = given.variant, given.site
        names = {*site.targets, *site.perhaps}
        if site.has_return or not names.isdisjoint({*variant.views, *variant.choices, *variant.made}):
            raise Unplanned("a value to return, or targets that are no numbers")
        self.lines: list[str] = []
        slots, words = list(variant.layout.outputs.values()), []
        for k, slot in enumerate(slots):
            words += _words(k, slot)
        if words:
            self.lines.append(f"{', '.join(words)}, = unpack(block, {FRAME + variant.layout.output_offset})")
        places = {name: k for k, name in enumerate(variant.layout.outputs)}
        self.needed = [f"r{k}" for k in range(len(site.targets))]  # must have a value
        for own, name in zip(self.needed, site.targets, strict=True):
            self.lines.append(f"{own} = {self._assigned(text, places.get(name), slots, _before(given, name))}")
        self.answer = f"({''.join([own + ', ' for own in self.needed])})"
        if site.perhaps:
            values = [self._assigned(text, places.get(name), slots, None) for name in site.perhaps]
            self.answer = f"({self.answer}, {', '.join(values)}, held_before())"

    def _assigned(self, text: Text, place: int | None, slots: list[Slot], before: str | None) -> str:
        """What a variable was assigned; else `before`.  Without that: an iterator of it, or of nothing."""
        if place is None:
            return before or "nothing"
        value = _value(text, place, slots[place])
        if before is None:
            value, before = f"iter(({value},))", "nothing"
        return value if slots[place].assigned < 0 else f"{value} if s{place} else {before}"


def _words(k: int, slot: Slot) -> list[str]:
    """The variables for what the frame has of an output."""
    words = [f"w{k}", f"i{k}"] if is_complex(slot.variable.rep) else [f"w{k}"]
    return [*words, *[f"g{k}"] * (slot.tag >= 0), *[f"s{k}"] * (slot.assigned >= 0)]


def _value(text: Text, k: int, slot: Slot) -> str:
    kinds, rep = slot.variable.kinds, slot.variable.rep
    if len(kinds) > 1:
        complex_value = f"complex(w{k}, i{k})" if is_complex(rep) else f"w{k}"
        makers = tuple([(TYPE_OF_KIND[kind], is_complex(rep) and not is_complex(rep_of_kind(kind))) for kind in kinds])
        return f"tagged({text.constant(makers)}[g{k}], {complex_value})"
    (kind,) = kinds
    if is_python(kind) and rep == rep_of_kind(kind) and not is_complex(rep):
        return f"w{k}"
    value = f"w{k}" if not is_complex(rep) else f"complex(w{k}, i{k})" if is_complex(rep_of_kind(kind)) else f"w{k}"
    return f"{text.constant(TYPE_OF_KIND[kind])}({value})"


def tagged(maker: tuple[type, bool], value: Any) -> Any:
    kind, real = maker
    return kind(value.real if real else value)


def _before(given: Given, name: str) -> str:
    """As `Binder.before`."""
    position = given.binder.params.get(name)
    if position is not None:
        return f"values[{position}]"
    return f"namespace.get({name!r}, MISSING)" if not given.binder.params else "MISSING"
