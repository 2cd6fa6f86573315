"""The line for what takes long: where it is shown, what it says, and that the program has nothing of it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from alpyna_hook import config
from alpyna_hook.kernels.team import ACTIVE, NEXT, WORDS
from alpyna_hook.runtime import progress
from alpyna_hook.runtime.chunks import Chunks
from alpyna_hook.runtime.progress import NEST, Line
from tests.runtime.terminal import Terminal

pytest.importorskip("tqdm")
pty = pytest.importorskip("pty")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Tty:
    """A terminal, which is standard error inside a `with` (pytest changes what a fixture does to that)."""

    def __init__(self) -> None:
        import fcntl
        import struct
        import termios

        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
        self.stream = os.fdopen(self.slave, "w", encoding="utf-8")

    def __enter__(self) -> Tty:
        self._before = sys.stderr, sys.__stderr__
        sys.stderr = sys.__stderr__ = self.stream  # type: ignore[misc]
        return self

    def __exit__(self, *error: object) -> None:
        sys.stderr, sys.__stderr__ = self._before  # type: ignore[misc]

    def taken(self) -> str:
        """What was written since it was asked last."""
        os.write(self.slave, b"\0")
        text = b""
        while not text.endswith(b"\0"):
            text += os.read(self.master, 100_000)
        return text[:-1].decode()

    def close(self) -> None:
        self.stream.close()
        os.close(self.master)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "perf_counter", clock)
    monkeypatch.setattr(progress, "_meters", [])
    monkeypatch.setattr(config, "_said", set())
    return clock


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tty]:
    tty = Tty()
    monkeypatch.setenv("TERM", "xterm")
    yield tty
    tty.close()
    assert not progress._shown.locked()


def test_a_line_below_the_cursor_and_gone_when_done(clock: Clock, tty: Tty) -> None:
    terminal, counted = Terminal(), SimpleNamespace(done=0, trips=1000)
    terminal.write("Solving ... ")
    with tty, Line("pkg.mod:7", None, NEST, counted) as line:
        for seconds in (0.0, 1.9, 1.99):
            clock.now = 100.0 + seconds
            line.tick()
        assert tty.taken() == ""
        clock.now, counted.done = 102.0, 250
        line.tick()
        terminal.write(tty.taken())
        first, below = terminal.lines
        assert first == "Solving ..." and len(below) == 79
        assert below.startswith("pkg.mod:7  25%|") and below.endswith("| 250/1000 [00:02<00:06]")
        clock.now = 102.4
        line.tick()
        assert tty.taken() == ""
        clock.now, counted.done = 110.0, 900  # faster: 650 in 8 seconds
        line.tick()
        terminal.write(tty.taken())
        assert terminal.lines[1].endswith("| 900/1000 [00:10<00:01]")
    terminal.write(tty.taken() + "done")
    assert terminal.lines == ["Solving ... done"]
    line.tick()
    assert tty.taken() == ""


def test_what_cannot_be_counted(clock: Clock, tty: Tty) -> None:
    terminal = Terminal()
    with tty, Line("compiling pkg.mod:7", None, 1.0) as line:
        clock.now = 161.0
        line.tick()
        terminal.write(tty.taken())
        assert terminal.lines == ["", "compiling pkg.mod:7 [01:01]"]
    terminal.write(tty.taken())
    assert terminal.lines == [""]


def test_at_the_bottom_of_the_screen(clock: Clock, tty: Tty) -> None:
    terminal = Terminal(rows=3)
    terminal.write("one\r\ntwo\r\nthree\r\nfour")
    with tty, Line("m:7", None, 1.0) as line:
        for _ in range(3):
            clock.now += 1.0
            line.tick()
            terminal.write(tty.taken())
            assert terminal.lines == ["three", "four", f"m:7 [00:0{clock.now - 100:.0f}]"]
    terminal.write(tty.taken() + ", five")
    assert terminal.lines == ["three", "four, five"]


def test_bars_of_the_program_s_own(clock: Clock, tty: Tty) -> None:
    from tqdm import tqdm

    terminal = Terminal()
    outer = tqdm(range(4), desc="epochs", file=tty.stream, bar_format="{desc} {n}", mininterval=0)
    inner = tqdm(range(4), desc="batches", file=tty.stream, bar_format="{desc} {n}", mininterval=0)
    with tty, Line("m:7", None, 1.0) as line:
        clock.now += 1.0
        line.tick()
        terminal.write(tty.taken())
        assert terminal.lines == ["epochs 0", "batches 0", "m:7 [00:01]"]
        outer.update()
    inner.update()
    terminal.write(tty.taken())
    assert terminal.lines == ["epochs 1", "batches 1"]
    assert len(tqdm._instances) == 2
    inner.close()
    outer.close()


@pytest.mark.parametrize("asked", [True, None, False])
@pytest.mark.parametrize("where", ["terminal", "file", "replaced", "closed", "none", "plain", "screen", "worker"])
def test_where_there_is_one(
    asked: bool | None, where: str, clock: Clock, tty: Tty, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine, file = io.StringIO(), (tmp_path / "stderr").open("w+", encoding="ascii")
    with tty:
        if where == "file":
            sys.stderr = sys.__stderr__ = file  # type: ignore[misc]
        elif where == "replaced":
            sys.stderr = mine
        elif where == "closed":
            sys.stderr = sys.__stderr__ = (tmp_path / "closed").open("w")  # type: ignore[misc]
            sys.stderr.close()
        elif where == "none":
            sys.stderr = sys.__stderr__ = None  # type: ignore[misc, assignment]
        elif where == "plain":
            monkeypatch.setenv("TERM", "dumb")
        elif where == "screen":
            monkeypatch.setitem(sys.modules, "_curses", ModuleType("_curses"))
        elif where == "worker":
            monkeypatch.setattr(progress, "in_worker", lambda: True)
        with Line("m:7", asked, 1.0) as line:
            for _ in range(3):
                clock.now += 4.0
                line.tick()
    file.seek(0)
    written = tty.taken(), file.read(), mine.getvalue()
    lines = "m:7 [00:04]\n"
    if asked is False or where in ("closed", "none", "worker") or (asked is None and where != "terminal"):
        assert written == ("", "", "")
    elif where == "file":
        assert written == ("", lines, "")
    elif where == "plain":
        assert written == (lines.replace("\n", "\r\n"), "", "")
    else:
        assert written[0].count("m:7") == 3 and written[1:] == ("", "")
    file.close()


def test_one_line_at_a_time(clock: Clock, tty: Tty) -> None:
    with tty, Line("m:7", None, 1.0) as line, Line("m:8", None, 1.0) as other:
        clock.now += 1.0
        line.tick()
        other.tick()
        clock.now += 1.0
        other.tick()
        assert "m:8" not in tty.taken()
    with tty, Line("m:9", None, 1.0) as line:
        clock.now += 1.0
        line.tick()
        assert "m:9" in tty.taken()


def test_without_tqdm(clock: Clock, tty: Tty, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(progress, "_is_installed", lambda name: False)
    said = []
    for asked in (None, True, True):
        with tty, Line("m:7", asked, 1.0) as line:
            clock.now += 1.0
            line.tick()
            tty.stream.flush()
        said.append(tty.taken())
    assert said == ["", "alpyna: a line of progress needs tqdm: install alpyna[progress]\r\n", ""]
    assert "tqdm" not in sys.modules


def test_a_module_of_the_program_s_is_not_tqdm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("tqdm.py", "other/tqdm/__init__.py"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise SystemExit('it was imported')")
        monkeypatch.syspath_prepend(path.parent if place == "tqdm.py" else path.parent.parent)
        assert not progress._is_installed("tqdm")
    monkeypatch.undo()
    assert progress._is_installed("tqdm")
    monkeypatch.setitem(sys.modules, "tqdm", ModuleType("tqdm"))
    monkeypatch.delitem(sys.modules, "tqdm.std", raising=False)
    assert progress._found_meter() is None


class Timeout(Exception):
    pass


def handler(number: int, frame: Any) -> None:
    raise Timeout


def _raised_by_a_handler() -> None:
    handler(14, sys._getframe())


def _raise(error: BaseException) -> Callable[..., Any]:
    def raising(*args: object, **kws: object) -> None:
        raise error

    return raising


@pytest.mark.parametrize("step", ["_found_meter", "meter", "write", "clear"])
@pytest.mark.parametrize("error", [
    OSError(5, "gone"), ValueError("closed"), MemoryError(), RecursionError(), KeyboardInterrupt(), Timeout(),
], ids=repr)
def test_what_goes_wrong_is_no_matter_to_the_program(
    step: str, error: BaseException, clock: Clock, tty: Tty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But what a signal's handler raises is."""
    raising = (lambda *args, **kws: _raised_by_a_handler()) if isinstance(error, Timeout) else _raise(error)
    if step == "_found_meter":
        monkeypatch.setattr(progress, "_found_meter", raising)
    elif step == "meter":
        monkeypatch.setattr(progress, "_meters", [raising])

    def run() -> str:
        with tty, Line("m:7", True, 1.0) as line:
            for k in range(3):
                clock.now += 1.0
                if step == "write" and k == 1:
                    monkeypatch.setattr(os, "write", raising)
                line.tick()
            if step == "clear":
                monkeypatch.setattr(os, "write", raising)
        return "run"

    if isinstance(error, (KeyboardInterrupt, Timeout)):
        with pytest.raises(type(error)):
            run()
    else:
        assert run() == "run"
    monkeypatch.undo()
    assert tty.taken().count("m:7") == {"write": 1, "clear": 3}.get(step, 0)


def test_iterations_that_several_threads_have_finished() -> None:
    chunks = Chunks(None, [0, 4, 8, 10], None)  # type: ignore[arg-type]
    chunks.job = [0] * len(WORDS)
    seen = []
    for begun, active in ((0, 2), (1, 2), (2, 2), (3, 2), (4, 1), (5, 0)):
        chunks.job[NEXT], chunks.job[ACTIVE] = begun, active
        seen.append(chunks.done)
    assert seen == [0, 0, 0, 4, 8, 10]


PROGRAM = """
import sys, threading
import numpy as np

def steps(a, n):
    s = 0
    for k in range(n):
        for i in range(k % 128):
            s = (s * 5 + i) % 1000003
        a[k % 7] += s
    return s

print("begun ", end="", file=sys.stderr, flush=True)
a = np.zeros(7)
s = steps(a, 10**6)
print("ended", file=sys.stderr, flush=True)
mine = [name for name in sys.modules if name.partition(".")[0] == "tqdm"]
print(s, a.sum(), threading.active_count(), len(mine) > 0)
"""
# A nest that takes as long as the first tick counts as long.
RUN = """
import sys
import alpyna_hook
from alpyna_hook.runtime import interrupts, placing
interrupts.NEST, placing.COMPILATION = float(sys.argv[1]), 1000.0
alpyna_hook.run_program(sys.argv[2])
"""


def on_a_terminal(path: Path, seconds: float, **environment: str) -> tuple[str, str]:
    """What a process prints, and what it writes to the terminal that its standard error is."""
    tty = Tty()
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(seconds), path], stdout=subprocess.PIPE, stderr=tty.slave, text=True,
        env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "TERM": "xterm", **environment},
    ) as process:
        out, _ = process.communicate(timeout=60)
    text = tty.taken()
    tty.close()
    assert process.returncode == 0, text
    return out, text


def test_a_program_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(PROGRAM)
    plain, text = on_a_terminal(path, 1000.0)
    assert plain.endswith(" 1 False\n") and text == "begun ended\r\n"
    assert on_a_terminal(path, 0.0, ALPYNA_PROGRESS="0") == (plain, text)
    shown, text = on_a_terminal(path, 0.0)
    assert shown == plain.replace("False", "True")
    assert "script.py:7 " in text and "/1000000 [00:00<" in text
    terminal = Terminal()
    terminal.write(text)
    assert terminal.lines == ["begun ended", ""]


def test_not_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(PROGRAM)
    for asked, lines in (("auto", 0), ("1", 1)):
        run = subprocess.run(
            [sys.executable, "-c", RUN, "0.0", path], capture_output=True, text=True, timeout=60,
            env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_PROGRESS": asked},
        )
        assert run.returncode == 0
        assert run.stderr.count("script.py:7 ") == lines and run.stderr.endswith("ended\n")
