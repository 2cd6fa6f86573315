"""The seam between the two halves: one Site for each loop that may run compiled.

The rewritten module holds each Site as a constant of a code object and calls

    SITE.__doc__ or (SITE.run(p1, p2, ...) if NOBODY_LOOKS_ON else SITE.shown)

before the loop (and, for variables that may have no value, `SITE.see` before that).  The answer is
no tuple, or `()`, "run the loop yourself", decided before any side effect, or a 1-tuple that holds the values
of `targets`, "it has been run".  Where there are variables that the loop may leave as they were (`perhaps`), it holds a tuple: the
values of `targets`, for each of the others an iterator that has its value, or nothing, and what `held_before` gave.
An exception of a signal's handler is an answer, too: it is raised where the seam asks for the first value.

`SITE.__doc__` says what the site is doing:

    False         it is live: the seam calls `run`
    ...           a call that the interpreter runs is being timed: the seam tells `ended` when a loop has ended
    a Countdown   it rests, for a number of calls (`resting.py`)
    True          it is left alone: for good, or, as its calls are so short that even a countdown is too much, until another
                  site's seam calls `run`

Code objects are written by others too: by `marshal`, which writes a Site as the bytes that it is a
subclass of, since bytes and the like are all that it writes of others' classes, and by pickles of functions by
value, which do the same here.  `b"".__doc__` is a text, so that the seam that is read again, in a process that need
not have us, leaves its loop alone.
"""

from __future__ import annotations

import builtins
import os
import sys
from _thread import _local
from sys import exc_info, is_finalizing
from time import perf_counter
from types import CodeType, ModuleType

from alpyna_hook.guest.attempts import Attempts, calls_to_leave
from alpyna_hook.guest.forks import Undivided
from alpyna_hook.guest.outside import Raising, came_from_outside, may_pass, outside_cause
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.guest.watching import LOCAL_EVENTS, Watched, watched_at
from alpyna_hook.log import log
from alpyna_hook.named import NamedTuple
from alpyna_hook.runtime.trace import Trace
from alpyna_hook.seam.answers import Answers
from alpyna_hook.seam.records import Recorded, SiteRecord, Table
from alpyna_hook.seam.resting import Resting, wake
from alpyna_hook.seam.source import ModuleSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import Any

    from alpyna_hook.runtime.judge import Judge

    Plan = Callable[[tuple[object, ...], dict[str, Any]], "tuple[Any, ...] | None"]

ENGINE = "alpyna_hook.runtime.engine"  # imports numpy, so it is imported when the first loop is worth it;
FRONT = "alpyna_hook.runtime.front"  # before that, this decides
_BUILTINS = vars(builtins)


def _no_code() -> None:
    return None


class Site(bytearray, Resting, Answers, Recorded, Watched):  # with no docstring, which would be in the place of the slot
    # One loop; hashed and compared by identity, as code objects need of their constants.

    unbound = NameError  # for the seam

    __slots__ = (
        "__doc__", "_calls", "_pending", "_seen", "children", "code", "due", "failures", "judge", "module", "parent", "place",
        "plans", "record", "slept", "state", "timed",
    )
    __hash__ = object.__hash__  # type: ignore[assignment]

    def __init__(self, module: ModuleSource, record: SiteRecord, parent: Site | None) -> None:
        self.module = module
        self.record = tuple(record)
        self.parent = parent
        self.children: tuple[Site, ...] = ()
        self.live = parent is None
        self.slept = False  # so that some of its calls were not counted
        self._calls = 0  # for which the site is left alone
        self.timed: tuple[int, int, float, int] | None = None  # thread, frame, time and warnings before a call that is being timed
        self.judge: Judge | None = None
        self.due: tuple[tuple[int, BaseException], ...] = ()
        self.place: Any = _local() if record.perhaps else None  # a finaliser of what is overwritten may run this very site
        self.code: Callable[[], CodeType | None] = _no_code  # a weak reference to the code that it is a constant of
        self.plans: tuple[Plan, ...] = ()  # the engine's, for calls like those that it has seen
        self.failures = 0  # that may pass, so far
        self.state: object | None = None
        self._pending = _local() if record.has_return else None
        self._seen = _local() if record.unsure else None
        if parent is not None:
            parent.children += (self,)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __repr__(self) -> str:
        return f"<Site {self.qualname} {self.module.filename}:{self.lineno}>"

    @property
    def shown_place(self) -> str:
        """Short, for people."""
        module = self.module
        return f"{os.path.basename(module.filename) if module.name.startswith('__') else module.name}:{self.lineno}"

    def run(self, *values: object) -> Sequence[Any]:
        """Called by the seam with the values of those of `params` that are surely bound."""
        try:
            if self.timed is not None and self._ended_before():
                return ()
            frame = sys._getframe(1)
            if self._seen is not None:
                seen = self._take_seen(self._seen, frame)
                if seen is None:
                    return ()
                values += seen
            if frame.f_code is not self.code() or frame.f_builtins is not _BUILTINS:
                return ()  # a changed copy, such as `f.__code__.replace(...)`, or a function over `{"__builtins__": {...}}`
            wake()
            doing: object = self.__doc__
            if self.plans and doing is False:
                done = self._planned(values, frame)
                if done is not None:
                    return done
            done = _execute(self, values, frame.f_globals)
            if done == () and self.judge is not None and self.judge.timing:
                self._begin(frame, self.judge)
            return done
        except RecursionError:  # there is no room to call anything; elsewhere there may be
            return ()
        except BaseException as error:
            if came_from_outside(error):
                return Raising(error)
            if self.module.options.strict and not may_pass(error):
                raise
            refuse_for_now(self, f"{type(error).__name__}: {error}")
            return ()

    def _planned(self, values: tuple[object, ...], frame: FrameType) -> Sequence[Any] | None:
        """What `run` answers by one of the plans, or None: then nothing has happened."""
        handled = exc_info()[1]
        if is_finalizing() or (LOCAL_EVENTS and watched_at(frame.f_code)):
            return None
        try:
            for plan in self.plans:
                done = plan(values, frame.f_globals)
                if done is not None:
                    return done
        except BaseException as error:
            intruder = outside_cause(error, handled)
            if intruder is not None:
                return Raising(intruder, handled)
            if not may_pass(error):
                log(f"{self!r}: a plan failed: {error!r}")
                self.plans = ()
                if self.module.options.strict:
                    raise
        return None

    def decline_for_good(self) -> None:
        """From now on this loop costs one attribute test; its inner loops get their chance.

        Of one that never ran compiled, the record of what became of it is all that is kept.
        """
        self.live, self.timed, self.plans = False, None, ()
        trace = getattr(self.state, "trace", None)
        if trace is not None and not trace.accelerated:
            self.state = Left(trace)
        for child in self.children:
            if child.state is None:
                child.live = True

    def __reduce_ex__(self, protocol: object) -> tuple[type[bytes], tuple[()]]:
        return bytes, ()  # a function pickled by value is plain where it is unpickled


_IMPORTING = Undivided()
_ENGINE_IMPORTS = Attempts()


def _first_call(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> Sequence[Any]:
    """Before the engine is there."""
    global _execute, _leaves
    handled = sys.exc_info()[1]
    began = perf_counter()
    if _ENGINE_IMPORTS.hopeless:
        refuse_for_now(site, _ENGINE_IMPORTS.why)
        return ()
    try:
        if not site.module.options.compiles_all and ENGINE not in sys.modules:
            if _leaves is None:
                with _IMPORTING, own_imports():
                    _leaves = __import__(FRONT, globals(), None, ("leaves",)).leaves
            if _leaves(site, values, namespace):
                return ()
        with _IMPORTING, own_imports():
            _execute = __import__(ENGINE, globals(), None, ("execute",)).execute
    except BaseException as error:  # what the program put in the place of a module, or Python is shutting down
        if (intruder := outside_cause(error, handled)) is not None:
            return Raising(intruder, handled)
        log(f"the engine cannot be imported: {_ENGINE_IMPORTS.failed(error, began)}")
        refuse_for_now(site, _ENGINE_IMPORTS.why)
        return ()
    return _execute(site, values, namespace)


_leaves: Callable[[Site, tuple[object, ...], dict[str, Any]], bool] | None = None


class Left(NamedTuple):
    """The state of a site that is left to the interpreter, by the engine or without one."""

    trace: Trace


def refuse_unseen(site: Site, slug: str, detail: str) -> Trace | None:
    """Notes why a loop is left alone that no engine has seen."""
    if site.state is None:
        site.state = Left(Trace())
    if not isinstance(site.state, Left):
        return None
    site.state.trace.refuse(slug, detail, None)
    return site.state.trace


def refuse_for_now(site: Site, why: str) -> None:
    """What failed may work later: this call and some more are left to the interpreter, and more each time."""
    trace = refuse_unseen(site, "unavailable", why)
    if trace is not None:
        trace.runs += 1
    else:
        state: Any = site.state  # the engine's, which has counted the run
        trace = state.trace
        trace.refuse("unavailable", why, None)
    if unseen := site.take_unseen():
        trace.leave(unseen)
    site.leave(calls_to_leave(site.failures))
    site.failures += 1
    for child in site.children:
        child.live = True


_execute: Callable[[Site, tuple[object, ...], dict[str, Any]], Sequence[Any]] = _first_call

_SOURCES: list[ModuleSource] = []


def registered(module: ModuleSource, table: Table) -> ModuleSource:
    """The module, whose code is about to run, with its Sites; or what was made of the same source before, if no code
    with its Sites is left."""
    for earlier in _SOURCES:
        if earlier.filename == module.filename and earlier.is_like(module) and all(site.code() is None for site in earlier.sites):
            return earlier
    module.functions = table.functions
    sites: list[Site] = []
    for record in table.sites:
        sites.append(Site(module, record, sites[record.parent] if record.parent >= 0 else None))
    module.sites = tuple(sites)
    module.refuse(table.refused)
    _SOURCES.append(module)
    return module


def has_sites(function: object) -> bool:
    """Whether a function (also wrapped or bound) or a module holds loops that may run compiled."""
    if isinstance(function, ModuleType):
        return any(module.sites for module in _SOURCES if module.name == function.__name__)
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code is not None and _code_has_sites(code)


def _code_has_sites(code: CodeType) -> bool:
    return any(
        isinstance(constant, Site) or (isinstance(constant, CodeType) and _code_has_sites(constant))
        for constant in code.co_consts
    )


def all_modules() -> list[ModuleSource]:
    """Every marked source of the process, in the order of import."""
    return list(_SOURCES)


def all_sites() -> list[Site]:
    return [site for module in _SOURCES for site in module.sites]
