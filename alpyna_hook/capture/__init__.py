"""Capture: Python's `ast` of a loop nest, or of a function that a nest calls, -> the IR.

It looks at the source alone, and declines what no value could make acceptable.

>>> import ast
>>> from alpyna_hook.ir.text import pretty
>>> loop = ast.parse('''
... for i in range(1, n):
...     s += a[i] * self.w
... ''').body[0]
>>> print(pretty(capture_nest(loop, filename="f.py", qualname="f")))
reads range, n, s, a, self.w; writes i, s
for i in range(1, n):
    s = s + (a[i] * self.w)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from alpyna_hook.capture.flow import Flow, sure_after
from alpyna_hook.capture.meanings import Names
from alpyna_hook.capture.names import decline, loc_of, root_of
from alpyna_hook.capture.statements import Statements
from alpyna_hook.ir.captured import HEADER, Const, Expr, Fixed, For, Function, Loop, Nest, Return, Stmt, While
from alpyna_hook.reasons import Declined

__all__ = ["capture_function", "capture_nest"]


def capture_nest(
    loop: ast.For | ast.While, *, filename: str, qualname: str, skip_lines: frozenset[int] = frozenset(),
    names: Names | None = None,
) -> Nest:
    """The nest of an outermost loop; raises Declined.

    `qualname` is that of the function which holds the loop, "<module>" for a module's own code;
    `skip_lines` are the lines of the loops to which a `# alpyna: skip` applies.
    `names` tells what called names stand for; without it they are what they are spelled like.
    """
    state = Statements(loop, names=names)
    state.skip_lines = skip_lines
    state.at_module_level = qualname in ("", "<module>")
    try:
        return _nest(state, loop, filename, qualname)
    except RecursionError:
        raise decline("expression", "code that is nested too deeply", loop) from None


def _nest(state: Statements, loop: ast.For | ast.While, filename: str, qualname: str) -> Nest:
    captured = state.body([loop])
    root = _root(captured)
    flow = Flow()
    flow.walk((root,))
    _check_called(state, flow)
    known = dict.fromkeys((*state.builtins, *flow.reads))
    reads = tuple({**known, **dict.fromkeys(name for made in state.made for name in made.reads)})
    own = next((s for s in reversed(captured) if isinstance(s, For | While)), root)
    sure = sure_after(captured, own) & flow.writes.keys()
    return Nest(root, reads, tuple(flow.writes), state.has_return, filename, qualname, state.builtins, frozenset(sure),
                tuple(state.made), frozenset(reads).difference(known))


def _check_called(state: Statements, flow: Flow) -> None:
    """A called name is that of one function all along."""
    for name, node in state.called.items():
        if name in flow.writes or name in state.params:
            raise decline("expression", f"a call of {name!r}, which is assigned here", node)


def _root(body: tuple[Stmt, ...]) -> Loop:
    """The loop; with the statements that its header needs, as the body of a loop of one iteration."""
    last = body[-1]
    if len(body) == 1 and isinstance(last, For | While):
        return last
    loc = last.loc
    return For(HEADER, Const(0, loc), Const(1, loc), Const(1, loc), body, (), loc)


def capture_function(
    node: ast.FunctionDef | ast.Lambda, *, filename: str, name: str, names: Names | None = None
) -> Function:
    """A user's function that a nest calls; `name` is its qualname.  Raises Declined."""
    params = _parameters(node.args, node)
    state = Statements(node, params, names)
    if isinstance(node, ast.Lambda):
        body: tuple[Stmt, ...] = (Return(state.expr(node.body), loc_of(node)),)
        if state.out:
            body = (*state.out, *body)
    else:
        body = state.body(node.body)
    flow = Flow(params)
    flow.walk(body)
    _check_called(state, flow)
    outer = _outer_names(flow, params, node)
    reads = tuple(dict.fromkeys((*state.builtins, *outer)))
    return Function(
        name, params, _defaults(node.args, state), body, reads, filename, loc_of(node), state.builtins,
        len(node.args.posonlyargs),
    )


def _parameters(args: ast.arguments, node: ast.FunctionDef | ast.Lambda) -> tuple[str, ...]:
    if args.vararg or args.kwarg or args.kwonlyargs:
        raise decline("call", "a function with *args, **kwargs or keyword-only parameters", node)
    return tuple([arg.arg for arg in (*args.posonlyargs, *args.args)])


def _defaults(args: ast.arguments, state: Statements) -> tuple[tuple[str, Expr], ...]:
    """The defaults that are constants; others were evaluated when the function was defined."""
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    named: Sequence[tuple[str, ast.expr]] = list(zip(reversed(names), reversed(args.defaults), strict=False))
    result: list[tuple[str, Expr]] = []
    for name, default in reversed(named):
        try:
            value = state.text(default) or state.expr(default)
        except Declined:
            continue
        if isinstance(value, Const | Fixed):
            result.append((name, value))
    return tuple(result)


def _outer_names(flow: Flow, params: Iterable[str], node: ast.FunctionDef | ast.Lambda) -> list[str]:
    """The reads that are not local; a local that may be read before it is assigned is declined."""
    outer = [name for name in flow.reads if root_of(name) not in params]
    for name in outer:
        if name in flow.writes:
            raise Declined("maybe-unbound", f"{name} in a called function", flow.reads[name].loc)
    return outer
