"""What the first and the later runs of a program with one loop nest cost: seconds of CPU of whole processes, over `import numpy`
alone.

    python -m benchmarks.run_cold [--rounds 7]

Each round starts every kind of process once, in turn; the bytecode of everything that is imported lies in its cache.  For a first
run no object code of kernels is there, for a later one it is.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import measure

NESTS = {
    "a sum": ("a, b", "for i in range(a.shape[0]):\n        b[i] = a[i] * 2.0 + 1.0", "np.ones(8), np.ones(8)"),
    "a stencil": (
        "a, b",
        "for i in range(1, a.shape[0] - 1):\n        for j in range(1, a.shape[1] - 1):\n"
        "            b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])",
        "np.ones((8, 8)), np.ones((8, 8))",
    ),
    "a matrix product": (
        "a, b",
        "for i in range(a.shape[0]):\n        for j in range(a.shape[1]):\n            for k in range(a.shape[0]):\n"
        "                b[i, j] += a[i, k] * a[k, j]",
        "np.ones((8, 8)), np.ones((8, 8))",
    ),
}
KINDS = {
    "plain Python": ([], {}),
    "ALPyNA, first run": (["-m", "alpyna", "run"], {"ALPYNA_JIT": "llvm"}),
    "ALPyNA, later run": (["-m", "alpyna", "run"], {"ALPYNA_JIT": "llvm"}),
    "ALPyNA, Numba": (["-m", "alpyna", "run"], {"ALPYNA_JIT": "numba"}),
    "`@njit`": ([], {}),
}


def program(nest: str, kind: str) -> str:
    parameters, body, arguments = NESTS[nest]
    head = "import numba\n@numba.njit\n" if kind == "`@njit`" else ""
    return f"import numpy as np\n{head}def f({parameters}):\n    {body}\n    return b\nprint(f({arguments}).sum())\n"


def seconds(command: list[str], settings: dict[str, str], kind: str, folder: str) -> float:
    """CPU of a process, and what it prints is thrown away."""
    environment = {**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_CACHE_DIR": str(Path(folder, kind)), **settings}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if kind.endswith("first run"):
        shutil.rmtree(Path(folder, kind), ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, env=environment, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "empty.py")
        empty.write_text("import numpy\n", encoding="utf-8")
        runs = {("", "import numpy"): lambda: seconds([str(empty)], {}, "", folder)}
        for nest in NESTS:
            for kind, (command, settings) in KINDS.items():
                path = Path(folder, f"{len(runs)}.py")
                path.write_text(program(nest, kind), encoding="utf-8")
                given = [*command, str(path)]
                runs[nest, kind] = lambda given=given, settings=settings, kind=kind: seconds(given, settings, kind, folder)
        for run in runs.values():
            run()  # fills the caches of bytecode
        times = measure.interleaved(runs, options.rounds)
    base = times["", "import numpy"]
    rows = [(nest, kind, each, f"{1e3 * (each.median - base.median):.0f} ms") for (nest, kind), each in times.items() if nest]
    explained = (
        f"Seconds of CPU of a process, user and system; median (smallest - largest) of {options.rounds} rounds, each kind once "
        f"in turn. `import numpy` alone: {base}.")
    header = ("nest", "run by", "CPU", "over `import numpy`")
    measure.write("cold", "Cold starts", [explained, "Made by `python -m benchmarks.run_cold`.", measure.table(header, rows)])


if __name__ == "__main__":
    main()
