"""What the dependence analysis costs: static, at run time, remembered; and its memory.

    python -m benchmarks.dependence_times

Over PolyBench's nests, with the live values of its smallest problem size.  CPU time, the best of
several runs.  Writes benchmarks/results/dependence_times.md.
"""

from __future__ import annotations

import gc
import importlib
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alpyna_hook.dependence import ArrayFacts, NestAnalysis, Outermost, analyse
from alpyna_hook.dependence.address import overlapping
from benchmarks import measure
from benchmarks.nests import LiveNest, nests
from benchmarks.polybench import KERNELS

RESULTS = Path(__file__).parent / "results" / "dependence_times.md"


def best(run: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def analysed(live: LiveNest) -> NestAnalysis:
    return analyse(live.nest, functions=live.functions)


def memory(live: LiveNest) -> int:
    gc.collect()
    tracemalloc.start()
    analysis = analysed(live)
    analysis.at(live.bounds, live.arrays)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del analysis
    return size


def kernel_nests(name: str) -> list[LiveNest]:
    module = importlib.import_module(f"benchmarks.polybench.{name}")
    size: Any = module.SIZES["MINI"]
    arguments = module.init(*(size if isinstance(size, tuple) else (size,)), module.DTYPES[0])
    return list(nests(module.kernel, arguments))


def row(name: str, live: LiveNest) -> tuple[str, list[float]]:
    bounds, arrays = live.bounds, live.arrays
    static = best(lambda: analysed(live), 3)
    first, verdicts = [], []
    for _ in range(5):
        analysis = analysed(live)
        start = time.process_time()
        graph = analysis.at(bounds, arrays)
        first.append(time.process_time() - start)
        start = time.process_time()
        verdicts.append(len(graph.loops) and time.process_time() - start)
    again = best(lambda: [analysis.at(bounds, arrays) for _ in range(200)], 5) / 200
    kib = memory(live) / 1024
    outermost = best(lambda: Outermost(live.nest, functions=live.functions).carried(bounds, arrays), 5)
    figures = [static * 1e3, min(first) * 1e3, min(verdicts) * 1e3, again * 1e6, kib, outermost * 1e3]
    cells = f"{figures[0]:.1f} | {figures[1]:.2f} | {figures[2]:.1f} | {figures[3]:.1f} | {figures[4]:.0f} | {figures[5]:.1f}"
    return f"| {name}:{live.nest.loop.loc.line} | {len(analysis.pairs)} | {cells} |", figures


def disjoint() -> float:
    """Seconds to tell three arrays apart by their bounds."""
    arrays = {n: ArrayFacts(8, (1000,), (8,), 10_000 * (k + 1)) for k, n in enumerate("abc")}
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    return best(lambda: [overlapping(pairs, arrays) for _ in range(1000)], 5) / 1000


def main() -> None:
    lines = [
        "# Times of the dependence analysis", "", measure.machine(), "",
        "CPU time, best of several runs. *static*: once for each nest. *first*: with live bounds and addresses, the "
        "first time. *verdicts*: of all loops with suggested transformations, on demand, once. *again*: the same "
        "bindings once more. *memory*: of the analysis with one remembered graph. "
        "*outermost*: whether the outermost loop carries a dependence, from the source to the answer, which is all that threads "
        "ask.", "",
        "| nest | pairs | static, ms | first, ms | verdicts, ms | again, us | memory, KiB | outermost, ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    every: list[list[float]] = []
    for name in KERNELS:
        for live in kernel_nests(name):
            line, figures = row(name, live)
            lines.append(line)
            every.append(figures)
    worst = [max(column) for column in zip(*every, strict=True)]
    middle = [sorted(column)[len(column) // 2] for column in zip(*every, strict=True)]
    for label, values in (("median", middle), ("worst", worst)):
        lines.append(f"| **{label}** | | " + " | ".join(f"{value:.2f}" for value in values) + " |")
    lines += ["", f"Three arrays are told apart by their bounds in {disjoint() * 1e6:.2f} us."]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines[-4:]))


if __name__ == "__main__":
    main()
