"""What a `for` runs over.

Each iterable is a *source*: it knows how many items it has and what the item at a position is.
A loop over a source is a loop over a hidden index, whose body starts with assigning the item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from alpyna_hook.capture.expressions import shifted
from alpyna_hook.ir.captured import Binary, BoolOp, Call, Compare, Const, Expr, Load, Loc, Select, Shape
from alpyna_hook.ir.schema import Record
from alpyna_hook.reasons import Declined


class Range(Record):
    """`range(start, stop, step)`; step is a literal if the range is reversed or a part of a zip."""

    start: Expr
    stop: Expr
    step: Expr
    loc: Loc

    def count(self) -> Expr:
        """The number of items, or a number below zero where there are none.

        ceil((stop - start) / step) == (stop - start + step - sign(step)) // step
        """
        step = int_literal(self.step)
        assert step is not None
        if step == -1:
            return minus(self.start, self.stop, self.loc)
        length = minus(self.stop, self.start, self.loc)
        if step == 1:
            return length
        return Binary("//", shifted(length, step - (1 if step > 0 else -1), self.loc), self.step, self.loc)

    def item(self, position: Expr) -> Item:
        offset = position if int_literal(self.step) == 1 else Binary("*", position, self.step, self.loc)
        return plus(self.start, offset, self.loc)

    def backwards(self) -> Range:
        """The same numbers from the last: for step 1, range(stop - 1, start - 1, -1)."""
        step = int_literal(self.step)
        assert step is not None
        last = self._last(step)
        return Range(last, shifted(self.start, -step, self.loc), Const(-step, self.loc), self.loc)

    def _last(self, step: int) -> Expr:
        towards_zero = shifted(self.stop, -1 if step > 0 else 1, self.loc)
        if step in (1, -1):
            return towards_zero
        steps = Binary("//", minus(towards_zero, self.start, self.loc), self.step, self.loc)
        return plus(self.start, Binary("*", steps, self.step, self.loc), self.loc)


class Counted(Record):
    """`np.arange(start, stop, step)` of integers: the numbers of the range, as NumPy's."""

    numbers: Range
    loc: Loc

    def count(self) -> Expr:
        return self.numbers.count()

    def item(self, position: Expr) -> Item:
        number = self.numbers.item(position)
        assert not isinstance(number, tuple)
        return Call("@int64", (number,), (), self.loc)


class Elements(Record):
    """The elements or rows of an array, from the first or from the last."""

    array: str
    reverse: bool
    loc: Loc

    def count(self) -> Expr:
        return Shape(self.array, 0, self.loc)

    def item(self, position: Expr) -> Item:
        if self.reverse:
            position = Binary("-", shifted(self.count(), -1, self.loc), position, self.loc)
        return Load(self.array, (position,), self.loc)


class Enumerate(Record):
    source: Source
    start: Expr
    loc: Loc

    def count(self) -> Expr:
        return self.source.count()

    def mismatches(self) -> Iterator[Expr]:
        return self.source.mismatches() if isinstance(self.source, Enumerate | Zip) else iter(())

    def item(self, position: Expr) -> Item:
        return (plus(self.start, position, self.loc), self.source.item(position))


class Zip(Record):
    sources: tuple[Source, ...]
    loc: Loc
    lengths: tuple[Expr, ...] = ()  # with strict=True: those of the sources, which must be one and the same

    def count(self) -> Expr:
        counts = tuple([source.count() for source in self.sources])
        return counts[0] if len(counts) == 1 else Call("@min", counts, (), self.loc)

    def mismatches(self) -> Iterator[Expr]:
        """The conditions for which it raises at its end; an empty range has any length below one."""
        for length in self.lengths[1:]:
            unequal = Compare((self.lengths[0], length), ("!=",), self.loc)
            some = [Compare((each, Const(0, self.loc)), (">",), self.loc) for each in (self.lengths[0], length)]
            yield BoolOp("and", (unequal, BoolOp("or", tuple(some), self.loc)), self.loc)
        for source in self.sources:
            if isinstance(source, Enumerate | Zip):
                yield from source.mismatches()

    def item(self, position: Expr) -> Item:
        return tuple([source.item(position) for source in self.sources])


class Display(Record):
    """`(-1, 0, 1)`, `((0, 1), (1, 0))`: the item is selected by its position."""

    items: tuple[Item, ...]
    loc: Loc

    def count(self) -> Expr:
        return Const(len(self.items), self.loc)

    def item(self, position: Expr) -> Item:
        return _select(self.items, position, self.loc)


def _select(items: Sequence[Item], position: Expr, loc: Loc) -> Item:
    """Items that are tuples are selected part by part."""
    parts = [item for item in items if isinstance(item, tuple)]
    if parts:
        if len(parts) < len(items) or len({len(part) for part in parts}) > 1:
            raise Declined("loop-iterable", "a display of different kinds of items", loc)
        return tuple([_select(column, position, loc) for column in zip(*parts, strict=True)])
    result, *others = [item for item in reversed(items) if not isinstance(item, tuple)]
    for k, item in zip(range(len(items) - 2, -1, -1), others, strict=True):
        result = Select(Compare((position, Const(k, loc)), ("==",), loc), item, result, loc)
    return result


Source: TypeAlias = Range | Counted | Elements | Enumerate | Zip | Display
Item: TypeAlias = "Expr | tuple[Item, ...]"  # a tuple is unpacked by the loop's target


def plus(left: Expr, right: Expr, loc: Loc) -> Expr:
    return right if int_literal(left) == 0 else Binary("+", left, right, loc)


def minus(left: Expr, right: Expr, loc: Loc) -> Expr:
    if isinstance(right, Const) and isinstance(right.value, int):
        return shifted(left, -right.value, loc)
    return Binary("-", left, right, loc)


def int_literal(node: Item) -> int | None:
    return node.value if isinstance(node, Const) and type(node.value) is int else None


def arrays_of(source: Source) -> list[str]:
    """The arrays that a source reads its items from."""
    match source:
        case Range() | Counted() | Display():
            return []
        case Elements(array):
            return [array]
        case Enumerate(inner):
            return arrays_of(inner)
        case Zip(sources):
            return [array for inner in sources for array in arrays_of(inner)]
