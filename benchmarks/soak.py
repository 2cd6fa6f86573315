"""Mixed nests from eight Python threads for a long time, with forks, signals and exceptions thrown in.

    python -m benchmarks.soak [--minutes 30] [--seed 1]

Each call is compared, bit by bit, with what the same function leaves without us.  Meanwhile the process is forked and the child
does some of the same, an alarm's handler raises in the main thread at random moments, which calls nests too, and exceptions
are sent to the other threads.  Ends with a status of 1 for a difference, for a thread that does nothing for a minute or a child
that does not end, and where memory, threads or open files have grown since the first quarter.
"""

from __future__ import annotations

import argparse
import collections
import copy
import ctypes
import faulthandler
import os
import random
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import alpyna_hook
from benchmarks.loading import bits, plain

FILES = [Path(__file__).parent / name for name in ("threads_nests.py", "soak_nests.py")]
CALLERS = 8
SILENCE = 60.0  # seconds without a call that ends
GROWTH = 48 * 2**20  # bytes


class Thrown(Exception):
    """By a handler, or from another thread."""


class Case:
    def __init__(self, name: str, arguments: Callable[[random.Random], tuple[Any, ...]]) -> None:
        self.name, self.arguments = name, arguments


def cases() -> Iterator[Case]:
    def floats(rng: random.Random, *shape: int) -> Any:
        return np.random.default_rng(rng.randrange(2**32)).random(shape)

    def whole(rng: random.Random, most: int, *shape: int) -> Any:
        return np.random.default_rng(rng.randrange(2**32)).integers(0, most, shape)

    yield Case("escape", lambda r: (np.zeros((r.randrange(2, 12), 9), np.int64), 30))
    yield Case("forces", lambda r: ((n := r.randrange(2, 12)) and (floats(r, n, 3), np.zeros((n, 3)))))
    yield Case("product", lambda r: ((n := r.randrange(2, 20)) and (floats(r, n, n), floats(r, n, n), np.zeros((n, n)))))
    yield Case("product_by_dots", lambda r: ((n := r.randrange(2, 16)) and (floats(r, n, n), floats(r, n, n), np.zeros((n, n)))))
    yield Case("convolution", lambda r: ((n := r.randrange(2, 9)) and (floats(r, n + 2, n + 2), floats(r, 3, 3), np.zeros((n, n)))))
    yield Case("triangle", lambda r: ((n := r.randrange(2, 16)) and (floats(r, n, n), np.zeros((n, n)))))
    yield Case("near_pairs", lambda r: (floats(r, r.randrange(2, 30), 3), 0.2))
    yield Case("copied", lambda r: ((n := r.randrange(2, 40)) and (floats(r, n, n), floats(r, n, n))))
    yield Case("triad", lambda r: ((n := r.randrange(2, 40)) and tuple(floats(r, 3, n, n))))
    yield Case("smoothed", lambda r: ((n := r.randrange(3, 40)) and (floats(r, n, n), floats(r, n, n))))
    yield Case("divided", lambda r: ((n := r.randrange(2, 30)) and (floats(r, n, 7), floats(r, n) * whole(r, 30, n).astype(bool))))
    yield Case("stored", lambda r: ((n := r.randrange(2, 30)) and (floats(r, n, 7), whole(r, n + (r.random() < 0.1), n))))
    yield Case("refused", lambda r: (floats(r, r.randrange(2, 40), 3), r.choice([0.9, 0.99, 2.0])))
    yield Case("counted", lambda r: (whole(r, 50, r.randrange(1, 30)),))
    yield Case("halved", lambda r: ((n := r.randrange(2, 30)) and (whole(r, 2**40, n), np.zeros(n, np.int64))))
    yield Case("waves", lambda r: (floats(r, r.randrange(3, 12), r.randrange(3, 12)), 3))


def outcome(function: Callable[..., object], arguments: tuple[Any, ...]) -> object:
    """What it returns or raises, and what it has left in its arguments."""
    try:
        result: object = function(*arguments)
    except Thrown:
        raise
    except Exception as error:
        result = type(error).__name__, str(error)
    return bits((result, list(arguments)))


class Soak:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.cases = list(cases())
        self.plain: list[ModuleType] = []
        self.made: list[ModuleType] = []
        self.counts: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self.last = [time.monotonic()] * (CALLERS + 1)
        self.ending = False

    def load(self) -> None:
        self.plain = [plain(path) for path in FILES]
        for threads in (1, 2, 3, 0):
            options = alpyna_hook.Options(device="cpu", threads=threads)
            self.made += [alpyna_hook.static_analyse(path, options) for path in FILES]

    def call(self, rng: random.Random) -> None:
        case = rng.choice(self.cases)
        expected_by = next(m for m in self.plain if hasattr(m, case.name))
        function = getattr(rng.choice([m for m in self.made if hasattr(m, case.name)]), case.name)
        mine = case.arguments(rng)
        arguments = copy.deepcopy(mine)
        found = outcome(function, mine)
        expected = outcome(getattr(expected_by, case.name), arguments)
        if found != expected:
            self.wrong.append(f"{case.name}: {found} is not {expected}"[:2000])

    def caller(self, number: int) -> None:
        rng = random.Random(self.seed * 1000 + number)
        while not self.ending:
            try:
                while not self.ending:
                    self.call(rng)
                    self.counts["calls"] += 1
                    self.last[number] = time.monotonic()
            except Thrown:
                with suppress(Thrown):
                    self.counts["exceptions"] += 1

    def fork(self, rng: random.Random) -> None:
        child = os.fork()
        if not child:
            status = 2
            try:
                signal.setitimer(signal.ITIMER_REAL, 0)
                faulthandler.dump_traceback_later(SILENCE, exit=True)
                other = random.Random(rng.random())
                for _ in range(4):
                    self.call(other)
                status = int(bool(self.wrong))
            finally:
                os._exit(status)
        until = time.monotonic() + 2 * SILENCE
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                self.counts["forks"] += 1
                if status:
                    self.wrong.append(f"a child ended with {status}")
                return
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        self.wrong.append("a child did not end")


def usage() -> tuple[int, int, int]:
    """Bytes of memory, threads and open files of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


def run(soak: Soak, seconds: float) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """What was used after a quarter, and in the end."""
    rng = random.Random(soak.seed)

    def alarm(_signal: int, _frame: object) -> None:
        if not soak.ending and rng.random() < 0.5:
            raise Thrown

    callers = [threading.Thread(target=soak.caller, args=(k,), daemon=True) for k in range(CALLERS)]
    for caller in callers:
        caller.start()
    signal.signal(signal.SIGALRM, alarm)
    begun, quarter = time.monotonic(), None
    while (passed := time.monotonic() - begun) < seconds and not soak.wrong:
        try:
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0005, 0.05))
            for _ in range(rng.randrange(1, 20)):
                soak.call(rng)
                soak.counts["calls"] += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            victim = rng.choice(callers)
            if victim.ident is not None and rng.random() < 0.5:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(victim.ident), ctypes.py_object(Thrown))
            if rng.random() < 0.05:
                soak.fork(rng)
        except Thrown:
            soak.counts["signals"] += 1
        soak.last[CALLERS] = time.monotonic()
        silent = [k for k, last in enumerate(soak.last) if time.monotonic() - last > SILENCE]
        if silent:
            soak.wrong.append(f"callers {silent} do nothing")
            faulthandler.dump_traceback(all_threads=True)
        if quarter is None and passed > seconds / 4:
            quarter = usage()
    soak.ending = True
    signal.setitimer(signal.ITIMER_REAL, 0)
    for caller in callers:
        caller.join(SILENCE)
        if caller.is_alive():
            soak.wrong.append("a caller does not end")
    return quarter or usage(), usage()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = folder
        soak = Soak(options.seed)
        soak.load()
        before, after = run(soak, 60.0 * options.minutes)
    if after[0] > before[0] + GROWTH or after[1] > before[1] + CALLERS or after[2] > before[2]:
        soak.wrong.append(f"grown from {before} to {after}")
    print(", ".join(f"{n} {name}" for name, n in soak.counts.items()), f"in {options.minutes:g} minutes")
    accelerated = sum(entry["accelerated_runs"] for entry in alpyna_hook.report())
    print(f"{accelerated} loops by kernels; after a quarter and in the end: {before[0] >> 20} and {after[0] >> 20} MiB, "
          f"{before[1]} and {after[1]} threads, {before[2]} and {after[2]} open files")
    print("\n".join(soak.wrong) or "no difference, no hang, no growth")
    return int(bool(soak.wrong))


if __name__ == "__main__":
    sys.exit(main())
