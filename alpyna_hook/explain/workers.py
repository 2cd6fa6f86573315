"""What became of loops in worker processes: each writes its entries when it ends, and the report adds them up.

Workers of multiprocessing end in three ways: forked ones by `os._exit`, after multiprocessing's own finalisers; spawned ones as any
program; those of a pool by SIGTERM.  Each child that was forked begins to count anew, for it has its parent's counts.
"""

from __future__ import annotations

import _thread
import atexit
import json
import os
import shutil
import signal
from collections.abc import Iterable
from time import sleep, time_ns
from types import FrameType, ModuleType
from typing import Any

from alpyna_hook.config import cache_folder
from alpyna_hook.explain.report import as_data  # now, as no signal interrupts it
from alpyna_hook.guest.after_import import after_import
from alpyna_hook.seam.site import all_sites

Entry = dict[str, Any]
_ADDED = ("runs", "accelerated_runs", "seconds", "compile_seconds", "interpreter_seconds", "saved_seconds")

_PATIENCE = 0.1  # seconds, before a signal is sent once more

folder: str | None = None  # where the workers of this process write, if there is to be a report
_written: str | None = None  # by this process


def collect() -> None:
    """For the process that makes the report, before the program runs."""
    global folder
    place = os.path.join(cache_folder(), f"workers-{os.getpid()}-{time_ns()}")
    try:
        os.makedirs(place, mode=0o700)
    except OSError:
        return  # the report is that of one process
    folder = place
    _watch()


def join(place: str) -> None:
    """For a process that such a one has started."""
    global folder, _written
    folder, _written = place, _own_file(place)
    atexit.register(write)
    _watch()


def _watch() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forked)
    after_import("multiprocessing.util", _at_its_end)


def _own_file(place: str) -> str:
    return os.path.join(place, f"{os.getpid()}-{time_ns()}.json")


def _forked() -> None:
    global _written, _wakeup
    if _wakeup != -1:  # what it is told of signals is not for the parent
        if (other := signal.set_wakeup_fd(-1)) != _wakeup:
            signal.set_wakeup_fd(other)
        _wakeup = -1
    if folder is None:
        return
    _written = _own_file(folder)
    for site in all_sites():
        site.take_unseen()
        trace = getattr(site.state, "trace", None)
        if trace is not None:
            trace.__init__()
    atexit.register(write)


class _Registered:
    """For multiprocessing, which keeps no strong reference."""


_registered = _Registered()


def _at_its_end(util: ModuleType) -> None:
    """Has each process that multiprocessing starts write its entries at its end."""
    register, finalize = getattr(util, "register_after_fork", None), getattr(util, "Finalize", None)
    if register is None or finalize is None:
        return

    def begin(_: object = None) -> None:
        finalize(None, write, exitpriority=0)
        try:
            if signal.getsignal(signal.SIGTERM) in (signal.SIG_DFL, _terminated):  # the latter where a worker was forked by one
                signal.signal(signal.SIGTERM, _terminated)
                _insist()
        except ValueError:  # not the main thread
            pass

    register(_registered, begin)
    if _written is not None:  # a worker that was spawned: multiprocessing tells it nothing of being one
        begin()


_ending = False  # by SIGTERM
_wakeup = -1  # the file descriptor that Python tells of signals, if it is ours


def _insist() -> None:
    """A signal that comes just before the main thread begins to wait (for the lock of a pool's queue) does not wake it, though one
    that Python does not handle would have ended the process: then it is sent once more."""
    global _wakeup
    if not hasattr(signal, "pthread_kill"):
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    if before != -1:  # the program's own
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
        return
    _wakeup = writing
    _thread.start_new_thread(_send_again, (reading, _thread.get_ident()))


def _send_again(reading: int, main: int) -> None:
    while signal.SIGTERM not in os.read(reading, 100):
        pass
    while True:
        sleep(_PATIENCE)
        if _ending or signal.getsignal(signal.SIGTERM) is not _terminated:
            return
        signal.pthread_kill(main, signal.SIGTERM)


def _terminated(number: int, _: FrameType | None) -> None:
    global _ending
    if _ending:
        return
    _ending = True
    write()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def write() -> None:
    """The entries of this worker, in a file of its own; what cannot be written is missing from the report."""
    if _written is None or folder is None:
        return
    rows = [entry for entry in as_data() if entry["runs"]]
    try:
        with open(f"{_written}.new", "w", encoding="utf-8") as file:
            json.dump(rows, file)
        os.replace(f"{_written}.new", _written)
    except OSError:
        return


def gathered() -> list[list[Entry]]:
    """The entries of each worker that has ended; the files are removed."""
    global folder
    if folder is None:
        return []
    place, folder = folder, None
    found = []
    try:
        names = sorted(os.listdir(place))
    except OSError:
        names = []
    for name in names:
        try:
            with open(os.path.join(place, name), encoding="utf-8") as file:
                found.append(json.load(file))
        except (OSError, ValueError):  # of one that is being ended
            continue
    shutil.rmtree(place, ignore_errors=True)
    return found


def add(entries: list[Entry], workers: Iterable[list[Entry]]) -> None:
    """Adds what workers counted to the entries of this process: `workers` is how many of them reached a nest."""
    known = {_key(entry): entry for entry in entries}
    for rows in workers:
        for row in rows:
            entry = known.get(_key(row))
            if entry is None:
                entries.append(row)
                known[_key(row)] = row
                row["workers"] = 1
            else:
                _add(entry, row)


def _key(entry: Entry) -> tuple[str, int, str]:
    return entry["file"], entry["line"], entry["qualname"]


def _add(entry: Entry, row: Entry) -> None:
    if entry["reason"] is None or not entry["runs"]:
        entry.update({key: row[key] for key in ("reason", "detail", "place", "hint", "obstacles")})
    for key in _ADDED:
        entry[key] += row[key]
    for slug, times in row["refusals"].items():
        entry["refusals"][slug] = entry["refusals"].get(slug, 0) + times
    if row["accelerated_runs"]:
        entry["device"] = row["device"]
    entry["counted"] = entry["counted"] and row["counted"]
    entry["workers"] += 1
