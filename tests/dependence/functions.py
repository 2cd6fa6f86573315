"""Random functions for random nests to call: they read and store elements of parameters, of rows, of the
nest's own arrays, through other names and through each other."""

from __future__ import annotations

import random

MODULUS = 97
# Parameters often have the names of the nest's arrays, which they need not stand for.
_ARRAY, _OTHER, _NUMBER = ("v", "a", "b", "m"), ("w", "idx"), ("k", "x", "s2", "t")


class Functions:
    """`text`: the definitions; `value(names)`, `statement(names)`: calls, given names of integers."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.made: list[tuple[str, int]] = []  # name and kind: what its parameters are
        self.text = "".join(self._definition(f"f{number}") for number in range(rng.randint(1, 4)))

    # `kind` is the number of array parameters; one number follows them.

    def _definition(self, name: str) -> str:
        rng = self.rng
        kind = rng.choice((0, 0, 1, 1, 1, 2))
        arrays = [rng.choice(_ARRAY), rng.choice(_OTHER)][:kind]
        number = rng.choice(_NUMBER)
        lines = [f"def {name}({', '.join([*arrays, number])}):"]
        if kind == 2 and rng.random() < 0.5:
            other = f"{arrays[0]} if {number} > 2 else {arrays[1]}" if rng.random() < 0.5 else rng.choice(arrays)
            lines.append(f"    u = {other}")
            arrays.append("u")
        names = arrays if arrays and rng.random() < 0.8 else [*arrays, "a", "b"]
        for _ in range(rng.choice((0, 1, 1, 2)) if names else 0):
            lines.append("    " + self._line(names, number))
        lines.append(f"    return {self._result(names, number)}")
        self.made.append((name, kind))
        return "\n".join(lines) + "\n"

    def _line(self, arrays: list[str], number: str) -> str:
        rng = self.rng
        array = rng.choice(arrays)
        return rng.choice([
            f"{array}[{self._place(number)}] = ({array}[{self._place(number)}] + {number}) % {MODULUS}",
            f"{array}[{self._place(number)}] = {number}",
            f"{number} = {number} + {array}[{self._place(number)}] % 3",
            f"{number} = {number} + 1",
            *([f"{number} = {self._call(arrays, number)}"] if self.made else []),
        ])

    def _result(self, arrays: list[str], number: str) -> str:
        array = self.rng.choice(arrays)
        return self.rng.choice([
            f"{number} * 2 + n", f"({array}[{self._place(number)}] + {number}) % {MODULUS}", number,
            *([self._call(arrays, number)] if self.made else []),
        ])

    def _place(self, number: str) -> str:
        return self.rng.choice([
            f"{number} % 7", f"({number} + 1) % 7", "0", "-1", "3", number, number, f"{number} + 1", f"2 * {number} - 1"])

    def _call(self, arrays: list[str], number: str) -> str:
        name, kind = self.rng.choice(self.made)
        given = [self.rng.choice(arrays) for _ in range(kind)]
        return f"{name}({', '.join([*given, self.rng.choice([number, f'{number} + 1', '2'])])})"

    # ------------------------------------------------------------- in the nest

    def value(self, names: list[str]) -> str:
        rng = self.rng
        name, kind = rng.choice(self.made)
        arrays = [rng.choice(["a", "a", "b", f"m[{self._row(names)}]", f"a if {rng.choice(names)} > 1 else b"])
                  for _ in range(kind)]
        number = rng.choice([rng.choice(names), f"{rng.choice(names)} + 1", f"a[{rng.choice(names)} % 9]", "s"])
        return f"{name}({', '.join([*arrays, number])})"

    def statement(self, names: list[str]) -> str:
        rng = self.rng
        call = self.value(names)
        name, kind = rng.choice(self.made)
        if kind and rng.random() < 0.2:
            others = ["b"] * (kind - 1)
            return f"z = {rng.choice(['a', 'b', 'm[' + self._row(names) + ']'])}; {name}({', '.join(['z', *others, names[0]])})"
        return rng.choice([call, f"t = {call}", f"b[{rng.choice(names)}] = {call} % {MODULUS}"])

    def _row(self, names: list[str]) -> str:
        return self.rng.choice([self.rng.choice(names), "0", f"{self.rng.choice(names)} % 4"])
