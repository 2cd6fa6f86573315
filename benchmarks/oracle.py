"""How far our choice of a device is from the best that one could have made, for twelve programs and ten sizes of each.

    python -m benchmarks.oracle [--sizes 10] [--rounds 5] [--most 100000000] [--state "an idle machine"] [--out FILE] [name ...]

Options: the interpreter, one thread, two threads, and OpenCL where it is to be had.  Our choice is `device=auto` with at most two
threads, twice: without a profile, and with one that is measured at the start.  Each has a process of its own, in which the program
is loaded anew for each size, and has run before it is timed: what compiling and learning cost is not in the figures.
They are timed in turn; what is compared are medians of the clock, for several threads, or devices, do the work.  The interpreter is
left out where it should need more than half a second.  The slowdown is our median to the least of the options'.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from alpyna_hook import profile
from alpyna_hook.devices import found
from benchmarks import measure
from benchmarks.oracle_programs import PROGRAMS
from profiler import compiler, devices, interpreter, rates, store

OPTIONS = {"interpreter": None, "1 thread": ("cpu", 1), "2 threads": ("cpu", 2), "OpenCL": ("opencl", 1)}
OURS = {"without": ("auto", 2), "with": ("auto", 2)}
_LEAST = 100  # turns of the smallest
_SHORT = {"interpreter": "i", "1 thread": "1", "2 threads": "2", "OpenCL": "o"}


@dataclass
class Cell:
    """Of a program at one size: seconds of a call by option, and by our choice; where the last of our runs was."""

    turns: int
    options: dict[str, float] = field(default_factory=dict)
    ours: dict[str, float] = field(default_factory=dict)

    @property
    def best(self) -> str:
        return min(self.options, key=lambda name: self.options[name])

    def slowdown(self, which: str) -> float:
        return self.ours[which] / self.options[self.best]


class Runner:
    """One program, in a process of its own for each option."""

    def __init__(self, name: str, options: list[str], file: str) -> None:
        self.workers = {option: _worker(name, option, file if option == "with" else f"{file}.none") for option in [*options, *OURS]}

    def cell(self, turns: int, rounds: int) -> Cell:
        warmed = {option: self._ask(option, "warm", turns) for option in self.workers}
        times: dict[str, list[float]] = {option: [] for option, ready in warmed.items() if ready}
        for _ in range(rounds):
            for option, each in times.items():
                each.append(self._ask(option, "time", turns))
        medians = {option: statistics.median(each) for option, each in times.items()}
        return Cell(turns, {name: s for name, s in medians.items() if name not in OURS}, {name: medians[name] for name in OURS})

    def _ask(self, option: str, what: str, turns: int) -> float:
        worker = self.workers[option]
        assert worker.stdin is not None and worker.stdout is not None
        worker.stdin.write(json.dumps([what, turns]) + "\n")
        worker.stdin.flush()
        return float(worker.stdout.readline())

    def drop(self) -> None:
        for worker in self.workers.values():
            worker.communicate()


def _worker(name: str, option: str, file: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "ALPYNA_PROFILE": file}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.oracle_worker", name, json.dumps({**OPTIONS, **OURS}[option])]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def measured() -> dict[str, Any]:
    """A profile, without the exactness of functions."""
    profile.use(None)
    times = interpreter.times()
    data = {
        "schema": profile.SCHEMA, "measured_at": "", "machine": profile.machine(), "compiler": compiler.seconds(),
        "processor": rates.of_processor(), "functions": {}, "flags": {}, "devices": devices.seconds(),
    }
    return {**data, "interpreter": interpreter.figures(interpreter.least(times, interpreter.times()))}


def sizes(count: int, most: int) -> list[int]:
    return [int(each) for each in np.geomspace(_LEAST, most, count)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[], help="of programs; all if there are none")
    parser.add_argument("--sizes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=10**8, help="turns of the largest size")
    parser.add_argument("--state", default="", help="of the machine, for the table")
    parser.add_argument("--out", default=str(measure.RESULTS / "oracle.md"))
    args = parser.parse_args()
    names = [name for name in OPTIONS if name != "OpenCL" or not found.device("opencl").missing()]
    table: dict[str, list[Cell]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "profile.json")
        store.write(measured(), Path(file))
        for name in args.names or PROGRAMS:
            runner = Runner(name, names, file)
            most = min(args.most, PROGRAMS[name].most)
            table[name] = [runner.cell(turns, args.rounds) for turns in sizes(args.sizes, most)]
            runner.drop()
            without, known = (f"{_mean(table[name], which):.1%}" for which in OURS)
            sys.stderr.write(f"{name}: {without} without, {known} with a profile\n")
    text = rendered(table, names, args.state)
    with open(args.out, "w", encoding="utf-8") as file:
        file.write(text)
    sys.stdout.write(text)
    return 0


def _mean(cells: list[Cell], which: str) -> float:
    return statistics.mean(cell.slowdown(which) for cell in cells) - 1.0


def rendered(table: dict[str, list[Cell]], names: list[str], state: str) -> str:
    cells = [cell for row in table.values() for cell in row]
    lines = [
        "# Our choice against the best of all options", "",
        f"`python -m benchmarks.oracle`; {measure.machine()}{'; ' + state if state else ''}.", "",
        f"{len(table)} programs, {len(cells)} experiments, options: {', '.join(names)}. Mean slowdown of our choice: "
        f"{_mean(cells, 'without'):.1%} without a profile, {_mean(cells, 'with'):.1%} with one "
        "(the paper at DLS 2020: 13.6 % over 360 experiments).", "",
        "| program | without | with | worst, with | at turns | best options, by size |", "|---|---|---|---|---|---|",
    ]
    for name, row in table.items():
        worst = max(row, key=lambda cell: cell.slowdown("with"))
        best = "".join([_SHORT[cell.best] for cell in row])
        lines.append(f"| {name} | {_mean(row, 'without'):.1%} | {_mean(row, 'with'):.1%} | {worst.slowdown('with') - 1:.0%} "
                     f"| {worst.turns:.1e} | `{best}` |")
    legend = ", ".join([f"{_SHORT[name]} {name}" for name in names])
    lines += ["", f"Best options: {legend}. Slowdowns with a profile in percent, by size:", "",
              "| program | " + " | ".join([str(k + 1) for k in range(max(map(len, table.values())))]) + " |",
              "|---" * (1 + max(map(len, table.values()))) + "|"]
    for name, row in table.items():
        lines.append(f"| {name} | " + " | ".join([f"{100 * (cell.slowdown('with') - 1):.0f}" for cell in row]) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
