"""All constructs of a loop that cannot be compiled, for the report: the capture goes on where it has refused something."""

from __future__ import annotations

import ast
from contextlib import suppress

from alpyna_hook.capture.meanings import Names
from alpyna_hook.capture.names import loc_of
from alpyna_hook.capture.statements import Statements
from alpyna_hook.reasons import MOST_OBSTACLES, Declined


def obstacles(
    loop: ast.For | ast.While, qualname: str, skip_lines: frozenset[int] = frozenset(), names: Names | None = None
) -> list[Declined]:
    """What keeps a nest from being captured, in the order of the source; of one statement, what is met first."""
    survey = _Survey(loop, names)
    survey.skip_lines = skip_lines
    survey.at_module_level = qualname in ("", "<module>")
    with suppress(_Enough, RecursionError):
        survey.body([loop])
    return survey.found


class _Enough(Exception):
    pass


class _Survey(Statements):
    """A capture whose result is of no use."""

    def __init__(self, root: ast.AST, names: Names | None) -> None:
        super().__init__(root, names=names)
        self.found: list[Declined] = []

    def statement(self, node: ast.stmt) -> None:
        before = self.snapshot()
        known = len(self.found)
        try:
            super().statement(node)
        except Declined as declined:
            self.restore(before)
            self._note(declined, node)
            if len(self.found) == known + 1:  # its header was refused, and what is in it not looked at
                self._inside(node)

    def _note(self, declined: Declined, node: ast.stmt) -> None:
        place = (declined.reason, declined.loc or loc_of(node))
        if all(place != (known.reason, known.loc) for known in self.found):
            declined.loc = place[1]
            self.found.append(declined)
            if len(self.found) == MOST_OBSTACLES:
                raise _Enough

    def _inside(self, node: ast.stmt) -> None:
        """The statements in one that was refused."""
        loop = isinstance(node, ast.For | ast.While)
        self._loops += loop
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    continue
                self._loops -= loop and name == "orelse"
                self.body(value)
            elif isinstance(value, list):
                for part in value:
                    if isinstance(part, ast.ExceptHandler | ast.match_case):
                        self.body(part.body)

    def _stmt_If(self, node: ast.If) -> None:
        """What only runs where a condition holds that the nest leaves alone may be left out when it is bound."""
        if self.fixed(node.test) is None:
            super()._stmt_If(node)
