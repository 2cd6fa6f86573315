"""Interrupts of compiled nests at any moment: is what is left what the interpreter leaves after some number of iterations?"""

from __future__ import annotations

import re
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import FrameType, TracebackType
from typing import Any, NamedTuple

import numpy as np

import alpyna_hook
from alpyna_hook.runtime.parts import Parts
from tests.runtime import interrupted_nests

State = dict[str, object]
TURNS = 200


_OF_THE_SEAM = ("run", "returned", "take", "overdue")  # it calls them; each may be interrupted before it can catch anything


class Box:
    def __init__(self) -> None:
        self.count = 0
        self.best = 0.0


class Wrong(Exception):
    """What no interpreter would have left."""


class Interrupted(NamedTuple):
    """finished: iterations; None if the interrupt came before or after the call.  known: of those, what was finished when it was looked at last.
    seconds: from the signal to the program's `except`."""

    finished: int | None
    known: int
    seconds: float

    @property
    def kind(self) -> str:
        if self.finished is None:
            return "not in the call"
        return "lost" if self.finished < self.known else "kept" if self.finished else "as before"


def inputs() -> tuple[Any, ...]:
    a, b = np.linspace(1.0, 2.0, 4000), np.linspace(0.5, 3.0, 4000)
    m = np.sin(np.arange(3600.0)).reshape(60, 60)
    return a, b, m, (np.arange(4000) * 37) % 4000, Box(), TURNS


def frozen(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.strides, value.tobytes()
    if isinstance(value, tuple):
        return tuple([frozen(item) for item in value])
    if isinstance(value, float):
        return type(value), struct.pack("d", value)
    if isinstance(value, complex):
        return type(value), struct.pack("dd", value.real, value.imag)
    return tuple(vars(value).items()) if isinstance(value, Box) else (type(value), value)


def state_of(variables: dict[str, object]) -> State:
    """Comparable, with which of the arrays are the same."""
    state = {name: frozen(value) for name, value in variables.items()}
    arrays = [name for name, value in variables.items() if isinstance(value, np.ndarray)]
    state["one and the same"] = tuple([(x, y) for x in arrays for y in arrays if x < y and variables[x] is variables[y]])
    return state


class Nest:
    """One of the nests, compiled, and the interpreter's states."""

    def __init__(self, name: str) -> None:
        text = interrupted_nests.source(name)
        self.name = name
        self.line = next(k for k, line in enumerate(text.splitlines(), 1) if line.startswith(("    for", "    while")) and k > _HEAD)
        self.compiled = alpyna_hook.static_analyse(text, alpyna_hook.Options(device="cpu", strict=True)).f
        self.states: list[State] = []
        watching = re.sub(r"(?m)^    for (.*) in (.*):$", r"    for \1 in watched(\2):", "\n" * _HEAD + "\n".join(text.splitlines()[_HEAD:]))
        watching = re.sub(r"(?m)^    while (.*):$", r"    while seen() and \1:", watching)
        watching = re.sub(r"(?m)^            ( *)return (.*)$", r"            \1return seen() and (\2)", watching)  # out of the loop
        namespace: dict[str, Any] = {"watched": self._watched, "seen": self._seen}
        exec(interrupted_nests._HELPERS + watching, namespace)
        before = inputs()
        result = namespace["f"](*before)
        self.last = state_of({"result": result, **dict(zip("abmpo", before, strict=False))} if type(result) is tuple else result)
        self.seconds = min(self.whole() for _ in range(4))
        row = next(row for row in alpyna_hook.report() if row["file"] == self.compiled.__code__.co_filename and row["line"] == self.line)
        assert row["accelerated_runs"] == row["runs"] > 0, (name, row)
        self.numbers = {_digest(state): k for k, state in enumerate(self.states)}
        assert len(self.numbers) == len(self.states) >= 100, name

    def _seen(self) -> bool:
        frame = sys._getframe(1)
        self.states.append(state_of(frame.f_locals))
        return True

    def _watched(self, items: Any) -> Iterator[Any]:
        for item in items:
            self.states.append(state_of(sys._getframe(1).f_locals))
            yield item
        self.states.append(state_of(sys._getframe(1).f_locals))

    def whole(self) -> float:
        """Seconds of one run that nobody interrupts."""
        given = inputs()
        begun = perf_counter()
        result = self.compiled(*given)
        seconds = perf_counter() - begun
        self._check_end(result, given)
        return seconds

    def _check_end(self, result: Any, given: tuple[Any, ...]) -> None:
        left = {"result": result, **dict(zip("abmpo", given, strict=False))} if type(result) is tuple else result
        self._compare(state_of(left), self.last, "the end")

    def interrupted(self, delay: float) -> Interrupted:
        """One run, with a signal after so many seconds.  Raises Wrong."""
        given, parts = inputs(), _Latest()
        with parts:
            try:
                begun = perf_counter()
                signal.setitimer(signal.ITIMER_REAL, delay)
                result = self.compiled(*given)
                signal.setitimer(signal.ITIMER_REAL, 0.0)
            except KeyboardInterrupt as error:
                seconds = perf_counter() - begun - delay
                return Interrupted(self._finished(error.__traceback__), min(parts.known, len(self.states) - 1), seconds)
        self._check_end(result, given)
        return Interrupted(None, 0, 0.0)

    def _finished(self, trace: TracebackType | None) -> int | None:
        places = []
        while trace is not None:
            places.append((trace.tb_frame, trace.tb_lineno))
            trace = trace.tb_next
        own = [k for k, (frame, _) in enumerate(places) if frame.f_code is self.compiled.__code__]
        if not own:
            return None
        if any(place[0].f_code.co_name not in _OF_THE_SEAM for place in places[own[0] + 1:]):
            raise Wrong(f"{self.name}: frames of ours: {places[own[0] + 1:]}")
        frame, line = places[own[0]]
        state = state_of(frame.f_locals)
        found = self.numbers.get(_digest(state))
        if found is not None:
            return found
        if line < self.line:  # some variables have no value yet
            first = self.states[0]
            wanted: State = {name: first[name] for name in state if name in first}
            self._compare(state, {**wanted, "one and the same": state["one and the same"]}, "before the loop")
        elif line == self.line and state != self.last:  # that it left early
            near = max(range(len(self.states)), key=lambda k: sum(self.states[k].get(x) == y for x, y in state.items()))
            self._compare(state, self.states[near], f"{near} iterations")
        else:
            self._compare(state, self.last, "the end")
        return None

    def _compare(self, state: State, wanted: State, when: str) -> None:
        names = {*state, *wanted}
        wrong = sorted(name for name in names if state.get(name) != wanted.get(name))
        if wrong:
            name = wrong[0]
            raise Wrong(f"{self.name}: {wrong} are not as after {when}: {_short(state.get(name))}, {_short(wanted.get(name))}")


_HEAD = interrupted_nests._HELPERS.count("\n")


def _short(value: object) -> str:
    return repr(value)[:80]


def _digest(state: State) -> int:
    return hash(tuple(sorted(state.items(), key=lambda item: item[0])))


class _Latest:
    """The parts that ran in a `with`."""

    def __enter__(self) -> _Latest:
        self.found: list[Parts] = []
        self._plain, found = Parts.run, self.found

        def run(parts: Parts, work: Any) -> None:
            found.append(parts)
            self._plain(parts, work)

        Parts.run = run  # type: ignore[method-assign]
        return self

    def __exit__(self, *error: object) -> None:
        Parts.run = self._plain  # type: ignore[method-assign]

    @property
    def known(self) -> int:
        """Iterations that were finished, if parts have run, as the thread that ran them knew."""
        return self.found[-1].done if self.found else 0


@contextmanager
def alarms() -> Iterator[None]:
    """SIGALRM does what SIGINT does."""
    before: Callable[[int, FrameType | None], Any] | int | None = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
