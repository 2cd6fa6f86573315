"""What is paid where nothing is gained: short declined loops, tiny arrays, modules without a pragma.

    python -m benchmarks.overheads [--calls 1000000] [--rounds 5] [--modules 900]

Loops: the same function from the same file, loaded plain and through ALPyNA, called in turn.
Modules: fresh processes that import them all from a folder, with and without the hook.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

import alpyna_hook
from benchmarks import loading, measure

SOURCE = '''
def declined(words):
    """Three iterations over a list: the compiler declines it for good at the first call."""
    n = 0
    for word in words:
        n += len(word)
    return n


def small(x):
    """Three iterations over numbers, too little work to compile."""
    s = 0
    for i in range(3):
        s += x
    return s


def tiny(a, b, c):
    for i in range(len(a)):
        c[i] = a[i] + b[i]
'''


def repeat(function: Callable[..., object], calls: int, *args: object) -> float:
    """Seconds for one call."""

    def run() -> None:
        for _ in range(calls):
            function(*args)

    return measure.clock(run) / calls


def load(path: Path, device: str) -> ModuleType:
    return alpyna_hook.static_analyse(path, alpyna_hook.Options(device=device, strict=True))


def row(name: str, slow: Callable[..., object], fast: Callable[..., object], args: tuple[object, ...],
        calls: int, rounds: int) -> tuple[object, ...]:  # fmt: skip
    fast(*args)
    runs = {"plain": lambda: repeat(slow, calls, *args), "fast": lambda: repeat(fast, calls, *args)}
    times = measure.interleaved(runs, rounds)
    slow_time, fast_time = times["plain"].median, times["fast"].median
    difference = f"{(fast_time - slow_time) * 1e9:+.0f} ns"
    return name, times["plain"], times["fast"], difference, f"{fast_time / slow_time:.2f}"


IMPORTER = """
import sys, time
HOOK
start = time.perf_counter()
for k in range(COUNT):
    __import__(f"plain_module_{k}")
print(time.perf_counter() - start)
"""

BODY = "\n".join(
    f"""
class Shape{k}:
    def area(self, width, height):
        for i in range(width):
            for j in range(height):
                self.total += i * j
        return self.total
"""
    for k in range(12)
)


def importing(folder: Path, count: int, hook: str) -> Callable[[], float]:
    text = IMPORTER.replace("HOOK", hook).replace("COUNT", str(count))
    path = os.pathsep.join([str(folder), str(loading.ROOT.parent)])

    def run() -> float:
        command = [sys.executable, "-c", text]
        environment = {**os.environ, "PYTHONPATH": path}
        return float(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)

    return run


def imports(folder: Path, count: int, rounds: int) -> list[tuple[object, ...]]:
    """Rows for modules whose bytecode is cached, as it is at every import but the first."""
    for k in range(count):
        (folder / f"plain_module_{k}.py").write_text(f'"""Module {k}."""\n{BODY}')
    runs = {
        "plain": importing(folder, count, ""),
        "fast": importing(folder, count, "import alpyna_hook; alpyna_hook.install()"),
    }
    runs["plain"]()
    times = measure.interleaved(runs, 3 * rounds)
    slow, fast = times["plain"].median, times["fast"].median
    difference = f"{(fast - slow) / count * 1e6:+.1f} us a module"
    return [(f"importing {count} modules without a pragma", times["plain"], times["fast"], difference,
             f"{fast / slow:.3f}")]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--modules", type=int, default=900)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "overheads_source.py"
        path.write_text(SOURCE)
        plain, auto, forced = loading.plain(path), load(path, "auto"), load(path, "cpu")
        per_round = max(1, options.calls // options.rounds)
        rows.append(row("declined loop, 3 iterations", plain.declined, auto.declined, (["a", "b", "c"],),
                        per_round, options.rounds))  # fmt: skip
        rows.append(row("small loop, 3 iterations", plain.small, auto.small, (2,), per_round, options.rounds))
        for size in (1, 10, 100, 1000):
            arrays = np.ones(size), np.ones(size), np.zeros(size)
            calls = max(1, per_round // (10 + size))
            rows.append(row(f"c[i] = a[i] + b[i], {size} long, compiled", plain.tiny, forced.tiny, arrays,
                            calls, options.rounds))  # fmt: skip
        rows += imports(Path(folder), options.modules, options.rounds)
    header = ("what", "plain", "with ALPyNA", "difference", "ratio")
    explained = (
        f"Times of one call, from {options.calls} calls of the first two loops, fewer of the others; "
        f"median (smallest - largest) of {options.rounds} runs in turn."
    )
    measure.write("overheads", "Overheads", [explained, measure.table(header, rows)])


if __name__ == "__main__":
    main()
