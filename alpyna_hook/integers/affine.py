"""Affine forms over named integers: `c0 + c1*i + c2*n`, in Python integers.

>>> i, n = Affine.var("i"), Affine.var("n")
>>> print((i - n) * 2 + 3)
2*i - 2*n + 3
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.ir.schema import Record


class Affine(Record):
    """`const + sum(coefficient * name)`; terms are sorted by name and never zero."""

    const: int
    terms: tuple[tuple[str, int], ...] = ()

    @staticmethod
    def var(name: str) -> Affine:
        return Affine(0, ((name, 1),))

    @staticmethod
    def build(const: int, terms: Mapping[str, int]) -> Affine:
        return Affine(const, tuple(sorted([(v, c) for v, c in terms.items() if c])))

    def coefficient(self, name: str) -> int:
        return next((c for v, c in self.terms if v == name), 0)

    @property
    def is_constant(self) -> bool:
        return not self.terms

    def __add__(self, other: Affine | int) -> Affine:
        if isinstance(other, int):
            return Affine(self.const + other, self.terms)
        if not other.terms:
            return Affine(self.const + other.const, self.terms)
        if not self.terms:
            return Affine(self.const + other.const, other.terms)
        total = dict(self.terms)
        for name, c in other.terms:
            total[name] = total.get(name, 0) + c
        return Affine.build(self.const + other.const, total)

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Affine | int) -> Affine:
        return self + (-other)

    def __mul__(self, factor: int) -> Affine:
        if factor == 1:
            return self
        if factor == 0:
            return Affine(0)
        return Affine(self.const * factor, tuple([(v, c * factor) for v, c in self.terms]))

    def replace(self, name: str, value: Affine) -> Affine:
        """The form with `value` in place of `name`."""
        c = self.coefficient(name)
        if not c:
            return self
        rest = Affine(self.const, tuple(t for t in self.terms if t[0] != name))
        return rest + value * c

    def evaluate(self, values: Mapping[str, int]) -> int:
        return self.const + sum(c * values[v] for v, c in self.terms)

    def __str__(self) -> str:
        parts = [f"{'-' if c < 0 else '+'} {'' if abs(c) == 1 else f'{abs(c)}*'}{v}" for v, c in self.terms]
        if self.const or not parts:
            parts.append(f"{'-' if self.const < 0 else '+'} {abs(self.const)}")
        text = " ".join(parts)
        return "-" + text[2:] if text.startswith("- ") else text[2:]
