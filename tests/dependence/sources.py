"""From source text to an analysis."""

from __future__ import annotations

import ast
import textwrap

from alpyna_hook.capture import capture_nest
from alpyna_hook.dependence import NestAnalysis, analyse
from alpyna_hook.ir.captured import Nest


def nest_of(source: str) -> Nest:
    """The first loop of the text."""
    for node in ast.parse(textwrap.dedent(source)).body:
        if isinstance(node, ast.For | ast.While):
            return capture_nest(node, filename="loop.py", qualname="f")
    raise ValueError("no loop")


def analysis_of(source: str) -> NestAnalysis:
    return analyse(nest_of(source))
