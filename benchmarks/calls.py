"""What a call of a compiled loop costs: through the engine, and by the plan that repeated calls get.

    python -m benchmarks.calls [--calls 2000] [--rounds 9] [--colds 150]

CPU time of this thread, each in turn.  The kernels themselves take well below a microsecond.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from time import thread_time

import numpy as np

import alpyna_hook
from alpyna_hook.runtime import variant
from benchmarks import loading, measure

SOURCE = '''
def add(a, b, c):
    for i in range(len(a)):
        c[i] = a[i] + b[i]


def part(a, low, high):
    s = 0.0
    for i in range(low, high):
        s += a[i]
    return s


def grid(a, b):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            b[i, j] = a[i - 1, j] + a[i + 1, j] + a[i, j - 1]


def undone(a, x):
    for i in range(len(a)):
        a[i] = a[i] / 2.0 + x


def small(x):
    s = 0
    for i in range(3):
        s += x
    return s
'''
FIRST_CALLS, NEVER = variant.FIRST_CALLS, 2**40
OTHER_WORK = 10e-3  # seconds, before each call with cold caches
Call = Callable[[int], tuple[object, ...]]


def calls() -> dict[str, tuple[str, Call]]:
    """By what changes: a function, with the arguments of call k."""
    line, arrays = np.ones(2**20), tuple([np.ones(100) for _ in range(3)])
    whole = np.ones((32, 512)), np.ones((32, 512))
    return {
        "three arrays of 100": ("add", lambda k: arrays),
        "new integers each time": ("part", lambda k: (line, 200 + k % 2**19, 240 + k % 2**19 + k % 7)),
        "two loops, two arrays of 8 x 8": ("grid", lambda k: tuple([a[:8, :8] for a in whole])),
        "new shapes each time": ("grid", lambda k: tuple([a[: 3 + k % 20, : 3 + k // 20 % 300] for a in whole])),
        "an array that is copied for undo": ("undone", lambda k: (arrays[0], 0.5)),
    }


def load(path: Path, device: str) -> dict[str, Callable[..., object]]:
    return vars(alpyna_hook.static_analyse(path, alpyna_hook.Options(device=device, strict=True)))


def seconds(function: Callable[..., object], arguments: list[tuple[object, ...]]) -> float:
    """Of one call."""
    begun = thread_time()
    for each in arguments:
        function(*each)
    return (thread_time() - begun) / len(arguments)


def ways(path: Path) -> dict[str, dict[str, Callable[..., object]]]:
    """The functions as they are served in each way, warm."""
    found = {"plain": vars(loading.plain(path)), "engine": load(path, "cpu"), "plan": load(path, "cpu")}
    for way, functions in found.items():
        variant.FIRST_CALLS = FIRST_CALLS if way == "plan" else NEVER
        for name, call in calls().values():
            for k in range(200):
                functions[name](*call(k))
    variant.FIRST_CALLS = NEVER  # those who have a plan keep it
    return found


def warm_rows(path: Path, number: int, rounds: int) -> Iterator[tuple[object, ...]]:
    served = ways(path)
    for what, (name, call) in calls().items():
        numbers = count()

        def run(way: str, name: str = name, call: Call = call, numbers: Iterator[int] = numbers) -> float:
            return seconds(served[way][name], [call(k) for k in islice(numbers, number)])

        times = measure.interleaved({way: lambda way=way: run(way) for way in served}, rounds)
        engine, plan = times["engine"].median, times["plan"].median
        yield what, times["plain"], times["engine"], times["plan"], f"{engine / plan:.1f}"


def cold_row(path: Path, colds: int) -> tuple[object, ...]:
    """A call after other work, which has put all of ours out of the caches."""
    served, (name, call) = ways(path), calls()["three arrays of 100"]
    work, table = np.ones(2**21), {k: str(k) for k in range(200_000)}

    def after_work(way: str) -> float:
        begun = thread_time()
        while thread_time() - begun < OTHER_WORK:
            work[:] = work * 1.5
            sum(map(len, table.values()))
        return seconds(served[way][name], [call(0)])

    times = measure.interleaved({way: lambda way=way: after_work(way) for way in served}, colds)
    engine, plan = times["engine"].median, times["plan"].median
    shown = [f"{measure.show(statistics.median(times[way].runs))}" for way in served]
    return "three arrays of 100, after 10 ms of other work", *shown, f"{engine / plan:.1f}"


def small_row(path: Path, number: int, rounds: int) -> tuple[object, ...]:
    served = {"plain": vars(loading.plain(path)), "ours": load(path, "auto")}
    arguments: list[tuple[object, ...]] = [(2,)] * (50 * number)
    for functions in served.values():
        seconds(functions["small"], arguments)
    times = measure.interleaved({way: lambda way=way: seconds(served[way]["small"], arguments) for way in served}, rounds)
    return "3 iterations", times["plain"], times["ours"], measure.show(times["ours"].median - times["plain"].median)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--colds", type=int, default=150)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls_source.py"
        path.write_text(SOURCE)
        rows = [*warm_rows(path, options.calls, options.rounds), cold_row(path, options.colds)]
        small = small_row(path, options.calls, options.rounds)
    explained = (
        f"CPU time of one call, of {options.calls}; median (smallest - largest) of {options.rounds} rounds in turn. "
        "engine: each call bound and placed anew, as the first 24 of a loop are. plan: as later ones are. "
        f"After other work: the median of {options.colds} single calls."
    )
    header = ("call", "plain loop", "engine", "plan", "engine / plan")
    too_small = measure.table(("a loop that is too small", "plain", "with ALPyNA", "difference"), [small])
    measure.write("calls", "Calls of compiled loops", [explained, measure.table(header, rows), too_small])


if __name__ == "__main__":
    main()
