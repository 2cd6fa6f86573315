"""The tree of a seam, which stands around a loop.

    for i in range(n):        match SITE.__doc__ or (SITE.run(a, n, s) if NOBODY_LOOKS_ON else SITE.shown):
        s = s + a[i]              case ((i, s),):
                                      if SITE.due:
                                          [*SITE.overdue()]
                                  case _:
                                      for i in range(n):
                                          s = s + a[i]
                                      if SITE.__doc__ is ...:
                                          SITE.ended()

Before it stands, where variables of the function are read that may have no value, what finds
that out and passes the values of those that have one (`Site.see`).  A variable that the loop may leave as it was before, perhaps
without a value, is assigned by a loop of its own, over an iterator with one value or none:

                                  case (i,):
                                      for late in i[1]:
                                          break
                                      (i, s) = i[0]

Where no variable surely has a value, a place of this thread's holds all until they are assigned:

                              for SITE.place.held in () if SITE.__doc__ else ...:
                                  for late in SITE.place.held[1]:
                                      break
                                  SITE.place.held = SITE.place.held[-1]

That is what it held before: what is overwritten may have a finaliser that runs this very seam.

No handler of a signal, no other thread and no garbage collection runs between these assignments: CPython looks for
them where it calls, where it jumps back and where it allocates.  What follows the loop has no line number, so that
who traces lines sees those of the loop alone.

The user's loop is the same node as before, in its old place for line numbers and carets.
NOBODY_LOOKS_ON stands for what guest/watching.py asks in this Python.
`SITE.__doc__` is what tells a Site in use from one that is left alone (see `site`).
"""

from __future__ import annotations

import ast
from typing import Any, TypeVar

from alpyna_hook.guest.watching import BY_EVENTS
from alpyna_hook.seam.records import HELD, LEFT_ALONE, MARK, SiteRecord
from alpyna_hook.seam.trees import walk_tree

_LOAD, _STORE = ast.Load(), ast.Store()
_Node = TypeVar("_Node", bound=ast.AST)


def seam(node: ast.For | ast.While, index: int, record: SiteRecord, first_seen: tuple[str, ...]) -> list[ast.stmt]:
    """What stands in place of a loop.  index: of the site in its module.  first_seen: names that the compiler must meet before."""
    return _Seam(node, index, record, first_seen).statements()


def held(targets: tuple[str, ...]) -> tuple[str, ...]:
    """The target, if there is one, that holds all values until they are assigned: `_` is no name that a pattern can assign."""
    return tuple([target for target in targets if target != "_"])[:1]


def keyword(node: ast.For | ast.While) -> tuple[int, int, int, int]:
    """The place of the word `for` or `while`: it lies on one line, whatever follows."""
    width = len("for" if isinstance(node, ast.For) else "while")
    return node.lineno, node.col_offset, node.lineno, node.col_offset + width


class _Seam:
    def __init__(self, node: ast.For | ast.While, index: int, record: SiteRecord, first_seen: tuple[str, ...]) -> None:
        self.node = node
        self.record = record
        self.first_seen = first_seen
        self.mark = f"{MARK}{index}"
        self.place = keyword(node)
        self.held = held(record.targets)

    # -- nodes, in the place of the loop's keyword

    def at(self, new: _Node) -> _Node:
        new.lineno, new.col_offset, new.end_lineno, new.end_col_offset = self.place  # type: ignore[attr-defined]
        return new

    def constant(self, value: Any) -> ast.expr:
        return self.at(ast.Constant(value, kind=None))

    def of_site(self, attribute: str) -> ast.expr:
        return self.at(ast.Attribute(self.constant(self.mark), attribute, _LOAD))

    def in_place(self, context: ast.expr_context = _LOAD) -> ast.expr:
        place, attribute = HELD
        return self.at(ast.Attribute(self.of_site(place), attribute, context))

    def call(self, attribute: str, *args: ast.expr) -> ast.expr:
        return self.at(ast.Call(self.of_site(attribute), list(args), []))

    def name(self, identifier: str, context: ast.expr_context = _LOAD) -> ast.expr:
        return self.at(ast.Name(identifier, context))

    def several(self, items: list[ast.expr], context: ast.expr_context = _LOAD) -> ast.expr:
        return self.at(ast.Tuple(items, context))

    def both(self, *tests: ast.expr) -> ast.expr:
        return self.at(ast.BoolOp(ast.And(), list(tests)))

    def negation(self, test: ast.expr) -> ast.expr:
        return self.at(ast.UnaryOp(ast.Not(), test))

    def is_same(self, value: ast.expr, other: object) -> ast.expr:
        return self.at(ast.Compare(value, [ast.Is()], [self.constant(other)]))

    def statement(self, value: ast.expr) -> ast.stmt:
        return self.at(ast.Expr(value))

    def assignment(self, target: ast.expr, value: ast.expr) -> ast.stmt:
        return self.at(ast.Assign([target], value, type_comment=None))

    def for_loop(self, target: ast.expr, over: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> ast.stmt:
        return self.at(ast.For(target, over, body, orelse, type_comment=None))

    # -- the parts

    def statements(self) -> list[ast.stmt]:
        loop = self.around_the_loop()
        return [self.look_for_values(), loop] if self.record.unsure else [loop]

    def nobody_looks_on(self) -> ast.expr:
        if BY_EVENTS:
            return self.negation(self.of_site("monitored"))
        return self.both(*[self.is_same(self.of_site(who), None) for who in ("profiled", "traced")])

    def left_alone(self) -> ast.expr:
        """After the names that are to be seen first: the compiler numbers them, and leaves the code out."""
        test = self.of_site(LEFT_ALONE)
        if not self.first_seen:
            return test
        return self.at(ast.IfExp(self.constant(False), self.several([*map(self.name, self.first_seen)]), test))

    def look_for_values(self) -> ast.stmt:
        """Of the variables that may have none."""
        tried: list[ast.stmt] = []
        for k, variable in enumerate(self.record.unsure):
            see = self.statement(self.call("see", self.constant(k), self.name(variable)))
            handler = self.at(ast.ExceptHandler(self.of_site("unbound"), None, [self.at(ast.Pass())]))
            tried.append(self.at(ast.Try(body=[see], handlers=[handler], orelse=[], finalbody=[])))
        return self.at(ast.If(self.both(self.negation(self.left_alone()), self.nobody_looks_on(), self.call("asks")), tried, []))

    def around_the_loop(self) -> ast.stmt:
        record = self.record
        asked = self.of_site(LEFT_ALONE) if record.unsure else self.left_alone()
        run = self.at(ast.IfExp(self.nobody_looks_on(), self.call("run", *map(self.name, record.params)), self.of_site("shown")))
        assigning = self.assigning()
        done = [*assigning, *self.after_a_run()]
        if not self.held and (record.targets or record.perhaps):
            values = self.in_place(_STORE) if record.perhaps else self.targets()
            runs = self.at(ast.IfExp(asked, self.several([]), run))
            return self.for_loop(values, runs, [*done, self.at(ast.Break())], self.interpreted())
        answer = self.at(ast.BoolOp(ast.Or(), [asked, run]))
        ran = ast.match_case(self.at(ast.MatchSequence([self.captured(bool(assigning))])), None, done)
        otherwise = ast.match_case(self.at(ast.MatchAs(None, None)), None, self.interpreted())
        return self.at(ast.Match(answer, [ran, otherwise]))

    def captured(self, is_held: bool) -> ast.pattern:
        """Each of the values, or all of them in one, which is assigned from there."""
        if is_held:
            return self.at(ast.MatchAs(None, *self.held))
        return self.at(ast.MatchSequence([self.at(ast.MatchAs(None, target)) for target in self.record.targets if target != "_"]))

    def targets(self) -> ast.expr:
        return self.several([self.name(target, _STORE) for target in self.record.targets], _STORE)

    def part(self, k: int) -> ast.expr:
        """Of what holds all values."""
        whole = self.name(self.held[0]) if self.held else self.in_place()
        return self.at(ast.Subscript(whole, self.constant(k), _LOAD))

    def assigning(self) -> list[ast.stmt]:
        """What the pattern, or the header of the loop, has not assigned."""
        record = self.record
        if not record.perhaps:
            return [self.assignment(self.targets(), self.name(self.held[0]))] if self.held and "_" in record.targets else []
        late = enumerate(record.perhaps, 1)
        made = [self.for_loop(self.name(target, _STORE), self.part(k), [self.at(ast.Break())], []) for k, target in late]
        if record.targets:
            made.append(self.assignment(self.targets(), self.part(0)))
        if not self.held:
            made.append(self.assignment(self.in_place(_STORE), self.part(-1)))
        return made

    def after_a_run(self) -> list[ast.stmt]:
        overdue = self.at(ast.List([self.at(ast.Starred(self.call("overdue"), _LOAD))], _LOAD))
        done: list[ast.stmt] = [self.at(ast.If(self.of_site("due"), [self.statement(overdue)], []))]
        if self.record.has_return:
            done.append(self.at(ast.If(self.call("returned"), [self.at(ast.Return(self.call("take")))], [])))
        return done

    def interpreted(self) -> list[ast.stmt]:
        timed = self.is_same(self.of_site(LEFT_ALONE), ...)
        return [self.node, _without_line(self.at(ast.If(timed, [self.statement(self.call("ended"))], [])))]


def _without_line(statement: ast.stmt) -> ast.stmt:
    """The compiler gives it none, so that no tracer of lines is shown it."""
    for node in walk_tree(statement):
        if isinstance(node, (ast.stmt, ast.expr)):
            node.lineno = node.end_lineno = node.col_offset = node.end_col_offset = -1
    return statement
