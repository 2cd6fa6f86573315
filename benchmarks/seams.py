"""What the seam of a loop that is left alone costs, by what the loop needs of it.

    python -m benchmarks.seams [--calls 200000] [--rounds 9]

CPU time of this thread, for calls of a function whose loop does not turn; plain and with a seam in turn.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from time import thread_time
from typing import Any

from alpyna_hook import Options, static_analyse
from alpyna_hook.seam.site import Site, all_sites
from benchmarks import measure

FORMS = {
    "`for` that assigns": "def f(n):\n    s = 0\n    for i in range(n): s += i\n    return s\n",
    "`while`": "def f(n):\n    s = 0\n    while n: n -= 1\n    return s\n",
    "with a `return` in it": "def f(n):\n    for i in range(n):\n        if i > 99: return i\n    return 0\n",
    "reads a variable that may have no value":
        "def f(n):\n    if n < 0: q = 1\n    for i in range(n):\n        if i > 99: q = q + 1\n    return 0\n",
    "may leave a variable as it was": "def f(n):\n    for i in range(n):\n        if i > 99: q = 3\n    return 0\n",
}


def left_for_good(site: Site) -> None:
    site.timed, site.live = None, False


def counting_down(site: Site) -> None:
    site.timed = None
    site.leave(2**30)


def nanoseconds(function: Callable[[int], object], calls: int) -> float:
    repeated = range(calls)
    begun = thread_time()
    for _ in repeated:
        function(0)
    return (thread_time() - begun) / calls * 1e9


def row(form: str, source: str, calls: int, rounds: int) -> list[str]:
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    plain = namespace["f"]
    cells = [form, f"{statistics.median([nanoseconds(plain, calls) for _ in range(rounds)]):.0f} ns"]
    for prepare in (left_for_good, counting_down):
        seamed: Any = static_analyse(source, Options()).f
        site = all_sites()[-1]
        seamed(0)
        more = []
        for _ in range(rounds):
            prepare(site)
            before = nanoseconds(plain, calls)
            more.append(nanoseconds(seamed, calls) - before)
        cells.append(f"+{statistics.median(more):.0f} ns ({min(more):.0f} - {max(more):.0f})")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    rows = [row(form, source, options.calls, options.rounds) for form, source in FORMS.items()]
    text = (
        f"CPU time of one call of a function whose loop does not turn, from {options.calls} calls; medians of {options.rounds} "
        "rounds, plain and with a seam in turn (least - most of the differences). Made by `python -m benchmarks.seams`."
    )
    header = ["loop", "plain call", "left alone", "counting down the calls until it is looked at"]
    measure.write("seams", "Seams of loops that are left to the interpreter", [text, measure.table(header, rows)])


if __name__ == "__main__":
    main()
