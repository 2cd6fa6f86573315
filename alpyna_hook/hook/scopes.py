"""Which variables of a function surely have a value where a loop begins.

Two questions about a name in a scope: whose is it (local, of an enclosing function, global), as
CPython's symtable.c answers it; and is it assigned on every path to a statement, by a forward
"must" analysis: where paths join, the sets of assigned names are intersected.  Names only become
unbound by `del` and at the end of `except ... as name`; such names are never called sure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import Any, TypeAlias

from alpyna_hook.seam.trees import children, walk_tree

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Names: TypeAlias = "frozenset[str]"
State: TypeAlias = "frozenset[str] | None"  # None: control never comes here


class _Own:
    """What the code of one scope does to names."""

    def __init__(self, node: ast.Module | ast.ClassDef | Function, params: Names) -> None:
        self.bound = set(params)
        self.foreign: dict[str, str] = {}  # names declared global or nonlocal
        self.deleted: set[str] = set()
        self.is_generator = isinstance(node, ast.AsyncFunctionDef)
        for child in own_nodes(node):
            self._note(child)
        self.bound -= self.foreign.keys()

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                self.bound.add(name)
            case ast.Name(id=name, ctx=ast.Del()):
                self.bound.add(name)
                self.deleted.add(name)
            case ast.Global(names=names):
                self.foreign.update(dict.fromkeys(names, "global"))
            case ast.Nonlocal(names=names):
                self.foreign.update(dict.fromkeys(names, "nonlocal"))
            case ast.ExceptHandler(name=str(name)):
                self.bound.add(name)
                self.deleted.add(name)
            case ast.Yield() | ast.YieldFrom() | ast.Await():
                self.is_generator = True
            case _:
                self.bound.update(_bindings(node))


class Scope:
    """A module, class or function.  Its code is looked at when it is asked about first, which for a function must be while its own
    loops are as they were written: few hold loops.

    shares: whether some function of the module says `nonlocal`."""

    def __init__(self, node: ast.Module | ast.ClassDef | Function, parent: Scope | None, *, shares: bool = True) -> None:
        self.node = node
        self.parent = parent
        self.is_function = isinstance(node, FUNCTIONS)
        self.shares: bool = shares if parent is None else parent.shares

    @cached_property
    def _own(self) -> _Own:
        return _Own(self.node, self.params)

    @cached_property
    def implicit(self) -> Names:
        return _implicit(self.node)

    @cached_property
    def params(self) -> Names:
        return frozenset(_parameters(self.node)) if isinstance(self.node, FUNCTIONS) else frozenset()

    @property
    def bound(self) -> set[str]:
        return self._own.bound

    @property
    def foreign(self) -> dict[str, str]:
        return self._own.foreign

    @property
    def is_generator(self) -> bool:
        return self._own.is_generator

    @cached_property
    def deleted(self) -> set[str]:
        by_others = _deleted_by_inner_functions(self.node) if self.is_function and self.shares else set()
        return self._own.deleted | by_others

    def owner(self, name: str) -> Scope | None:
        """The function whose variable this is, or the function or class that has it implicitly; None if it is
        global (or looked up as such)."""
        if self.foreign.get(name) == "global":
            return None
        if name in self.bound:
            return self if self.is_function else None
        scope: Scope | None = self
        while scope is not None:
            if scope.is_function and (name in scope.bound or scope.foreign.get(name) == "global"):
                return scope if name in scope.bound else None
            if name in scope.implicit:
                return scope
            scope = scope.parent
        return None

    def sure(self, name: str, statement: ast.stmt) -> bool:
        """Whether this variable of a function (see `owner`) surely has a value before `statement`."""
        owner = self.owner(name)
        if owner is None or name in owner.deleted or name not in owner.bound:
            return False
        scope = self
        while scope is not owner:  # the place in the owner: where the inner function is defined
            assert scope.parent is not None and not isinstance(scope.node, ast.Module)
            statement, scope = scope.node, scope.parent
        return name in owner.states[id(statement)]

    @cached_property
    def states(self) -> dict[int, Names]:
        """The names assigned before each loop, function and class, by the id of its node."""
        flow = _Flow(frozenset(self.bound))
        flow.block(self.node.body, self.params)
        return flow.states


def _implicit(node: ast.AST) -> Names:
    """The variables that the compiler makes around a function or a class."""
    names = [param.name for param in getattr(node, "type_params", ())]
    return frozenset([*names, "__class__"] if isinstance(node, ast.ClassDef) else names)


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes that belong to a scope: not those inside of its functions and classes."""
    todo: list[ast.AST] = list(getattr(scope, "body", []))
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, COMPREHENSIONS):
            todo.extend(_leaking(node))
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            todo.extend(_header(node))
        else:
            todo.extend(children(node))


def _deleted_by_inner_functions(node: ast.AST) -> set[str]:
    """Names that a function inside may delete through `nonlocal`; rather too many than too few."""
    shared: set[str] = set()
    deleted: set[str] = set()
    for child in walk_tree(node):
        match child:
            case ast.Nonlocal(names=names):
                shared.update(names)
            case ast.Name(id=name, ctx=ast.Del()) | ast.ExceptHandler(name=str(name)):
                deleted.add(name)
    return shared & deleted


def _header(node: ast.AST) -> Iterator[ast.AST]:
    """What a definition evaluates in the scope that it stands in."""
    for field, value in ast.iter_fields(node):
        if field == "args":
            yield from (default for default in [*value.defaults, *value.kw_defaults] if default is not None)
        elif field not in ("body", "type_params"):
            items = value if isinstance(value, list) else [value]
            yield from (item for item in items if isinstance(item, ast.AST))


def _leaking(comprehension: ast.AST) -> Iterator[ast.AST]:
    """A comprehension's variables are its own; `:=` and `yield` in it are the function's."""
    for node in walk_tree(comprehension):
        if isinstance(node, ast.NamedExpr):
            yield node.target
        elif isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)):
            yield node


def _parameters(node: Function | ast.Lambda) -> Iterator[str]:
    args = node.args
    for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]:
        if arg is not None:
            yield arg.arg


def _bindings(node: ast.AST) -> Iterator[str]:
    """The names that a node binds other than as a stored Name."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name.partition(".")[0]) for alias in names)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def _stored(node: ast.AST | None) -> Names:
    """The names that an assignment to this target, or this import or pattern, surely binds."""
    if node is None:
        return frozenset()
    names: set[str] = set()
    for child in walk_tree(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.add(child.id)
        names.update(_bindings(child))
    return frozenset(names)


def _join(*states: State) -> State:
    reached = [state for state in states if state is not None]
    return frozenset.intersection(*reached) if reached else None


class _Flow:
    """Walks a function once, in order; `states` keeps what is assigned before a statement."""

    def __init__(self, every: Names) -> None:
        self.every = every
        self.states: dict[int, Names] = {}
        self._breaks: list[list[State]] = []

    def block(self, body: list[ast.stmt], state: State) -> State:
        for statement in body:
            state = self._statement(statement, state)
        return state

    def _statement(self, node: ast.stmt, state: State) -> State:
        self.states[id(node)] = self.every if state is None else state
        if state is None:
            state = self.every if _is_compound(node) else None
            if state is None:
                return None  # dead code, and nothing in it
        match node:
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, state)
            case ast.If(body=body, orelse=orelse):
                return _join(self.block(body, state), self.block(orelse, state))
            case ast.With() | ast.AsyncWith():
                return self._with(node, state)
            case ast.Match(cases=cases):
                return _join(state, *(self.block(case.body, state | _stored(case.pattern)) for case in cases))
            case ast.Return() | ast.Raise():
                return None
            case ast.Break():
                self._breaks[-1].append(state)
                return None
            case ast.Continue():
                return None
            case ast.Try():
                return self._try(node, state)
            case _ if hasattr(node, "handlers"):  # try ... except*, from Python 3.11
                return self._try(node, state)
            case _:
                return state | _assigned(node)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: Names) -> State:
        target = None if isinstance(node, ast.While) else node.target
        self._breaks.append([])
        self.block(node.body, state | _stored(target))
        breaks = self._breaks.pop()
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        return _join(*breaks, None if endless else self.block(node.orelse, state))

    def _with(self, node: ast.With | ast.AsyncWith, state: Names) -> State:
        inner = state.union(*(_stored(item.optional_vars) for item in node.items))
        self.block(node.body, inner)
        first = node.items[0].optional_vars  # the body may be cut short anywhere by an exception that
        return state | _stored(first if isinstance(first, ast.Name) else None)  # the manager swallows

    def _try(self, node: Any, state: Names) -> State:
        done = self.block(node.orelse, self.block(node.body, state))
        caught = [self.block(handler.body, state) for handler in node.handlers]
        after = _join(done, *caught)
        final = self.block(node.finalbody, state)
        if after is None or final is None:
            return None
        return after | final


def _is_compound(node: ast.stmt) -> bool:
    return hasattr(node, "body") or isinstance(node, ast.Match)


def _assigned(node: ast.stmt) -> Names:
    match node:
        case ast.Assign(targets=targets):
            return frozenset().union(*(_stored(target) for target in targets))
        case ast.AugAssign(target=target):
            return _stored(target)
        case ast.AnnAssign(target=target, value=value):
            return _stored(target) if value is not None else frozenset()
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return frozenset(_bindings(node))
        case _:
            return frozenset()
