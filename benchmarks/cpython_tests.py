"""What CPython's own tests cost with every module marked, in one process: those of tests/cpython.

    python -m benchmarks.cpython_tests [ROUNDS]

Each round runs all of them plain and marked, in turn, each in a process of its own: once where no module of theirs and of the
standard library has been cached ("first"), and once more with the caches that this left ("again").  Packages are as pip installs
them, with their bytecode.  CPU time of the tests and of what they import, and of it that of the garbage collector.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import measure
from tests.cpython.test_cpython import DRIVER, MODULES, ROOT

ROUNDS = 5
PACKAGES = "import alpyna_hook.runtime.engine, alpyna_hook.hook.rewrite, alpyna_hook.hook.loader, alpyna_hook.kernels.build"
WAYS = {"plain": (), "marked": ("--hook",)}


def run(folder: Path, way: str, modules: list[str]) -> dict[str, Any]:
    """Of each module."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALPYNA", "PYTHON"))}
    environment = {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(folder / f"{way}-pyc"), "ALPYNA_STRICT": "1",
                   "ALPYNA_CACHE_DIR": str(folder / "cache")}  # fmt: skip
    if not (folder / f"{way}-pyc").exists():
        subprocess.run([sys.executable, "-c", PACKAGES], env=environment, check=True)
    results = folder / "results.json"
    results.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, str(DRIVER), *WAYS[way], str(results), *modules]
        subprocess.run(command, cwd=work, env=environment, check=True, capture_output=True)
    return {found["module"]: found for found in map(json.loads, results.read_text().splitlines())}


def seconds(found: dict[str, Any], what: str = "seconds") -> float:
    return float(sum(module[what] for module in found.values()))


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    modules = [f"test_{name}" for name in MODULES]
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for when in ("first", "again"):
                for way in WAYS:
                    found.setdefault((when, way), []).append(run(Path(folder), way, modules))
    rows = []
    for when in ("first", "again"):
        plain, marked = found[when, "plain"], found[when, "marked"]
        ratios = [seconds(b) / seconds(a) for a, b in zip(plain, marked, strict=True)]
        of_collector = [f"{statistics.median(seconds(each, 'collecting') for each in way):.1f}" for way in (plain, marked)]
        spent = [f"{statistics.median(map(seconds, way)):.1f}" for way in (plain, marked)]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})"
        rows.append((when, *spent, ratio, *of_collector))
    columns = ("run", "plain, s", "marked, s", "ratio", "collector, plain, s", "collector, marked, s")
    measure.write("cpython_tests", "CPython's tests, all marked", [
        f"CPU time of {len(modules)} modules of CPython's tests in one process, plain and with every module marked; medians "
        f"of {rounds} rounds. first: nothing of theirs is cached; again: with what the first run has cached. "
        f"Made by `python -m benchmarks.cpython_tests {rounds}`.",
        measure.table(columns, rows),
    ])


if __name__ == "__main__":
    main()
