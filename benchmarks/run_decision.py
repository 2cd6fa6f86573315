"""What deciding costs and what it gains, over programs that are hard to decide.

    python -m benchmarks.run_decision [--rounds 5] [--without always] [--state "an idle machine"] [name ...]

Each program runs in fresh processes, in turn: plain, with the decision left to ALPyNA ("auto"), with every loop compiled that can
be ("always"), and with none ("never").  What is compared is CPU time, user and system, of whole processes, by the medians of the
rounds.  For each loop that is called often, what its calls after the first hundred cost is compared with the better of always and
never, importing and compiling apart; a timer looks at the processes for that (`benchmarks/decision/watched.py`).
The bytecode is cached, kernels of earlier runs are not: each process compiles its own.
"""

from __future__ import annotations

import argparse
import ast
import csv
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpyna_hook.config import cache_folder
from alpyna_hook.hook.loader import prepare
from benchmarks import measure
from benchmarks.decision.programs import PROGRAMS
from benchmarks.decision.sites import Site, sites

_SLACK, _SHARE = 0.050, 0.05  # seconds, and of the plain time, that may be lost
_LASTING = 1.3  # times the better of always and never, that a loop may need after a hundred calls
_LONGEST = 2.0  # times what plain needs, and a second, that a process with everything compiled is given
_MODES = {"plain": None, "auto": "auto", "always": "cpu", "never": "interpreter"}
_FOREVER = 1e9
_ENDED = 3  # the status of a process that took too long
_WATCHED = str(Path(__file__).parent / "decision" / "watched.py")


@dataclass(frozen=True)
class Process:
    """seconds: of the processor.  told: see watched.py.  ended: it took too long."""

    seconds: float
    told: dict[str, Any]
    printed: bytes
    ended: bool = False

    @property
    def spent(self) -> float:
        return float(self.told.get("spent", 0.0))


@dataclass
class Outcome:
    name: str
    processes: dict[str, list[Process]]

    def seconds(self, mode: str) -> list[float]:
        return [each.seconds for each in self.processes[mode]]

    def median(self, mode: str) -> float:
        return statistics.median(self.seconds(mode))

    @property
    def same(self) -> bool:
        return len({each.printed for runs in self.processes.values() for each in runs if not each.ended}) == 1

    @property
    def lost(self) -> float:
        return self.median("auto") - self.median("plain")

    @property
    def good(self) -> bool:
        return self.same and self.lost <= _SLACK + _SHARE * self.median("plain")

    def sites(self) -> list[Site]:
        if not {"always", "never"} <= self.processes.keys():
            return []
        return sites({mode: [each.told for each in runs] for mode, runs in self.processes.items() if mode != "plain"})


def once(path: Path, device: str | None, longest: float) -> Process:
    """Runs a program; ended where it takes longer, for then another choice is better."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", **({"ALPYNA_DEVICE": device} if device else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    shutil.rmtree(Path(cache_folder()) / "kernels", ignore_errors=True)
    command = [sys.executable, *([_WATCHED, str(path), str(longest)] if device else [str(path)])]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as told:
        pid = os.posix_spawn(sys.executable, command, environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, told.fileno(), 2)])  # fmt: skip
        _, status, usage = os.wait4(pid, 0)
        ended = os.waitstatus_to_exitcode(status) == _ENDED
        output.seek(0)
        told.seek(0)
        text = told.read()
        if status and not ended:
            raise SystemExit(f"{path.name} ended with status {status}: {text.decode()}")
        told = ast.literal_eval(text.decode()) if device else {}
        return Process(float("inf") if ended else usage.ru_utime + usage.ru_stime, told, output.read(), ended)


def measured(name: str, rounds: int, modes: list[str], folder: Path) -> Outcome:
    path = folder / f"{name}.py"
    path.write_text(PROGRAMS[name])
    prepare(path.read_bytes(), str(path), marked=True, main=True)  # writes the bytecode
    found = Outcome(name, {mode: [] for mode in modes})
    for _ in range(rounds):
        for mode in modes:
            known = found.processes[mode]
            if not known or not known[-1].ended:
                longest = _LONGEST * found.median("plain") + 1.0 if mode == "always" else _FOREVER
                known.append(once(path, _MODES[mode], longest))
    return found


def row(o: Outcome, modes: list[str]) -> tuple[object, ...]:
    cells = [o.name, *[_shown(o.seconds(mode)) for mode in modes], f"{o.lost * 1e3:+.0f} ms"]
    cells += [f"{o.median('auto') / o.median('plain'):.2f}", "yes" if o.good else "NO"]
    return tuple(cells)


def site_row(name: str, s: Site) -> tuple[object, ...]:
    seconds = ["ended" if s.seconds[mode] == float("inf") else f"{s.seconds[mode]:.2f}" for mode in ("auto", "always", "never")]
    cells = [f"{name}, line {s.line}", s.calls, *seconds, f"{s.to_better:.2f}", "" if s.after is None else s.after]
    return *cells, "" if s.once_compiled is None else f"{s.once_compiled:.2f}"


def _shown(seconds: list[float]) -> str:
    if max(seconds) == float("inf"):
        return "ended"
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


def write_csv(outcomes: list[Outcome]) -> None:
    with open(measure.RESULTS / "decision.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["program", "mode", "round", "cpu_seconds", "of_them_importing_and_compiling"])
        for o in outcomes:
            for mode, processes in o.processes.items():
                for number, each in enumerate(processes, 1):
                    writer.writerow([o.name, mode, number, f"{each.seconds:.4f}", f"{each.spent:.4f}"])


def explained(outcomes: list[Outcome], options: argparse.Namespace) -> str:
    return (
        f"CPU seconds (user and system) of whole processes: median (least - most) of {options.rounds} rounds in turn, on "
        f"{options.state}. Auto: the decision is left to ALPyNA; always: every loop compiled that can be (ended after "
        f"a second and {_LONGEST:.0f} times the plain time); never: installed, and every loop left to the interpreter. "
        f"{sum(o.good for o in outcomes)} of {len(outcomes)} programs stay within 5 % + 50 ms of the plain time. "
        "Each process compiles its own kernels. All runs are in decision.csv."
    )


_SITE_HEADER = [
    "loop", "calls", "auto", "always", "never", "auto to the better", "compiled after calls", "from then on, to the better",
]


def explained_sites(loops: list[tuple[str, Site]]) -> str:
    good = sum(site.to_better <= _LASTING for _, site in loops)
    compiled = [site.once_compiled for _, site in loops if site.once_compiled is not None]
    return (
        "Of each loop that takes long enough to be seen: the seconds of all its calls after the first hundred, without importing "
        f"and compiling, by a timer; median of the rounds. {good} of {len(loops)} need at most {_LASTING} "
        "times the better of always and never, with the calls that were left to the interpreter before compiling seemed worth it; "
        f"from the call on after which the loop ran compiled, {sum(c <= _LASTING for c in compiled)} of {len(compiled)}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without", action="append", default=[], choices=["always", "never"])
    parser.add_argument("--state", default="a machine that did nothing else", help="of the machine, for the table")
    parser.add_argument("names", nargs="*", default=list(PROGRAMS))
    options = parser.parse_args()
    sys.dont_write_bytecode = False
    modes = [mode for mode in _MODES if mode not in options.without]
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = str(Path(folder) / "cache")
        for name in options.names:
            outcomes.append(measured(name, options.rounds, modes, Path(folder)))
            print(*row(outcomes[-1], modes), file=sys.stderr, flush=True)
    header = ["program", *modes, "auto over plain", "ratio", "within 5 % + 50 ms"]
    loops = [(o.name, site) for o in outcomes for site in o.sites()]
    for name, site in loops:
        print(*site_row(name, site), file=sys.stderr)
    if options.names == list(PROGRAMS):
        write_csv(outcomes)
        parts = [explained(outcomes, options), measure.table(header, [row(o, modes) for o in outcomes])]
        if loops:
            parts += [explained_sites(loops), measure.table(_SITE_HEADER, [site_row(*each) for each in loops])]
        measure.write("decision", "The decision", parts)


if __name__ == "__main__":
    main()
