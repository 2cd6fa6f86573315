"""The schedule of a nest as a value."""

from __future__ import annotations

from alpyna_hook.ir.schema import Record

LAST, SUM, GREATEST, LEAST, CONSTANT, STEP = "last", "sum", "greatest", "least", "constant", "step"
OR, AND, XOR = "or", "and", "xor"
_WORDS = {
    OR: "disjunction", AND: "conjunction", XOR: "exclusive disjunction",
    SUM: "sum", GREATEST: "maximum", LEAST: "minimum", CONSTANT: "flag", STEP: "induction variable",
}


class Rule(Record):
    """What a scalar holds after iterations that ran in chunks, each of which began with what it held before the nest.

    last      what the last iteration left that assigned it: each assigns it before it reads it.
    sum       the value before, and what each chunk has added to it.
    greatest  the greatest of what the chunks leave, the first one of equals (least: the least), with its companions: what was
              assigned together with it.
    or        all that the chunks leave, by `|`, bit by bit (and: by `&`; xor: the value before, and what each chunk has changed).
    constant  the constant that some iteration has assigned, if any has; none reads it.
    step      what the last chunk leaves; a chunk begins with the value before and `step` for each iteration before it.

    wraps: NumPy's sum wraps around, and the program has asked not to be told.
    """

    name: str
    kind: str
    companions: tuple[str, ...] = ()
    step: int = 0
    wraps: bool = False

    def __str__(self) -> str:
        together = f" (with {', '.join(self.companions)})" if self.companions else ""
        return f"{_WORDS[self.kind]} {self.name}{together}"


class Schedule(Record):
    """Of the outermost loop.

    sequential: what keeps its iterations in the order of the source; "" where they may run in any order, with these rules.

    >>> print(Schedule("i", 3, (Rule("s", SUM), Rule("x", LAST))).text(2))
    2 threads over i (line 3), sum s
    """

    index: str
    line: int
    rules: tuple[Rule, ...] = ()
    sequential: str = ""

    @property
    def is_parallel(self) -> bool:
        return not self.sequential

    def text(self, threads: int) -> str:
        if self.sequential:
            return f"one thread, in order: {self.sequential}"
        told = [str(rule) for rule in self.rules if rule.kind != LAST and not rule.name.startswith("@")]
        return ", ".join([f"{threads} threads over {self.index} (line {self.line})", *told])
