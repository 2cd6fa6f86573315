"""Puts a seam (see `seam_tree`) before each eligible loop of a module's tree.

SITE in it is a constant: in the tree the string "\\0alpyna-site:<k>", in the code that runs a Site object, put
there by `link`.  So no name is added to any namespace, and the bytecode can be marshalled.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType

from alpyna_hook.capture import capture_nest
from alpyna_hook.capture.meanings import Names, Noted, Spelled, aliases
from alpyna_hook.capture.names import decline
from alpyna_hook.cost.outline import outline
from alpyna_hook.hook.scopes import FUNCTIONS, Function, Scope
from alpyna_hook.hook.seam_tree import held, keyword, seam
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.captured import HEADER, Call, For, Loop, Nest, names_used, walk
from alpyna_hook.ir.stored import Captured, dumps
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.mangle import Mangled, may_hold_private_names
from alpyna_hook.seam.parsing import parse, quietly
from alpyna_hook.seam.places import first_line, places
from alpyna_hook.seam.records import MARK, SiteRecord, Table
from alpyna_hook.seam.source import Refusal
from alpyna_hook.seam.trees import BLOCKS


def rewrite(
    source: bytes, plain: CodeType, filename: str, skip_lines: frozenset[int] = frozenset()
) -> tuple[CodeType, Table]:
    """The code of a source with seams, and what they belong to.  `plain` is its code without.

    Raises ValueError if the source holds a site's marker already.
    """
    codes = list(_codes(plain))
    if any(isinstance(constant, str) and constant.startswith(MARK) for code in codes for constant in code.co_consts):
        raise ValueError("the source contains the marker of a site")
    variables = {(code.co_firstlineno, code.co_name): code.co_varnames for code in codes}
    tree = parse(source, filename)
    functions = places(tree, source)
    names = Mangled(tree if may_hold_private_names(source) else ast.Module([], []))
    rewriter = _Rewriter(filename, skip_lines, variables, names, Spelled(aliases(tree)))
    rewriter.body(tree, Scope(tree, None, shares=b"nonlocal" in source), "")
    names.undo()  # the compiler makes them, and knows exceptions
    code = plain
    if rewriter.sites:
        with quietly():
            code = compile(tree, filename, "exec", dont_inherit=True)
    return code, Table(rewriter.sites, rewriter.refused, functions)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


class _Rewriter:
    """`variables`: of each function, by its first line and name, in CPython's order."""

    def __init__(
        self, filename: str, skip_lines: frozenset[int], variables: dict[tuple[int, str], tuple[str, ...]], names: Mangled,
        meanings: Names,
    ) -> None:
        self.filename = filename
        self.meanings = meanings
        self.skip_lines = skip_lines
        self.variables = variables
        self.names = names
        self.sites: list[SiteRecord] = []
        self.refused: list[Refusal] = []

    def body(self, node: ast.Module | ast.ClassDef | Function, scope: Scope, qualname: str) -> None:
        node.body = self._block(node.body, scope, qualname, -1)

    def _block(self, body: list[ast.stmt], scope: Scope, qualname: str, parent: int) -> list[ast.stmt]:
        return [new for statement in body for new in self._statement(statement, scope, qualname, parent)]

    def _statement(self, node: ast.stmt, scope: Scope, qualname: str, parent: int) -> list[ast.stmt]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if self.skip_lines.isdisjoint((node.lineno, *(item.lineno for item in node.decorator_list))):
                    self.body(node, Scope(node, scope), _inner(qualname, scope, self.names.written(node)))
            case ast.For() | ast.While():
                return self._loop(node, scope, qualname, parent)
            case _:
                self._blocks(node, scope, qualname, parent)
        return [node]

    def _blocks(self, node: ast.AST, scope: Scope, qualname: str, parent: int) -> None:
        """The statement lists of a compound statement: body, orelse, handlers, cases, ..."""
        for field in BLOCKS:
            value = getattr(node, field, None)
            if value:
                if isinstance(value[0], ast.stmt):
                    setattr(node, field, self._block(value, scope, qualname, parent))
                else:  # handlers, or cases
                    for item in value:
                        self._blocks(item, scope, qualname, parent)

    def _loop(self, node: ast.For | ast.While, scope: Scope, qualname: str, parent: int) -> list[ast.stmt]:
        try:
            record = self._record(node, scope, qualname, parent)
        except Declined as declined:
            self._refuse(node, qualname, declined)
            self._blocks(node, scope, qualname, parent)
            return [node]
        index = len(self.sites)
        self.sites.append(record)
        self._blocks(node, scope, qualname, index)
        return seam(node, index, record, self._first_seen(node, scope, record))

    def _record(self, node: ast.For | ast.While, scope: Scope, qualname: str, parent: int) -> SiteRecord:
        if isinstance(scope.node, ast.ClassDef):
            raise Declined("class-body")
        if node.lineno in self.skip_lines:
            raise Declined("skipped")
        noted = Noted(self.meanings)
        nest = capture_nest(
            node, filename=self.filename, qualname=qualname or "<module>", skip_lines=self.skip_lines, names=noted
        )
        if nest.has_return and scope.is_generator:
            raise Declined("statement", "return in a generator or coroutine")
        if scope.is_function:
            scope.states  # noqa: B018, while the function is still as it was written
        params, unsure = _parameters(nest, scope, node)
        targets, perhaps = _targets(nest, params)
        return SiteRecord(
            qualname=nest.qualname, lineno=node.lineno, col=node.col_offset,
            end_lineno=node.end_lineno or node.lineno, params=params, unsure=unsure, targets=targets, perhaps=perhaps,
            has_return=nest.has_return, in_function=scope.is_function, parent=parent,
            nest=_bytes(Captured(nest, tuple(noted.meanings.items()), self._owner(scope)), node),
            outline=outline(nest, {}), plain=_plain(nest), calls=_surely_called(nest),
        )

    def _owner(self, scope: Scope | None) -> str | None:
        """The class in whose body a scope lies."""
        while scope is not None and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return self.names.written(scope.node) if scope is not None and isinstance(scope.node, ast.ClassDef) else None

    def _first_seen(self, node: ast.For | ast.While, scope: Scope, record: SiteRecord) -> tuple[str, ...]:
        """The variables that the compiler must meet before the seam, so that it numbers them as ever: `locals()` shows
        that order.  None where the seam's own names come in it."""
        if not isinstance(scope.node, FUNCTIONS):
            return ()
        order = self.variables.get((first_line(scope.node), self.names.written(scope.node)), ())
        assigned = scope.states[id(node)]
        met = scope.params if assigned == scope.bound else assigned  # in code that is never reached, all count as assigned
        stored = (*held(record.targets), *record.perhaps, *record.targets)
        of_seam = [name for name in dict.fromkeys((*record.unsure, *record.params, *stored)) if name in order]
        last = max(map(order.index, of_seam), default=-1)
        new = [name for name in order[: last + 1] if name in scope.bound and name not in met]  # some are a comprehension's
        return () if new == [name for name in of_seam if name not in met] else tuple(new)

    def _refuse(self, node: ast.For | ast.While, qualname: str, declined: Declined) -> None:
        loc = declined.loc
        place = (loc.line, loc.col, loc.end_line, loc.end_col) if loc else keyword(node)
        end = node.end_lineno or node.lineno
        self.refused.append(
            Refusal(node.lineno, end, qualname or "<module>", declined.reason.slug, declined.detail, place)
        )


def _bytes(captured: Captured, node: ast.stmt) -> bytes:
    try:
        return dumps(captured)
    except RecursionError:
        raise decline("expression", "code that is nested too deeply", node) from None


def _inner(qualname: str, scope: Scope, name: str) -> str:
    """As CPython's `__qualname__`."""
    if not qualname:
        return name
    return f"{qualname}.<locals>.{name}" if scope.is_function else f"{qualname}.{name}"


def _parameters(nest: Nest, scope: Scope, node: ast.stmt) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The function's variables that the runtime is given: those surely bound at the loop, which
    the seam passes, and those that may be unbound, which it tries to pass before (`Site.see`).

    Globals are not passed: the runtime looks them up as the interpreter would.  A variable that
    the nest only writes and that may be unbound is not passed either.
    """
    read = dict.fromkeys(name.partition(".")[0] for name in (*nest.reads, *nest.attributes))
    sure, unsure = [], []
    for name in dict.fromkeys([*read, *nest.targets]):
        if scope.owner(name) is None:
            continue
        if scope.sure(name, node):
            sure.append(name)
        elif name in read:
            unsure.append(name)
    return tuple(sure), tuple(unsure)


def _targets(nest: Nest, sure_before: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables that the seam assigns: those that surely have a value afterwards, and those that the loop may leave as
    they were."""
    known = {*sure_before, *(nest.sure if _is_nothing_without_iterations(nest.loop) else ())}
    targets = tuple([name for name in nest.targets if name in known])
    return targets, tuple([name for name in nest.targets if name not in known])


def _is_nothing_without_iterations(loop: Loop) -> bool:
    """Whether a loop of no iterations does nothing: the interpreter may then be asked to run it again."""
    if not isinstance(loop, For) or loop.index == HEADER or loop.orelse:
        return False
    header = [node for bound in (loop.start, loop.stop, loop.step) for node in walk(bound)]
    return not any(isinstance(node, Call) and node.function[0] != "@" for node in header)


def _plain(nest: Nest) -> tuple[str, ...]:
    """The names that must stand for numbers or arrays."""
    called = {node.function for node in walk(nest.loop) if isinstance(node, Call)}
    used = names_used(nest) - called
    return tuple([name for name in nest.reads if name in used and "." not in name])


def _surely_called(nest: Nest) -> tuple[str, ...]:
    """The names of what is called whatever a condition comes to, which may be decided before."""
    found: dict[str, None] = {}

    def visit(node: ir.Node) -> None:
        match node:
            case ir.Call(function=name) if name[0] != "@" and name.partition(".")[0] not in nest.writes:
                found[name] = None
        for part in (node.test,) if isinstance(node, (ir.If, ir.Select)) else ir.children(node):
            if not isinstance(node, ir.BoolOp) or part is node.operands[0]:
                visit(part)

    visit(nest.loop)
    return tuple(found)
