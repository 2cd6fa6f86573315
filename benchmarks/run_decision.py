"""What deciding costs and what it gains, over programs that are hard to decide.

    python -m benchmarks.run_decision [--rounds 3] [--no-always] [name ...]

Each program runs in fresh processes: plain, with the decision left to ALPyNA ("auto"), and with every loop
compiled that can be ("always"), in turn.  What is compared is CPU time, user and system, of whole processes,
the least of the rounds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from alpyna_hook.hook.loader import prepare
from benchmarks import measure
from benchmarks.decision.programs import PROGRAMS

_SLACK, _SHARE = 0.050, 0.05  # seconds, and of the plain time, that may be lost
_LONGEST = 20.0  # seconds that a process is given


@dataclass
class Outcome:
    name: str
    seconds: dict[str, float]
    same: bool

    @property
    def lost(self) -> float:
        return self.seconds["auto"] - self.seconds["plain"]

    @property
    def good(self) -> bool:
        return self.same and self.lost <= _SLACK + _SHARE * self.seconds["plain"]


def once(command: list[str], device: str | None, folder: Path) -> tuple[float, bytes]:
    """CPU seconds of a process, and what it printed; infinite where it was ended for taking too long."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", **({"ALPYNA_DEVICE": device} if device else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as output:
        pid = os.posix_spawn(sys.executable, command, environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1)])  # fmt: skip
        begun = time.monotonic()
        while True:
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - begun > _LONGEST and device == "cpu":
                os.kill(pid, 9)
                os.wait4(pid, 0)
                return float("inf"), b""
            time.sleep(0.005)
        if status:
            raise SystemExit(f"{command[-1]} ended with status {status}")
        output.seek(0)
        return usage.ru_utime + usage.ru_stime, output.read()


def measured(name: str, rounds: int, modes: dict[str, str | None], folder: Path) -> Outcome:
    path = folder / f"{name}.py"
    path.write_text(PROGRAMS[name])
    times: dict[str, list[float]] = {mode: [] for mode in modes}
    printed = set()
    prepare(path.read_bytes(), str(path), marked=True, main=True)  # writes the bytecode
    for _ in range(rounds):
        for mode, device in modes.items():
            if times[mode] and min(times[mode]) > 5.0:
                continue  # that much slower: once is enough
            start = ["-m", "alpyna", "run"] if device else []
            seconds, text = once([sys.executable, *start, str(path)], device, folder)
            if text or seconds < float("inf"):
                printed.add(text)
            times[mode].append(seconds)
    return Outcome(name, {mode: min(values) for mode, values in times.items()}, len(printed) == 1)


def row(o: Outcome, modes: dict[str, str | None]) -> tuple[object, ...]:
    times = ["ended" if o.seconds[mode] == float("inf") else f"{o.seconds[mode]:.2f}" for mode in modes]
    return o.name, *times, f"{o.lost * 1e3:+.0f} ms", f"{o.seconds['auto'] / o.seconds['plain']:.2f}", "yes" if o.good else "NO"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-always", action="store_true")
    parser.add_argument("names", nargs="*", default=list(PROGRAMS))
    options = parser.parse_args()
    sys.dont_write_bytecode = False
    modes: dict[str, str | None] = {"plain": None, "auto": "auto", "always": "cpu"}
    if options.no_always:
        del modes["always"]
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            outcomes.append(measured(name, options.rounds, modes, Path(folder)))
            print(*row(outcomes[-1], modes), file=sys.stderr, flush=True)
    header = ("program", *modes, "auto over plain", "ratio", "within 5 % + 50 ms")
    kept = sum(o.good for o in outcomes)
    always = f"; always: every loop compiled that can be (ended after {_LONGEST:.0f} s)" if "always" in modes else ""
    explained = (
        f"CPU seconds (user and system) of whole processes, the least of {options.rounds} rounds in turn. Auto: the decision "
        f"is left to ALPyNA{always}. "
        f"{kept} of {len(outcomes)} programs stay within 5 % + 50 ms of the plain time."
    )
    if options.names == list(PROGRAMS):
        measure.write("decision", "The decision", [explained, measure.table(header, [row(o, modes) for o in outcomes])])


if __name__ == "__main__":
    main()
