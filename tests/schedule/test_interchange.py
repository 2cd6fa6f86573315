"""Inner loops in another order: which nests they are, and that each element has the same bits."""

from __future__ import annotations

import random

import numpy as np
import pytest

from alpyna_hook.emit.inline import inlined
from alpyna_hook.explain.report import as_data
from alpyna_hook.explain.text import render
from alpyna_hook.ir import typed as t
from alpyna_hook.runtime.memory import overlaps_itself
from alpyna_hook.schedule import interchange
from alpyna_hook.seam.site import all_sites
from tests.differential import Program
from tests.exchanging import wherever_legal

HEAD = "def f(a, b, c, d, n, m, p):\n    i = j = k = s = -1\n    for i in range(n):\n"
PRODUCT = "for j in range(m):\n    c[i, j] = 0.0\n    for k in range(p):\n        c[i, j] += a[i, k] * b[k, j]"
EXCHANGED = {
    "product": PRODUCT,
    "scaled": "for j in range(m):\n    c[i, j] *= 0.5\n    for k in range(p):\n        c[i, j] += 1.5 * a[i, k] * b[k, j]\n    d[i, j] = c[i, j] + 1.0",
    "a scalar": "for j in range(m):\n    s = 0.0\n    for k in range(p):\n        s += a[i, k] * b[k, j]\n    c[i, j] = s",
    "a scalar that begins as an integer": "for j in range(m):\n    s = 0\n    for k in range(p):\n        s += a[i, k] * b[k, j]\n    c[i, j] = s",
    "a scalar that begins with an element": "for j in range(m):\n    s = b[0, j]\n    for k in range(p):\n        s = s * 0.5 + a[i, k] * b[k, j]\n    c[i, j] = s",
    "columns": "for j in range(1, m):\n    for k in range(1, p):\n        d[k, j] = d[k - 1, j] * 0.5 + b[k, j]",
    "backwards": "for j in range(m):\n    for k in range(p):\n        c[i, m - 1 - j] -= a[i, k] * b[k, m - 1 - j]",
    "in a condition": "if i % 2 == 0:\n    for j in range(m):\n        for k in range(p):\n            c[i, j] += a[i, k] * b[k, j]",
    "transposed": "for j in range(m):\n    for k in range(p):\n        d[k, j] = b[k, j] * 2.0 + a[k, i]",
}
KEPT = {
    "rows by rows": "for j in range(m):\n    for k in range(p):\n        c[i, j] += a[i, k] * b[j, k]",
    "carried by j": "for j in range(1, m):\n    for k in range(p):\n        c[i, j] = c[i, j - 1] + b[k, j]",
    "another element": "for j in range(1, m):\n    for k in range(p):\n        c[k, j] = c[k, j - 1] + b[k, j]",
    "one element": "for j in range(m):\n    for k in range(p):\n        c[i, 0] += a[i, k] * b[k, j]",
    "triangle": "for j in range(m):\n    for k in range(j, p):\n        c[i, j] += a[i, k] * b[k, j]",
    "a scalar that is read": "for j in range(m):\n    s = 0.0\n    for k in range(p):\n        s += a[i, k] * b[k, j]\n    c[i, j] = s\n    d[i, j] = s",
    "a scalar that goes on": "s = 0.0\nfor j in range(m):\n    for k in range(p):\n        s += a[i, k] * b[k, j]\n    c[i, j] = s",
    "added to the element": "for j in range(m):\n    s = 0.0\n    for k in range(p):\n        s += a[i, k] * b[k, j]\n    c[i, j] += s",
    "two scalars": "for j in range(m):\n    s = 0.0\n    u = 1.0\n    for k in range(p):\n        s += a[i, k] * b[k, j]\n    c[i, j] = s",
    "integers": "for j in range(m):\n    s = 0\n    for k in range(p):\n        s += i + k\n    c[i, j] = s",
    "a condition": "for j in range(m):\n    for k in range(p):\n        if b[k, j] > 0.5: c[i, j] += a[i, k]",
    "a divisor": "for j in range(m):\n    for k in range(p):\n        c[i, j] += a[i, k] // b[k, j]",
    "overwritten": "for j in range(m):\n    for k in range(p):\n        c[i, j] = a[i, k] * b[k, j]",
    "indirect": "for j in range(m):\n    for k in range(p):\n        c[i, int(b[k, j])] += a[i, k]",
    "k behind": "for j in range(m):\n    for k in range(p):\n        c[i, j] += a[i, k] * b[k, j]\n    d[i, j] = k",
    "downwards": "for j in range(m):\n    for k in range(p - 1, -1, -1):\n        c[i, j] += a[i, k] * b[k, j]",
}


def program_of(body: str) -> Program:
    program = Program(HEAD + "".join(f"        {line}\n" for line in body.split("\n")) + "    return i, j, k, s\n")
    program.load()
    return program


def inputs(n: int, m: int, p: int, dtype: str = "f8", seed: int = 0) -> tuple[object, ...]:
    source = np.random.default_rng(seed)
    size = max(n, m, p, 1)
    arrays = [(source.random((size, size)) * 9 - 3).astype(dtype) for _ in range(4)]
    return (*arrays, n, m, p)


def exchanged(program: Program) -> bool:
    """Has one of its kernels loops in another order?"""
    found = False
    for site in all_sites():
        if site.module.filename == program.filename and site.state is not None:
            for variant in site.state.variants.values():  # type: ignore[attr-defined]
                for outcomes, unit, groups in variant.kernels:
                    nest = inlined(variant.typed)
                    made, words = interchange.interchanged(nest, outcomes, unit, dict(zip(nest.arrays, groups, strict=True)), variant.reps)
                    assert (made is not nest) == bool(words)
                    found |= made is not nest
    return found


def check(program: Program, *values: object) -> None:
    compared = program.call("f", *values)
    assert compared.difference is None, f"{compared.difference}\n{program.source}"


@pytest.mark.parametrize("name", EXCHANGED)
def test_exchanged(name: str) -> None:
    program = program_of(EXCHANGED[name])
    check(program, *inputs(5, 20, 17))
    assert exchanged(program)
    for shape in ((5, 20, 0), (5, 0, 20), (5, 3, 20), (0, 20, 20), (2, 17, 1), (3, 40, 33)):
        check(program, *inputs(*shape))


@pytest.mark.parametrize("name", KEPT)
def test_kept(name: str) -> None:
    program = program_of(KEPT[name])
    check(program, *inputs(5, 20, 17))
    assert not exchanged(program)


def test_warnings_of_the_data() -> None:
    a, b, c, d, *counts = inputs(4, 20, 20)
    assert isinstance(b, np.ndarray)
    b[3, 7], b[5, 7], b[2, 11] = 1e308, np.inf, np.nan
    for scale in (1.0, 1e10):
        check(program_of(PRODUCT), a * scale, b, c, d, *counts)  # type: ignore[operator]


def test_arrays_that_share_memory() -> None:
    program = program_of(PRODUCT)
    a, b, c, d, *counts = inputs(18, 18, 18)
    assert isinstance(c, np.ndarray)
    check(program, a, c, c, d, *counts)
    assert not exchanged(program)
    check(program, c[::-1], b, c, d, *counts)
    check(program, a, b, c, d, *counts)
    assert exchanged(program)


def test_an_array_that_overlaps_itself() -> None:
    program = program_of(PRODUCT)
    a, b, _, d, *counts = inputs(18, 18, 18)
    flat = np.arange(40.0)
    for strides in ((8, 8), (16, 8), (0, 8), (8, 0), (8, 16)):
        c = np.lib.stride_tricks.as_strided(flat.copy(), (18, 18), strides, writeable=True)
        check(program, a, b, c, d, *counts)
    assert not exchanged(program)


@pytest.mark.parametrize(("shape", "strides", "expected"), [
    ((3, 4), (32, 8), False), ((3, 4), (8, 24), False), ((3, 4), (24, 8), True), ((3, 4), (0, 8), True), ((1, 4), (0, 8), False),
    ((3, 4), (-32, 8), False), ((3, 4), (64, -16), False), ((4,), (8,), False), ((4,), (4,), True), ((2, 3, 4), (96, 32, 8), False),
    ((2, 3, 4), (64, 32, 8), True),
])
def test_overlaps_itself(shape: tuple[int, ...], strides: tuple[int, ...], expected: bool) -> None:
    assert overlaps_itself(shape, strides, 8) is expected


# ------------------------------------------------------------------------------------------------- random nests


def subscript(rng: random.Random) -> str:
    return rng.choice(["i", "j", "k", "j", "k", "j - 1", "k - 1", "m - 1 - j", "0", "j + k", "i + 1"])


def element(rng: random.Random, array: str) -> str:
    return f"{array}[{subscript(rng)}, {subscript(rng)}]"


def statement(rng: random.Random, *, deep: bool) -> str:
    """deep: in the loop over k, too."""
    target = rng.choice([element(rng, rng.choice("cd")), "c[i, j]", "c[i, j]", "d[k, j]", "d[j, k]"])
    value = rng.choice(["{} * {}", "{} + {}", "{} - 0.5 * {}", "{} * {} + 1.0"]).format(
        element(rng, rng.choice("ab")), rng.choice([element(rng, "b"), target, element(rng, "c")]))
    text = rng.choice([f"{target} += {value}", f"{target} += {value}", f"{target} = {target} * 0.5 + {value}", f"{target} = {value}"])
    return text if deep else text.replace("k - 1", "j").replace("j + k", "j").replace("k", "j")


def nest(rng: random.Random) -> str:
    lines = [f"for j in range({rng.choice(['m', '1, m', '2'])}):"]
    lines += [f"    {statement(rng, deep=False)}" for _ in range(rng.choice([0, 0, 1, 2]))]
    lines.append(f"    for k in range({rng.choice(['p', '1, p', 'n'])}):")
    lines += [f"        {statement(rng, deep=True)}" for _ in range(rng.choice([1, 1, 2]))]
    lines += [f"    {statement(rng, deep=False)}" for _ in range(rng.choice([0, 0, 1]))]
    if rng.random() < 0.3:  # what is added up in a scalar
        start, element = rng.choice(["0.0", "0", "b[i, j]", "c[i, j]"]), rng.choice(["c[i, j]", "c[i, j]", "c[j, i]", "c[0, j]", "d[j, j]", "c[i, 0]"])
        body = rng.choice(["s += a[i, k] * b[k, j]", "s = s * 0.5 - b[k, j]", "s += d[k, j]", "s += k"])
        lines = [lines[0], f"    s = {start}", f"    for k in range({rng.choice(['p', '1, p'])}):", f"        {body}", f"    {element} = s"]
    return "\n".join(lines)


SEEDS = [range(k, k + 60) for k in range(0, 1200, 60)]


@pytest.mark.parametrize("seeds", [SEEDS[0], SEEDS[1], *[pytest.param(seeds, marks=pytest.mark.slow) for seeds in SEEDS[2:]]])
def test_random_nests(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    """With loops that are exchanged however short they are, and whether or not it is worth it."""
    wherever_legal(monkeypatch.setattr)
    count = 0
    for seed in seeds:
        rng = random.Random(seed)
        program = program_of(nest(rng))
        for n, m, p in ((3, 4, 5), (4, 1, 3), (2, 6, 0), (3, 0, 2)):
            values = inputs(n, m, p, rng.choice(["f8", "f4"]), seed)
            wide = [np.pad(a, 3) for a in values[:4]]  # type: ignore[arg-type]
            if rng.random() < 0.2:
                wide[rng.randrange(2)] = wide[2]
            with np.errstate(all="ignore"):
                check(program, *wide, n, m, p)
        count += exchanged(program)
    assert count >= 5, count


def test_every_statement_of_the_result_is_one_of_the_nest() -> None:
    program = program_of(EXCHANGED["scaled"])
    check(program, *inputs(5, 20, 17))
    states = [site.state for site in all_sites() if site.module.filename == program.filename and site.state is not None]
    (variant,) = [variant for state in states for variant in state.variants.values()]  # type: ignore[attr-defined]
    ((outcomes, unit, groups),) = variant.kernels
    made, _ = interchange.interchanged(variant.typed, outcomes, unit, dict(zip(variant.typed.arrays, groups, strict=True)), variant.reps)
    stores = [s for s in t.statements(variant.typed.loop.body) if isinstance(s, t.Store)]
    found = [s for s in t.statements(made.loop.body) if isinstance(s, t.Store)]
    assert sorted(map(id, found)) == sorted(map(id, [*stores, *stores]))


@pytest.mark.parametrize(("name", "words"), [
    ("product", "line 4: loops j and k interchanged, distributed into 2"),
    ("scaled", "line 4: loops j and k interchanged, distributed into 3"),
    ("a scalar", "line 4: loops j and k interchanged, distributed into 2, s expanded into c"),
])
def test_it_is_told(name: str, words: str) -> None:
    program = program_of(EXCHANGED[name])
    check(program, *inputs(5, 20, 17))
    (entry,) = as_data(file=program.filename)
    assert entry["exchanged"] == [words]
    assert f"\n    {words}\n" in render([entry], ".")
