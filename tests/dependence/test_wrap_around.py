"""What peeling of scalars promises: each brings a value that the iterations before, as many as are peeled, compute
without any earlier one."""

from __future__ import annotations

import random
import re
from collections import Counter
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


def peeled(source: str) -> tuple[list[str], int]:
    """The scalars, and how many iterations."""
    found = analysis_of(source).static.loops[0].transformation
    if found is None or found.name != "peeling" or "brings the value" not in found.because:
        return [], 0
    count = re.search(r"peel the first (\d+)", found.because)
    return found.because.split(" brings")[0].split(", "), int(count[1]) if count else 1


def first_wrong(source: str, names: list[str], count: int) -> str | None:
    """The scalar that so many iterations by themselves do not leave as the loop does: with other values in the scalars that the
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
        for i in range(count - 1, 6):
            alone: dict[str, Any] = {name: a.copy() for name, a in arrays.items()} | dict(zip(SCALARS, range(4), strict=True))
            alone |= {name: 100 * i + k for k, name in enumerate(changed)}
            for alone["i"] in range(i - count + 1, i + 1):
                exec(body, alone)
            for name, value in zip(names, left[i], strict=True):
                if alone[name] != value:
                    return f"{name} after iteration {i}"
    return None


@pytest.mark.parametrize(("body", "name", "count"), [
    ("x, y = y, x + y\n    a[i] = x", "y", 1), ("a[i] = t\n    t = d[i]\n    d[i] = 99", "t", 1),
    ("a[i] = u\n    u = t\n    t = b[i]", "u", 1), ("a[i] = u\n    u = t + u\n    t = b[i]", "u", 3),
])
def test_the_check_can_fail(body: str, name: str, count: int) -> None:
    source = f"for i in range(n):\n    {body}\n"
    assert first_wrong(source, [name], count) is not None
    assert name not in peeled(source)[0] or peeled(source)[1] > count


@pytest.mark.parametrize(("body", "count"), [
    ("a[i] = u\n    u = t\n    t = b[i]", 2), ("a[i] = x\n    x = u - t\n    u = t\n    t = b[i] + c[i]", 3),
    ("u = t\n    a[i] = u\n    t = b[i]", 1), ("a[i] = u\n    t = b[i]\n    u = t", 1),
])
def test_levels(body: str, count: int) -> None:
    source = f"for i in range(n):\n    {body}\n"
    names, found = peeled(source)
    assert found == count
    assert first_wrong(source, names, count) is None


@pytest.mark.parametrize("seeds", [range(700), pytest.param(range(700, 3000), marks=pytest.mark.slow)], ids=str)
def test_promises_of_random_loops(seeds: range) -> None:
    promised: Counter[int] = Counter()
    for seed in seeds:
        source = random_loop(random.Random(seed))
        names, count = peeled(source)
        promised[count] += bool(names)
        wrong = first_wrong(source, names, count) if names else None
        assert wrong is None, f"{wrong}\n{source}"
    assert promised[1] > len(seeds) / 30 and promised[2], promised
