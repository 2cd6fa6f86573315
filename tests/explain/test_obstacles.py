"""All that types keep from being compiled is told, not only the first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpyna_hook import pipeline
from alpyna_hook.infer.survey import obstacles
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.facts import ArrayType, Facts, Known
from alpyna_hook.ir.schema import replace
from alpyna_hook.runtime.variant import Variant
from tests.capture.differential import nest_of
from tests.differential import Program

CONSTRUCTS = Path(__file__).parents[1] / "programs" / "constructs"

FACTS = Facts(
    {"a": ArrayType("f8", 1, True), "m": ArrayType("f8", 2, True), "z": ArrayType("c16", 1, True),
     "r": ArrayType("f8", 1, False)},
    {"n": "int", "s": "float"}, frozenset(), {"range": Known("builtin", "range"), "f": Known("math", "comb")})

LOOPS = {
    "one": ("s += a[i] << 1", ["type-error"]),
    "what follows from one is not told": ("x = a[i] << 1\n    y = x + 1\n    y += 2\n    a[i] = y", ["type-error"]),
    "several": ("x = a[i, 1]\n    s += x\n    s += m[i, 0, 0]\n    r[i] = s", ["dimensions", "dimensions", "read-only"]),
    "a header and what is in it": (
        "for j in range(0.5):\n        s += m[i]\n        if z[i] < z[j]:\n            a[1.0] = j\n        else:\n            r[0] = 1.0",
        ["index-type", "dimensions", "inexact", "index-type", "read-only"]),
    "a while loop's test": ("while z[i] < 1.0:\n        a[i] <<= 2\n        break\n    a[i, 0] = 0.0", ["inexact", "type-error", "dimensions"]),
    "nothing": ("a[i] = s * 2.0", []),
    "no more than eight": ("\n    ".join(f"a[{k}.0] = 1.0" for k in range(12)), ["index-type"] * 8),
}


@pytest.mark.parametrize("name", LOOPS)
def test_obstacles(name: str) -> None:
    body, expected = LOOPS[name]
    found = obstacles(nest_of(f"for i in range(n):\n    {body}"), FACTS)
    assert [each.reason.slug for each in found] == expected
    assert all(each.loc is not None for each in found)
    assert np.all(np.diff([each.loc.line for each in found]) >= 0)


@pytest.mark.parametrize("construct", ["kept_tuples", "row_arguments", "swaps", "tuples"])
def test_nothing_is_told_of_a_nest_that_compiles_but_for_a_name(construct: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever name it is that nothing is known of."""
    told: list[tuple[int, str, str]] = []
    compiled: list[int] = []

    def analyse(nest: ir.Nest, facts: Facts) -> Variant:
        variant = analyse_really(nest, facts)
        compiled.append(nest.loop.loc.line)
        for name in nest.reads:
            found = pipeline.obstacles(nest, without_name(facts, name), frozenset([name]))
            told.extend((nest.loop.loc.line, name, str(each)) for each in found)
        return variant

    analyse_really = pipeline.analyse
    monkeypatch.setattr(pipeline, "analyse", analyse)
    Program((CONSTRUCTS / f"{construct}.py").read_text()).load()
    assert compiled
    assert told == []


def without_name(facts: Facts, name: str) -> Facts:
    def left(known: Mapping[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in known.items() if k != name and not k.startswith(f"{name}[")}

    return replace(
        facts, arrays=left(facts.arrays), scalars=left(facts.scalars), functions=left(facts.functions),
        tuples=left(facts.tuples), fixed=left(facts.fixed))
