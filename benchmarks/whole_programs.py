"""The example programs as whole processes: CPU and peak memory, plain, at the first run (cold), and at a later one (warm).

    python -m benchmarks.whole_programs [--rounds 3] [name ...]

Cold: with nothing stored of ALPyNA's, neither kernels nor plans nor rewritten modules; warm: with all that earlier runs have left.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks import measure
from benchmarks.run_examples import EXAMPLES, NAMES

KINDS = ("plain", "cold", "warm")


class Process(NamedTuple):
    """seconds: of CPU, user and system.  peak: bytes of memory that were resident at most."""

    seconds: float
    peak: int
    printed: bytes


def ran(path: Path, kind: str, folder: Path) -> Process:
    """folder: in which earlier runs have left what they keep; a cold one has a copy of the program and an empty folder."""
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile() as printed:
        place = Path(empty) if kind == "cold" else folder
        script = place / path.name
        if not script.exists():
            shutil.copy(path, script)
        command = [sys.executable, *["-m", "alpyna", "run"] * (kind != "plain"), str(script)]
        environment = {**os.environ, "ALPYNA_CACHE_DIR": str(place / "cache")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with subprocess.Popen(command, stdout=printed, env=environment) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{path.name} ended with {process.returncode}")
        printed.seek(0)
        return Process(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, printed.read())


def row(name: str, rounds: int, folder: Path) -> tuple[str, ...]:
    path = EXAMPLES / f"{name}.py"
    found: dict[str, list[Process]] = {kind: [] for kind in KINDS}
    for _ in range(2):
        ran(path, "warm", folder)  # fills the caches
    for _ in range(rounds):
        for kind in KINDS:
            found[kind].append(ran(path, kind, folder))
    plain, cold, warm = [statistics.median([each.seconds for each in found[kind]]) for kind in KINDS]
    peaks = [f"{max(each.peak for each in found[kind]) / 2**20:.0f}" for kind in KINDS]
    same = len({each.printed for kind in KINDS for each in found[kind]}) == 1
    times = [str(measure.Times(tuple([each.seconds for each in found[kind]]))) for kind in KINDS]
    return name, *times, f"{plain / cold:.1f}", f"{plain / warm:.1f}", *peaks, "yes" if same else "NO"


def _middle(rows: list[tuple[str, ...]], column: Callable[[tuple[str, ...]], str]) -> tuple[float, float]:
    factors = [float(column(each)) for each in rows]
    return statistics.geometric_mean(factors), min(factors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", default=NAMES)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            rows.append(row(name, options.rounds, Path(folder)))
            print(*rows[-1], file=sys.stderr, flush=True)
    cold, least_cold = _middle(rows, lambda each: each[4])
    warm, least_warm = _middle(rows, lambda each: each[5])
    explained = (
        f"CPU seconds of processes, user and system: median (least - most) of {options.rounds} rounds in turn; the most memory "
        f"that was resident, in MiB. Plain over cold: geometric mean {cold:.1f}, least {least_cold:.1f}; over warm: {warm:.1f}, "
        f"least {least_warm:.1f}. Cold: nothing that ALPyNA keeps is there, but for its own modules' bytecode.")
    header = ("program", *KINDS, "plain over cold", "plain over warm", *[f"MiB, {kind}" for kind in KINDS], "same output")
    measure.write("whole_programs", "The examples, first and later runs", [
        explained, "Made by `python -m benchmarks.whole_programs`.", measure.table(header, rows)])


if __name__ == "__main__":
    main()
