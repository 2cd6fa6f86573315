"""What a loop costs that gains nothing: a declined short loop, and an accelerated loop on tiny arrays.

    python -m benchmarks.overheads [--calls 1000000] [--rounds 5]

Each is the same function from the same file, loaded plain and through ALPyNA, called in turn.
"""

from __future__ import annotations

import argparse
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
    return alpyna_hook.static_analyse(path, alpyna_hook.Options(device=device))


def row(name: str, slow: Callable[..., object], fast: Callable[..., object], args: tuple[object, ...],
        calls: int, rounds: int) -> tuple[object, ...]:  # fmt: skip
    fast(*args)
    runs = {"plain": lambda: repeat(slow, calls, *args), "fast": lambda: repeat(fast, calls, *args)}
    times = measure.interleaved(runs, rounds)
    slow_time, fast_time = times["plain"].median, times["fast"].median
    difference = f"{(fast_time - slow_time) * 1e9:+.0f} ns"
    return name, times["plain"], times["fast"], difference, f"{fast_time / slow_time:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
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
    header = ("loop", "plain, a call", "accelerated, a call", "difference", "ratio")
    explained = (
        f"{options.calls} calls of the first two, fewer of the others; "
        f"median (smallest - largest) of {options.rounds} runs in turn."
    )
    measure.write("overheads", "Overheads of a call", [explained, measure.table(header, rows)])


if __name__ == "__main__":
    main()
