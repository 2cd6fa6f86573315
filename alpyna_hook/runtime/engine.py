"""The site call: what happens, in order, when a marked loop is reached.

Nothing here has an effect that the program can see before it is certain that the kernel's result
is the interpreter's: until then the answer `()` leaves the loop to the interpreter.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from time import thread_time
from typing import TYPE_CHECKING, Any

from alpyna_hook import config
from alpyna_hook.guest import registries
from alpyna_hook.guest.outside import Raising, may_pass, outside_cause
from alpyna_hook.guest.watching import watched_at
from alpyna_hook.log import log
from alpyna_hook.reasons import BY_COST, Declined
from alpyna_hook.runtime.around import calls_to_come
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.errand import late
from alpyna_hook.runtime.investments import INVESTMENTS
from alpyna_hook.runtime.judge import Judge
from alpyna_hook.runtime.kept_names import KeptNames, kept_names
from alpyna_hook.runtime.kept_variant import kept_variant
from alpyna_hook.runtime.launch import Flagged, NoIterations, TooSmall, launch
from alpyna_hook.runtime.native import keeps_flags
from alpyna_hook.runtime.placing import estimate_of, predicted
from alpyna_hook.runtime.tally import Tally, rest
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Variant
from alpyna_hook.seam.site import Site, refuse_for_now

if TYPE_CHECKING:
    from alpyna_hook.bind.binder import Binder
    from alpyna_hook.live.binding import Binding

INTERPRET: tuple[Any, ...] = ()
_MOST_REPLAYS = 8  # more than there were successes: such a nest is left to the interpreter
_GIVE_UP_AFTER = 32  # refusals of a site that never ran compiled
_LOCK = threading.RLock()


class SiteState:
    """What the runtime knows of a site, beside its judge."""

    def __init__(self, site: Site) -> None:
        self._trace: Trace = getattr(site.state, "trace", None) or Trace()
        assert site.judge is not None
        self.tally = Tally(site, self._trace, site.judge, forced=site.module.options.compiles_all)
        self.binder: Binder | KeptNames | None = None
        self.variants: dict[tuple[object, ...], Variant | Declined] = {}
        self.estimate: Estimate | None = None
        self.pending: dict[tuple[object, ...], float] = {}  # by signature, of a site that has run compiled: see `Judge.pending`

    @property
    def trace(self) -> Trace:
        """With all calls up to now."""
        self.tally.settle()
        return self._trace

    def bound(self, site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> tuple[Binder | KeptNames, Binding]:
        """The names of this call, by what an earlier process has kept of the nest if that will do."""
        kept = self.binder  # looked at once: another thread may put the full one in its place
        if kept is None:
            kept = self.binder = kept_names(site, values, namespace)
        if isinstance(kept, KeptNames):
            found = kept.bind(values, namespace)
            if found is not None:
                return kept, found
        binder = self.full(site, values, namespace)
        return binder, binder.bind(values, namespace)

    def full(self, site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> Binder:
        """With what was captured."""
        binder = self.binder
        if binder is None or isinstance(binder, KeptNames):
            made: Binder = late("alpyna_hook.runtime.capturing").binder_of(site, values, namespace)
            binder = self.binder = made
        return binder


def execute(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> Sequence[Any]:
    """Runs the nest compiled and returns the 1-tuple of its targets' values, or () to have it interpreted.

    namespace: the globals of the code that holds the site.  What is remembered of a call must keep none of its
    objects alive: the site is a constant of a code object, which the garbage collector does not look into.
    """
    state = state_of(site)
    assert site.judge is not None
    trace, judge = state.trace, site.judge
    unseen = site.take_unseen()
    if unseen:
        trace.leave(unseen)
        judge.unseen(unseen)
    trace.runs += 1
    forced = site.module.options.compiles_all
    if is_left(site, state, judge, forced=forced):
        return INTERPRET
    handled = sys.exc_info()[1]
    judge.begin_compiled()
    try:
        return attempt(site, state, judge, values, namespace, forced=forced)
    except NoIterations:
        trace.runs -= 1
    except Declined as declined:
        refuse(site, state, declined)
    except Flagged as flagged:
        judge.failed()
        trace.refuse("flagged", str(flagged), flagged.loc)
        log(f"{site!r}: flagged, the interpreter replays it: {flagged}")
        if trace.refusals["flagged"] > _MOST_REPLAYS + trace.accelerated:
            site.decline_for_good()
        elif not forced and judge.loses():
            rest(site, judge)
    except BaseException as error:  # the one place where a failure of ours turns into "interpret"
        intruder = outside_cause(error, handled)
        if intruder is not None:
            return Raising(intruder, handled)
        if may_pass(error):
            log(f"{site!r}: unavailable: {error!r}")
            refuse_for_now(site, f"{type(error).__name__}: {error}")
            return INTERPRET
        if config.settings().options().strict or site.module.options.strict:
            raise
        slug = "compile-error" if is_of_compiler(error) else "internal"
        log(f"{site!r}: {slug}: {error!r}")
        trace.refuse(slug, f"{type(error).__name__}: {error}", None)
        site.decline_for_good()
    return INTERPRET


def is_of_compiler(error: BaseException) -> bool:
    """A `CompileError`, of a module that most processes never import."""
    made = sys.modules.get("alpyna_hook.kernels.kernel")
    return made is not None and isinstance(error, made.CompileError)


def state_of(site: Site) -> SiteState:
    """Made when it is asked for first, by one thread."""
    state = site.state
    if not isinstance(state, SiteState):
        with _LOCK:
            state = site.state
            if not isinstance(state, SiteState):
                site.judge = site.judge or Judge()
                state = site.state = SiteState(site)
    return state


def is_left(site: Site, state: SiteState, judge: Judge, *, forced: bool) -> bool:
    """Whether this call is left to the interpreter before its values are looked at; the trace is told why."""
    trace = state.trace
    if site.module.options.device == "interpreter":
        trace.refuse("disabled", "", None)
        site.decline_for_good()
        return True
    code = site.code()
    if code is not None and watched_at(code):
        trace.refuse("tracing", "", None)
        return True
    if sys.is_finalizing():  # no imports any more, and threads that run do not come back
        trace.refuse("unavailable", "Python is shutting down", None)
        return True
    if not forced and not looks(site, state, judge):
        trace.refuse("slower" if judge.resting else "compared" if judge.compiled else "too-small", "", None)
        judge.timing = True
        return True
    return False


def looks(site: Site, state: SiteState, judge: Judge) -> bool:
    """Whether there is more to do than to time the call."""
    if judge.compiled:
        return not judge.wants_sample()
    if state.binder is None or state.estimate is None or (judge.wants_estimate() and not state.estimate.constant):
        return True
    to_come = judge.ahead(calls_to_come(site, judge, state.trace.runs))
    return INVESTMENTS.worth_all_runs(id(site), judge.pending, state.estimate, site.module.options.jit, to_come)


def attempt(
    site: Site, state: SiteState, judge: Judge, values: tuple[object, ...], namespace: dict[str, Any], *, forced: bool
) -> tuple[Any, ...]:
    binder, binding = state.bound(site, values, namespace)
    variant = state.variants.get(binding.signature)
    if isinstance(variant, Declined):
        raise variant.fresh()
    estimate = predictor(site, state, binder, binding)
    if variant is None or not variant.kernels:
        if not forced and not worth_compiling(site, state, judge, estimate, binding):
            judge.timing = True
            raise Declined("too-small")
        if variant is None and isinstance(binder, KeptNames):
            variant = known_variant(site, state, binding, binder.data)
            if variant is None:
                binder = state.full(site, values, namespace)
                binding = binder.bind(values, namespace)
        if variant is None:
            with registries.kept(namespace):
                variant = new_variant(site, state, binding)
    try:
        return launch(site, state.tally, variant, binder, binding, values, estimate)
    except TooSmall:
        judge.looked()
        if judge.loses():
            rest(site, judge)
        raise Declined("too-small") from None


def predictor(site: Site, state: SiteState, binder: Binder | KeptNames, binding: Binding) -> Estimate:
    if state.estimate is None:
        if isinstance(binder, KeptNames):
            outline = binder.outline
        else:
            outline = late("alpyna_hook.cost.outline").outline(binder.nest, binding.functions)
        state.estimate = estimate_of(outline, site.nest, binding)
    return state.estimate


def worth_compiling(site: Site, state: SiteState, judge: Judge, estimate: Estimate, binding: Binding) -> bool:
    seconds = judge.estimated(predicted(estimate, binding), estimate.turns)
    if INVESTMENTS.worth_one_run(seconds, estimate, site.module.options.jit):
        return True
    pending = judge.pending
    if judge.compiled:  # for other types
        pending = state.pending[binding.signature] = state.pending.get(binding.signature, 0.0) + max(0.0, seconds - judge.launch)
    ahead = judge.ahead(calls_to_come(site, judge, state.trace.runs))
    return INVESTMENTS.worth_all_runs(id(site), pending, estimate, site.module.options.jit, ahead)


def new_variant(site: Site, state: SiteState, binding: Binding) -> Variant:
    pipeline = late("alpyna_hook.pipeline")
    begun = thread_time()
    assert binding.nest is not None
    try:
        variant: Variant = pipeline.analyse(binding.nest, binding.facts())
    except Declined as declined:
        state.variants[binding.signature] = declined.fresh()
        raise
    variant.analysis_seconds = thread_time() - begun
    return remembered(site, state, binding, variant)


def known_variant(site: Site, state: SiteState, binding: Binding, nest: bytes) -> Variant | None:
    """As an earlier process has left it."""
    variant = kept_variant(site, binding.signature, nest)
    return variant and remembered(site, state, binding, variant)


def remembered(site: Site, state: SiteState, binding: Binding, variant: Variant) -> Variant:
    variant.options, variant.place = site.module.options, site.shown_place
    variant.trust_flags = variant.keeps_flags = all(keeps_flags(*ufunc) for ufunc in variant.interface.ufuncs)
    state.variants[binding.signature] = variant
    return variant


def refuse(site: Site, state: SiteState, declined: Declined) -> None:
    slug = declined.reason.slug
    if slug == "unavailable":
        return refuse_for_now(site, declined.detail)
    trace = state.trace
    trace.refuse(slug, declined.detail, declined.loc, tuple([(o.reason.slug, o.detail, o.loc) for o in declined.others]))
    if slug in BY_COST:
        return
    log(f"{site!r}: {declined}")
    for child in site.children:
        child.live = True
    if not trace.accelerated and sum(trace.refusals.values()) >= _GIVE_UP_AFTER:
        site.decline_for_good()
