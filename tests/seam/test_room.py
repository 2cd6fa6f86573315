"""What the seam asks where the stack has next to no room left: what is ours to raise never comes out of the loop."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from typing import Any

import pytest

from alpyna_hook import Options, static_analyse
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.seam.resting import Countdown
from alpyna_hook.seam.site import Site, all_sites

SOURCE = """
def at(depth, x):
    if depth:
        return at(depth - 1, x)
    if x:
        y = 1
    s = 0
    for i in range(3):
        if i == x:
            return s
        s += {what}
    return s
"""
LOOPS = {"plain": "i", "unsure": "i and y"}


def live(site: Site, judge: Judge) -> None:
    site.leave(0)


def clocked(site: Site, judge: Judge) -> None:
    site.__doc__ = Countdown(1000, 1000.0, 1.0)  # type: ignore[assignment]


def timed(site: Site, judge: Judge) -> None:
    """As if a call by another frame were."""
    site.__doc__ = ...  # type: ignore[assignment]
    site.timed = get_ident(), 0, judge.begin(), 0


def timed_to_the_next(site: Site, judge: Judge) -> None:
    site.leave(0)
    site.timed = get_ident(), 0, judge.begin(to_next=True), 0


@pytest.mark.parametrize("what", LOOPS)
@pytest.mark.parametrize("doing", [live, clocked, timed, timed_to_the_next])
def test_a_loop_next_to_the_recursion_limit(what: str, doing: Callable[[Site, Judge], None]) -> None:
    source = SOURCE.format(what=LOOPS[what])
    plain: dict[str, Any] = {}
    exec(source, plain)
    room = next(depth for depth in range(2000) if not runs(plain["at"], depth)) - 1
    module = static_analyse(source, Options())
    site = all_sites()[-1]
    assert module.at(0, 1) == plain["at"](0, 1)
    judge = site.judge = Judge()
    for slack in range(2, 16):  # a call or two of ours need room too
        doing(site, judge)
        assert runs(module.at, room - slack)


def runs(function: Any, depth: int) -> bool:
    try:
        function(depth, 1)
    except RecursionError:
        return False
    return True
