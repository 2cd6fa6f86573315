"""Interrupts of compiled nests at random moments: what they leave, and how soon they are answered.

    python -m benchmarks.interrupts [--interrupts 1000] [--long 8] [--write]

For each nest: so many interrupts of runs of some milliseconds, in parts of about one; each state is compared with those that the
interpreter leaves after 0, 1, 2, ... iterations of the outermost loop.  Then so many of runs that would take hours, in parts
of 50 ms, of which the time from the signal to the program's `except` is noted.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
from collections import Counter
from time import perf_counter

import numpy as np

from alpyna_hook.runtime import launch, parts, placing
from benchmarks import measure
from tests.runtime.interrupted_nests import NAMES, NOT_IN_PARTS
from tests.runtime.interrupting import Nest, Wrong, alarms, inputs

_KINDS = ("kept", "as before", "not in the call", "lost")
_ENDLESS = 10**9
_AS_USUAL = placing.SOON, parts._SECONDS


def states(nest: Nest, interrupts: int, chance: random.Random) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for _ in range(interrupts):
        parts._SECONDS = chance.choice([0.0, 3e-4, 1e-3])
        try:
            kinds[nest.interrupted(chance.uniform(0.0, 1.2 * nest.seconds)).kind] += 1
        except Wrong as error:
            kinds["wrong"] += 1
            print(error)
    return kinds


def answer(nest: Nest, delay: float) -> float | None:
    """Seconds from the signal to the `except`; None if the nest had ended."""
    given = inputs()
    begun = perf_counter()
    signal.setitimer(signal.ITIMER_REAL, delay)
    try:
        nest.compiled(*given[:-1], _ENDLESS)
    except KeyboardInterrupt:
        return perf_counter() - begun - delay
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    return None


def answers(nest: Nest, count: int, chance: random.Random) -> list[float]:
    found = [answer(nest, chance.uniform(0.1, 0.7)) for _ in range(count)]
    return [seconds for seconds in found if seconds is not None]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--interrupts", type=int, default=1000)
    parser.add_argument("--long", type=int, default=8)
    parser.add_argument("--write", action="store_true", help="to benchmarks/results/interrupts.md")
    args = parser.parse_args()
    chance, rows, all_seconds, total = random.Random(1), [], [], Counter[str]()
    with alarms():
        for name in NAMES:
            launch.SOON = placing.SOON = -1.0
            nest = Nest(name)
            kinds = states(nest, args.interrupts, chance)
            (launch.SOON, parts._SECONDS), placing.SOON = _AS_USUAL, _AS_USUAL[0]
            with np.errstate(all="ignore"):
                seconds = sorted(answers(nest, args.long, chance))
            all_seconds += seconds
            total += kinds
            shown = f"{statistics.median(seconds) * 1e3:.0f} | {seconds[-1] * 1e3:.0f}" if seconds else "- | -"
            counts = " | ".join(str(kinds[kind]) for kind in (*_KINDS, "wrong"))
            rows.append(f"| {name}{' (all or nothing)' if name in NOT_IN_PARTS else ''} | {counts} | {shown} |")
            print(rows[-1], flush=True)
    all_seconds.sort()
    text = "\n".join([
        "# Interrupts at random moments", "", measure.machine(), "",
        f"    python -m benchmarks.interrupts --interrupts {args.interrupts} --long {args.long}", "",
        f"{sum(total.values())} interrupts of short runs, {total['wrong']} with a state that the interpreter could not have left. "
        f"{len(all_seconds)} of long runs, answered within {statistics.median(all_seconds) * 1e3:.0f} ms (median), "
        f"{all_seconds[int(0.99 * len(all_seconds))] * 1e3:.0f} ms (99 %), {all_seconds[-1] * 1e3:.0f} ms (all).", "",
        "Kept: some iterations were finished, and are; as before: none was, or all is put back; not in the call: before or after "
        "the loop; lost: finished iterations that were put back.", "",
        f"| nest | {' | '.join(_KINDS)} | wrong | answer, median, ms | at most |", "|---|" + "---:|" * 7, *rows, "",
    ])
    print(text)
    if args.write:
        (measure.RESULTS / "interrupts.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
