"""How often a loop is still to be reached: by how often the loop around it turns that the interpreter runs, if that is known.

    for step in range(1000):      # this one is left to the interpreter, for what `update` does is not seen in it
        update(grid)              # a loop in here has been reached twice: 998 times more, probably

So much that is still to come makes compiling worth it after fewer calls than else (`Judge.ahead`).
"""

from __future__ import annotations

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from alpyna_hook.runtime.judge import Judge
    from alpyna_hook.seam.resting import Resting

_MOST = 64  # loops in one another
_running: list[tuple[Resting, object, float]] = []  # each with what its site says while it is timed, and how often it turns


def begins(site: Resting, turns: float) -> None:
    """The interpreter begins to run the loop, which turns so often, and is timed."""
    del _running[_MOST:]
    _running.append((site, site.timed, turns))


def calls_to_come(site: Resting, judge: Judge, calls: int) -> float:
    """Calls of the site that has been called so often, if each turn of the loop around it makes one."""
    running = _running[:]  # which other threads may change meanwhile
    while running and running[-1][0].timed is not running[-1][1]:
        running.pop()
    if len(running) < len(_running):
        _running[:] = running
    if not running:
        return 0.0
    around, timed, turns = running[-1]
    now = around.timed
    if around is site or now is None or now[0] != get_ident():
        return 0.0
    if judge.within is not timed:
        judge.within, judge.calls_before = timed, calls - 1
    return max(0.0, turns - (calls - judge.calls_before))
