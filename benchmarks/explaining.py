"""What `alpyna explain` and `run --report` cost beside `alpyna run`: processor time of whole processes.

    python -m benchmarks.explaining [--rounds 5]

Programs whose dependence graphs are large for their size, one with many loops, and one that is interpreted for seconds,
where looking on is what it costs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import measure

HEAD = "import numpy as np\n"


def branches() -> str:
    """Twelve branches of four stores each."""
    lines = ["def f(a, b, c, d, k, n):", "    for i in range(1, n - 1):", "        for j in range(1, n - 1):"]
    for q in range(12):
        lines += [
            f"            {'if' if q == 0 else 'elif'} k[i] == {q}:",
            f"                a[i, j] = b[i, j - 1] + {q}", f"                b[i, j] = a[i - 1, j] * {q}",
            f"                c[i + {q % 2}, j] = d[i, j]", "                d[i, j + 1] = c[i, j - 1]",
        ]
    return "\n".join([HEAD, *lines, "a, b, c, d = np.zeros((4, 62, 62))", "f(a, b, c, d, np.arange(60) % 12, 60)\n"])


def assembly() -> str:
    """A matrix of a five-point stencil, row by row, with a case for each kind of boundary."""
    corners = [(i, j) for j in ("0", "ny - 1") for i in ("0", "nx - 1")]
    ends = [*corners, ("0", ""), ("nx - 1", ""), ("", "0"), ("", "ny - 1")]
    cases = [(f"i == {i} and j == {j}" if i and j else f"i == {i}" if i else f"j == {j}", i, j) for i, j in ends]
    lines = ["def f(A, b, nx, ny):", "    for j in range(ny):", "        for i in range(nx):", "            k = j * nx + i"]
    for number, (test, i, j) in enumerate([*cases, ("", "", "")]):
        lines.append("            " + ("else:" if not test else f"{'elif' if number else 'if'} {test}:"))
        lines.append("                A[k, k] = 4.0")
        lines += ["                A[k, k - 1] = -1.0"] * (i != "0") + ["                A[k, k + 1] = -1.0"] * (i != "nx - 1")
        lines += ["                A[k, k - nx] = -1.0"] * (j != "0") + ["                A[k, k + nx] = -1.0"] * (j != "ny - 1")
        lines.append(f"                b[k] = {number}.0")
    return "\n".join([HEAD, *lines, "f(np.zeros((400, 400)), np.zeros(400), 20, 20)\n"])


def diagonals() -> str:
    """A matrix of seven diagonals over three loops."""
    lines = ["def f(A, n):", "    for i in range(n):", "        for j in range(n):", "            for k in range(n):",
             "                p = i + n * j + n * n * k", "                A[p, p] = 1.0"]  # fmt: skip
    for index, step in (("i", "1"), ("j", "n"), ("k", "n * n")):
        lines.append(f"                if {index} > 0: A[p, p - {step}] = -1.0")
        lines.append(f"                if {index} < n - 1: A[p, p + {step}] = -1.0")
    return "\n".join([HEAD, *lines, "f(np.zeros((216, 216)), 6)\n"])


def many() -> str:
    """300 nests that are run once, and 300 loops that their source keeps in the interpreter."""
    parts = [
        f"def f{k}(a, n):\n    for i in range(n):\n        for j in range(1, n):\n            a[j] = a[j - 1] + {k}\n"
        f"def g{k}(n):\n    for i in range(n):\n        print('x', i)\n        s = [i]\n" for k in range(300)
    ]
    return HEAD + "".join(parts) + "a = np.zeros(5)\nfor k in range(300): globals()[f'f{k}'](a, 2)\n"


def interpreted() -> str:
    return "def f(n):\n    s = 0\n    for i in range(n):\n        s += len(str(i))\n    return s\nf(12_000_000)\n"


PROGRAMS: dict[str, Callable[[], str]] = {
    "twelve branches of four stores": branches, "a matrix with nine cases": assembly, "a matrix of seven diagonals": diagonals,
    "600 loops": many, "one loop that is interpreted": interpreted,
}


def processor_seconds(folder: Path, *arguments: str) -> float:
    before = os.times()
    done = subprocess.run([sys.executable, "-m", "alpyna", *arguments], cwd=folder, capture_output=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})  # fmt: skip
    after = os.times()
    assert done.returncode == 0
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (title, source) in enumerate(PROGRAMS.items()):
            file = f"program{number}.py"
            (folder / file).write_text(source())
            processor_seconds(folder, "run", file)  # so that the bytecode is kept
            runs = {
                "run": partial(processor_seconds, folder, "run", file),
                "explain": partial(processor_seconds, folder, "explain", file),
                "report": partial(processor_seconds, folder, "run", "--report", "r.json", file),
            }
            run, explain, report = [times.median for times in measure.interleaved(runs, options.rounds).values()]
            shown = [measure.show(seconds) for seconds in (run, explain, report)]
            rows.append((title, *shown, f"{explain - run:+.2f} s", f"{report - run:+.2f} s"))
    header = ("program", "run", "explain", "run --report", "explain over run", "--report over run")
    said = f"Processor seconds of whole processes, medians of {options.rounds} runs in turn."
    measure.write("explaining", "What explain costs", [said, measure.table(header, rows)])


if __name__ == "__main__":
    main()
