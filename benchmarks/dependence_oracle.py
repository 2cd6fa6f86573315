"""The dependence tests against brute force: soundness, what each decides, and how often it says "dependent" in vain.

    python -m benchmarks.dependence_oracle --pairs 200000 --views 20000 --nests 3000

Random pairs of accesses (1 to 4 loops, rectangular and triangular, up to 3 dimensions, coupled
subscripts, small bounds) are enumerated, at least that many for each test that it applies to; so are
random views of one buffer, over bytes; random whole nests are executed with recorded accesses.
Writes benchmarks/results/dependence_oracle.md.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from alpyna_hook.dependence import driver
from alpyna_hook.dependence.directions import Vector
from tests.dependence import nests
from tests.dependence.pairs import KINDS, Pair, directed_pair, random_pair
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
    common: int = 0  # of the pairs, those that all tests were given
    decided: int = 0  # of these, those where the directions left are just the true ones

    def row(self, name: str, common: int) -> str:
        pairs, false = max(1, self.pairs), (self.independent - self.proved) / max(1, self.independent)
        return (
            f"| {name} | {self.pairs:,} | {self.refuted} | {self.independent:,} | {self.proved:,} | {false:.2%} | "
            f"{self.extra / max(1, self.extra + self.true):.2%} | {self.exact / pairs:.1%} | "
            f"{self.common / common:.1%} | {self.decided / common:.1%} | {self.seconds / pairs * 1e6:.0f} us |"
        )


_HEAD = [
    "| test | pairs it applies to | wrong | independent pairs among them | proved independent | false \"dependent\" | "
    "false directions | directions exact | of the common pairs: applies to | decides | CPU time a pair |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
]


@dataclass
class Campaign:
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in SINGLES})
    decided_by: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    common: int = 0
    enumerated: int = 0
    enumeration: float = 0.0

    def common_pair(self, pair: Pair) -> None:
        truth = self._truth(pair)
        self.common += 1
        for name in SINGLES:
            left = self._test(name, pair, truth)
            self.tallies[name].common += left is not None
            self.tallies[name].decided += left == truth
        self.decided_by[driver.decide(pair.problem()).proof.test] += 1

    def directed_pair(self, pair: Pair, names: Iterable[str]) -> None:
        truth = self._truth(pair)
        for name in names:
            self._test(name, pair, truth)

    def _truth(self, pair: Pair) -> frozenset[Vector]:
        start = time.process_time()
        truth = pair.truth()
        self.enumeration += time.process_time() - start
        self.enumerated += 1
        return truth

    def _test(self, name: str, pair: Pair, truth: frozenset[Vector]) -> frozenset[Vector] | None:
        problem = pair.problem()
        start = time.process_time()
        left = SINGLES[name](problem)
        seconds = time.process_time() - start
        if left is None:
            return None
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
        return left

    def table(self) -> list[str]:
        return [*_HEAD, *(tally.row(name, self.common) for name, tally in self.tallies.items())]


def run_pairs(count: int, seed: int) -> list[str]:
    """`count` pairs for all tests; then, for each test that fits too few of them, pairs that are directed at it."""
    campaign = Campaign()
    rng = random.Random(seed)
    for number in range(count):
        campaign.common_pair(random_pair(rng))
        if number % 20_000 == 19_999:
            print(f"{number + 1} pairs, {len(campaign.faults)} faults", *campaign.table(), sep="\n", flush=True)
    general = max(1, count // 40)  # of each kind, also for the tests that any pair fits
    for kind in KINDS:
        for _ in range(general):
            campaign.directed_pair(directed_pair(rng, kind), (kind, *sorted(SINGLES.keys() - set(KINDS))))
        while campaign.tallies[kind].pairs < count:
            campaign.directed_pair(directed_pair(rng, kind), (kind,))
        print(f"{kind}: directed pairs done, {len(campaign.faults)} faults", flush=True)
    total = sum(campaign.decided_by.values())
    shares = ", ".join(f"{name} {n / total:.1%}" for name, n in campaign.decided_by.most_common())
    return [
        f"## {campaign.enumerated:,} random pairs against enumeration", "",
        f"{count:,} pairs are common to all tests.  Those that fit one kind of subscript only were then given pairs drawn with "
        f"such a subscript, until there were {count:,} that they apply to; {general:,} of each kind went to the other tests, "
        "too.  A test decides a pair if the directions that it leaves are just the true ones.", "",
        *campaign.table(), "",
        f"Who decides in the driver, of the common pairs: {shares}.", "",
        f"Enumeration took {campaign.enumeration / campaign.enumerated * 1e6:.0f} us a pair.", "",
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
    parser.add_argument("--seed", type=int, default=20261124)
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
        sections += ["\n".join(part()).rstrip(), ""]  # written after each part
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text("\n".join(sections))


if __name__ == "__main__":
    main()
