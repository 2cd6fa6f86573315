"""One execution of a kernel: the frame filled, the loop run, the results boxed, or all put back."""

from __future__ import annotations

from functools import partial
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from alpyna_hook.guest.outside import came_from_outside
from alpyna_hook.guest.room import with_more_room
from alpyna_hook.ir import layout as frame_layout
from alpyna_hook.ir.schema import replace
from alpyna_hook.live.binding import WHICH, Binding
from alpyna_hook.log import log
from alpyna_hook.runtime import failures
from alpyna_hook.runtime.decide import Estimate, measured
from alpyna_hook.runtime.dividing import note_run, shared_out
from alpyna_hook.runtime.errand import late
from alpyna_hook.runtime.interrupts import Ran, Work, run
from alpyna_hook.runtime.investments import INVESTMENTS
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.runtime.kept_names import KeptNames
from alpyna_hook.runtime.kept_variant import keep
from alpyna_hook.runtime.memory import Transaction
from alpyna_hook.runtime.native import FLAGS
from alpyna_hook.runtime.parts import Parts
from alpyna_hook.runtime.placing import SOON, PlaceKey, place, place_key, predicted
from alpyna_hook.runtime.scalars import fill, if_assigned, returned, unpack, value_of
from alpyna_hook.runtime.tally import LONGEST, Tally, rest
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Call, Placed, Variant
from alpyna_hook.seam.records import MISSING
from alpyna_hook.seam.site import Site

if TYPE_CHECKING:
    from typing import TypeAlias

    from alpyna_hook.bind.binder import Binder
    from alpyna_hook.ir.captured import Loc
    from alpyna_hook.seam.site import Plan

    Bound: TypeAlias = Binder | KeptNames

_FEW_KERNELS = 3  # of a variant, that may be compiled whatever they gain
_MOST_ERRORS = 1000  # while one is dealt with


class NoIterations(Exception):
    """Nothing to run: the interpreter is as quick."""


class TooSmall(Exception):
    """The interpreter is quicker than a launch."""


class Flagged(Exception):
    """A run-time check failed; everything has been put back.

    by_unit: the floating-point unit told so, which flags some things that NumPy does not.  loc: where, once it is `told`.
    """

    def __init__(self, by_unit: bool = False) -> None:
        super().__init__()
        self.by_unit = by_unit
        self.loc: Loc | None = None


def launch(
    site: Site, tally: Tally, variant: Variant, binder: Bound, binding: Binding, values: tuple[object, ...], estimate: Estimate, *,
    again: bool = False,
) -> tuple[Any, ...]:
    """The values of the site's targets, in a 1-tuple.  again: another kernel has been tried.

    Raises, with nothing changed: Declined, Flagged, NoIterations, or (unless forced) TooSmall.
    """
    trace, judge, forced = tally.trace, tally.judge, tally.forced
    if variant.choices:
        binding.scalars[WHICH] = 0
    if variant.tuples:
        assert not isinstance(binder, KeptNames)
        binder.make_arrays(binding, variant.tuples)
    arrays = [binding.arrays[name] for name in variant.interface.arrays]
    distant = None if again else there(variant, arrays, binding, estimate, trace)
    if distant is None:
        key, placed = placed_here(tally, variant, arrays, binding, estimate)
        if variant.news:
            keep(site, binder, binding, variant)
        plan = planned(site, tally, variant, binder, binding, values, key, placed, estimate)
        done = plan(values, binding.namespace) if plan is not None else None
        if done is not None:
            trace.runs -= 1  # which the plan has counted
            return done
    call, work = distant or here(tally, variant, arrays, binding, placed)
    depth, begun = site.pending_returns(), perf_counter()
    ran = None
    try:
        ran = run(work) if work.rounds is None else work.rounds.run(work)
        if call.kernel is not None:
            note_run(variant, call, work, perf_counter() - begun)
        return concluded(site, trace, judge, variant, binder, binding, values, work, call, ran, forced=forced)
    except Flagged as flagged:
        undo(site, work, depth)
        told(flagged, variant, work, call)
        if not flagged.by_unit or not variant.trust_flags or np.geterr()["under"] != "ignore":
            raise
        judge.failed()
        variant.doubt_flags(trace.accelerated)
    except BaseException as error:
        took, errors, noted = ran or Ran(perf_counter() - begun, 0.0), [error], 0
        while len(errors) < _MOST_ERRORS:  # whatever else comes meanwhile
            try:
                keeps = has_kept(work, ran) and came_from_outside(error)  # ours would not be raised afterwards
                if not keeps and (work.undoable or not work.has_run):
                    undo(site, work, depth)
                    break
                outside = [one for one in errors if came_from_outside(one)]
                if not all(one in outside or isinstance(one, (MemoryError, RecursionError)) for one in errors):
                    error = errors[-1]
                    break
                for one in outside[noted:]:
                    site.raise_afterwards(one)
                    noted += 1
                site.drop_returns(depth)
                if not ran:
                    log(f"{site!r}: interrupted; the iterations that are finished are kept")
                    call = replace(call, exact=False)
                return with_more_room(partial(
                    concluded, site, trace, judge, variant, binder, binding, values, work, call, took, forced=forced))
            except BaseException as another:
                errors.append(another)
        raise error
    return launch(site, tally, variant, binder, binding, values, estimate, again=True)


def planned(
    site: Site, tally: Tally, variant: Variant, binder: Bound, binding: Binding, values: tuple[object, ...], key: PlaceKey,
    placed: Placed, estimate: Estimate,
) -> Plan | None:
    """A plan for calls like the present one, if it is due."""
    before = variant.called((key[0][1:3], key[1]))
    if before is None or tally.judge.usual_cost > LONGEST or placed.call.soon is False:
        return None
    if not variant.trust_flags or variant.options.elsewhere:
        return None
    plans = late("alpyna_hook.runtime.plans")
    if isinstance(binder, KeptNames):
        binder = late("alpyna_hook.runtime.capturing").binder_of(site, values, binding.namespace)
    plan: Plan | None = plans.consider(site, tally, variant, binder, binding, values, key, estimate, before)
    return plan


def there(variant: Variant, arrays: list[Any], binding: Binding, estimate: Estimate, trace: Trace) -> tuple[Call, Work] | None:
    """On the device that was chosen, if that isn't the CPU and the nest can be run there: what is left to do of the run."""
    if variant.options.elsewhere:
        ran: tuple[Call, Work] | None = late("alpyna_hook.runtime.on_device").run_there(
            variant, arrays, binding, fill, estimate, trace)
        return ran
    if variant.choosing is False or variant.options.device != "auto":
        return None
    if variant.choosing is None:
        known = measured()
        least = known.seconds_before_devices if known else inf
        if least == inf:
            variant.choosing = False
        if trace.predicted + predicted(estimate, binding) < least:  # not even what chooses is imported
            return None
    ran = late("alpyna_hook.runtime.choosing").run_chosen(variant, arrays, binding, fill, estimate, trace)
    return ran


def placed_here(tally: Tally, variant: Variant, arrays: list[Any], binding: Binding, estimate: Estimate) -> tuple[PlaceKey, Placed]:
    """On the CPU."""
    key = place_key(variant, arrays, binding)
    placed = variant.placed.get(key)
    if placed is None:
        placed = place(variant, arrays, binding, key, estimate)
        if variant.spent:
            pay(tally.trace, tally.judge, variant, estimate)
    call = placed.call
    if call.trips == 0:
        raise NoIterations
    if not tally.forced and call.sure and call.predicted * tally.judge.scale < tally.judge.launch:
        raise TooSmall
    return key, placed


def here(tally: Tally, variant: Variant, arrays: list[Any], binding: Binding, placed: Placed) -> tuple[Call, Work]:
    call = placed.call
    soon = call.soon if call.sure or call.soon is not False or not tally.judge.is_short(SOON) else None
    return call, shared_out(variant, placed, arrays, binding, prepared(variant, placed, arrays, binding, soon), tally.trace)


def pay(trace: Trace, judge: Judge, variant: Variant, estimate: Estimate) -> None:
    """Puts down what was spent on new proofs and kernels."""
    spent, variant.spent = variant.spent, []
    here, made = sum([one.here for one in spent]), sum([one.kernel for one in spent])
    seconds = sum([one.seconds for one in spent])
    if made:
        judge.built()
        seconds += variant.analysis_seconds
        variant.analysis_seconds = 0.0  # once
    trace.compile_seconds += seconds
    judge.proved(here, counts=not made or len(variant.kernels) > _FEW_KERNELS)
    if made:
        stored, first = not any(one.fresh for one in spent), not all(one.imported for one in spent)
        INVESTMENTS.compiled(estimate, seconds, variant.options.jit, stored=stored, first=first)


def prepared(variant: Variant, placed: Placed, arrays: list[Any], binding: Binding, soon: bool | None) -> Work:
    frame, call = fill(variant, placed.head, binding), placed.call
    assert call.kernel is not None
    saved = Transaction([a for a, stored in zip(arrays, variant.stored, strict=True) if stored] if call.keeps else ())
    undoable = call.keeps or not any(variant.stored)
    parts = None if soon else in_parts(variant, call, arrays)
    by_call, shown = bool(variant.interface.ufuncs), variant.options.progress
    return Work(call.kernel.entry, frame, soon, call.mask, variant.trust_flags, by_call, saved, undoable, [], [], parts,
                place=variant.place, shown=shown)


def in_parts(variant: Variant, call: Call, arrays: list[Any]) -> Parts | None:
    if variant.carried is None or (variant.carried.counted and (call.trips is None or call.trips < 2)):
        return None
    return Parts(variant.carried, call.trips, tuple([a for a, stored in zip(arrays, variant.stored, strict=True) if stored]))


def concluded(
    site: Site, trace: Trace, judge: Judge, variant: Variant, binder: Bound, binding: Binding, values: tuple[object, ...],
    work: Work, call: Call, ran: Ran, *, forced: bool,
) -> tuple[Any, ...]:
    """The values of the targets, when the kernel has run.  A signal's handler may raise an exception anywhere here: nothing
    but the last call makes it impossible to undo all, and none is made after it."""
    fits = work.rounds is None or work.rounds.gathered(work)
    if work.raised or work.status == frame_layout.FLAGGED or not fits:
        raise Flagged(work.raised)
    results = unpack(variant, work.frame)
    boxed: tuple[Any, ...] = tuple([box(variant, binder, binding, results, name, values) for name in site.targets])
    if site.perhaps:
        boxed = boxed, *[if_assigned(variant, binding, results, name) for name in site.perhaps], site.held_before()
    for name, owner in binding.owners.items():
        value = value_of(variant, binding, results, name)
        if value is not MISSING:
            work.saved.assign(owner, name, value)
    if site.has_return:
        site.set_return(returned(variant, results) if work.status == frame_layout.RETURNED else None)
    judge.ran(call.predicted if call.exact else None, ran.seconds, ran.elsewhere)
    judge.end_compiled()
    if not forced and judge.loses():
        rest(site, judge)
    trace.seconds += judge.usual_cost
    trace.predicted += judge.worth
    INVESTMENTS.saved += judge.worth - judge.usual_cost
    trace.accelerated += 1
    if not variant.trust_flags:
        variant.note_clean_run(trace.accelerated)
    work.saved.end()
    return (boxed,)


def has_kept(work: Work, ran: Ran | None) -> bool:
    """Is everything as after some iterations, or as after all, and nobody at work?"""
    return work.kept if ran is None else work.rounds is None and work.has_run and work.is_clean


def told(flagged: Flagged, variant: Variant, work: Work, call: Call) -> None:
    """Puts into words what was flagged.  For that the nest may have to be analysed again."""
    if work.raised:
        what, flagged.loc = failures.of_unit(variant.typed, call.outcomes, FLAGS.names(work.flags_raised))
    elif work.status == frame_layout.FLAGGED:
        what, flagged.loc = failures.of_check(variant.typed, call.outcomes, work.failed_check, work.get(frame_layout.VALUE))
    else:
        what = "an integer that outgrows its type"
    flagged.args = (what,)


def box(
    variant: Variant, binder: Bound, binding: Binding, results: dict[str, Any], name: str, values: tuple[object, ...]
) -> Any:
    value = value_of(variant, binding, results, name)
    if value is MISSING:
        value = binder.before(name, values, binding.namespace)
    if value is MISSING:  # each iteration would have assigned it
        raise NoIterations
    return value


def undo(site: Site, work: Work, depth: int) -> None:
    """Puts everything back, also when a signal's handler raises an exception meanwhile: the first one goes on."""
    for attempts_left in range(9, -1, -1):
        try:
            with_more_room(work.saved.roll_back)
            site.drop_returns(depth)
            return
        except BaseException:
            if not attempts_left:
                raise
