"""Nests on one thread and on several: how much faster, and whether the bits are the same.

    python -m benchmarks.threads [--rounds 9] [--scale 1.0] [--patience 1.0] [word of a name ...]

Wall-clock seconds of whole calls; one thread and two run in turn, and the best of each counts, as other work on the machine
only adds to them: a round waits until nothing else runs (on Linux, so many seconds at most).  What this machine gives to two
threads at the same time is measured beside it, in each round: `roof` is that of two threads of Python that run the nest of one
thread each, on data of their own, at the same time; for nests that the memory holds up, the bytes that they name are compared
with what two threads of Python copy by `np.copyto` in the same rounds.  CPU: seconds that two threads used together, by those
of one thread (medians).
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

import alpyna_hook
from benchmarks import measure
from benchmarks.loading import bits

FILE = Path(__file__).parent / "threads_nests.py"
COUNTS = (1, 2, 3, 7)


class Case(NamedTuple):
    """moved: bytes that the loops name, where the memory is what holds them up."""

    name: str
    arguments: tuple[Any, ...]
    moved: int = 0


class Row(NamedTuple):
    case: Case
    one: measure.Times
    two: measure.Times
    pair: measure.Times  # two callers at the same time, one thread each
    cpu: float
    copy: float  # bytes a second, that two threads copy
    schedule: str
    same: bool

    @property
    def gain(self) -> float:
        return min(self.one.runs) / min(self.two.runs)

    @property
    def roof(self) -> float:
        return 2.0 * min(self.one.runs) / min(self.pair.runs)

    @property
    def rate(self) -> float:
        return self.case.moved / min(self.two.runs)


def cases(scale: float) -> Iterator[Case]:
    rng = np.random.default_rng(7)

    def size(n: int) -> int:
        return max(8, int(n * scale))

    n = size(420)
    yield Case("escape", (np.zeros((size(300), size(400)), np.int64), 500))
    yield Case("forces", (rng.random((size(2600), 3)), np.zeros((size(2600), 3))))
    yield Case("product", (rng.random((n, n)), rng.random((n, n)), np.zeros((n, n))))
    yield Case("product_by_dots", (rng.random((n, n)), rng.random((n, n)), np.zeros((n, n))))
    side = size(700)
    yield Case("convolution", (rng.random((side + 6, side + 6)), rng.random((7, 7)), np.zeros((side, side))))
    yield Case("triangle", (rng.random((n, n)), np.zeros((n, n))))
    yield Case("near_pairs", (rng.random((size(7000), 3)), 0.01))
    large = size(3400)
    a, b, c = (rng.random((large, large)) for _ in range(3))
    yield Case("copied", (a, b), 2 * a.nbytes)
    yield Case("triad", (a, b, c), 3 * a.nbytes)
    yield Case("smoothed", (a, b), 2 * a.nbytes)


def modules() -> dict[int, ModuleType]:
    return {k: alpyna_hook.static_analyse(FILE, alpyna_hook.Options(device="cpu", strict=True, threads=k)) for k in COUNTS}


def together(tasks: list[Callable[[], object]]) -> float:
    """Seconds until threads that begin at the same time have done each one of them."""
    start = threading.Barrier(len(tasks) + 1)

    def do(task: Callable[[], object]) -> None:
        start.wait()
        task()

    threads = [threading.Thread(target=do, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def await_quiet(patience: float) -> float:
    """Until no other task of the machine can run, or for so many seconds."""
    begun = time.perf_counter()
    while (waited := time.perf_counter() - begun) < patience and runnable() > 1:
        time.sleep(0.004)
    return waited


def runnable() -> int:
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].split("/")[0])
    except OSError:
        return 1


def compare(case: Case, made: dict[int, ModuleType], options: argparse.Namespace) -> Row:
    outcomes = {}
    for count, module in made.items():
        mine = copy.deepcopy(case.arguments)
        outcomes[count] = bits((mine, [getattr(module, case.name)(*mine)]))
    same = all(outcome == outcomes[1] for outcome in outcomes.values())
    mine, other = case.arguments, copy.deepcopy(case.arguments)
    one, two = [getattr(made[k], case.name) for k in (1, 2)]
    cpu: dict[str, list[float]] = {"one": [], "two": []}

    def alone(name: str, function: Callable[..., object]) -> Callable[[], float]:
        def run() -> float:
            begun = time.process_time()
            seconds = measure.clock(lambda: function(*mine))
            cpu[name].append(time.process_time() - begun)
            return seconds

        return run

    runs = {
        "one": alone("one", one), "two": alone("two", two),
        "pair": lambda: together([lambda: one(*mine), lambda: one(*other)]),
    }
    if case.moved:
        runs["copy"] = lambda: copying(mine[0], other[0])
    for run in runs.values():
        run()
    times = measure.interleaved({"": lambda: await_quiet(options.patience), **runs}, options.rounds)
    factor = statistics.median(cpu["two"]) / statistics.median(cpu["one"])
    rate = 2 * mine[0].nbytes / min(times["copy"].runs) if case.moved else 0.0
    return Row(case, times["one"], times["two"], times["pair"], factor, rate, schedule(case.name), same)


def copying(source: np.ndarray[Any, Any], target: np.ndarray[Any, Any]) -> float:
    half = len(source) // 2
    return together([lambda: np.copyto(target[:half], source[:half]), lambda: np.copyto(target[half:], source[half:])])


def schedule(name: str) -> str:
    """What `explain` says of it."""
    told = {e["schedule"] for e in alpyna_hook.report() if e["qualname"] == name and e.get("schedule", "").startswith("2 ")}
    return told.pop() if told else "?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--patience", type=float, default=1.0)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = folder
        made = modules()
        chosen = [c for c in cases(options.scale) if not options.words or any(word in c.name for word in options.words)]
        rows = []
        for case in chosen:
            rows.append(compare(case, made, options))
            row = rows[-1]
            print(f"{case.name:16} {row.gain:5.2f} of {row.roof:5.2f}  CPU {row.cpu:4.2f}  {row.one} {row.two}", flush=True)
    report(rows, options)


def report(rows: list[Row], options: argparse.Namespace) -> None:
    explained = (
        "Seconds of whole calls: the median (smallest - largest) of rounds in turn; gain: the best with one thread by the best "
        "with two; roof: the same for two callers with one thread each, at the same time; CPU: seconds that two threads used "
        f"together, by those of one. Bits compared at {', '.join(map(str, COUNTS))} threads. Made by "
        f"`{' '.join(['python -m benchmarks.threads', *sys.argv[1:]])}`.")
    bound = [row for row in rows if not row.case.moved]
    parts = [explained]
    if bound:
        parts += ["## Held up by computing", measure.table(
            ("nest", "one thread", "two threads", "gain", "roof", "CPU", "same bits", "schedule"),
            [(r.case.name, r.one, r.two, f"{r.gain:.2f}", f"{r.roof:.2f}", f"{r.cpu:.2f}", "yes" if r.same else "NO", r.schedule)
             for r in bound])]
    moving = [row for row in rows if row.case.moved]
    if moving:
        parts += ["## Held up by the memory", "Bytes that the loop names, by second; copy: those that two threads copy by "
                  "`np.copyto`, whose stores go around the cache.", measure.table(
            ("nest", "one thread", "two threads", "gain", "roof", "GB/s", "copy, GB/s", "share", "same bits"),
            [(r.case.name, r.one, r.two, f"{r.gain:.2f}", f"{r.roof:.2f}", f"{r.rate / 1e9:.1f}", f"{r.copy / 1e9:.1f}",
              f"{r.rate / r.copy:.2f}", "yes" if r.same else "NO") for r in moving])]
    if options.words:
        print("\n\n".join(parts))
    else:
        measure.write("threads-float64", "Nests on one thread and on two", parts)


if __name__ == "__main__":
    main()
