"""A proof that is used for other integers and shapes says what one for them alone says."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpyna_hook.integers.general import UNKNOWN, inputs
from alpyna_hook.ir.kinds import INT_MAX, INT_MIN, int_range
from alpyna_hook.prove import general, prove
from alpyna_hook.prove.general import prove_alike
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime import placing
from alpyna_hook.runtime.proofs import Proofs, covers
from tests.differential import Program
from tests.emit.golden_nests import NESTS
from tests.programs.test_programs import FILES


def line() -> Any:
    return np.arange(40.0)


EDGES = (INT_MAX, INT_MIN, 2**61, -(2**61), 2**53, 2**31, 2**19, 2**19 + 1, 255, 127, 1, 0, -1)
MORE = {
    "flat matrix": ("""
def f(a, n, m):
    s = 0.0
    for i in range(n):
        for j in range(m):
            s += a[i * m + j]
    return s
""", lambda: (line(), 4, 5)),
    "steps": ("""
def f(a, low, high, step):
    s = 0.0
    for i in range(low, high, step):
        if i % step == 0:
            s += a[i // step] + a[i]
    return s
""", lambda: (line(), 2, 30, 3)),
    "integers": ("""
def f(n, k, m):
    s = 0
    for i in range(1, n):
        s += ((i + k) * m - (k >> 3)) // i + (1 << (m & 7)) + min(k, m) + abs(k - i) + k ** 2
    return s
""", lambda: (9, 5, 7)),
    "backwards": ("""
def f(a, b, n, lag):
    for i in range(n - 1, lag - 1, -1):
        b[i] = a[i - lag] + a[-1 - i]
""", lambda: (line(), line(), 20, 3)),
}


def asked_by(programs: Iterable[Callable[[], object]]) -> list[tuple[Any, ...]]:
    """What their nests, and the inner loops of these, ask to be proved at the first calls."""
    asked: list[tuple[Any, ...]] = []
    this = general.prove_this

    def prove_this(*args: Any) -> Any:
        asked.append(args)
        return this(*args)

    def compiled(*_args: object) -> Any:
        raise Declined("compile-error", "there is no compiler here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(general, "prove_this", prove_this)
        patch.setattr(placing, "compiled", compiled)
        for run in programs:
            run()
    return asked


def calling(source: str, values: Callable[[], tuple[object, ...]]) -> Callable[[], None]:
    def run() -> None:
        program = Program(source)
        program.load()
        assert program.call("f", *values()).difference is None

    return run


@pytest.fixture(scope="module")
def proved() -> list[tuple[Any, ...]]:
    return asked_by([calling(*nest) for nest in {**NESTS, **MORE}.values()])


def other(choose: random.Random, value: int, low: int, high: int) -> int:
    kind = choose.random()
    near = value + choose.choice((-2, -1, 0, 0, 1, 2))
    new = near if kind < 0.5 else choose.randrange(-3, 60) if kind < 0.85 else choose.choice(EDGES)
    return min(max(new, low), high)


def found_again(nest: Any, integers: Any, shapes: Any, preset: Any, wrap: bool, spans: Any, choose: random.Random) -> int:
    """How many of 25 choices of inputs a proof for other ones held for, as one for them alone confirms."""
    proofs, count = Proofs(lambda nest=nest: nest, tuple(integers), {name: len(shape) for name, shape in shapes.items()}, preset, wrap), 0
    for _ in range(25):
        numbers = {name: other(choose, v, *int_range(nest.variables[name].rep)) for name, v in integers.items()}
        extents = {name: tuple([other(choose, n, 0, INT_MAX) for n in shape]) for name, shape in shapes.items()}
        if choose.random() < 0.4:
            extents = {name: (7,) * len(shape) for name, shape in shapes.items()}
        between = {name: (other(choose, a, INT_MIN, b), other(choose, b, b, INT_MAX)) for name, (a, b) in spans.items()}
        fresh = prove(nest, numbers, extents, preset, wrap, between)
        found = proofs.find(inputs(numbers.values(), extents.values(), between.values()))
        count += found is not None
        proof, trips = found or proofs.new(numbers, extents, between)
        if proofs.misses <= 16 or found:
            assert (proof.outcomes, proof.raises) == (fresh.outcomes, fresh.raises), (numbers, extents)
            assert trips == (UNKNOWN if fresh.trips is None else max(0, fresh.trips)), (numbers, extents)
    return count


def test_what_is_found_again_is_what_would_be_proved(proved: list[tuple[Any, ...]]) -> None:
    choose = random.Random(20)
    assert sum([found_again(*asked, choose) for asked in proved]) > 10 * len(proved)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_found_again_in_whole_programs(path: Path) -> None:
    asked, choose = asked_by([lambda: Program(path.read_text(encoding="utf-8")).load()]), random.Random(path.stem)
    assert sum([found_again(*each, choose) for each in asked]) > 5 * len(asked) or not asked


def test_what_holds_for_anything_leaves_no_less_to_be_checked(proved: list[tuple[Any, ...]]) -> None:
    for nest, integers, shapes, preset, wrap, spans in proved:
        proofs = Proofs(lambda nest=nest: nest, tuple(integers), {name: len(shape) for name, shape in shapes.items()}, preset, wrap)
        fresh = prove(nest, integers, shapes, preset, wrap, spans)
        assert covers(proofs.anything().outcomes, fresh.outcomes) and proofs.anything().raises >= fresh.raises


def test_few_proofs_for_many_integers(proved: list[tuple[Any, ...]]) -> None:
    """Matrices of all sizes, row by row in one array."""
    nest, integers, _, preset, wrap, _ = next(p for p in proved if {*p[1]} == {"n", "m"})
    proofs = Proofs(lambda nest=nest: nest, tuple(integers), {"a": 1}, preset, wrap)
    for n in range(1, 30):
        for m in range(1, 30):
            numbers = {name: {"n": n, "m": m}[name] for name in integers}
            found = proofs.find(inputs(numbers.values(), ((n * m,),), ())) or proofs.new(numbers, {"a": (n * m,)}, {})
            assert "C" not in found[0].outcomes and found[1] == n
    assert proofs.made <= 5


def test_new_proofs_become_rare_and_old_ones_are_forgotten(
    proved: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    nest, integers, shapes, preset, wrap, spans = proved[0]
    monkeypatch.setattr(general, "prove_alike", general.prove_this)  # nothing is found again
    proofs = Proofs(lambda nest=nest: nest, tuple(integers), {name: len(shape) for name, shape in shapes.items()}, preset, wrap)
    numbers = count(1)
    for n in numbers:
        sizes = dict.fromkeys(shapes, (n,))
        assert proofs.find(inputs(integers.values(), sizes.values(), ())) is None
        proof, trips = proofs.new(integers, sizes, spans)
        assert trips == (UNKNOWN if proof is proofs.anything() else n)
        if n == 1000:
            break
    assert proofs.made == 16 + 5 + 1 and len(proofs.known) == 16  # 32, 64, 128, 256, 512, and for anything


def test_conditions_that_are_too_long_hold_for_one_call(proved: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(general, "_LONGEST", 0)
    nest, integers, shapes, preset, wrap, spans = proved[0]
    proof = prove_alike(nest, integers, shapes, preset, wrap, spans)
    given = inputs(integers.values(), shapes.values(), spans.values())
    assert proof.trips(*given) == given[-1] and proof.trips(*given[:-1], given[-1] + 1) is None


@pytest.mark.parametrize(("a", "b", "does"), [
    ("CCCC", "PNMK", True), ("ML", "PK", True), ("P", "C", False), ("P", "M", False), ("H", "H", True), ("C", "H", False),
])
def test_covers(a: str, b: str, does: bool) -> None:
    assert covers(a, b) is does
