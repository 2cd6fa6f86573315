"""Our walks of syntax trees give what those of `ast` give, but for operators and contexts."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

from alpyna_hook.seam.trees import blocks, children, statements, walk_tree

LEFT_OUT = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.type_ignore)
IN_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
EVERYTHING = '''
match a:
    case {"x": 1, **rest} | C(2, k=[*_, None]) if b: pass
    case _: del x[1:2, ...]
async def f(a, /, b=1, *c: int, d, e=2, **g) -> None:
    async with a as b: await {**c, 1: 2}
    return [i async for i in f if not i < 2 <= 3], lambda x, *, y=1: (yield)
@d
class C(B, metaclass=M):
    try: import x.y as z
    except E as e: raise F from e
    else: global u; u += 1
    finally: nonlocal_ = f"{a!r:>{w}}"
'''


def tree(name: str) -> ast.Module:
    if name == "everything":
        return ast.parse(EVERYTHING)
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).read_bytes())


@pytest.mark.parametrize("name", ["everything", "argparse", "_pydecimal", "dataclasses"])
def test_against_ast(name: str) -> None:
    whole = tree(name)
    every = [node for node in ast.walk(whole) if not isinstance(node, LEFT_OUT)]
    assert walk_tree(whole) == every
    for node in every:
        assert children(node) == [child for child in ast.iter_child_nodes(node) if not isinstance(child, LEFT_OUT)]
        assert set(blocks(node)) == {child for child in children(node) if isinstance(child, IN_BLOCKS)}
    assert set(statements(whole)) == {whole, *(node for node in every if isinstance(node, IN_BLOCKS))}
