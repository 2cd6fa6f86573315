"""A line on standard error for what takes long: the nest that runs, or is compiled, and how far it is; gone when that ends.

The thread that waits for it writes the line, below whatever else is on the terminal, whose cursor stays where it is.  tqdm,
of the extra `progress`, makes its text; it is imported when the first line is due.  What goes wrong here is no matter to the
program: then there is no line.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import PathFinder
from collections import deque
from importlib import import_module
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from alpyna_hook.config import complain, is_plain_terminal
from alpyna_hook.guest.outside import came_from_outside
from alpyna_hook.guest.own_imports import own_imports
from alpyna_hook.runtime.errand import aside
from alpyna_hook.runtime.threads import in_worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NEST, COMPILATION = 2.0, 1.0  # seconds, after which there is a line
_INTERVAL = 0.5  # seconds between two states of it on a terminal,
_SELDOM = 10.0  # and where each is a line of its own
_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"
_NO_BAR = "{desc} [{elapsed}]"
_TURNS = "{desc} {n_fmt} iterations [{elapsed}]"
_WHOLE_SCREENS = ("_curses", "textual")  # who has imported one may draw all over the terminal

_shown = Lock()  # held by the one line that there is


class Counted(Protocol):
    """done: iterations that are finished, of all."""

    @property
    def done(self) -> int: ...

    @property
    def trips(self) -> int | None: ...


class Line:
    """Of one wait, for the thread that waits.

    asked: whether there is to be one; None: on a terminal.  counted: the iterations, if they can be.
    """

    def __init__(self, text: str, asked: bool | None, after: float, counted: Counted | None = None) -> None:
        self.text = text
        self.asked = asked
        self.counted = counted
        self._begun = perf_counter()
        self._due = self._begun + after
        self._screen: Screen | None = None
        self._meter: Callable[..., str]
        self._past: deque[tuple[float, int]] = deque([(0.0, 0)])  # seconds, and iterations that were finished then

    def tick(self) -> None:
        """To be called now and then."""
        if perf_counter() < self._due:
            return
        try:
            if self._screen is None and not self._begin():
                self._due = float("inf")
                return
            assert self._screen is not None
            self._due = perf_counter() + self._screen.interval
            self._screen.show(self._state(self._screen))
        except BaseException as error:
            self._due = float("inf")
            if came_from_outside(error):
                raise

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: object) -> None:
        self._due = float("inf")
        screen, self._screen = self._screen, None
        if screen is None:
            return
        try:
            screen.clear()
        except BaseException as error:
            if came_from_outside(error):
                raise
        finally:
            _shown.release()

    def _begin(self) -> bool:
        if self.asked is False or in_worker():
            return False
        screen = screen_for(asked=self.asked is True)
        if screen is None:
            return False
        if not _meters:
            _meters.append(aside(_found_meter))  # an import, in the middle of which no signal's handler should raise anything
        if _meters[0] is None:
            if self.asked:
                complain("a line of progress needs tqdm: install alpyna[progress]")
            return False
        if not _shown.acquire(blocking=False):
            return False
        self._meter, self._screen = _meters[0], screen
        return True

    def _state(self, screen: Screen) -> str:
        meter, columns, simple = self._meter, screen.columns(), not screen.unicode
        elapsed = perf_counter() - self._begun
        if self.counted is None:
            return meter(0, None, elapsed, ncols=columns, prefix=self.text, bar_format=_NO_BAR, ascii=simple)
        done, total = self.counted.done, self.counted.trips
        if total is None:
            return meter(done, None, elapsed, columns, self.text, simple, bar_format=_TURNS)
        return meter(done, total, elapsed, columns, self.text, simple, rate=self._rate(elapsed, done), bar_format=_BAR)

    def _rate(self, elapsed: float, done: int) -> float | None:
        """Iterations in a second, over the last half of the time: later ones may take longer than the first."""
        past = self._past
        past.append((elapsed, done))
        while past[1][0] <= elapsed / 2:
            past.popleft()
        seconds, before = past[0]
        return (done - before) / (elapsed - seconds) or None


# ------------------------------------------------------------------------ tqdm


_meters: list[Callable[..., str] | None] = []  # once it was looked for


def _found_meter() -> Callable[..., str] | None:
    """What makes the text; None where tqdm is not installed."""
    with own_imports():
        if "tqdm" not in sys.modules and not _is_installed("tqdm"):
            return None
        try:
            found: Callable[..., str] = import_module("tqdm.std").tqdm.format_meter
        except (ImportError, AttributeError):
            return None
    return found


def _is_installed(name: str) -> bool:
    """As a package is, by that name, and not a module of the program's."""
    spec = PathFinder.find_spec(name)
    if spec is None or not spec.submodule_search_locations or spec.origin is None:
        return False
    beside = os.listdir(os.path.dirname(os.path.dirname(spec.origin)))
    return any(file.startswith(f"{name}-") and file.endswith("-info") for file in beside)


# ---------------------------------------------------------------------- screens


class Screen:
    """Standard error, as lines of a file."""

    interval = _SELDOM

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._encoding: str = stream.encoding
        self.unicode = self._encoding.lower().startswith("utf")

    def columns(self) -> int | None:
        return None

    def show(self, text: str) -> None:
        self._write(f"{text}\n")

    def clear(self) -> None:
        """Takes away what was shown, if that can be done."""

    def _write(self, text: str) -> None:
        """Past the stream, which is the program's."""
        if not self._stream.closed:
            os.write(self._stream.fileno(), text.encode(self._encoding, "replace"))


class Terminal(Screen):
    """The line below the cursor, or below the bars of the program's own tqdm.

    Room is made there first, which may scroll: an index down, ESC D, leaves the column as it is.
    """

    interval = _INTERVAL

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._down = 1

    def columns(self) -> int | None:
        return (os.get_terminal_size(self._stream.fileno()).columns or 80) - 1

    def show(self, text: str) -> None:
        self._down = 1 + _own_bars()
        self._write("\x1bD" * self._down + f"\x1b[{self._down}A" + self._there(text))

    def clear(self) -> None:
        self._write(self._there(""))

    def _there(self, text: str) -> str:
        """Draws it, and puts the cursor back."""
        return f"\x1b7\x1b[{self._down}B\r{text}\x1b[K\x1b8"


def screen_for(*, asked: bool) -> Screen | None:
    """Where to show something; nowhere, unless asked, but on a terminal that the program leaves as it is."""
    stream = sys.__stderr__
    if stream is None or stream.closed:
        return None
    is_terminal = os.isatty(stream.fileno()) and not is_plain_terminal()
    if is_terminal and (asked or (sys.stderr is stream and not any(name in sys.modules for name in _WHOLE_SCREENS))):
        return Terminal(stream)
    return Screen(stream) if asked else None


def _own_bars() -> int:
    """Lines below the cursor that bars of the program's take."""
    std = sys.modules.get("tqdm.std")
    bars = list(std.tqdm._instances) if std is not None else []
    return max([abs(getattr(bar, "pos", 0)) for bar in bars], default=0)
