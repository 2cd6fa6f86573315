"""Interrupts at random moments: what is left is what the interpreter leaves after some number of iterations of the outermost loop."""

from __future__ import annotations

import random
import signal
import sys
from collections import Counter

import pytest

from alpyna_hook.runtime import errand, parts
from tests.parting import one_at_a_time
from tests.runtime.interrupted_nests import NAMES, NOT_IN_PARTS
from tests.runtime.interrupting import Nest, alarms

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals of POSIX"),
    pytest.mark.skipif(sys.version_info < (3, 11), reason="before 3.11 a handler may run after any instruction"),
]


@pytest.mark.parametrize("interrupts", [12, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_one_of_the_interpreter_s(name: str, interrupts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one_at_a_time(monkeypatch.setattr)
    nest, chance, kinds = Nest(name), random.Random(interrupts), Counter[str]()
    with alarms():
        for _ in range(interrupts):
            monkeypatch.setattr(parts, "_SECONDS", chance.choice([0.0, 3e-4, 1e-3]))
            monkeypatch.setattr(parts, "_LONG", chance.choice([0.1, 0.0]))
            monkeypatch.setattr(errand.Errand.wait_for_a_moment, "__defaults__", (chance.choice([0.15, 1e-5]),))
            monkeypatch.setattr(parts, "MOMENT", chance.choice([0.15, 1e-5]))
            kinds[nest.interrupted(chance.uniform(0.0, 1.2 * nest.seconds)).kind] += 1
    assert not kinds["lost"]
    if interrupts > 100 and name not in NOT_IN_PARTS:
        assert kinds["kept"] > interrupts / 50, kinds
