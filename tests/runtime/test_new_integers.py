"""Calls with new integers, shapes and strides: what was proved for others is used for them, and gives what the interpreter gives."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from alpyna_hook.runtime import placing
from alpyna_hook.runtime.variant import Variant
from alpyna_hook.seam.site import all_sites
from tests.differential import Program

PART = """
    def f(a, low, high, step):
        s = 0.0
        for i in range(low, high, step):
            s += a[i]
        return s
"""
GRID = """
    def f(a, b):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                b[i, j] = a[i - 1, j] + a[i + 1, j] - a[i, j - 1]
"""
THREE = """
    def f(a, b, n, j, k, m):
        s = 0.0
        for i in range(n):
            b[i + m] = a[i + j] * a[i + k]
        return n
"""


def loaded(source: str) -> Program:
    program = Program(source)
    program.load()
    return program


def variant_of(program: Program) -> Variant:
    """Of its outermost nest, the only one that ran."""
    sites = [site for site in all_sites() if site.module.filename == program.filename and hasattr(site.state, "variants")]
    (variant,) = [v for site in sites for v in site.state.variants.values() if v.kernels]  # type: ignore[attr-defined]
    assert isinstance(variant, Variant)
    return variant


def made(variant: Variant) -> int:
    return sum([proofs.made for _, proofs in variant.settings.values()])


def same(program: Program, *inputs: object, verdicts: tuple[str, ...] = ("accelerated", "not-run")) -> None:
    compared = program.call("f", *inputs)
    assert compared.difference is None, (compared.difference, inputs)
    assert compared.verdict in verdicts, (compared.runs, inputs)


def test_new_bounds() -> None:
    program, a = loaded(PART), np.arange(100.0)
    for low in range(12):
        for high in (low + 5, 40 + low, 99 - low, 100):
            same(program, a, low, high, 1)
    assert made(variant_of(program)) <= 4 and len(variant_of(program).kernels) == 1


def test_bounds_of_all_kinds() -> None:
    """Empty, backwards, counted from the end, and beyond the array, so that the interpreter raises."""
    program, choose, big = loaded(PART), random.Random(3), (2**63 - 1, -(2**63), 2**61, 2**61 + 1, -(2**61) - 1)
    verdicts = ("accelerated", "not-run", "flagged", "internal")
    for n in range(150):
        a = np.arange(float(choose.choice((0, 1, 7, 50))))
        low, high = (choose.choice((0, 1, len(a), -len(a), choose.randrange(-9, 60))) for _ in range(2))
        step = choose.choice((1, 1, 1, 2, 3, -1, -2, 0, 2**62))
        if n % 10 == 9:
            low, high = (choose.choice((low, choose.choice(big)))), choose.choice(big)
        same(program, a, low, high, step, verdicts=verdicts)


@pytest.mark.parametrize("overlap", [False, True])
def test_new_shapes_and_strides(overlap: bool) -> None:
    program, choose = loaded(GRID), random.Random(4)
    whole, result = np.arange(400.0), np.zeros((20, 20))
    for _ in range(40):
        rows, columns = choose.randrange(0, 9), choose.randrange(0, 9)
        a = whole.reshape(20, 20)[choose.randrange(3) :, :: choose.choice((1, 1, -1, 2))][:rows, :columns]
        b = (whole.reshape(20, 20) if overlap else result)[choose.randrange(4) :][: len(a), : a.shape[1]]
        same(program, a, b)
    assert made(variant_of(program)) <= 12  # none, one, two or more rows and columns


def test_a_kernel_that_checks_more_stands_in_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of three indices counts from the front, the end or either: 27 kernels would be possible."""
    monkeypatch.setattr(placing, "_OFTEN", 3)
    program, a = loaded(THREE), np.arange(800.0)
    starts = (130, -800, -135)  # small numbers are of another signature
    for n, (j, k, m) in enumerate((j, k, m) for j in starts for k in starts for m in starts):
        same(program, a, np.zeros(800), 200 + n % 3, j, k, m)
    variant = variant_of(program)
    assert len(variant.kernels) == 5
    assert any(set(outcomes) <= set("CHWK") for outcomes, *_ in variant.kernels)
    for n in range(4):
        same(program, a, np.zeros(800), 230 + n, 130, -800, -800)
    assert len(variant.kernels) == 6  # the one that is asked for often


def test_what_is_remembered_is_bounded() -> None:
    program = loaded(PART)
    f: Any = program.fast["f"]
    for n in range(1500):
        assert f(np.ones(400 + n)[:: 1 + n % 2], 128 + n % 3, 132 + n // 2, 1) == 4 + n // 2 - n % 3
    variant = variant_of(program)
    assert len(variant.calls) <= placing._MOST_CALLS and len(variant.placed) <= placing._MOST_PLACED
    assert max(len(variant.lies), len(variant.units)) <= placing._MOST_PLACED
    assert all(len(proofs.known) <= 16 for _, proofs in variant.settings.values()) and made(variant) <= 8


def test_no_kernel_for_a_loop_that_does_not_turn() -> None:
    program, a = loaded(PART), np.arange(9.0)
    same(program, a, 5, 5, 1)
    same(program, a, 5, 2, 1)
    same(program, np.arange(0.0), 0, 0, 2)
    sites = [site for site in all_sites() if site.module.filename == program.filename]
    assert not any(v.kernels for site in sites for v in site.state.variants.values())  # type: ignore[attr-defined]
    same(program, a, 2, 5, 1, verdicts=("accelerated",))


def test_each_setting_of_errstate_has_proofs_of_its_own() -> None:
    program = loaded("""
        def f(a, n, k):
            for i in range(n):
                a[i] = a[i] * k
    """)
    for n in range(2, 6):
        for over in ("warn", "ignore"):
            with np.errstate(over=over):  # type: ignore[call-overload]
                compared = program.call("f", np.full(7, 2, np.int32), n, 2**30 + n)
                assert compared.difference is None
