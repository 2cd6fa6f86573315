"""What deciding costs and what it gains, over programs that are hard to decide.

    python -m benchmarks.run_decision [--rounds 5] [--without always] [--state "an idle machine"] [name ...]

Each program runs in fresh processes, in turn: plain, with the decision left to ALPyNA ("auto"), with every loop compiled that can
be ("always"), and with none ("never").  What is compared is CPU time, user and system, of whole processes, by the medians of the
rounds.  What importing and compiling took is told by the processes, and left out where they are compared as they run on.
The bytecode is cached, kernels of earlier runs are not: each process compiles its own.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from alpyna_hook.config import cache_folder
from alpyna_hook.hook.loader import prepare
from benchmarks import measure
from benchmarks.decision.programs import PROGRAMS

_SLACK, _SHARE = 0.050, 0.05  # seconds, and of the plain time, that may be lost
_LASTING = 1.3  # times the better of always and never, that a program may need once its loops are known
_SHORT = 0.2  # seconds: what a program needs that tells nothing of how it runs on
_LONGEST = 20.0  # seconds that a process is given
_MODES = {"plain": None, "auto": "auto", "always": "cpu", "never": "interpreter"}
_RUN = """
import atexit, runpy, sys  # runpy is imported by `python -m`, too
def tell():
    known = sys.modules.get("alpyna_hook.runtime.investments")
    sys.stderr.write(f"{known.INVESTMENTS.spent if known else 0.0}")
atexit.register(tell)
from alpyna.cli import main
main(["run", sys.argv[1]])
"""


@dataclass(frozen=True)
class Process:
    """seconds: of the processor.  spent: of these, on importing the compiler and on compiling."""

    seconds: float
    spent: float
    printed: bytes


ENDED = Process(float("inf"), 0.0, b"")


@dataclass
class Outcome:
    name: str
    processes: dict[str, list[Process]]

    def seconds(self, mode: str) -> list[float]:
        return [each.seconds for each in self.processes[mode]]

    def median(self, mode: str) -> float:
        return statistics.median(self.seconds(mode))

    def lasting(self, mode: str) -> float:
        return statistics.median([each.seconds - each.spent for each in self.processes[mode]])

    @property
    def same(self) -> bool:
        return len({each.printed for runs in self.processes.values() for each in runs if each is not ENDED}) == 1

    @property
    def lost(self) -> float:
        return self.median("auto") - self.median("plain")

    @property
    def good(self) -> bool:
        return self.same and self.lost <= _SLACK + _SHARE * self.median("plain")

    @property
    def to_better(self) -> float | None:
        """How many times the better of always and never it needs, without what compiling cost."""
        if not {"always", "never"} <= self.processes.keys():
            return None
        better = min(self.lasting("always"), self.lasting("never"))
        return self.lasting("auto") / better if better > _SHORT else None


def once(path: Path, device: str | None) -> Process:
    """Runs a program; ended where it takes too long with everything compiled."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", **({"ALPYNA_DEVICE": device} if device else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    shutil.rmtree(Path(cache_folder()) / "kernels", ignore_errors=True)
    command = [sys.executable, *(["-c", _RUN] if device else []), str(path)]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as told:
        pid = os.posix_spawn(sys.executable, command, environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, told.fileno(), 2)])  # fmt: skip
        begun = time.monotonic()
        while True:
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - begun > _LONGEST and device == "cpu":
                os.kill(pid, 9)
                os.wait4(pid, 0)
                return ENDED
            time.sleep(0.005)
        output.seek(0)
        told.seek(0)
        text = told.read()
        if status:
            raise SystemExit(f"{path.name} ended with status {status}: {text.decode()}")
        return Process(usage.ru_utime + usage.ru_stime, float(text) if device else 0.0, output.read())


def measured(name: str, rounds: int, modes: list[str], folder: Path) -> Outcome:
    path = folder / f"{name}.py"
    path.write_text(PROGRAMS[name])
    prepare(path.read_bytes(), str(path), marked=True, main=True)  # writes the bytecode
    found = Outcome(name, {mode: [] for mode in modes})
    for _ in range(rounds):
        for mode in modes:
            known = found.processes[mode]
            if not known or known[-1].seconds < 2 * _LONGEST:
                known.append(once(path, _MODES[mode]))
    return found


def row(o: Outcome, modes: list[str]) -> tuple[object, ...]:
    cells = [o.name, *[_shown(o.seconds(mode)) for mode in modes], f"{o.lost * 1e3:+.0f} ms"]
    cells += [f"{o.median('auto') / o.median('plain'):.2f}", "yes" if o.good else "NO"]
    if len(modes) == len(_MODES):
        better = o.to_better
        cells.append("" if better is None else f"{better:.2f}" + ("" if better <= _LASTING else " NO"))
    return tuple(cells)


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
    better = [o.to_better for o in outcomes if o.to_better is not None]
    lasting = (
        f" Without what importing and compiling cost, {sum(b <= _LASTING for b in better)} of {len(better)} need at most "
        f"{_LASTING} times the better of always and never (last column)." if better else ""
    )  # fmt: skip
    return (
        f"CPU seconds (user and system) of whole processes: median (least - most) of {options.rounds} rounds in turn, on "
        f"{options.state}. Auto: the decision is left to ALPyNA; always: every loop compiled that can be (ended after "
        f"{_LONGEST:.0f} s); never: installed, and every loop left to the interpreter. {sum(o.good for o in outcomes)} of "
        f"{len(outcomes)} programs stay within 5 % + 50 ms of the plain time.{lasting} "
        "Each process compiles its own kernels. All runs are in decision.csv."
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
    if not options.without:
        header.append("auto to the better of always and never")
    if options.names == list(PROGRAMS):
        write_csv(outcomes)
        table = measure.table(header, [row(o, modes) for o in outcomes])
        measure.write("decision", "The decision", [explained(outcomes, options), table])


if __name__ == "__main__":
    main()
