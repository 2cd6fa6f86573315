"""The example programs, plain against accelerated.

    python -m benchmarks.run_examples [--rounds 3] [name ...]

Two measurements.  Whole processes at the default size: everything counts, start-up and
compiling too.  And within one process: the program's main part, once the loops are compiled; and
of that the loops alone, as the rest (NumPy's own functions, hashing, printing) is the same in both.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import alpyna_hook
from benchmarks import loading, measure
from benchmarks.measure import Times

EXAMPLES = loading.ROOT.parent / "examples"
NAMES = tuple(sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != "quickstart"))


@dataclass(frozen=True)
class Example:
    name: str
    plain: Times
    process: Times
    warm_plain: Times
    warm: Times
    nests: Times
    same: bool
    interpreted: tuple[str, ...]

    @property
    def loops(self) -> float:
        """The factor for the loops that ran compiled: plain time less what the rest of the program needs."""
        rest = self.warm.median - self.nests.median
        return (self.warm_plain.median - rest) / self.nests.median


def process(command: list[str], outputs: list[bytes]) -> Callable[[], float]:
    def run() -> float:
        done: list[subprocess.CompletedProcess[bytes]] = []
        seconds = measure.clock(
            lambda: done.append(subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, check=True))
        )
        outputs.append(done[0].stdout)
        return seconds

    return run


def body(path: Path, load: Callable[[Path], object], outputs: list[bytes]) -> Callable[[], float]:
    """The seconds of `main()`; of the whole body, for a script that has no functions."""
    module = None if is_script(path) else load(path)

    def run() -> float:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            seconds = measure.clock(module.main if module else lambda: load(path))  # type: ignore[attr-defined]
        outputs.append(printed.getvalue().encode())
        return seconds

    return run


def in_nests(path: Path) -> float:
    """Seconds in compiled loops so far."""
    return sum(e["seconds"] for e in alpyna_hook.report() if e["file"] == str(path))


def is_script(path: Path) -> bool:
    return "def main()" not in path.read_text()


def report_of(path: Path) -> tuple[str, ...]:
    """Loops of one accelerated run that stayed in the interpreter, as "line: reason (runs)"."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        command = [sys.executable, "-m", "alpyna", "run", "--report", str(file), str(path)]
        environment = {**os.environ, "ALPYNA_DEVICE": "cpu"}
        subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
        entries = json.loads(file.read_text())
    return tuple(
        f"{e['line']} in {e['qualname']}: {e['reason']} ({e['runs'] - e['accelerated_runs']} of {e['runs']} runs)"
        for e in entries
        if e["runs"] > e["accelerated_runs"]
    )


def measured(name: str, rounds: int) -> Example:
    path = EXAMPLES / f"{name}.py"
    outputs: list[bytes] = []
    whole = measure.interleaved(
        {
            "plain": process([str(path)], outputs),
            "fast": process(["-m", "alpyna", "run", str(path)], outputs),
        },
        rounds,
    )
    fast, nests = body(path, loading.accelerated, outputs), []

    def fast_run() -> float:
        before = in_nests(path)
        seconds = fast()
        nests.append(in_nests(path) - before)
        return seconds

    runs = {"plain": body(path, loading.plain, outputs), "fast": fast_run}
    for _ in range(2):
        fast_run()  # compiles
    nests.clear()
    warm = measure.interleaved(runs, rounds)
    identical = len(set(outputs)) == 1
    loops = Times(tuple(nests))
    return Example(name, whole["plain"], whole["fast"], warm["plain"], warm["fast"], loops, identical, report_of(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", default=NAMES)
    options = parser.parse_args()
    sys.argv = ["example"]
    results = []
    for name in options.names:
        results.append(measured(name, options.rounds))
        last = results[-1]
        factors = f"{last.plain.median / last.process.median:.1f}, {last.warm_plain.median / last.warm.median:.0f}"
        print(f"{name}: {factors}, loops {last.loops:.0f}", file=sys.stderr, flush=True)
    header = ("program", "plain process", "fast process", "factor", "plain main", "compiled main", "factor",
              "of that loops", "factor", "same")  # fmt: skip
    rows = [
        (
            r.name, r.plain, r.process, f"{r.plain.median / r.process.median:.1f}",
            r.warm_plain, r.warm, f"{r.warm_plain.median / r.warm.median:.0f}", r.nests, f"{r.loops:.0f}",
            "yes" if r.same else "NO",
        )
        for r in results
    ]  # fmt: skip
    left = [f"- {r.name}, line {text}" for r in results for text in r.interpreted]
    parts = [
        "Processes: from start to exit, so importing the compiler and compiling every loop count. "
        "Main: the program's own work in a process that has compiled it before; of that loops: the compiled loops alone "
        "(the rest, NumPy's functions, hashing and printing, is the same in both). "
        f"Median (smallest - largest) of {options.rounds} runs in turn.",
        measure.table(header, rows),
        "Loops left to the interpreter:\n\n" + "\n".join(left) if left else "Every loop ran compiled.",
    ]
    measure.write("examples", f"The examples, ALPyNA {alpyna_hook.__version__}", parts)


if __name__ == "__main__":
    main()
