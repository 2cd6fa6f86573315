"""What peeling of scalars promises: each brings a value that the iteration before computes without any earlier one."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest

from tests.dependence.sources import analysis_of

SCALARS = ("t", "u", "x", "y")
SIMPLE = ("a[i] = {p}", "{s} = {p}", "{s} = {p}", "{s}, {r} = {p}, {q}", "{s}, {r} = {r}, {p}", "{s} += {p}", "d[i] = {p}",
          "if b[i] > 4:\n        {s} = {p}", "for j in range(3):\n        {s} = {p}", "{s} = b[i]\n    {r} = {s}")
PARTS = ("b[i]", "c[i] + 1", "b[i] * c[i]", "d[i]", "t", "u", "x + y", "x", "y - b[i]", "i")


def random_loop(rng: random.Random) -> str:
    lines = []
    for _ in range(rng.randrange(2, 5)):
        s, r = rng.sample(SCALARS, 2)
        lines.append("    " + rng.choice(SIMPLE).format(s=s, r=r, p=rng.choice(PARTS), q=rng.choice(PARTS)))
    return "\n".join(["for i in range(n):", *lines]) + "\n"


def names_peeled(source: str) -> list[str]:
    found = analysis_of(source).static.loops[0].transformation
    if found is None or found.name != "peeling" or "brings the value" not in found.because:
        return []
    return found.because.split(" brings")[0].split(", ")


def first_wrong(source: str, names: list[str]) -> str | None:
    """The scalar that an iteration by itself does not leave as the loop does: with other values in the scalars that the
    loop changes, on the arrays as they were before the loop or as they are after it."""
    body = compile(source.replace("for i in range(n):", "if True:", 1), "<body>", "exec")
    changed = [name for name in SCALARS if re.search(rf"\b{name}\b[^=\n]*\+?= ", source)]
    rng = np.random.default_rng(7)
    before = {name: rng.integers(0, 9, 6) for name in "abcd"}
    whole: dict[str, Any] = {name: a.copy() for name, a in before.items()} | dict(zip(SCALARS, range(4), strict=True))
    left = []
    for i in range(6):
        whole["i"] = i
        exec(body, whole)
        left.append([whole[name] for name in names])
    for arrays in (before, {name: whole[name].copy() for name in "abcd"}):
        for i in range(6):
            alone: dict[str, Any] = {name: a.copy() for name, a in arrays.items()} | dict(zip(SCALARS, range(4), strict=True))
            alone |= {name: 100 * i + k for k, name in enumerate(changed)} | {"i": i}
            exec(body, alone)
            for name, value in zip(names, left[i], strict=True):
                if alone[name] != value:
                    return f"{name} after iteration {i}"
    return None


@pytest.mark.parametrize(("body", "name"), [("x, y = y, x + y\n    a[i] = x", "y"), ("a[i] = t\n    t = d[i]\n    d[i] = 99", "t")])
def test_the_check_can_fail(body: str, name: str) -> None:
    source = f"for i in range(n):\n    {body}\n"
    assert first_wrong(source, [name]) is not None
    assert names_peeled(source) == []


def test_promises_of_random_loops() -> None:
    promised = 0
    for seed in range(3000):
        source = random_loop(random.Random(seed))
        names = names_peeled(source)
        promised += bool(names)
        wrong = first_wrong(source, names) if names else None
        assert wrong is None, f"{wrong}\n{source}"
    assert promised > 100
