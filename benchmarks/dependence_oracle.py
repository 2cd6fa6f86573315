"""The dependence tests against brute force: soundness, what each decides, and how often it says "dependent" in vain.

    python -m benchmarks.dependence_oracle --pairs 200000 --views 20000 --nests 3000

Random pairs of accesses (1 to 4 loops, rectangular and triangular, up to 3 dimensions, coupled
subscripts, small bounds) are enumerated; so are random views of one buffer, over bytes; random
whole nests are executed with recorded accesses.  Writes benchmarks/results/dependence_oracle.md.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from alpyna_hook.dependence import driver
from tests.dependence import nests
from tests.dependence.pairs import Pair, random_pair
from tests.dependence.singles import SINGLES
from tests.dependence.test_address import check_views

RESULTS = Path(__file__).parent / "results" / "dependence_oracle.md"


@dataclass
class Tally:
    """What one test did with the pairs that it applies to."""

    pairs: int = 0
    independent: int = 0  # truly, by enumeration
    proved: int = 0
    exact: int = 0  # pairs where the directions left are just the true ones
    extra: int = 0  # direction vectors left that enumeration does not have
    true: int = 0  # direction vectors that it has
    refuted: int = 0  # independence that enumeration refutes, or a direction that is missing
    seconds: float = 0.0


@dataclass
class Campaign:
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in SINGLES})
    decided_by: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    enumeration: float = 0.0

    def pair(self, pair: Pair) -> None:
        start = time.process_time()
        truth = pair.truth()
        self.enumeration += time.process_time() - start
        for name, test in SINGLES.items():
            problem = pair.problem()
            start = time.process_time()
            left = test(problem)
            seconds = time.process_time() - start
            if left is None:
                continue
            tally = self.tallies[name]
            tally.pairs += 1
            tally.seconds += seconds
            tally.independent += not truth
            tally.proved += not left
            tally.exact += left == truth
            tally.extra += len(left - truth)
            tally.true += len(truth)
            if not truth <= left:
                tally.refuted += 1
                self.faults.append(f"{name}: {truth - left} of {pair}")
        outcome = driver.decide(pair.problem())
        self.decided_by[outcome.proof.test] += 1

    def table(self) -> list[str]:
        lines = [
            "| test | pairs it applies to | wrong | independent pairs among them | proved independent | "
            "false \"dependent\" | false directions | directions exact | CPU time a pair |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for name, t in self.tallies.items():
            false = (t.independent - t.proved) / max(1, t.independent)
            extra = t.extra / max(1, t.extra + t.true)
            lines.append(
                f"| {name} | {t.pairs:,} | {t.refuted} | {t.independent:,} | {t.proved:,} | {false:.2%} | "
                f"{extra:.2%} | {t.exact / max(1, t.pairs):.1%} | {t.seconds / max(1, t.pairs) * 1e6:.0f} us |")
        return lines


def run_pairs(count: int, seed: int) -> list[str]:
    campaign = Campaign()
    rng = random.Random(seed)
    for number in range(count):
        campaign.pair(random_pair(rng))
        if number % 20_000 == 19_999:
            print(f"{number + 1} pairs, {len(campaign.faults)} faults", *campaign.table(), sep="\n", flush=True)
    total = sum(campaign.decided_by.values())
    shares = ", ".join(f"{name} {n / total:.1%}" for name, n in campaign.decided_by.most_common())
    return [
        f"## {count:,} random pairs against enumeration", "", *campaign.table(), "",
        f"Who decides in the driver: {shares}.", "",
        f"Enumeration took {campaign.enumeration / count * 1e6:.0f} us a pair.", "",
        *[f"FAULT {fault}" for fault in campaign.faults[:20]],
    ]


def run_views(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    faults = [wrong for wrong in (check_views(rng) for _ in range(count)) if wrong]
    return [
        f"## {count:,} random pairs of views of one buffer against enumeration over bytes", "",
        f"Directions that differ from the true ones: {len(faults)}.", "", *[f"FAULT {fault}" for fault in faults[:20]],
    ]


def run_nests(count: int, seed: int) -> list[str]:
    faults = []
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        case = nests.random_case(rng)
        wrong = nests.check(case, rng)
        if wrong:
            faults.append(f"{wrong}: {case.source!r} {case.scalars}")
    return [
        f"## {count:,} random whole nests, executed", "",
        "Half of them: every pair of recorded accesses to a common byte is covered by the graph (kind, lines, "
        "directions). The other half: each loop that is called parallel is run in a random order (the last iteration last), "
        "with the same result.", "",
        f"Nests with a fault: {len(faults)}.", "", *[f"FAULT {fault}" for fault in faults[:20]],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--views", type=int, default=300)
    parser.add_argument("--nests", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    sections: list[str] = [
        "# Dependence tests against brute force", "",
        f"`python -m benchmarks.dependence_oracle --pairs {options.pairs} "
        f"--views {options.views} --nests {options.nests} --seed {options.seed}`", "",
    ]
    parts = (
        lambda: run_pairs(options.pairs, options.seed),
        lambda: run_views(options.views, options.seed),
        lambda: run_nests(options.nests, options.seed),
    )
    for part in parts:
        section = part()
        sections += [*section, ""]  # written after each part
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text("\n".join(sections).rstrip() + "\n")


if __name__ == "__main__":
    main()
