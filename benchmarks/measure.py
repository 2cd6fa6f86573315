"""What the benchmarks share: the machine, interleaved timing, markdown tables.

The machine may be busy with other things, so what is compared is measured in turn, round by
round, and only ratios within one run are to be trusted.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Times:
    """Seconds of several runs of one thing."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def __str__(self) -> str:
        """The median and, in brackets, the smallest and the largest."""
        return f"{show(self.median)} ({show(min(self.runs))} - {show(max(self.runs))})"


def show(seconds: float) -> str:
    """Seconds with three digits and a fitting unit.

    >>> show(1.5), show(0.0123), show(2.5e-06), show(4e-08)
    ('1.5 s', '12.3 ms', '2.5 us', '40 ns')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def clock(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def interleaved(runs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Times]:
    """Calls each of `runs` once a round, in turn; each returns its own seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            seconds[name].append(run())
    return {name: Times(tuple(values)) for name, values in seconds.items()}


def geometric_mean(values: Iterable[float]) -> float:
    return statistics.geometric_mean(values)


def machine() -> str:
    """One line: processor, cores, Python and libraries."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "numba"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores, {platform.system()}; Python {platform.python_version()}, {versions}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A markdown table; all but the first column are right-aligned."""
    lines = [" | ".join(header), " | ".join(["---"] + ["---:"] * (len(header) - 1))]
    lines += [" | ".join(str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def write(name: str, title: str, parts: Sequence[str]) -> None:
    """Prints the report and leaves it in results/NAME.md."""
    text = "\n\n".join([f"# {title}", f"{machine()}. {time.strftime('%Y-%m-%d')}.", *parts]) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
    sys.stdout.write(text)
