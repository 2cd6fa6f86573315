"""What deciding costs and what it gains, over programs that are hard to decide.

    python -m benchmarks.run_decision [--rounds 4] [--watched 1] [--state "an idle machine"] [name ...]

Each program runs in fresh processes, in turn: plain, with the decision left to ALPyNA ("auto"), the same with what an earlier run
has left in the cache ("warm"), and with every loop left to the interpreter ("never").  What is compared is CPU time, user and
system, of whole processes; what a program costs over plain is the median of what the pairs of a round differ by.
In further processes a timer looks at the loop that is run (`benchmarks/decision/watched.py`), there also with every loop compiled
that can be ("always").  For each loop that is called often, what its calls after the first hundred cost is compared with the better
of always and never, importing and compiling apart.
The bytecode is cached in all of them.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import measure
from benchmarks.decision.processes import Process, Programs
from benchmarks.decision.programs import PROGRAMS
from benchmarks.decision.sites import Site, sites

_SLACK, _SHARE = 0.050, 0.05  # seconds, and of the plain time, that may be lost
_LASTING = 1.3  # times the better of always and never, that a loop may need after a hundred calls
_LONGEST = 2.0  # times what plain needs, and a second, that a process with everything compiled is given
_CLEAR, _FEW = 0.7, 2  # where auto needs less than this share of plain, so many rounds are enough
_TIMED = ("plain", "auto", "warm", "never")
_WATCHED = ("auto", "warm", "always", "never")


@dataclass
class Outcome:
    """timed, watched: processes by mode."""

    name: str
    timed: dict[str, list[Process]] = field(default_factory=lambda: {mode: [] for mode in _TIMED})
    watched: dict[str, list[Process]] = field(default_factory=lambda: {mode: [] for mode in _WATCHED})

    def seconds(self, mode: str) -> list[float]:
        return [each.seconds for each in self.timed[mode]]

    def median(self, mode: str) -> float:
        return statistics.median(self.seconds(mode))

    @property
    def same(self) -> bool:
        """Whether all have printed the same."""
        all_runs = [*self.timed.values(), *self.watched.values()]
        return len({each.printed for runs in all_runs for each in runs if not each.ended}) == 1

    def lost(self, mode: str) -> float:
        pairs = zip(self.seconds(mode), self.seconds("plain"), strict=True)
        return statistics.median([seconds - plain for seconds, plain in pairs])

    def good(self, mode: str) -> bool:
        return self.same and self.lost(mode) <= _SLACK + _SHARE * self.median("plain")

    @property
    def clear(self) -> bool:
        return len(self.timed["plain"]) >= _FEW and self.median("auto") < _CLEAR * self.median("plain")

    def sites(self, mode: str) -> list[Site]:
        if not self.watched[mode]:
            return []
        return sites({each: [run.told for run in runs] for each, runs in self.watched.items()}, mode)


def measured(name: str, rounds: int, watched: int, programs: Programs) -> Outcome:
    path = programs.prepared(name, PROGRAMS[name], list(_TIMED))
    found = Outcome(name)
    for _ in range(rounds):
        if not found.clear:
            for mode in _TIMED:
                found.timed[mode].append(programs.run(path, mode))
    longest = _LONGEST * found.median("plain") + 1.0
    for _ in range(watched):
        for mode in _WATCHED:
            runs = found.watched[mode]
            if not runs or not runs[-1].ended:
                runs.append(programs.run(path, mode, watched=True, longest=longest if mode == "always" else 1e9))
    return found


def row(o: Outcome) -> tuple[object, ...]:
    always = [each.ended for each in o.watched["always"]]
    cells = [o.name, *[_shown(o.seconds(mode)) for mode in _TIMED]]
    cells.append("" if not always else "ended" if any(always) else f"{min(each.seconds for each in o.watched['always']):.2f}")
    for mode in ("auto", "warm"):
        cells += [f"{o.lost(mode) * 1e3:+.0f} ms", "yes" if o.good(mode) else "NO"]
    return tuple(cells)


def _shown(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


def site_row(name: str, cold: Site, warm: Site | None) -> tuple[object, ...]:
    all_seconds = [cold.seconds[mode] for mode in ("own", "always", "never")]
    seconds = ["ended" if each == float("inf") else f"{each:.2f}" for each in all_seconds]
    warmly = ["", ""] if warm is None else [f"{warm.seconds['own']:.2f}", f"{warm.to_better:.2f}"]
    since = "" if cold.after is None else cold.after, "" if cold.once_compiled is None else f"{cold.once_compiled:.2f}"
    return f"{name}, line {cold.line}", cold.calls, *seconds, f"{cold.to_better:.2f}", *since, *warmly


def loops_of(outcomes: list[Outcome]) -> Iterator[tuple[str, Site, Site | None]]:
    """Each with what became of it without and with kernels of an earlier run."""
    for o in outcomes:
        warm = {site.line: site for site in o.sites("warm")}
        for site in o.sites("auto"):
            yield o.name, site, warm.get(site.line)


def write_csv(outcomes: list[Outcome]) -> None:
    with open(measure.RESULTS / "decision.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["program", "mode", "round", "cpu_seconds"])
        for o in outcomes:
            for mode, processes in o.timed.items():
                for number, each in enumerate(processes, 1):
                    writer.writerow([o.name, mode, number, f"{each.seconds:.4f}"])


def explained(outcomes: list[Outcome], options: argparse.Namespace) -> str:
    good = [f"{sum(o.good(mode) for o in outcomes)} of {len(outcomes)}" for mode in ("auto", "warm")]
    return (
        f"CPU seconds (user and system) of whole processes: median (least - most) of {options.rounds} rounds in turn "
        f"({_FEW} where auto gains much), on {options.state}. "
        "Auto: the decision is left to ALPyNA, and each process compiles its own kernels; warm: the same, with what earlier runs "
        "have left in the cache; never: installed, and every loop left to the interpreter, so that it tells what the seams cost, "
        "and how much the machine was at rest; always: every loop compiled that can be, in one process that a timer looked at "
        f"(ended after a second and {_LONGEST:.0f} times the plain time). Over plain: the median of the differences of each round. "
        f"Within 5 % + 50 ms of the plain time stay {good[0]} programs, and {good[1]} with what earlier runs have left. "
        "All runs are in decision.csv. Made by `python -m benchmarks.run_decision`."
    )


_HEADER = ["program", *_TIMED, "always", "auto over plain", "within 5 % + 50 ms", "warm over plain", "within"]
_SITE_HEADER = [
    "loop", "calls", "auto", "always", "never", "auto to the better", "compiled after calls", "from then on, to the better",
    "warm", "warm to the better",
]


def explained_sites(loops: list[tuple[str, Site, Site | None]]) -> str:
    ratios = [site.to_better for _, site, _ in loops], [warm.to_better for _, _, warm in loops if warm is not None]
    good = [f"{sum(ratio <= _LASTING for ratio in each)} of {len(each)}" for each in ratios]
    compiled = [site.once_compiled for _, site, _ in loops if site.once_compiled is not None]
    return (
        "Of each loop that takes long enough to be seen: the seconds of all its calls after the first hundred, without importing "
        f"and compiling, by a timer. {good[0]} need at most {_LASTING} times the better of always and never, with the calls that "
        f"were left to the interpreter before compiling seemed worth it, and {good[1]} with what earlier runs have left; "
        f"from the call on after which the loop ran compiled, {sum(c <= _LASTING for c in compiled)} of {len(compiled)}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--watched", type=int, default=1, help="further rounds, of processes that are looked at")
    parser.add_argument("--state", default="a machine that did nothing else", help="of the machine, for the table")
    parser.add_argument("names", nargs="*", default=list(PROGRAMS))
    options = parser.parse_args()
    sys.dont_write_bytecode = False
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(Path(folder))
        for name in options.names:
            outcomes.append(measured(name, options.rounds, options.watched, programs))
            print(*row(outcomes[-1]), file=sys.stderr, flush=True)
    loops = list(loops_of(outcomes))
    for each in loops:
        print(*site_row(*each), file=sys.stderr)
    if options.names == list(PROGRAMS):
        write_csv(outcomes)
        parts = [explained(outcomes, options), measure.table(_HEADER, [row(o) for o in outcomes])]
        if loops:
            parts += [explained_sites(loops), measure.table(_SITE_HEADER, [site_row(*each) for each in loops])]
        measure.write("decision", "The decision", parts)


if __name__ == "__main__":
    main()
