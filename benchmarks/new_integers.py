"""What a call of a compiled loop costs whose integers or shapes were seen before, were not, and if each were proved anew.

    python -m benchmarks.new_integers [--calls 400] [--rounds 7] [--grow 100000]

CPU time of this thread, each in turn.  At the end: by how much the process grows in so many calls with new integers.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import thread_time
from types import ModuleType

import numpy as np

import alpyna_hook
from alpyna_hook.prove import general
from benchmarks import measure

SOURCE = '''
def part(a, low, high):
    s = 0.0
    for i in range(low, high):
        s += a[i]
    return s


def divisors(n):
    k = 0
    for i in range(5, int(n**0.5) + 1, 6):
        if n % i == 0:
            k += 1
    return k


def window(a, starts, j):
    s = 0.0
    for r in range(starts[j], starts[j + 1]):
        s += a[r]
    return s


def flat(a, n, m):
    s = 0.0
    for i in range(n):
        for j in range(m):
            s += a[i * m + j]
    return s


def grid(a, b):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            b[i, j] = a[i - 1, j] + a[i + 1, j] + a[i, j - 1]
'''
Call = tuple[object, ...]


def calls() -> dict[str, Callable[[int], Call]]:
    """By function: the arguments of call k, each with other integers or shapes than the thousands before it."""
    line, starts = np.ones(2**20), np.arange(0, 2**21, 13)
    whole = np.ones((32, 512)), np.ones((32, 512))
    return {
        "part": lambda k: (line, 200 + k, 240 + k + k % 7),
        "divisors": lambda k: (1001 + 2 * k,),
        "window": lambda k: (line, starts, 200 + k % 70000),
        "flat": lambda k: (line, 3 + k % 30, 4 + k // 30 % 3000),
        "grid": lambda k: tuple([a[: 3 + k % 20, : 3 + k // 20 % 300] for a in whole]),
    }


def seconds(function: Callable[..., object], arguments: list[Call]) -> float:
    """Of one call."""
    begun = thread_time()
    for each in arguments:
        function(*each)
    return (thread_time() - begun) / len(arguments)


def row(module: ModuleType, name: str, call: Callable[[int], Call], count: int, rounds: int) -> tuple[object, ...]:
    function, numbers = getattr(module, name), itertools.count()

    def new() -> list[Call]:
        return [call(k) for k in itertools.islice(numbers, count)]

    def proved_anew() -> float:
        find, new_proof = general.Proofs.find, general.Proofs.new
        general.Proofs.find = lambda self, given: None  # type: ignore[method-assign]
        general.Proofs.new = first_proof  # type: ignore[method-assign]
        try:
            return seconds(function, new())
        finally:
            general.Proofs.find, general.Proofs.new = find, new_proof  # type: ignore[method-assign]

    def seen() -> float:
        again = [new()[-1]] * count
        function(*again[0])
        return seconds(function, again)

    seconds(function, new())
    runs = {"seen": seen, "new": lambda: seconds(function, new()), "anew": proved_anew}
    times = measure.interleaved(runs, rounds)
    ratio = times["new"].median / times["seen"].median
    return name, times["seen"], times["new"], f"{ratio:.2f}", times["anew"]


def first_proof(self: general.Proofs, integers: dict[str, int], shapes: dict[str, tuple[int, ...]],
                spans: dict[str, tuple[int, int]]) -> tuple[general.General, int]:  # fmt: skip
    proof = general.prove_this(self.nest, integers, shapes, self.preset, self.wrap, spans)
    trips = proof.trips(*general.inputs(integers.values(), shapes.values(), spans.values()))
    assert trips is not None
    return proof, trips


def growth(module: ModuleType, count: int) -> Iterator[tuple[object, ...]]:
    """Kilobytes that the process needs more after so many calls with new integers than after the first tenth of them."""
    for name, call in calls().items():
        function = getattr(module, name)
        for k in range(count // 10):
            function(*call(k))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for k in range(count // 10, count):
            function(*call(k))
        yield name, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--grow", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new_integers_source.py"
        path.write_text(SOURCE)
        module = alpyna_hook.static_analyse(path, alpyna_hook.Options(device="cpu", strict=True))
        rows = [row(module, name, call, options.calls, options.rounds) for name, call in calls().items()]
        grown = list(growth(module, options.grow))
    explained = (
        f"CPU time of one call, of {options.calls}; median (smallest - largest) of {options.rounds} rounds in turn. "
        "new: with integers, or shapes, that were in none of the last thousand calls. "
        "proved anew: as if no proof held for other integers."
    )
    header = ("loop", "seen", "new", "new / seen", "proved anew")
    memory = measure.table(("loop", "calls with new integers", "growth after the first tenth, kB"), grown)
    measure.write("new_integers", "Calls with new integers", [explained, measure.table(header, rows), memory])


if __name__ == "__main__":
    main()
