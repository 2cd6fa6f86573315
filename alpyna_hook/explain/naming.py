"""The analysis's own names in the user's words: `p?7` is p, `#i` is count(i), a temporary is what it was computed from.

count(i) is how many iterations of the loop over i came before, `i'` is i in the later access, and
count(x) in `for x in a` is the place of x in a.
"""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from itertools import chain

from alpyna_hook.bind.kept_tuples import MADE
from alpyna_hook.bind.swaps import WHICH
from alpyna_hook.dependence.accesses import Access, LoopInfo, Program, ScalarUse, Unknown
from alpyna_hook.dependence.effects import ANYWHERE
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.text import pretty

ANY_ARRAY = "any array"
_LONGEST = 40  # characters of an expression that stands for a temporary
_ELEMENT = re.compile(r"[\w.@]+\.\d+<([^<>]+)>")  # an unknown element of a dimension: `a.0<idx[i]>`


class Names:
    """The names of one nest."""

    def __init__(self, program: Program) -> None:
        self._nest = program.nest
        self._places: dict[int, str] = {}
        self._shown: dict[str, str] = {ANYWHERE: ANY_ARRAY}
        self._add_loops(program)
        self._add_temporaries()
        self._compile()
        self._shown.update({f"{name}@0": f"{name} before the loop" for name in program.assigned if name[0] != "@"})
        self._shown.update({name: f"({self.text(name[1:-1])})" for name in program.opaques if name[0] == "["})
        self._shown.update({name: self._unknown(u) for name, u in program.unknowns.items() if u.source})
        self._compile()

    def text(self, text: str) -> str:
        """A sentence of the analysis with the user's names."""
        text = _ELEMENT.sub(r"\1", text)
        return self._pattern.sub(lambda m: self._name(m.group(), text[m.end():]), text)

    def _name(self, name: str, rest: str) -> str:
        shown = self._shown[name]
        return shown[6:-1] if rest.startswith(":") and shown.startswith("count(") else shown

    def index(self, index: str) -> str:
        """What a loop runs over: `i`, or x of `for x in a`."""
        return self._shown.get(index, index).removeprefix("count(").removesuffix(")")

    def loop(self, index: str, line: int) -> str:
        """`loop i (line 3)`"""
        return f"loop {self.index(index)} (line {line})"

    def place(self, end: Access | ScalarUse) -> str:
        """What an access or a scalar is in the source."""
        if isinstance(end, ScalarUse):
            return self.text(end.name)
        match end.node:
            case ir.Load(array, index, loc) | ir.Store(array, index, _, loc):
                shown = self._places.get(end.id)
                if shown is None:
                    shown = self._places[end.id] = self._plain(ir.Load(array, index, loc))
                return shown
            case ir.Call(function):
                what = ANY_ARRAY if end.array == ANYWHERE else f"any element of {self.text(end.array)}"
                return f"{what}, in {function}()"
        return self.text(end.array)

    def _plain(self, expr: ir.Expr) -> str:
        """Without parentheses that Python does not need."""
        shown = self.text(pretty(expr))
        with suppress(SyntaxError):  # names such as `the first i` stand for values
            return ast.unparse(ast.parse(shown, mode="eval"))
        return shown

    def _compile(self) -> None:
        longest_first = sorted(self._shown, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w@#.])(?:{'|'.join(map(re.escape, longest_first))})(?![\w~?@])")

    def _add_loops(self, program: Program) -> None:
        for loop in program.loops.values():
            name = loop.index if loop.index[0] != "@" else _target(loop)
            if loop.variable != name:
                same = loop.variable.rstrip("~") == name
                self._shown[loop.variable] = name if same else f"count({name})"
            if loop.index != name:
                self._shown[loop.index] = f"count({name})"

    def _add_temporaries(self) -> None:
        values: dict[str, list[ir.Assign]] = {}
        for node in ir.walk(self._nest.loop):
            if isinstance(node, ir.Assign) and node.target[0] == "@":
                values.setdefault(node.target, []).append(node)
        for name, assigned in values.items():  # in the order of the source, so that those before are known
            self._compile()
            first = assigned[0]
            plain = "what the arrays' names stand for" if name == WHICH else f"a temporary of line {first.loc.line}"
            if name.startswith(MADE):
                self._shown[name] = f"whether {name.removeprefix(MADE)} was made"
                continue
            self._shown[name] = plain if len(assigned) > 1 else self._short(first.value) or plain

    def _unknown(self, unknown: Unknown) -> str:
        source = unknown.source
        return self.text(source) if isinstance(source, str) else self._short(source) or f"a value of line {source.loc.line}"

    def _short(self, expr: ir.Expr) -> str | None:
        """An expression as part of another one; None if it is long."""
        shown = self._plain(expr)
        if len(shown) > _LONGEST or "@" in shown:
            return None
        return shown if isinstance(expr, ir.Var | ir.Load | ir.Const | ir.Shape | ir.Call) else f"({shown})"


def is_hidden(loop: LoopInfo) -> bool:
    """The loop of one iteration around a nest whose header needs statements."""
    return loop.index == ir.HEADER


def is_temporary(name: str) -> bool:
    """A variable that is not in the source."""
    return name.startswith("@")


def _target(loop: LoopInfo) -> str:
    """The first variable that `for x, y in ...` assigns."""
    targets = (n.target for n in chain.from_iterable(map(ir.walk, loop.node.body)) if isinstance(n, ir.Assign))
    return next((target for target in targets if target[0] != "@"), "it")
