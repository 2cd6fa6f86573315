"""Whether several threads run a call, by its schedule and by what pays."""

from __future__ import annotations

from functools import cache
from math import inf
from time import perf_counter
from typing import Any

from alpyna_hook.ir.schema import replace
from alpyna_hook.live.binding import Binding
from alpyna_hook.runtime.errand import Errand, aside, late, send
from alpyna_hook.runtime.interrupts import Work
from alpyna_hook.runtime.threads import free_threads
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Call, Placed, Variant

LEAST = 0.02  # seconds in the interpreter: kernels of less are never worth several threads
_LEAST_FORK, _MOST_FORK = 25e-6, 200e-6


def shared_out(variant: Variant, placed: Placed, arrays: list[Any], binding: Binding, work: Work, trace: Trace) -> Work:
    """The work in rounds of several threads, or as it is."""
    call = placed.call
    if call.trips is None or call.trips < 2 or call.predicted < least_shared(variant):
        return work
    options, forced = variant.options, _is_forced(variant)
    free = free_threads(options.threads)
    threads = free if forced else variant.pace.threads(call.predicted, free, fork_seconds() if free > 1 else 0.0)
    if threads < 2:
        trace.schedule = ""
        return work
    found = placed.schedule
    if found is None:
        schedules = late("alpyna_hook.runtime.schedules")  # and with it the dependence analysis, which one thread does not need
        found = placed.schedule = schedules.schedule_of(variant, call, arrays, binding)
    trace.schedule = found.text(threads)
    team = _team() if found.is_parallel else None
    if team is None:
        return work
    seconds = 0.0 if forced else variant.pace.seconds(call.predicted)
    rounds = late("alpyna_hook.runtime.rounds").Rounds(found, variant.layout, threads, call.trips, seconds, team)
    return replace(work, rounds=rounds) if rounds.possible(work) else work


def least_shared(variant: Variant) -> float:
    """Seconds in the interpreter, of calls that several threads may run."""
    if variant.options.threads == 1:
        return inf
    return 0.0 if _is_forced(variant) else max(LEAST, variant.pace.least(fork_seconds()))


def _is_forced(variant: Variant) -> bool:
    return variant.options.threads > 1 and variant.options.compiles_all


def note_run(variant: Variant, call: Call, work: Work, seconds: float) -> None:
    """What a call took that may be worth several threads."""
    if call.predicted >= LEAST:
        several = work.rounds is not None and not work.rounds.dropped
        variant.pace.note(call.predicted, seconds, work.rounds.threads if work.rounds is not None and several else 1)


def _team() -> Any:
    return _made[0] if _made else _make()


_made: list[Any] = []


def _make() -> Any:
    found = aside(late("alpyna_hook.kernels.build").team)
    _made.append(found)
    return found


@cache
def fork_seconds() -> float:
    """From giving another thread something to do until this one knows that it is done."""
    times = []
    for _ in range(6):
        begun = perf_counter()
        errand = Errand(lambda: None)
        if not send(errand):
            return _MOST_FORK
        errand.wait()
        errand.forget()
        times.append(perf_counter() - begun)
    return min(max(min(times), _LEAST_FORK), _MOST_FORK)
