"""Integers that remember what was decided by their values, so that a computation need not be done again for others.

A `Recorder` hands out its inputs as `Number`s.  They compute like integers, and each comparison is answered by the present values
and written down, as an interval that a form over the inputs lies in.  Whoever finds all these intervals kept by other inputs
knows that the same computation would take the same way with them.

>>> recorder = Recorder()
>>> n, m = recorder.input(10, 0, 99), recorder.input(4, 0, 99)
>>> min(2 * n, 3 * m + 1) - 1, n < 100
(3*x1, True)
>>> recorder.conditions()
['2 <= 2*x0 - 3*x1']

Forms are polynomials over the inputs and over what operations give that are none (`n // 2`).  A number that no input has a part in
is a plain integer.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd, isqrt
from typing import Any

Monomial = tuple[int, ...]  # atoms, with repetitions
Terms = tuple[tuple[Monomial, int], ...]  # sorted
Range = tuple[int | None, int | None]


class Recorder:
    """The inputs of one computation, and what was decided by their values."""

    def __init__(self) -> None:
        self._texts: list[str] = []  # of atoms: inputs, and results of operations that give no polynomial
        self._ranges: list[Range] = []  # whatever the inputs are
        self._atoms: dict[str, int] = {}
        self._found: dict[Terms, list[int | None]] = {}  # in the order in which they were met first

    def input(self, value: int, low: int, high: int) -> Any:
        """low, high: what any value of this input keeps to."""
        return self.atom(f"x{len(self._texts)}", value, low, high)

    def atom(self, text: str, value: int, low: int | None = None, high: int | None = None) -> Number:
        number = self._atoms.setdefault(text, len(self._texts))
        if number == len(self._texts):
            self._texts.append(text)
            self._ranges.append((low, high))
        return Number(self, value, 0, (((number,), 1),))

    def keep(self, number: Number, low: int | None, high: int | None) -> None:
        """It has been decided by that the number lies in this interval."""
        form, low, high = _primitive(number.terms, number.const, low, high)
        least, greatest = self.range(form)
        found = self._found.get(form)
        if found is None:
            if _implied(low, high, least, greatest):
                return
            found = self._found[form] = [least, greatest]
        if low is not None and (found[0] is None or low > found[0]):
            found[0] = low
        if high is not None and (found[1] is None or high < found[1]):
            found[1] = high

    def range(self, terms: Terms) -> Range:
        """What the form keeps to for any inputs."""
        low: int | None = 0
        high: int | None = 0
        for monomial, c in terms:
            a, b = self._range_of(monomial)
            if c < 0:
                a, b = b, a
            low = None if low is None or a is None else low + c * a
            high = None if high is None or b is None else high + c * b
        return low, high

    def _range_of(self, monomial: Monomial) -> Range:
        low, high = self._ranges[monomial[0]]
        for atom in monomial[1:]:
            a, b = self._ranges[atom]
            if low is None or high is None or a is None or b is None:
                return None, None
            corners = (low * a, low * b, high * a, high * b)
            low, high = min(corners), max(corners)
        return low, high

    def conditions(self) -> list[str]:
        """Python expressions over `x0`, `x1`, ... that are all true where everything is decided as it was, to be
        evaluated in this order: an operation comes after what makes it possible.  Those that follow from what the single
        inputs keep to are left out."""
        inputs = {form: bounds for form, bounds in self._found.items() if self._is_input(form)}
        told = [condition for form, bounds in inputs.items() for condition in self._told(form, *bounds)]
        whatever = list(self._ranges)
        for form, (low, high) in inputs.items():
            self._ranges[form[0][0][0]] = low, high
        told += [c for form, bounds in self._found.items() if form not in inputs for c in self._told(form, *bounds)]
        self._ranges = whatever
        return told

    def _is_input(self, form: Terms) -> bool:
        """One alone: its coefficient is 1, as of each primitive form."""
        return len(form) == len(form[0][0]) == 1 and self._texts[form[0][0][0]][0] == "x"

    def _told(self, form: Terms, low: int | None, high: int | None) -> list[str]:
        least, greatest = self.range(form)
        low, high = low if _below(low, least) else None, high if _above(high, greatest) else None
        return [_condition(self.text(form, 0), low, high)] if (low, high) != (None, None) else []

    def text(self, terms: Terms, const: int) -> str:
        """The form as Python has it.

        >>> recorder = Recorder()
        >>> n = recorder.input(7, 0, 99)
        >>> n * n - 2 * n + 3, -(n // 2)
        (x0*x0 - 2*x0 + 3, -((x0)//(2)))
        """
        parts = [(c, "*".join([self._texts[atom] for atom in monomial])) for monomial, c in terms]
        parts.sort(key=lambda part: part[0] < 0)
        shown = [f"{'-' if c < 0 else '+'} {'' if abs(c) == 1 else f'{abs(c)}*'}{name}" for c, name in parts]
        if const or not parts:
            shown.append(f"{'-' if const < 0 else '+'} {abs(const)}")
        text = " ".join(shown)
        return "-" + text[2:] if text[0] == "-" else text[2:]


class Number:
    """`const` and a sum of monomials, with its value for the present inputs.

    It is no `int`, and cannot be made one: what can't be recorded raises TypeError.
    """

    __slots__ = ("_of", "const", "terms", "value")

    def __init__(self, recorder: Recorder, value: int, const: int, terms: Terms) -> None:
        self._of, self.value, self.const, self.terms = recorder, value, const, terms

    def __repr__(self) -> str:
        return self._of.text(self.terms, self.const)

    def __hash__(self) -> int:
        """Numbers of one form are one key.  Those that merely have the same value are two."""
        return hash((self.const, self.terms))

    # -- arithmetic

    def __add__(self, other: Any) -> Any:
        if isinstance(other, int):
            return Number(self._of, self.value + other, self.const + other, self.terms)
        if not isinstance(other, Number):
            return NotImplemented
        total = dict(self.terms)
        for monomial, c in other.terms:
            total[monomial] = total.get(monomial, 0) + c
        return self._made(self.value + other.value, self.const + other.const, total)

    __radd__ = __add__

    def _made(self, value: int, const: int, terms: dict[Monomial, int]) -> Number | int:
        kept = tuple(sorted([(m, c) for m, c in terms.items() if c]))
        return Number(self._of, value, const, kept) if kept else const

    def __neg__(self) -> Number:
        return Number(self._of, -self.value, -self.const, tuple([(m, -c) for m, c in self.terms]))

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int):
            if other == 0:
                return 0
            terms = tuple([(m, c * other) for m, c in self.terms])
            return Number(self._of, self.value * other, self.const * other, terms)
        if not isinstance(other, Number):
            return NotImplemented
        total: dict[Monomial, int] = {}
        for a, c in ((), self.const), *self.terms:
            for b, d in ((), other.const), *other.terms:
                monomial = tuple(sorted(a + b))
                total[monomial] = total.get(monomial, 0) + c * d
        const = total.pop(())
        return self._made(self.value * other.value, const, total)

    __rmul__ = __mul__

    def __abs__(self) -> Number:
        return self if self >= 0 else -self

    def __floordiv__(self, other: Any) -> Any:
        if isinstance(other, int) and other > 0 and not any(c % other for c in (self.const, *[c for _, c in self.terms])):
            terms = tuple([(m, c // other) for m, c in self.terms])
            return Number(self._of, self.value // other, self.const // other, terms)
        return self._operated("//", self, other, lambda a, b: a // b)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._operated("//", other, self, lambda a, b: a // b)

    def __mod__(self, other: Any) -> Any:
        return self._operated("%", self, other, lambda a, b: a % b)

    def __rmod__(self, other: Any) -> Any:
        return self._operated("%", other, self, lambda a, b: a % b)

    def __lshift__(self, other: Any) -> Any:
        return self * 2**other if isinstance(other, int) else self._operated("<<", self, other, lambda a, b: a << b)

    def __rlshift__(self, other: Any) -> Any:
        return self._operated("<<", other, self, lambda a, b: a << b)

    def __rshift__(self, other: Any) -> Any:
        return self // 2**other if isinstance(other, int) else self._operated(">>", self, other, lambda a, b: a >> b)

    def __rrshift__(self, other: Any) -> Any:
        return self._operated(">>", other, self, lambda a, b: a >> b)

    def __pow__(self, other: Any) -> Any:
        return self._operated("**", self, other, lambda a, b: a**b)

    def __rpow__(self, other: Any) -> Any:
        return self._operated("**", other, self, lambda a, b: a**b)

    def bit_length(self) -> Number:
        return self._of.atom(f"({self!r}).bit_length()", self.value.bit_length(), 0)

    def isqrt(self) -> Number:
        return self._of.atom(f"isqrt({self!r})", isqrt(self.value), 0)

    def _operated(self, sign: str, a: Any, b: Any, operation: Callable[[int, int], int]) -> Any:
        if not (isinstance(a, (int, Number)) and isinstance(b, (int, Number))):
            return NotImplemented
        value = operation(*[x.value if isinstance(x, Number) else int(x) for x in (a, b)])
        return self._of.atom(f"(({a!r}){sign}({b!r}))", value)

    # -- decisions

    def _below(self, other: Any, limit: int) -> Any:
        """Whether their difference is less than the limit."""
        difference = self - other
        if isinstance(difference, int):
            return difference < limit
        below: bool = difference.value < limit
        self._of.keep(difference, *((None, limit - 1) if below else (limit, None)))
        return below

    def __lt__(self, other: Any) -> Any:
        return self._below(other, 0)

    def __le__(self, other: Any) -> Any:
        return self._below(other, 1)

    def __gt__(self, other: Any) -> Any:
        return not self._below(other, 1)

    def __ge__(self, other: Any) -> Any:
        return not self._below(other, 0)

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, (int, Number)):
            return NotImplemented
        difference: Any = self - other
        if isinstance(difference, int):
            return difference == 0
        value = difference.value
        self._of.keep(difference, *((0, 0) if value == 0 else (None, -1) if value < 0 else (1, None)))
        return value == 0

    def __bool__(self) -> bool:
        return bool(self != 0)


def root(value: Any) -> Any:
    """The integer square root."""
    return value.isqrt() if isinstance(value, Number) else isqrt(value)


def _primitive(terms: Terms, const: int, low: int | None, high: int | None) -> tuple[Terms, int | None, int | None]:
    """The form without a constant and a common factor, its first coefficient positive, and the interval for it."""
    factor = gcd(*[c for _, c in terms])
    low = None if low is None else -((const - low) // factor)
    high = None if high is None else (high - const) // factor
    if terms[0][1] < 0:
        factor = -factor
        low, high = None if high is None else -high, None if low is None else -low
    return tuple([(m, c // factor) for m, c in terms]), low, high


def _below(low: int | None, least: int | None) -> bool:
    """Is the bound more than what holds anyway?"""
    return low is not None and (least is None or low > least)


def _above(high: int | None, greatest: int | None) -> bool:
    return high is not None and (greatest is None or high < greatest)


def _implied(low: int | None, high: int | None, least: int | None, greatest: int | None) -> bool:
    return not _below(low, least) and not _above(high, greatest)


def _condition(form: str, low: int | None, high: int | None) -> str:
    if low == high:
        return f"{form} == {low}"
    return (f"{low} <= " if low is not None else "") + form + (f" <= {high}" if high is not None else "")
