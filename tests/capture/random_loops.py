"""Random small loops: every construct in every place, errors included."""

from __future__ import annotations

from random import Random

INTS = ["n", "k", "s", "i", "j", "q"]
NUMBERS = ["x", "y", "s", "i", "n"]
VECTORS = ["a", "b", "i8", "self.a"]
MATRICES = ["m", "p", "self.m"]
ROWS = ["row", "line"]


SETUP = """
n, k, s, i, j, q, x, y = 3, 1, 0, 0, 1, 2, 1.5, -0.5
a, b = np.arange(6.0) * 1.25 - 2, np.arange(6.0)[::-1] - 2.5
i8, u8 = np.array([3, -1, 2, 0, 1], dtype=np.int8), np.uint8(2)
m, p, t3 = np.arange(12.0).reshape(3, 4), np.arange(8.0).reshape(4, 2), np.arange(24.0).reshape(3, 2, 4)
import types
self = types.SimpleNamespace(n=3, a=np.arange(5.0), m=np.arange(9.0).reshape(3, 3))
def double(v): return v * 2
def fill(array, value): array[0] = value; return value
"""


class Writer:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.counters = 0

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    # -------------------------------------------------------------- expressions

    def index(self) -> str:
        small = self.pick("0", "1", "2", "-1", "i", "j", "k", "i % 3", "j % 2", "-i % 2", "-k", "i8[k] % 2")
        return small if self.chance(98) else f"int({self.number(1)}) % 2"

    def element(self) -> str:
        kind = self.random.randrange(10)
        if kind < 5:
            return f"{self.pick(*VECTORS)}[{self.index()}]"
        if kind < 7:
            form = self.pick("{}[{}, {}]", "{}[{}][{}]")
            return form.format(self.pick(*MATRICES), self.index(), self.index())
        if kind < 8:
            return f"t3[{self.index()}, {self.index()}][{self.index()}]"
        return f"{self.pick(*ROWS)}[{self.index()}]"

    def number(self, depth: int = 2) -> str:
        if depth == 0 or self.chance(30):
            return self.pick(*NUMBERS, "0", "1", "-2", "0.5", "2.0", "-0.0", "True", "self.n", "math.pi", "len(a)",
                             "m.shape[0]", "m.shape[-1]", "a.size", "t3.ndim", self.element(), self.element())
        left, right = self.number(depth - 1), self.number(depth - 1)
        kind = self.random.randrange(12)
        if kind < 6:
            return f"({left} {self.pick('+', '-', '*', '*', '/', '//', '%')} {right})"
        if kind < 7:
            return f"({left} if {self.test(depth - 1)} else {right})"
        if kind < 8:
            return f"({left} {self.pick('and', 'or')} {right})"
        if kind < 9:
            return self.pick(f"abs({left})", f"min({left}, {right})", f"max({left}, {right})", f"double({left})")
        if kind < 10:
            return self.pick(f"(-{left})", f"(not {left})", f"({left}).real", f"float({left})")
        if kind < 11:
            return f"fill({self.pick(*VECTORS)}, {self.pick(*NUMBERS)})"
        return self.test(depth)

    def test(self, depth: int = 1) -> str:
        op = self.pick("<", "<=", ">", ">=", "==", "!=")
        if self.chance(20):
            return f"({self.number(depth)} {op} {self.number(depth)} {self.pick('<', '!=')} {self.number(depth)})"
        return f"({self.number(depth)} {op} {self.number(depth)})"

    # --------------------------------------------------------------- statements

    def block(self, depth: int, loops: int) -> list[str]:
        lines = [line for _ in range(self.random.randint(1, 3)) for line in self.statement(depth, loops)]
        return ["    " + line for line in lines]

    def statement(self, depth: int, loops: int) -> list[str]:
        kind = self.random.randrange(100)
        if depth and kind < 15:
            return self.loop(depth, loops)
        if depth and kind < 30:
            return self.branch(depth, loops)
        if kind < 40 and loops:
            jump = self.pick("break", "continue", "continue", "return", f"return {self.number()}", "raise ValueError")
            return [f"if {self.test()}:", "    " + jump]
        return [self.assignment()]

    def assignment(self) -> str:
        return self.pick(
            f"{self.pick('s', 'x', 'y', 'q')} = {self.number()}",
            f"{self.pick('s', 'x', 'y')} {self.pick('+', '-', '*')}= {self.number()}",
            f"{self.pick('k', 'q', 'i', 'j')} = {self.index()}",
            f"{self.element()} = {self.number()}",
            f"{self.element()} {self.pick('+', '-', '*')}= {self.number()}",
            f"{self.element()}, {self.element()} = {self.number(1)}, {self.number(1)}",
            f"{self.element()}, {self.pick(*INTS)} = {self.pick(*INTS)}, {self.index()}",
            f"{self.pick('x', 's')}, {self.pick('y', 'q')} = {self.number(1)}, {self.number(1)}",
            f"{self.pick('x', 's')} = {self.pick('y', self.element())} = {self.number()}",
            f"{self.pick(*ROWS)} = {self.pick(*MATRICES, 't3[0]')}[{self.index()}]",
            f"{self.pick(*ROWS)} = m[{self.index()}]",
            f"x, y = p[{self.index()}]",
            f"x = (y := {self.number(1)}) * {self.number(1)}",
            f"fill({self.pick(*VECTORS, *ROWS)}, {self.number(1)})",
            f"assert {self.test()}",
            "pass",
        )

    def branch(self, depth: int, loops: int) -> list[str]:
        test = f"(q := {self.number(1)}) > 1" if self.chance(15) else self.test()
        lines = [f"if {test}:", *self.block(depth - 1, loops)]
        if self.chance(30):
            lines += [f"elif {self.test()}:", *self.block(depth - 1, loops)]
        if self.chance(40):
            lines += ["else:", *self.block(depth - 1, loops)]
        return lines

    def loop(self, depth: int, loops: int = 0) -> list[str]:
        if self.chance(15):
            lines = self.while_loop(depth, loops)
        else:
            lines = [f"for {self.header()}:", *self.block(depth - 1, loops + 1)]
        if self.chance(25):
            lines += ["else:", *self.block(depth - 1, loops)]
        return lines

    def header(self) -> str:
        bound = self.pick("n", "3", "k", "i + 1", "len(a)", "self.n", "u8", "len(m[i])")
        numbers = self.pick(f"range({bound})", f"range(k, {bound})", f"range({bound}, 0, -1)", "range(0, 5, 2)")
        array = self.pick(*VECTORS, "m[k]", "row")
        return self.pick(
            f"{self.pick('i', 'j')} in {numbers}",
            f"{self.pick('i', 'j')} in reversed({numbers})",
            f"y in {array}",
            f"y in reversed({self.pick(*VECTORS)})",
            f"row in {self.pick(*MATRICES)}",
            f"{self.pick('i', 'j')}, y in enumerate({array})",
            f"i, y in enumerate({array}, k)",
            f"i, row in enumerate({self.pick(*MATRICES)})",
            f"i, (x, y) in enumerate({self.pick('p', 'zip(a, b)')})",
            f"x, y in zip({array}, {self.pick(*VECTORS)})",
            f"x, i in zip({array}, {numbers})",
            "x, y in p",
        )

    def while_loop(self, depth: int, loops: int) -> list[str]:
        self.counters += 1
        counter = f"c{self.counters}"
        test = self.pick(f"{counter} < 4", f"({counter} := {counter} + 0) < 3 and {self.test()}")
        return [f"{counter} = 0", f"while {test}:", f"    {counter} += 1", *self.block(depth - 1, loops + 1)]


def random_loop(seed: int) -> str:
    """The source of one loop over the variables of SETUP."""
    writer = Writer(seed)
    head = writer.pick("for i in range(n):", f"for {writer.header()}:")
    return "\n".join([head, *writer.block(3, 1), *writer.block(2, 1)]) + "\n"
