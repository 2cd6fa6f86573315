"""The site call: what happens, in order, when a marked loop is reached.

Nothing here has an effect that the program can see before it is certain that the kernel's result
is the interpreter's: until then the answer `()` leaves the loop to the interpreter.
"""

from __future__ import annotations

import sys
import threading
from time import perf_counter
from typing import Any

from alpyna_hook import config, pipeline
from alpyna_hook.binding import Binder, Binding, LiveNames
from alpyna_hook.capture import capture_nest
from alpyna_hook.guest import registries
from alpyna_hook.guest.outside import outside_cause
from alpyna_hook.guest.watching import watched
from alpyna_hook.hook.site import Site
from alpyna_hook.ir import Nest
from alpyna_hook.ir_bytes import loads
from alpyna_hook.kernels.build import CompileError
from alpyna_hook.log import log
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.decide import SHARE, Estimate, compile_seconds
from alpyna_hook.runtime.launch import Flagged, NoIterations, TooSmall, launch
from alpyna_hook.runtime.native import keeps_flags
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.runtime.variant import Variant

INTERPRET: tuple[Any, ...] = ()
_MOST_REPLAYS = 8  # more than there were successes: such a nest is left to the interpreter
_SMALL_SECONDS = 20e-6
_SMALL_RUNS = 64
_MOST_SKIPPED = 1000
_GIVE_UP_AFTER = 32  # refusals of a site that never ran compiled
_LOCK = threading.RLock()


class SiteState:
    """What the runtime knows of a site."""

    def __init__(self, site: Site) -> None:
        self.trace = Trace()
        self.binder: Binder | None = None
        self.nest: Nest | None = None
        self.variants: dict[tuple[object, ...], Variant | Declined] = {}
        self.pending = 0.0  # seconds that runs needed which were left to the interpreter, at the most
        self.left = 0.0  # seconds predicted for the last of them, or the last ones,
        self.left_at = 0.0  # when that was,
        self.left_runs = 1  # and how many
        self.threshold = 0.0
        self.small = 0  # runs in a row that were too small to matter
        self.estimate: Estimate | None = None

    def settle(self) -> None:
        """The runs that were left to the interpreter have needed no more than the time since then."""
        needed = min(self.left, perf_counter() - self.left_at)
        self.pending += needed
        self.small = self.small + 1 if needed < _SMALL_SECONDS * self.left_runs else 0
        self.left = 0.0

    def prepare(self, site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> Binder:
        if self.binder is None:
            positions = {name: k for k, name in enumerate(site.params)}
            with registries.kept(namespace):
                self.nest = nest_of(site, LiveNames(positions, values, namespace))
            check_seam(site, self.nest)
            self.binder = Binder(self.nest, positions)
        return self.binder


def nest_of(site: Site, live: LiveNames) -> Nest:
    """As it was captured when the module was rewritten, unless names stand for something else than it seemed then."""
    captured = loads(site.nest)
    if all(live.meaning(path) == meaning for path, meaning in captured.meanings):
        return captured.nest
    module = site.module
    node = module.loop_node(site.lineno, site.col, site.end_lineno, captured.owner)
    return capture_nest(node, filename=module.filename, qualname=site.qualname, skip_lines=module.skip_lines, names=live)


def check_seam(site: Site, nest: Nest) -> None:
    """The seam was made for what the names of the source look like: it must fit what they are, too."""
    code = site.code()
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars} if code is not None and site.in_function else set()
    read = {name.partition(".")[0] for name in (*nest.reads, *nest.attributes)}
    if {*nest.targets} != {*site.targets, *site.perhaps} or nest.has_return != site.has_return or read & own - {*site.params}:
        raise Declined("call", "what its names stand for is not what they look like")


def execute(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> tuple[Any, ...]:
    """Runs the nest compiled and returns the 1-tuple of its targets' values, or () to have it interpreted.

    namespace: the globals of the code that holds the site.  What is remembered of a call must keep none of its
    objects alive: the site is a constant of a code object, which the garbage collector does not look into.
    """
    state = site.state
    if not isinstance(state, SiteState):
        with _LOCK:
            if not isinstance(site.state, SiteState):
                site.state = SiteState(site)
            state = site.state
    assert isinstance(state, SiteState)
    trace = state.trace
    trace.runs += 1
    device = site.module.options.device
    if device == "interpreter":
        trace.refuse("disabled", "", None)
        site.decline_for_good()
        return INTERPRET
    if watched():
        trace.refuse("tracing", "", None)
        return INTERPRET
    if sys.is_finalizing():  # no imports any more, and threads that run do not come back
        trace.refuse("unavailable", "Python is shutting down", None)
        return INTERPRET
    handled = sys.exc_info()[1]
    try:
        return attempt(site, state, values, namespace, forced=device == "cpu")
    except NoIterations:
        trace.runs -= 1
    except Declined as declined:
        refuse(site, state, declined)
    except Flagged as flagged:
        trace.refuse("flagged", str(flagged), None)
        log(f"{site!r}: flagged, the interpreter replays it: {flagged}")
        if trace.refusals["flagged"] > _MOST_REPLAYS + trace.accelerated:
            site.decline_for_good()
    except Exception as error:  # the one place where a failure of ours turns into "interpret"
        intruder = outside_cause(error, handled)
        if intruder is not None:
            raise intruder  # noqa: B904 - it goes on as it came
        if config.settings().options().strict or site.module.options.strict:
            raise
        slug = "compile-error" if isinstance(error, CompileError) else "internal"
        log(f"{site!r}: {slug}: {error!r}")
        trace.refuse(slug, f"{type(error).__name__}: {error}", None)
        site.decline_for_good()
    return INTERPRET


def attempt(
    site: Site, state: SiteState, values: tuple[object, ...], namespace: dict[str, Any], *, forced: bool
) -> tuple[Any, ...]:
    if state.left:
        state.settle()
    binder = state.prepare(site, values, namespace)
    assert state.nest is not None
    binding = binder.bind(values, namespace)
    variant = state.variants.get(binding.signature)
    if isinstance(variant, Declined):
        raise variant.fresh()
    if not forced and state.trace.ledger.loses:
        site.skip = state.trace.ledger.calls_to_leave()
        state.trace.runs += site.skip
        raise Declined("too-small", "what was compiled was slower")
    if variant is None or not variant.kernels:
        if not forced and not worth_compiling(site, state, binding):
            raise Declined("too-small")
        if variant is None:
            with registries.kept(namespace):
                variant = new_variant(state, binding)
    try:
        return launch(site, state.trace, variant, binder, binding, values, predictor(state, binding), forced=forced)
    except TooSmall as small:
        leave_some(site, state, small.seconds)
        raise Declined("too-small") from None


def predictor(state: SiteState, binding: Binding) -> Estimate:
    if state.estimate is None:
        assert state.nest is not None
        state.estimate = Estimate(state.nest, binding.functions)
    return state.estimate


def worth_compiling(site: Site, state: SiteState, binding: Binding) -> bool:
    assert state.nest is not None
    if not state.threshold:
        state.threshold = compile_seconds(state.nest)
    seconds = predictor(state, binding).of(binding.arrays, binding.scalars)
    if seconds >= state.threshold or state.pending >= SHARE * state.threshold:
        return True
    leave_some(site, state, seconds)
    return False


def leave_some(site: Site, state: SiteState, seconds: float) -> None:
    """To the interpreter: after many runs in a row that were too small to matter, so many that only some are looked at."""
    if state.small >= _SMALL_RUNS:
        site.skip = min(state.small, _MOST_SKIPPED)
        state.trace.runs += site.skip
    state.left_runs = 1 + site.skip
    state.left, state.left_at = seconds * state.left_runs, perf_counter()


def new_variant(state: SiteState, binding: Binding) -> Variant:
    try:
        variant = pipeline.analyse(binding.nest, binding.facts())
    except Declined as declined:
        state.variants[binding.signature] = declined.fresh()
        raise
    variant.trust_flags = variant.keeps_flags = all(keeps_flags(*ufunc) for ufunc in variant.typed.ufuncs)
    state.variants[binding.signature] = variant
    return variant


def refuse(site: Site, state: SiteState, declined: Declined) -> None:
    slug = declined.reason.slug
    trace = state.trace
    trace.refuse(slug, declined.detail, declined.loc)
    if slug == "too-small":
        return
    log(f"{site!r}: {declined}")
    for child in site.children:
        child.live = True
    if not trace.accelerated and sum(trace.refusals.values()) >= _GIVE_UP_AFTER:
        site.decline_for_good()
