"""Kernels are printed by astor, and without it by the standard library."""

from __future__ import annotations

import ast
import sys
import warnings

import pytest

from alpyna_hook.explain.kernel_text import printed

KERNEL = """\
def kernel(frame):
    for k in range(low, high):
        store_f8(b, k * 8, load_f8(a, k * 8) * 2.0)
    return 0
"""


def test_it_is_the_same_program() -> None:
    assert ast.dump(ast.parse(printed(KERNEL))) == ast.dump(ast.parse(KERNEL))


def test_astor_breaks_long_lines() -> None:
    if sys.version_info >= (3, 14):
        pytest.skip("astor does not know this Python's syntax trees")
    long = f"x = {' + '.join(['load_f8(a, i * 8)'] * 12)}\n"
    text = printed(long)
    assert max(map(len, text.splitlines())) < 100
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(long))


def test_without_astor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "astor", None)
    assert printed("x=1") == "x = 1\n"


def test_an_astor_that_is_too_old_for_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    class Astor:
        @staticmethod
        def to_source(tree: ast.AST) -> str:
            raise AttributeError("module 'ast' has no attribute 'Str'")

    monkeypatch.setitem(sys.modules, "astor", Astor)
    assert printed("x=1") == "x = 1\n"


def test_its_deprecations_are_not_shown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert printed(KERNEL).startswith("def kernel(frame):")
