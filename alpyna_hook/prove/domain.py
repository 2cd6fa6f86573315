"""The abstract values of integers: an affine form over symbols plus an interval of constants.

A symbol stands for an integer that does not change while it is in scope: a loop index in one
iteration, the value of a variable at a loop's head, a value read from memory.  Its bounds are
abstract values over older symbols, so that in `for j in range(i)` the index j is at most i - 1,
and i - j - 1 is seen not to be negative: the bounds of a form are found by replacing its symbols,
youngest first, by their bounds (Fourier-Motzkin elimination along the loop nest).
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.ir.schema import Record

Terms = tuple[tuple[int, int], ...]  # (symbol, coefficient), by symbol; the youngest last
Facts = Mapping[Terms, tuple[int, int]]  # what the conditions that hold here say of a form

BIG = 2**66  # beyond every machine integer, in both directions


class Value(Record):
    """All integers `sum(coefficient * symbol) + c` with low <= c <= high."""

    terms: Terms
    low: int
    high: int

    @property
    def exact(self) -> int | None:
        return self.low if not self.terms and self.low == self.high else None

    def __add__(self, other: Value) -> Value:
        return Value(merge(self.terms, other.terms, 1), self.low + other.low, self.high + other.high)

    def __sub__(self, other: Value) -> Value:
        return Value(merge(self.terms, other.terms, -1), self.low - other.high, self.high - other.low)

    def scaled(self, factor: int) -> Value:
        if factor == 0:
            return Value((), 0, 0)
        bounds = (self.low * factor, self.high * factor)
        return Value(tuple((s, c * factor) for s, c in self.terms), min(bounds), max(bounds))


def constant(value: int) -> Value:
    return Value((), value, value)


def interval(low: int, high: int) -> Value:
    return Value((), low, high)


def merge(a: Terms, b: Terms, sign: int) -> Terms:
    if not b:
        return a
    total = dict(a)
    for s, c in b:
        total[s] = total.get(s, 0) + sign * c
    return tuple(sorted((s, c) for s, c in total.items() if c))


class Symbols:
    """All symbols made so far, with their bounds."""

    def __init__(self) -> None:
        self._bounds: list[tuple[Value, Value]] = []

    def new(self, low: Value, high: Value) -> Value:
        self._bounds.append((low, high))
        return Value(((len(self._bounds) - 1, 1),), 0, 0)

    def number(self, value: Value) -> int:
        """The symbol that this value is, alone."""
        return value.terms[0][0]

    def rebound(self, value: Value, low: int, high: int) -> None:
        """New bounds for the symbol that this value is."""
        self._bounds[self.number(value)] = (constant(low), constant(high))

    def bounds(self, value: Value, facts: Facts) -> tuple[int, int]:
        """Least and greatest integer that the value can be."""
        if not value.terms:
            return value.low, value.high
        low, high = self._extreme(value.terms, value.low, -1, facts), self._extreme(value.terms, value.high, 1, facts)
        return (low, high) if low <= high else (high, low)  # contradictory facts: this code is never reached

    def _extreme(self, terms: Terms, const: int, direction: int, facts: Facts) -> int:
        best = direction * BIG
        while terms:
            known = self._known(terms, direction, facts)
            if known is not None:
                best = _tighter(best, known + const, direction)
            symbol, c = terms[-1]
            low, high = self._bounds[symbol]
            bound = high if (c > 0) == (direction > 0) else low
            end = bound.high if bound is high else bound.low
            const += c * end
            terms = merge(terms[:-1], bound.terms, 0) if not bound.terms else merge(terms[:-1], _times(bound.terms, c), 1)
        return _tighter(best, const, direction)

    @staticmethod
    def _known(terms: Terms, direction: int, facts: Facts) -> int | None:
        found = facts.get(terms)
        if found is not None:
            return found[1] if direction > 0 else found[0]
        found = facts.get(_times(terms, -1))
        if found is not None:
            return -found[0] if direction > 0 else -found[1]
        return None


def _times(terms: Terms, factor: int) -> Terms:
    return tuple((s, c * factor) for s, c in terms)


def _tighter(a: int, b: int, direction: int) -> int:
    return min(a, b) if direction > 0 else max(a, b)


def learn(facts: dict[Terms, tuple[int, int]], value: Value, low: int, high: int) -> None:
    """Adds `low <= value <= high` to the facts."""
    if not value.terms:
        return
    terms = value.terms
    low, high = low - value.high, high - value.low
    if _times(terms, -1) in facts:
        terms, low, high = _times(terms, -1), -high, -low
    known = facts.get(terms, (-BIG, BIG))
    facts[terms] = (max(known[0], low), min(known[1], high))
