"""An engine for tests of the import half: runs each nest by the interpreter, but through the seam.

What the seam passes in, and what it takes out, is all that the nest sees: a parameter that is
missing or a target that is forgotten gives a wrong result.  Starts fast, needs no NumPy.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from types import CodeType, FunctionType
from typing import Any

from alpyna_hook.log import log
from alpyna_hook.seam.mangle import Mangled
from alpyna_hook.seam.parsing import parse
from alpyna_hook.seam.records import MISSING
from alpyna_hook.seam.site import Site

_DONE = object()
_ENDED = (_ for _ in ())
_ENDED.close()


class _Returns(ast.NodeTransformer):
    """`return x` in the nest gives `(None, x)` to the engine."""

    def visit_Return(self, node: ast.Return) -> ast.Return:
        value = node.value or ast.Constant(None)
        return ast.Return(ast.Tuple([ast.Constant(None), value], ast.Load()))


def _tree(site: Site) -> ast.Module:
    tree = parse(site.module.source, site.module.filename)
    Mangled(tree)
    return tree


def _loop(site: Site, tree: ast.AST) -> ast.For | ast.While | None:
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)) and (node.lineno, node.col_offset) == (site.lineno, site.col):
            return node
    return None


def _globals(site: Site) -> list[str]:
    """The targets that are variables of the module."""
    targets = [*site.targets, *site.perhaps]
    if not site.in_function:
        return targets
    declared: set[str] = set()
    for function in ast.walk(_tree(site)):
        if isinstance(function, ast.FunctionDef) and _loop(site, function):
            declared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    return [name for name in targets if name in declared]


def _nest(site: Site) -> CodeType:
    """`def nest(params): <the loop>; return DONE, locals()`."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(name) for name in ("@done", *site.params)], kwonlyargs=[], kw_defaults=[],
        defaults=[],
    )
    body: list[ast.stmt] = [_Returns().visit(_loop(site, _tree(site)))]
    if declared := _globals(site):
        body.insert(0, ast.Global(declared))
    names = ast.Call(ast.Name("@locals", ast.Load()), [], [])
    body.append(ast.Return(ast.Tuple([ast.Name("@done", ast.Load()), names], ast.Load())))
    nest = ast.FunctionDef(name="nest", args=arguments, body=body, decorator_list=[], returns=None)
    if sys.version_info >= (3, 12):
        nest.type_params = []
    tree = ast.fix_missing_locations(ast.Module([nest], []))
    return next(c for c in compile(tree, site.module.filename, "exec").co_consts if isinstance(c, CodeType))


def execute(site: Site, values: tuple[Any, ...], namespace: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    if any(value is MISSING for value in values):
        return ()
    if not isinstance(site.state, CodeType):
        site.state = _nest(site)
    assert len(values) == len(site.params)
    namespace.setdefault("@locals", locals)
    try:
        done, result = FunctionType(site.state, namespace)(_DONE, *values)
    except BaseException as error:
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        return map(_ENDED.throw, (error,))
    log(f"ran {site.qualname}:{site.lineno}")
    if done is not _DONE:
        site.set_return((result,))
        return _answer(site, dict.fromkeys(site.targets))
    final = {**namespace, **result} if _globals(site) else result
    if any(name not in final for name in site.targets):
        return ()  # no iteration, and the variable is unbound: nothing has happened
    if site.has_return:
        site.set_return(None)
    return _answer(site, final)


def _answer(site: Site, final: dict[str, Any]) -> tuple[Any, ...]:
    values = tuple(final[name] for name in site.targets)
    if not site.perhaps:
        return (values,)
    return ((values, *(iter([final[name]] if name in final else []) for name in site.perhaps), site.held_before()),)
