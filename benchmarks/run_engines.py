"""The two engines of kernels, LLVM and Numba: what compiling costs, and how fast the kernels are, over PolyBench's loops.

    python -m benchmarks.run_engines [--size SMALL] [--dtype float64] [--rounds 5] [kernel ...]

Seconds of CPU of the thread: of one call of each function, and of compiling all its kernels; analysis is what else its first
call needs.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from types import ModuleType

import alpyna_hook
from alpyna_hook.kernels import build, llvm_engine, numba_engine
from alpyna_hook.kernels.kernel import Kernel, Source
from alpyna_hook.seam.site import all_sites
from benchmarks import loading, measure
from benchmarks.polybench import KERNELS


def compiled(source: Source) -> object:
    """By LLVM, though its object code may be stored."""
    here = llvm_engine.machine()
    return here.loaded(here.own.emit_object(llvm_engine.optimised(source.ir)))


ENGINES = {"llvm": compiled, "numba": numba_engine.built}


def accelerated(path: object, jit: str) -> ModuleType:
    return alpyna_hook.static_analyse(path, alpyna_hook.Options(device="cpu", strict=True, jit=jit))


def kernels(jit: str, filename: str) -> Iterator[Kernel]:
    for site in all_sites():
        if site.module.filename == filename and site.module.options.jit == jit and site.state is not None:
            for variant in getattr(site.state, "variants", {}).values():
                yield from getattr(variant, "kernels", {}).values()


def cpu(run: Callable[[], object]) -> float:
    begun = time.thread_time()
    run()
    return time.thread_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="SMALL", choices=("MINI", "SMALL", "MEDIUM"))
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("kernels", nargs="*", default=KERNELS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = folder  # nothing is stored yet
        compare(options)


def compare(options: argparse.Namespace) -> None:
    rows, ratios, compiling, analysing = [], [], [], []
    for name in options.kernels:
        path = loading.ROOT / "polybench" / f"{name}.py"
        plain = loading.plain(path)
        if options.dtype not in plain.DTYPES:
            continue
        arguments = plain.init(plain.SIZES[options.size], options.dtype)
        modules, first = {jit: accelerated(path, jit) for jit in ENGINES}, {}
        for jit, module in modules.items():
            begun = time.process_time()
            module.kernel(*copy.deepcopy(arguments))
            first[jit] = time.process_time() - begun
        sources = dict.fromkeys(kernel.source for kernel in kernels("llvm", str(path)))
        costs = {jit: cpu(lambda made=made, all_=sources: [made(source) for source in all_]) for jit, made in ENGINES.items()}
        best = dict.fromkeys(ENGINES, float("inf"))
        for _ in range(options.rounds):
            for jit, module in modules.items():
                given = copy.deepcopy(arguments)
                best[jit] = min(best[jit], cpu(lambda module=module, given=given: module.kernel(*given)))
        analysis = max(0.0, first["llvm"] - best["llvm"] - costs["llvm"])
        ratios.append(best["numba"] / best["llvm"])
        compiling.append(costs["llvm"] / max(1, len(sources)))
        analysing.append((costs["llvm"] + analysis) / max(1, len(sources)))
        rows.append((name, len(sources), measure.show(costs["llvm"]), measure.show(costs["numba"]), measure.show(analysis),
                     measure.show(best["llvm"]), measure.show(best["numba"]), f"{ratios[-1]:.2f}"))  # fmt: skip
        print(*rows[-1], flush=True)
    build._built.cache_clear()
    header = ("function", "kernels", "LLVM compiles in", "Numba in", "analysis", "LLVM's runs in", "Numba's in", "ratio")
    explained = (
        f"Size {options.size}, {options.dtype}; CPU of the thread; runs: the least of {options.rounds}, in turn; ratio: Numba's "
        "time by LLVM's. Made by `python -m benchmarks.run_engines`.")
    medians = [measure.show(statistics.median(each)) for each in (compiling, analysing)]
    summary = (
        f"Geometric mean of the ratios: {measure.geometric_mean(ratios):.2f}, the smallest {min(ratios):.2f}. One kernel is "
        f"compiled by LLVM in {medians[0]} (median), analysis included in {medians[1]}.")
    measure.write(f"engines-{options.dtype}", "Engines of kernels", [explained, summary, measure.table(header, rows)])


if __name__ == "__main__":
    main()
