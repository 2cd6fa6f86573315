"""Small and fine-grained nests with `threads=auto` against one thread: nothing should get slower.

    python -m benchmarks.threads_fine [--rounds 41]

Seconds of the clock on the wall: those that two threads need count where one waits for the other.  Each round runs a batch of
calls with either, in turn; what the calls have learnt of several threads is kept from round to round, as in a program.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import alpyna_hook
from benchmarks import measure

FILE = Path(__file__).parent / "threads_nests.py"
BATCH = 0.004  # seconds, more or less


def cases() -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    rng = np.random.default_rng(7)
    for n in (10, 40, 120, 300):
        yield f"triad, {n} x {n}", "triad", tuple(rng.random((3, n, n)))
    for n in (10, 30, 60, 120):
        yield f"product, {n}", "product", (rng.random((n, n)), rng.random((n, n)), np.zeros((n, n)))
    for n in (10, 40, 120):
        yield f"triangle, {n}", "triangle", (rng.random((n, n)), np.zeros((n, n)))
    for n in (20, 100, 400):
        yield f"near pairs, {n}", "near_pairs", (rng.random((n, 3)), 0.1)
    for n in (10, 40):
        yield f"escape, {n} x {n}", "escape", (np.zeros((n, n), np.int64), 50)
    yield "two long rows", "triad", tuple(rng.random((3, 2, 20_000)))
    yield "many short rows", "triad", tuple(rng.random((3, 20_000, 2)))


def batch(function: Callable[..., object], arguments: tuple[Any, ...]) -> Callable[[], float]:
    for _ in range(4):
        once = measure.clock(lambda: function(*arguments))
    calls = max(1, int(BATCH / once))

    def run() -> float:
        for _ in range(calls):
            function(*arguments)
        return 0.0

    return lambda: measure.clock(run) / calls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=41)
    options = parser.parse_args()
    rows, ratios = [], []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = folder
        one, auto = [alpyna_hook.static_analyse(FILE, alpyna_hook.Options(device="cpu", threads=k)) for k in (1, 0)]
        for title, name, arguments in cases():
            runs = {which: batch(getattr(module, name), arguments) for which, module in (("one", one), ("auto", auto))}
            times = measure.interleaved(runs, options.rounds)
            pairs = [a / b for a, b in zip(times["auto"].runs, times["one"].runs, strict=True)]
            least = min(times["auto"].runs) / min(times["one"].runs)
            ratios.append(least)
            rows.append((title, times["one"], times["auto"], f"{statistics.median(pairs):.2f}", f"{least:.2f}"))
            print(*rows[-1][:1], *rows[-1][3:], times["one"], times["auto"], flush=True)
    explained = (
        f"Seconds a call, the median (smallest - largest) of {options.rounds} batches in turn; ratio: the median of those of two "
        "batches in turn, with `auto` by one thread; best: that of the quickest batches. Made by "
        f"`{' '.join(['python -m benchmarks.threads_fine', *sys.argv[1:]])}`.")
    summary = f"Of the best: geometric mean {measure.geometric_mean(ratios):.2f}, the largest {max(ratios):.2f}."
    measure.write("threads-fine", "Small nests with threads=auto and with one thread", [
        explained, summary, measure.table(("nest", "one thread", "auto", "ratio", "best"), rows)])


if __name__ == "__main__":
    main()
