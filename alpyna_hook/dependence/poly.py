"""Polynomials over named integers: subscripts before the symbols' values are known.

`i*n + j` is no affine form as long as n is a symbol; with n = 100 it is `100*i + j`.

>>> i, n = Poly.var("i"), Poly.var("n")
>>> print((i + Poly.const(1)) * n - Poly.const(2))
n + i*n - 2
>>> print((i * n).bind({"n": 3}))
3*i
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Monomial: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Poly:
    """A sum of coefficient * product of names; terms are sorted by degree and name, never zero."""

    terms: tuple[tuple[Monomial, int], ...] = ()

    @staticmethod
    def const(value: int) -> Poly:
        return Poly((((), value),)) if value else Poly()

    @staticmethod
    def var(name: str) -> Poly:
        return Poly((((name,), 1),))

    @staticmethod
    def build(terms: Mapping[Monomial, int]) -> Poly:
        return Poly(tuple(sorted(((m, c) for m, c in terms.items() if c), key=lambda t: (len(t[0]), t[0]))))

    @property
    def value(self) -> int | None:
        """The number that it is, if it is one."""
        if not self.terms:
            return 0
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    def names(self) -> frozenset[str]:
        return frozenset(name for monomial, _ in self.terms for name in monomial)

    def __add__(self, other: Poly) -> Poly:
        total = dict(self.terms)
        for monomial, c in other.terms:
            total[monomial] = total.get(monomial, 0) + c
        return Poly.build(total)

    def __neg__(self) -> Poly:
        return Poly(tuple((m, -c) for m, c in self.terms))

    def __sub__(self, other: Poly) -> Poly:
        return self + -other

    def plus(self, number: int) -> Poly:
        return self + Poly.const(number)

    def __mul__(self, other: Poly) -> Poly:
        total: dict[Monomial, int] = {}
        for m1, c1 in self.terms:
            for m2, c2 in other.terms:
                monomial = tuple(sorted(m1 + m2))
                total[monomial] = total.get(monomial, 0) + c1 * c2
        return Poly.build(total)

    def times(self, number: int) -> Poly:
        return self * Poly.const(number)

    def bind(self, values: Mapping[str, int]) -> Poly:
        """With numbers for some of the names."""
        if not any(name in values for monomial, _ in self.terms for name in monomial):
            return self
        total: dict[Monomial, int] = {}
        for monomial, c in self.terms:
            rest: list[str] = []
            for name in monomial:
                if name in values:
                    c *= values[name]
                else:
                    rest.append(name)
            key = tuple(rest)
            total[key] = total.get(key, 0) + c
        return Poly.build(total)

    def replace(self, values: Mapping[str, Poly]) -> Poly:
        """With forms for some of the names."""
        if not any(name in values for monomial, _ in self.terms for name in monomial):
            return self
        total = Poly()
        for monomial, c in self.terms:
            product = Poly.const(c)
            for name in monomial:
                product = product * values.get(name, Poly.var(name))
            total = total + product
        return total

    def __str__(self) -> str:
        text = ""
        constant_last = [t for t in self.terms if t[0]] + [t for t in self.terms if not t[0]]
        for monomial, c in constant_last:
            factors: Iterable[str] = (str(abs(c)), *monomial) if abs(c) != 1 or not monomial else monomial
            body = "*".join(factors)
            text += (f" {'-' if c < 0 else '+'} " if text else "-" if c < 0 else "") + body
        return text or "0"
