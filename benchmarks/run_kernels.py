"""Kernels against `@njit` on the very same loops: what the machine code takes, on one thread, without the call around it.

    python -m benchmarks.run_kernels [--suite polybench|tsvc|examples] [--size MEDIUM] [--n 20000] [--dtype float64]
                                     [--rounds 9] [--asm] [word of a name ...]

CPU seconds of the thread: of a kernel, inside of its entry, added up over the kernels of a function; of `@njit`, of the call
of the function.  What both take on tiny data is subtracted: it is the price of the call.  Each round runs both in turn, on
copies of the same data; ratio: the median of `@njit` by that of the kernels, so above 1 the kernels are faster.
"""

from __future__ import annotations

import argparse
import copy
import ctypes
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from alpyna_hook.kernels import llvm_engine
from benchmarks import loading, measure, tsvc
from benchmarks.loading import bits
from benchmarks.polybench import KERNELS

spent = 0  # nanoseconds in kernels


_ENTRY = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)


def timed(entry: Callable[[int], int]) -> Callable[[int], int]:
    """With an address, for what calls kernels by that."""

    def run(frame: int) -> int:
        global spent
        begun = time.thread_time_ns()
        status = entry(frame)
        spent += time.thread_time_ns() - begun
        return status

    return _ENTRY(run)


class Case(NamedTuple):
    name: str
    file: Path
    function: str
    tiny: tuple[Any, ...]
    arguments: tuple[Any, ...]


class Row(NamedTuple):
    name: str
    kernels: measure.Times
    njit: measure.Times
    same: bool

    @property
    def ratio(self) -> float:
        return self.njit.median / self.kernels.median


def polybench(options: argparse.Namespace) -> Iterator[Case]:
    for name in KERNELS:
        path = loading.ROOT / "polybench" / f"{name}.py"
        module = loading.plain(path)
        if options.dtype in module.DTYPES:
            sizes = module.SIZES
            size = int(sizes["MEDIUM"] * 3) if options.size == "LARGE" else sizes[options.size]
            yield Case(name, path, "kernel", module.init(4, options.dtype), module.init(size, options.dtype))


def loops(options: argparse.Namespace) -> Iterator[Case]:
    tiny, values = tsvc.data(8, options.dtype), tsvc.data(options.n, options.dtype)
    for name, function in tsvc.loops().items():
        module, _, bare = name.partition(".")
        path = loading.ROOT / "tsvc" / f"{module}.py"
        yield Case(name, path, bare, tsvc.arguments(function, tiny), tsvc.arguments(function, values))


SUITES = {"polybench": polybench, "tsvc": loops}


def once(function: Callable[..., object], arguments: tuple[Any, ...], *, whole: bool) -> tuple[float, object]:
    """Seconds, of the whole call or in kernels alone, and what came out."""
    global spent
    mine = copy.deepcopy(arguments)
    spent = 0
    begun = time.thread_time_ns()
    result = function(*mine)
    ended = time.thread_time_ns()
    return (ended - begun if whole else spent) * 1e-9, (mine, [result])


def compare(case: Case, fast: Callable[..., object], jitted: Callable[..., object], rounds: int) -> Row:
    for function in (fast, jitted):
        function(*copy.deepcopy(case.arguments))
    tiny: dict[bool, float] = {}
    for whole, function in ((False, fast), (True, jitted)):
        tiny[whole] = statistics.median([once(function, case.tiny, whole=whole)[0] for _ in range(15)])
    times: dict[bool, list[float]] = {False: [], True: []}
    outcomes = {}
    for _ in range(rounds):
        for whole, function in ((False, fast), (True, jitted)):
            seconds, outcome = once(function, case.arguments, whole=whole)
            times[whole].append(max(1e-7, seconds - tiny[whole]))
            outcomes[whole] = bits(outcome)
    return Row(case.name, measure.Times(tuple(times[False])), measure.Times(tuple(times[True])), outcomes[False] == outcomes[True])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", default="polybench", choices=SUITES)
    parser.add_argument("--size", default="MEDIUM", choices=("MINI", "SMALL", "MEDIUM", "LARGE"))
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    built = llvm_engine.built
    llvm_engine.built = lambda source: made._replace(entry=timed(made.entry)) if (made := built(source)) else made
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = folder
        report(options)


def report(options: argparse.Namespace) -> None:
    import numba

    rows: list[Row] = []
    left: list[str] = []
    modules: dict[Path, tuple[Any, Any]] = {}
    for case in SUITES[options.suite](options):
        if options.words and not any(word in case.name for word in options.words):
            continue
        plain, fast = modules.setdefault(case.file, None) or (loading.plain(case.file), loading.accelerated(case.file))
        modules[case.file] = plain, fast
        jitted = jit_all(numba, plain, case.function)
        try:
            jitted(*copy.deepcopy(case.tiny))
        except numba.core.errors.NumbaError as error:
            left.append(f"{case.name}: {str(error).splitlines()[0]}")
            continue
        rows.append(compare(case, getattr(fast, case.function), jitted, options.rounds))
        row = rows[-1]
        least = min(row.njit.runs) / min(row.kernels.runs)
        told = "" if row.same else "OTHER BITS"
        print(f"{row.name:40} {row.ratio:6.2f} ({least:5.2f}) {row.kernels}  {row.njit}  {told}", flush=True)
    ratios = [row.ratio for row in rows]
    where = f"n = {options.n}" if options.suite == "tsvc" else f"Size {options.size}"
    explained = (
        f"{where}, {options.dtype}; CPU seconds, median (smallest - largest) of {options.rounds} rounds; ratio: `@njit`'s time by "
        f"that of the kernels. Made by `python -m benchmarks.run_kernels {' '.join(sys.argv[1:])}`.")
    summary = (
        f"{len(rows)} functions; geometric mean of the ratios {measure.geometric_mean(ratios):.2f}, "
        f"the smallest {min(ratios):.2f}, "
        f"{sum(r < 0.8 for r in ratios)} below 0.8, {sum(r >= 0.97 for r in ratios)} of 0.97 and more.")
    table = measure.table(
        ("function", "kernels", "@njit", "ratio", "same bits"),
        [(r.name, r.kernels, r.njit, f"{r.ratio:.2f}", "yes" if r.same else "no") for r in rows])
    refused = "Numba refuses:\n\n" + "\n".join(f"- {each}" for each in left) if left else "Numba takes all."
    name = f"kernels-{options.suite}-{options.dtype}"
    if options.words:
        print(summary)
        return
    measure.write(name, "Kernels against @njit", [explained, summary, refused, table])


def jit_all(numba: Any, module: Any, name: str) -> Any:
    """The function and those of the module that it may call."""
    for each, value in list(vars(module).items()):
        if type(value).__name__ == "function" and value.__module__ == module.__name__:
            setattr(module, each, numba.njit(value))
    return getattr(module, name)


if __name__ == "__main__":
    main()
